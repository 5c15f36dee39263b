"""Writes whose answer is lost, refused or late, and people who were quicker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.contract import Assignment, Connector, Features, Look, Note, Outcome, Verdict
from connectors.errors import Doubt, Retry, Stop
from router.model import LeadRef, OwnerId, Rep, RepId
from sync import schema
from sync.preview import Unsent
from tests.sync.office import Office

Assign = Callable[[Sequence[Assignment]], Sequence[Outcome]]


class Meddled(Unsent):
    """A connector in front of another, with one of its calls replaced."""

    def __init__(self, inner: Connector, **calls: Callable[..., Any]) -> None:
        super().__init__(inner)
        self.inner, self._calls = inner, calls

    def _call(self, name: str, *given: Any) -> Any:
        return self._calls.get(name, getattr(self.inner, name))(*given)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        found: Mapping[LeadRef, Look] = self._call("read", refs)
        return found

    def look(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self.read(refs)

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        found: Sequence[Outcome] = self._call("assign", batch)
        return found

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        found: Sequence[Outcome] = self._call("annotate", batch)
        return found


def meddle(office: Office, **calls: Callable[..., Any]) -> None:
    office.wrapped = lambda inner: Meddled(inner, **calls)


def honest(office: Office) -> None:
    office.wrapped = lambda inner: inner


def raising(error: Exception) -> Callable[..., Any]:
    def call(*_: object) -> Any:
        raise error

    return call


# --- doubt ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [Doubt("cut"), ConnectionResetError("cut"), TimeoutError()])
def test_a_lost_answer_is_doubtful_and_ends_in_the_pass_after_the_window(
    office: Office, error: Exception
) -> None:
    lead = office.lead()
    meddle(office, assign=raising(error))
    summary = office.sync()
    assert (summary.counts.doubtful, summary.exit_code, office.step(lead)) == (1, 1, "doubtful")
    honest(office)
    assert office.sync().counts.doubtful == 1, "a late write may still land"
    office.clock.pass_by(seconds=56)
    assert office.sync().exit_code == 0
    assert office.owner(lead) is not None
    assert len(office.row(lead).notes) == 1


def test_a_write_that_was_applied_before_the_answer_was_lost_is_not_made_again(office: Office) -> None:
    lead = office.lead()
    sent: list[str] = []

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: _cut_after(inner, batch, sent))
    office.sync()
    office.clock.pass_by(seconds=56)
    office.sync()
    assert sent == ["once"]
    assert len(office.row(lead).history) == 1
    assert len(office.row(lead).notes) == 1


def _cut_after(inner: Connector, batch: Sequence[Assignment], sent: list[str]) -> Sequence[Outcome]:
    inner.assign(batch)
    sent.append("once")
    raise Doubt("cut")


def test_a_person_who_took_the_lead_in_the_window_keeps_it(office: Office) -> None:
    lead = office.lead()
    meddle(office, assign=raising(Doubt("cut")))
    office.sync()
    honest(office)
    office.crm.edit_owner(lead, OwnerId("u-boss"))
    office.clock.pass_by(seconds=56)
    summary = office.sync()
    assert (office.owner(lead), summary.counts.conflicts, office.step(lead)) == ("u-boss", 1, "conflict")
    assert standing_turns(office) == 0


def test_a_doubtful_note_that_stands_is_not_written_again(office: Office) -> None:
    lead = office.lead()
    office.wrapped = lambda inner: Meddled(inner, annotate=lambda batch: _noted_and_cut(inner, batch))
    assert office.sync().counts.doubtful == 1
    honest(office)
    office.clock.pass_by(seconds=56)
    office.sync()
    assert len(office.row(lead).notes) == 1
    assert office.step(lead) == "verify"


def _noted_and_cut(inner: Connector, batch: Sequence[Note]) -> Sequence[Outcome]:
    inner.annotate(batch)
    raise Doubt("cut")


def test_a_doubtful_note_that_is_missing_is_written(office: Office) -> None:
    lead = office.lead()
    meddle(office, annotate=raising(Doubt("cut")))
    office.sync()
    honest(office)
    office.clock.pass_by(seconds=56)
    office.sync()
    assert len(office.row(lead).notes) == 1


def test_an_outcome_that_a_connector_forgets_is_doubtful(office: Office) -> None:
    leads = [office.lead() for _ in range(3)]
    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: list(inner.assign(batch))[1:])
    assert office.sync().counts.doubtful == 1
    honest(office)
    office.clock.pass_by(seconds=56)
    office.sync()
    assert all(len(office.row(lead).history) == 1 for lead in leads)


# --- refusal ----------------------------------------------------------------------------------------------


def test_a_refused_lead_fails_with_its_reason_and_is_tried_again_later(office: Office) -> None:
    bad, good = office.lead(), office.lead()

    def refuse(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        refused = [
            Outcome(a.record.ref, Verdict.REFUSED, "phone is required")
            for a in batch
            if a.record.ref.record == bad
        ]
        return [*refused, *inner.assign([a for a in batch if a.record.ref.record != bad])]

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: refuse(inner, batch))
    summary = office.sync()
    assert (summary.counts.failed, summary.counts.assigned, summary.exit_code) == (1, 1, 1)
    assert summary.failures == ((f"crm/leads/{bad}", "phone is required"),)
    assert office.owner(good) is not None
    honest(office)
    assert office.sync().counts.failed == 1, "not due yet"
    office.clock.pass_by(minutes=2)
    assert office.sync().exit_code == 0
    assert office.owner(bad) is not None


def test_a_crm_that_asks_to_wait_is_waited_for_and_looked_at_afresh(office: Office) -> None:
    lead = office.lead()
    answers = iter([Retry("busy", after=7.0)])

    def later(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        error = next(answers, None)
        if error:
            raise error
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: later(inner, batch))
    assert office.sync().exit_code == 0
    assert office.slept == [7.0]
    assert [call for call in office.calls if call in ("read", "assign")] == ["read", "read", "assign"]
    assert office.owner(lead) is not None


def test_a_crm_that_asks_to_wait_for_ever_ends_the_pass_and_loses_nothing(office: Office) -> None:
    lead = office.lead()
    meddle(office, assign=raising(Retry("busy", after=1.0)))
    summary = office.sync()
    assert (summary.unreachable, summary.exit_code, office.step(lead)) == ("busy", 3, "failed")
    honest(office)
    office.clock.pass_by(minutes=2)
    office.sync()
    assert office.owner(lead) is not None


def test_revoked_credentials_end_the_pass_and_lose_nothing(office: Office) -> None:
    lead = office.lead()
    meddle(office, read=raising(Stop("the token was revoked")))
    summary = office.sync()
    assert (summary.unreachable, summary.exit_code) == ("the token was revoked", 3)
    honest(office)
    office.sync()
    assert office.owner(lead) is not None


def test_a_record_that_moved_between_look_and_write_is_looked_at_again(office: Office) -> None:
    office.features = Features(history=True, conditional_write=True)
    lead = office.lead()
    moved = iter([True])

    def edited_meanwhile(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        if next(moved, False):
            office.crm.edit(lead, {"title": "CEO"})
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: edited_meanwhile(inner, batch))
    assert office.sync().exit_code == 0
    assert office.owner(lead) is not None


# --- people -----------------------------------------------------------------------------------------------


def test_a_person_between_plan_and_look_keeps_the_lead(office: Office) -> None:
    lead = office.lead()

    def taken_first(inner: Connector, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        if office.owner(lead) is None:
            office.crm.edit_owner(lead, OwnerId("u-boss"))
        return inner.read(refs)

    office.wrapped = lambda inner: Meddled(inner, read=lambda refs: taken_first(inner, refs))
    summary = office.sync()
    assert (office.owner(lead), summary.counts.conflicts, summary.exit_code) == ("u-boss", 1, 0)
    assert office.table(schema.claims) == []
    assert standing_turns(office) == 0


def test_an_owner_in_doubt_who_left_meanwhile_is_looked_for_before_the_lead_is_given_away(
    office: Office,
) -> None:
    lead = office.lead()
    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: _cut_after(inner, batch, []))
    office.sync()
    honest(office)
    first = office.ledger()[lead]["rep"]
    _leaves(office, first)
    office.clock.pass_by(seconds=46)
    office.sync()
    assert office.owner(lead) == f"u-{first}"
    assert len(office.row(lead).notes) == 1


@pytest.mark.parametrize("away", ["delete", "merge"])
def test_a_record_that_is_gone_gives_its_turn_back(office: Office, away: str) -> None:
    lead, survivor = office.lead(), office.lead(owner="u-boss")

    def gone_first(inner: Connector, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        if lead in {row.id for row in office.crm.rows()}:
            office.crm.delete(lead) if away == "delete" else office.crm.merge(lead, survivor)
        return inner.read(refs)

    office.wrapped = lambda inner: Meddled(inner, read=lambda refs: gone_first(inner, refs))
    assert office.sync().exit_code == 0
    row = office.ledger()[lead]
    assert (row["step"], row["reason"]) == (
        "gone",
        "the record is deleted" if away == "delete" else f"merged into {survivor}",
    )
    assert standing_turns(office) == 0


def test_intents_without_outcome_are_found_by_the_next_pass(office: Office) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> Any:
        raise Killed

    lead = office.lead()
    meddle(office, assign=killed)
    with pytest.raises(Killed):
        office.sync()
    assert office.step(lead) == "claimed"
    honest(office)
    assert office.sync().counts.doubtful == 1
    assert office.step(lead) == "doubtful"
    office.clock.pass_by(seconds=56)
    office.sync()
    assert office.owner(lead) is not None


def test_a_claim_of_a_pass_that_ended_is_no_intent(office: Office) -> None:
    lead = office.lead()
    meddle(office, assign=raising(Stop("the token was revoked")))
    office.sync()
    assert office.step(lead) == "claimed"
    honest(office)
    assert office.sync().counts.doubtful == 0
    assert office.owner(lead) is not None


def test_an_owner_that_is_sent_long_after_the_claim_has_an_intent_of_its_own(office: Office) -> None:
    lead, seen = office.lead(), []

    def slow(inner: Connector, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        office.clock.pass_by(seconds=16)
        return inner.read(refs)

    def looked(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        seen.append(office.step(lead))
        return inner.assign(batch)

    office.wrapped = lambda inner: Meddled(
        inner, read=lambda refs: slow(inner, refs), assign=lambda batch: looked(inner, batch)
    )
    office.sync()
    assert seen == ["writing"]


def standing_turns(office: Office) -> int:
    kinds = [row["kind"] for row in office.table(schema.log)]
    return kinds.count("turn") - kinds.count("returned")


def test_the_window_is_as_long_as_a_late_write_may_take(office: Office) -> None:
    lead = office.lead()
    meddle(office, assign=raising(Doubt("cut")))
    office.sync()
    row = office.ledger()[lead]
    assert row["due"] - row["intent_at"] >= timedelta(seconds=45)


def test_a_pass_that_is_asked_to_stop_does_not_go_on_asking(office: Office) -> None:
    office.lead()
    meddle(office, read=raising(Retry("busy", after=3600.0)))
    office.stopping = lambda: len(office.slept) >= 1
    summary = office.sync()
    assert (office.slept, summary.stopped) == ([3600.0], True)


def test_a_lead_of_a_rep_whose_user_was_archived_goes_to_another(office: Office) -> None:
    lead = office.lead()
    office.wrapped = lambda inner: Meddled(
        inner,
        assign=lambda batch: [Outcome(a.record.ref, Verdict.REFUSED, "the owner is archived") for a in batch],
    )
    office.sync()
    first = office.ledger()[lead]["rep"]
    honest(office)
    _leaves(office, first)
    office.clock.pass_by(minutes=2)
    assert office.sync().exit_code == 0
    assert office.owner(lead) not in (None, f"u-{first}")
    assert standing_turns(office) == 1


def _leaves(office: Office, who: RepId) -> None:
    rep = office.rulebook.reps[who]
    left = Rep(id=rep.id, name=rep.name, email="archived@reps.example")
    office.rulebook = replace(office.rulebook, reps={**office.rulebook.reps, who: left})


def test_credentials_refused_at_the_write_leave_nothing_in_doubt(office: Office) -> None:
    lead = office.lead()
    meddle(office, assign=raising(Stop("a scope is missing")))
    summary = office.sync()
    assert (summary.exit_code, summary.counts.doubtful, office.step(lead)) == (3, 0, "claimed")
    honest(office)
    assert office.sync().exit_code == 0
    assert office.owner(lead) is not None
