"""`undo`: owners go back where ours still stands, turns go back, and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from connectors.contract import Assignment, Connector, Features, Outcome, Verdict
from connectors.errors import Doubt, Stop
from router.model import OwnerId, RecordId
from sync import schema
from sync.locks import Held
from sync.passes import Order, Summary, run_pass
from sync.runs import latest, named
from sync.undo import CANCELLED, CHANGED, DOUBTFUL, FAILED, GONE, PUT_BACK, Undo
from tests.sync.office import Office
from tests.sync.test_writing import Meddled, honest, meddle, raising

BOSS = OwnerId("u-boss")


def undo(office: Office, run: str) -> Counter[str]:
    """Take a run back; returns how many leads ended how."""
    return Counter(told.outcome for told in undone(office, run)[0].told.values())


def undone(office: Office, run: str) -> tuple[Undo, Summary]:
    work = Undo(run)
    office.clock.pass_by(seconds=1)
    return work, run_pass(office.wired(), office.store, office.seams(), Order(instead=work))


def settle(office: Office) -> None:
    """Let every window pass, with passes in between."""
    for _ in range(3):
        office.clock.pass_by(seconds=200)
        office.sync()


def turns(office: Office) -> dict[str, int]:
    """The credits of the team now."""
    import json

    entries = [row for row in office.table(schema.log) if row["subject"] == "team:smb"]
    return dict(json.loads(max(entries, key=lambda row: row["seq"])["body"])["after"]["credits"])


@pytest.fixture
def bad(office: Office) -> tuple[Office, str, list[RecordId]]:
    """An office after a pass that assigned ten leads, one of which had been a robot's."""
    from config.settings import Nobody, UserNamed

    office.change(replaces=(Nobody(), UserNamed("Web import")))
    leads = [office.lead(owner="u-robot" if n == 0 else None) for n in range(10)]
    return office, office.sync().run, leads


@pytest.mark.parametrize("after", ["at once", "when all is verified"])
def test_owners_go_back_to_whom_they_were(bad: tuple[Office, str, list[RecordId]], after: str) -> None:
    office, run, leads = bad
    if after == "when all is verified":
        settle(office)
        assert office.step(leads[0]) == "settled"
    assert undo(office, run) == {PUT_BACK: 10}
    assert [office.owner(lead) for lead in leads] == [OwnerId("u-robot"), *[None] * 9]


