"""What the owner's history shows after a write: a choice that was overrun, a tug of war, a merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.contract import Assignment, Connector, Outcome, Verdict
from router.model import OwnerId, RecordId
from tests.sync.office import ABLE, Office
from tests.sync.test_writing import Meddled, honest, standing_turns


def test_a_persons_choice_that_we_overran_is_put_back(office: Office) -> None:
    lead = office.lead()

    def overrun(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        if not office.row(lead).history:
            office.crm.edit_owner(lead, OwnerId("u-boss"))
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: overrun(inner, batch))
    office.sync()
    assert office.owner(lead) != "u-boss", "no CRM could have told us"
    office.clock.pass_by(seconds=61)
    summary = office.sync()
    assert (office.owner(lead), summary.counts.conflicts) == ("u-boss", 1)
    assert len(office.row(lead).notes) == 1
    assert standing_turns(office) == 0
    office.clock.pass_by(minutes=5)
    office.sync()
    assert (office.owner(lead), office.step(lead)) == ("u-boss", "conflict")


def test_a_person_who_chooses_again_while_the_first_choice_is_put_back_keeps_the_lead(office: Office) -> None:
    lead = office.lead()
    choices = iter(("u-boss", "u-robot"))

    def overrun(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        office.crm.edit_owner(lead, OwnerId(next(choices)))
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: overrun(inner, batch))
    for _ in range(2):
        office.sync()
        office.clock.pass_by(seconds=61)
    assert office.owner(lead) == "u-boss", "put back, over what the person chose since"
    honest(office)
    office.sync()
    assert office.owner(lead) == "u-robot"
    office.clock.pass_by(seconds=61)
    office.sync()
    assert (office.owner(lead), office.step(lead)) == ("u-robot", "conflict")


def test_a_person_who_chose_whom_we_wrote_is_not_overrun(office: Office) -> None:
    lead = office.lead()

    def same(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        office.crm.edit_owner(lead, batch[0].owner)
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: same(inner, batch))
    office.sync()
    office.clock.pass_by(seconds=61)
    office.sync()
    assert (office.step(lead), len(office.row(lead).history)) == ("settled", 2)


def test_two_who_take_a_lead_from_each_other_are_seen(office: Office) -> None:
    lead = office.lead()
    office.sync()
    for owner in ("u-boss", "u-robot", "u-boss", "u-robot"):
        office.crm.edit_owner(lead, OwnerId(owner))
    office.clock.pass_by(seconds=61)
    office.sync()
    assert (office.step(lead), office.owner(lead)) == ("parked", "u-robot")
    assert "u-boss and u-robot take it from each other" in office.ledger()[lead]["reason"]
    assert standing_turns(office) == 0
    office.clock.pass_by(hours=25)
    office.sync()
    assert (office.step(lead), office.owner(lead)) == ("skipped", "u-robot")


def test_a_lead_that_was_merged_into_another_after_it_was_assigned_gives_its_turn_back(
    office: Office,
) -> None:
    lead, survivor = office.lead(), office.lead()
    office.sync()
    office.crm.merge(lead, survivor)
    office.clock.pass_by(seconds=61)
    office.sync()
    assert (office.step(lead), office.step(survivor)) == ("gone", "settled")
    assert standing_turns(office) == 1


def test_a_person_who_changes_the_owner_after_us_is_not_put_back(office: Office) -> None:
    lead = office.lead()
    office.sync()
    office.crm.edit_owner(lead, OwnerId("u-boss"))
    office.clock.pass_by(seconds=61)
    office.sync()
    assert (office.owner(lead), office.step(lead)) == ("u-boss", "settled")


def test_a_choice_that_is_being_put_back_is_not_taken_up_by_the_same_pass_again(office: Office) -> None:
    office.features = replace(ABLE, read_batch=1)  # a task each: the last begin when the first is half done
    lead, others = office.lead(), [office.lead() for _ in range(8)]
    office.wrapped = lambda inner: Meddled(
        inner, assign=lambda batch: _overrun_and_refused(office, inner, batch, lead, others[-1])
    )
    office.sync()
    office.clock.pass_by(seconds=61)
    honest(office)
    office.sync()
    chosen, ours, put_back = (change.owner for change in office.row(lead).history)
    assert (chosen, put_back) == ("u-boss", "u-boss")
    assert ours != "u-boss"


def _overrun_and_refused(
    office: Office, inner: Connector, batch: Sequence[Assignment], overrun: RecordId, refused: RecordId
) -> Sequence[Outcome]:
    """Somebody is quicker with one lead, and the CRM refuses another one for now."""
    record = batch[0].record.ref.record
    if record == refused:
        return [Outcome(batch[0].record.ref, Verdict.REFUSED, "a rule of the portal")]
    if record == overrun:
        office.crm.edit_owner(overrun, OwnerId("u-boss"))
    return inner.assign(batch)
