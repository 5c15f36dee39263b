"""What no cursor meets: leads that lost their owner, that came back, that no date shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from config.settings import New, Nobody, QueueNamed
from connectors.contract import (
    Absent,
    Assignment,
    Change,
    Connector,
    Everything,
    Look,
    Note,
    Outcome,
    Page,
    Walk,
)
from router.model import OwnerId, QueueName, RecordId
from router.rules import ALWAYS, Rule, ToQueue
from sync import schema
from sync.plan import TIMES
from sync.preview import Unsent
from tests.sync.office import Office, book
from tests.sync.test_writing import honest, meddle


class Hiding(Unsent):
    """A CRM whose search never shows some records."""

    def __init__(self, inner: Connector, hidden: set[RecordId]) -> None:
        super().__init__(inner)
        self._hidden = hidden
        self._inner = inner

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        return self._inner.assign(batch)

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        return self._inner.annotate(batch)

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        shown = [one for one in page.changes if isinstance(walk, Everything) or not self._is_hidden(one)]
        return Page(shown, page.next, page.newest, page.server_time)

    def _is_hidden(self, change: Change) -> bool:
        return change.record.ref.record in self._hidden


def a_day_later(office: Office) -> None:
    office.clock.pass_by(hours=25)
    office.sync()


def settled(office: Office) -> RecordId:
    lead = office.lead(email="ada@leads.example")
    office.sync()
    office.clock.pass_by(seconds=61)
    office.sync()
    assert office.step(lead) == "settled"
    return lead


def test_a_lead_that_no_walk_shows_is_met_by_the_sweep(office: Office) -> None:
    office.sync()
    lead = office.lead()
    office.wrapped = lambda inner: Hiding(inner, {lead})
    office.sync()
    assert office.owner(lead) is None
    a_day_later(office)
    assert office.owner(lead) is not None


def test_a_sweep_takes_nothing_older_than_the_first_pass(office: Office) -> None:
    office.change(take=New())
    old = office.lead()
    undated = office.lead(created="")
    office.sync()
    a_day_later(office)
    assert (office.owner(old), office.owner(undated)) == (None, None)
    assert office.ledger() == {}


def test_sweeps_can_be_turned_off(office: Office) -> None:
    office.change(sweep=None)
    office.sync()
    lead = office.lead()
    office.wrapped = lambda inner: Hiding(inner, {lead})
    a_day_later(office)
    assert office.owner(lead) is None


def test_a_lead_whose_owner_was_taken_away_is_assigned_again_with_a_note_of_its_own(office: Office) -> None:
    lead = settled(office)
    office.crm.edit_owner(lead, None)
    office.sync()
    assert office.owner(lead) is None, "a walk may show what was before our write"
    a_day_later(office)
    assert office.owner(lead) is not None
    assert [row["entry"] for row in office.table(schema.leads)] == [1, 2]
    assert len(office.row(lead).notes) == 2


def test_a_lead_that_a_person_has_is_left_alone_by_the_sweep(office: Office) -> None:
    lead = settled(office)
    office.crm.edit_owner(lead, OwnerId("u-boss"))
    a_day_later(office)
    assert office.owner(lead) == "u-boss"
    assert len(office.table(schema.leads)) == 1


def test_a_lead_that_entered_anew_is_a_new_entry_if_nobody_has_it(office: Office) -> None:
    lead = settled(office)
    office.crm.edit_owner(lead, None)
    office.clock.pass_by(minutes=1)
    office.crm.edit(lead, {"created": office.clock.now.isoformat()})
    office.sync()
    assert office.owner(lead) is not None
    assert [row["entry"] for row in office.table(schema.leads)] == [1, 2]


def test_a_lead_that_was_out_of_sight_for_a_while_is_a_new_entry(office: Office) -> None:
    lead = office.lead()
    meddle(office, read=lambda refs: {ref: Look(None, Absent.DELETED) for ref in refs})
    office.sync()
    assert office.step(lead) == "gone"
    honest(office)
    a_day_later(office)
    assert office.owner(lead) is not None


def test_an_owner_that_is_taken_away_again_and_again_is_parked_for_people(office: Office) -> None:
    lead = settled(office)
    for _ in range(TIMES):
        office.crm.edit_owner(lead, None)
        a_day_later(office)
        office.clock.pass_by(seconds=61)
        office.sync()  # verified
    last = office.table(schema.leads)[-1]
    assert (last["entry"], last["step"]) == (TIMES + 1, "parked")
    assert "taken away 3 times" in last["reason"]
    assert last["due"] is not None


def test_a_lead_that_stays_in_the_queue_we_gave_it_is_not_taken_out_again(office: Office) -> None:
    office.rulebook = book(Rule("park it", ALWAYS, ToQueue(QueueName("backup"))))
    office.change(replaces=(Nobody(), QueueNamed("Backup")))
    lead = settled(office)
    assert office.owner(lead) == "q-backup"
    a_day_later(office)
    assert len(office.table(schema.leads)) == 1


def test_a_sweep_goes_on_where_the_last_pass_left_it(office: Office) -> None:
    for _ in range(120):
        office.lead(created="")
    office.sync()
    office.clock.pass_by(hours=25)
    office.stopping = lambda: office.calls.count("pages") >= 2
    assert office.sync().stopped
    office.stopping = lambda: False
    office.sync()
    sweep = next(row for row in office.table(schema.cursors) if row["walk"] == "*")
    assert sweep["position"] is None
    assert office.clock.now - sweep["floor"] < timedelta(hours=1)