def test_turns_and_claims_go_back(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, _ = bad
    undo(office, run)
    assert set(turns(office).values()) == {0}
    assert office.table(schema.claims) == []


def test_a_note_says_so_once(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    undo(office, run)
    undo(office, run)
    settle(office)
    first, second = office.row(leads[1]).notes
    assert first.body.startswith("Leadswitch assigned this lead to ")
    assert second.body.startswith("Leadswitch took back the assignment to ")
    assert f"Undone: run {run}\n{second.key}" in second.body
    assert "the owner before, u-robot" in office.row(leads[0]).notes[1].body


def test_what_a_person_touched_is_left(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    office.crm.edit_owner(leads[3], BOSS)
    office.crm.edit_owner(leads[4], None)
    office.crm.delete(leads[5])
    assert undo(office, run) == {PUT_BACK: 7, CHANGED: 2, GONE: 1}
    assert [office.owner(lead) for lead in leads[2:5]] == [None, BOSS, None]
    assert len(office.row(leads[3]).notes) == 1


def test_a_person_between_look_and_write_keeps_the_lead(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad

    def taken_first(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        office.crm.edit_owner(leads[2], BOSS)
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: taken_first(inner, batch))
    undo(office, run)
    assert office.owner(leads[2]) is None, "no CRM could have told us"
    honest(office)
    settle(office)
    assert (office.owner(leads[2]), office.step(leads[2])) == (BOSS, "conflict")


def test_a_choice_that_the_pass_had_overrun_is_what_goes_back(office: Office) -> None:
    lead = office.lead()

    def overrun(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        office.crm.edit_owner(lead, BOSS)
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: overrun(inner, batch))
    run = office.sync().run
    honest(office)
    assert undo(office, run) == {PUT_BACK: 1}
    assert office.owner(lead) == BOSS


def test_the_next_pass_does_not_take_an_undone_lead_again(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    undo(office, run)
    settle(office)
    rows = office.ledger()
    assert {(rows[lead]["step"], rows[lead]["reason"]) for lead in leads} == {("skipped", "undone")}
    assert [office.owner(lead) for lead in leads[1:]] == [None] * 9


def test_a_second_undo_does_nothing(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    undo(office, run)
    writes = len(office.row(leads[0]).history)
    assert undo(office, run) == {}
    settle(office)
    assert undo(office, run) == {}
    assert len(office.row(leads[0]).history) == writes


def test_other_passes_stay(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, _ = bad
    kept = office.lead()
    office.clock.pass_by(minutes=1)
    office.sync()
    owner = office.owner(kept)
    undo(office, run)
    assert office.owner(kept) == owner is not None


def test_a_lead_that_was_not_written_yet_will_not_be(office: Office) -> None:
    lead = office.lead()
    meddle(office, assign=lambda batch: [Outcome(a.record.ref, Verdict.REFUSED, "no") for a in batch])
    run = office.sync().run
    honest(office)
    assert undo(office, run) == {CANCELLED: 1}
    settle(office)
    assert (office.owner(lead), office.row(lead).notes, office.step(lead)) == (None, (), "skipped")
    assert set(turns(office).values()) == {0}


@pytest.mark.parametrize("landed", [True, False])
def test_a_doubtful_owner_is_waited_for_and_then_put_back(office: Office, *, landed: bool) -> None:
    lead = office.lead()

    def cut(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        if landed:
            inner.assign(batch)
        raise Doubt("cut")

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: cut(inner, batch))
    run = office.sync().run
    honest(office)
    assert undo(office, run) == {DOUBTFUL: 1}
    settle(office)
    assert (office.owner(lead), office.step(lead)) == (None, "skipped")
    assert set(turns(office).values()) == {0}


def test_an_answer_lost_by_the_undo_is_doubtful_and_ends_in_a_later_pass(
    bad: tuple[Office, str, list[RecordId]],
) -> None:
    office, run, leads = bad

    def cut(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        inner.assign(batch[:5])
        raise Doubt("cut")

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: cut(inner, batch))
    assert undo(office, run) == {DOUBTFUL: 10}
    honest(office)
    settle(office)
    assert [office.owner(lead) for lead in leads[1:]] == [None] * 9
    assert [len(office.row(lead).notes) for lead in leads] == [2] * 10


def test_a_refused_owner_is_tried_again(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    meddle(office, assign=lambda batch: [Outcome(a.record.ref, Verdict.REFUSED, "no") for a in batch])
    work, summary = undone(office, run)
    assert {told.outcome for told in work.told.values()} == {FAILED}
    honest(office)
    settle(office)
    assert office.owner(leads[1]) is None
    assert summary.exit_code == 1


def test_credentials_refused_in_the_middle_are_gone_on_from(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    meddle(office, assign=raising(Stop("revoked")))
    assert undone(office, run)[1].unreachable == "revoked"
    honest(office)
    assert undo(office, run) == {PUT_BACK: 10}
    assert office.owner(leads[1]) is None


class Killed(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("call", ["read", "assign", "annotate"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_undo_that_was_killed_is_finished_by_the_next_and_nothing_is_done_twice(
    bad: tuple[Office, str, list[RecordId]], call: str, when: str
) -> None:
    office, run, leads = bad

    def killed(inner: Connector, *given: Any) -> Any:
        if when == "after":
            getattr(inner, call)(*given)
        raise Killed

    def meddling(inner: Connector) -> Connector:
        calls: dict[str, Callable[..., Any]] = {call: lambda *given: killed(inner, *given)}
        return Meddled(inner, **calls)

    office.wrapped = meddling
    with pytest.raises(Killed):
        undo(office, run)
    honest(office)
    undo(office, run)
    settle(office)
    undo(office, run)
    assert [office.owner(lead) for lead in leads] == [OwnerId("u-robot"), *[None] * 9]
    assert [len(office.row(lead).notes) for lead in leads] == [2] * 10
    assert {office.step(lead) for lead in leads} == {"skipped"}
    assert set(turns(office).values()) == {0}


def test_a_record_that_entered_anew_is_left(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    row = {**office.ledger()[leads[1]], "key": f"crm/leads/{leads[1]}#2", "entry": 2}
    with office.store.session("crm") as session, session.transaction("again") as tx:
        tx.execute(schema.leads.insert().values(row))
    assert undo(office, run) == {PUT_BACK: 9, CHANGED: 1}
    assert office.owner(leads[1]) is not None


def test_a_crm_with_trace_fields_gets_them_changed(office: Office) -> None:
    office.change(audit=("properties",))
    lead = office.lead()
    run = office.sync().run
    undo(office, run)
    assert office.row(lead).fields["leadswitch_by"] == "undone"
    assert office.row(lead).fields["leadswitch_why"] == f"undone: run {run}"


def test_a_crm_without_history_is_done_at_once(office: Office) -> None:
    office.features = Features()
    lead = office.lead()
    run = office.sync().run
    assert undo(office, run) == {PUT_BACK: 1}
    assert office.step(lead) == "skipped"


def test_while_a_pass_holds_the_connection_nothing_is_undone(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, _ = bad
    with office.store.session("crm"), pytest.raises(Held):
        undo(office, run)


def test_an_undo_that_is_stopped_goes_on_when_run_again(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, leads = bad
    stop = iter([False])
    office.stopping = lambda: next(stop, True)
    assert undone(office, run)[1].stopped
    office.stopping = lambda: False
    undo(office, run)
    assert office.owner(leads[1]) is None


def test_runs_are_listed_with_what_was_taken_back(bad: tuple[Office, str, list[RecordId]]) -> None:
    office, run, _ = bad
    undo(office, run)
    newest, first = latest(office.store, "crm", limit=5)
    assert (newest.undoes, first.id, first.undone, first.counts["assigned"]) == (run, run, 10, 10)
    assert latest(office.store, "other", limit=5) == []
    assert [found.id for found in named(office.store, run[:12], None)] == [newest.id, run]
    assert [found.id for found in named(office.store, run, "crm")] == [run]
