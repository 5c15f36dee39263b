"""What the contract says of owners and notes written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from connectors.contract import NOBODY, Assignment, Note, Outcome, Verdict
from router.model import LeadRef, OwnerId
from tests.contract.promises import promise
from tests.contract.reading import seed
from tests.contract.world import DAY, Fault, World

BODY = "Assigned by rule Everyone else.\nWhy: their turn."


def give(world: World, ref: LeadRef, owner: OwnerId) -> Assignment:
    """Return an assignment of the record as it is seen now."""
    return Assignment(world.seen(ref), owner)


def note(ref: LeadRef, number: int = 1) -> Note:
    key = f"lsw:{number:016x}"
    return Note(ref, key, f"{BODY}\n{key}")


def verdicts(outcomes: Sequence[Outcome]) -> dict[LeadRef, Verdict]:
    found = {outcome.ref: outcome.verdict for outcome in outcomes}
    assert len(found) == len(outcomes), "one outcome per record"
    return found


# --- owners -----------------------------------------------------------------------------------------------


@promise(
    "Write the owners and return one outcome per assignment, in any order, joined by ref.",
    "DONE means that the CRM confirmed this record.",
    "How the write of one record ended.",
)
def each_record_gets_its_own_owner_and_outcome(world: World) -> None:
    refs = seed(world, 12)
    chosen = dict(zip(refs, cycle(world.people()), strict=False))
    told = verdicts(world.connector.assign([give(world, ref, chosen[ref]) for ref in reversed(refs)]))
    assert told == dict.fromkeys(refs, Verdict.DONE)
    assert {ref: world.owner(ref) for ref in refs} == chosen
    assert {ref: world.seen(ref).owner for ref in refs} == chosen


@promise("A record that is not named is not touched, a refused one does not stop the others.")
def records_that_are_not_named_stay_untouched(world: World) -> None:
    one, other = world.people()[:2]
    before, named, after = (world.add(DAY, owner=owner) for owner in (None, None, other))
    versions = [world.seen(ref).version for ref in (before, after)]
    world.connector.assign([give(world, named, one)])
    assert [world.owner(ref) for ref in (before, named, after)] == [world.unowned, one, other]
    assert [world.seen(ref).version for ref in (before, after)] == versions
    assert [world.notes(ref) for ref in (before, named, after)] == [[], [], []]


@promise(
    "A record that is not named is not touched, a refused one does not stop the others.",
    "DONE means that the CRM confirmed this record.",
    "Write the owners and return one outcome per assignment, in any order, joined by ref.",
)
def records_that_cannot_be_written_do_not_stop_the_others(world: World) -> None:
    owner = world.people()[0]
    first, deleted, refused, merged, last = (world.add(DAY) for _ in range(5))
    batch = [give(world, ref, owner) for ref in (first, last, refused, deleted, merged)]
    batch[2] = Assignment(batch[2].record, world.inactive())
    world.delete(deleted)
    world.merge(merged, first)
    told = verdicts(world.connector.assign(batch))
    # A merge may have moved the survivor's version.
    assert told.pop(first) in (Verdict.DONE, Verdict.CONFLICT)
    assert told == {
        deleted: Verdict.GONE,
        refused: Verdict.REFUSED,
        merged: Verdict.GONE,
        last: Verdict.DONE,
    }
    assert [world.owner(ref) for ref in (refused, last)] == [world.unowned, owner]


@promise(
    "With `features.conditional_write`, a record whose version moved since it was seen is CONFLICT and stays as "
    "it is.",
    needs="conditional_write",
)
def a_record_changed_since_it_was_seen_is_a_conflict_and_stays(world: World) -> None:
    ours, persons = world.people()[:2]
    moved, still = seed(world, 2)
    batch = [give(world, moved, ours), give(world, still, ours)]
    world.edit_owner(moved, persons)
    assert verdicts(world.connector.assign(batch)) == {moved: Verdict.CONFLICT, still: Verdict.DONE}
    assert [world.owner(ref) for ref in (moved, still)] == [persons, ours]


@promise(
    "Write `owner` on `record`, which was seen as given; `stamp` are trace fields written in the same call."
)
def the_trace_is_written_in_the_call_that_writes_the_owner(world: World) -> None:
    ref, other = seed(world, 2)
    assignment = Assignment(world.seen(ref), world.people()[0], {"routed_by": "Everyone else"})
    before = world.calls
    world.connector.assign([assignment])
    assert world.calls == before + 1
    assert world.field(ref, "routed_by") == "Everyone else"
    assert world.field(other, "routed_by") is None


@promise("`NOBODY` takes the owner away; REFUSED where the CRM gives every record an owner.")
def an_owner_is_taken_away(world: World) -> None:
    ref = world.add(DAY, owner=world.people()[0])
    told = verdicts(world.connector.assign([give(world, ref, NOBODY)]))
    always = world.connector.features.every_record_owned
    assert told == {ref: Verdict.REFUSED if always else Verdict.DONE}
    assert (world.owner(ref), world.seen(ref).owner) == ((world.people()[0],) * 2 if always else (None, None))


@promise(
    "After sending, a timeout, a cut connection or a 5xx is DOUBTFUL for each record whose answer did not "
    "arrive; it is never raised as `Retry`.",
    "How the write of one record ended; `detail` is a reason for people, without personal values.",
)
def an_owner_write_without_an_answer_is_doubtful(world: World) -> None:
    owner = world.people()[0]
    for fault, landed in ((Fault.CUT_AFTER, owner), (Fault.CUT_BEFORE, world.unowned)):
        refs = seed(world, 3)
        batch = [give(world, ref, owner) for ref in refs]
        world.fail_next(fault)
        outcomes = world.connector.assign(batch)
        assert verdicts(outcomes) == dict.fromkeys(refs, Verdict.DOUBTFUL)
        assert [world.owner(ref) for ref in refs] == [landed] * 3
        assert not any("Ada" in outcome.detail for outcome in outcomes)


@promise(
    "One entry of a record's owner history, newest last; `ours` where the CRM says that our credentials wrote "
    "it.",
    needs="history",
)
def history_tells_our_writes_from_a_persons(world: World) -> None:
    ours, persons = world.people()[:2]
    ref = world.add(DAY)
    started = world.now
    world.connector.assign([give(world, ref, ours)])
    world.edit_owner(ref, persons)
    told = world.another().history([ref])[ref]
    assert [(change.owner, change.ours) for change in told] == [(ours, True), (persons, False)]
    assert all(started <= change.at <= world.now for change in told)


# --- notes ------------------------------------------------------------------------------------------------


@promise("Write the notes and return one outcome per note, in any order, joined by ref.")
def each_note_is_written_once_on_its_record(world: World) -> None:
    refs = seed(world, 5)
    world.delete(refs[3])
    told = verdicts(world.connector.annotate([note(ref, number) for number, ref in enumerate(refs)]))
    assert told == dict.fromkeys(refs, Verdict.DONE) | {refs[3]: Verdict.GONE}
    for number in (0, 1, 2, 4):
        (body,) = world.notes(refs[number])
        assert f"{number:016x}" in body
        assert "their turn" in body


@promise(
    "An audit note on a record.",
    "`key` (lsw: and 16 hex digits) is the note's identity and its last line.",
)
def the_key_is_the_last_line_of_the_note(world: World) -> None:
    ref = world.add(DAY)
    world.connector.annotate([note(ref)])
    (body,) = world.notes(ref)
    assert body.splitlines()[-1] == note(ref).key


@promise(
    "The key stands in the CRM so that `noted` finds it.",
    "Return the keys among `notes` that stand in the CRM, read from the primary store.",
)
def a_note_is_found_by_its_key_at_once_and_by_others(world: World) -> None:
    refs = seed(world, 3)
    written, other_key, elsewhere = note(refs[0], 1), note(refs[0], 2), note(refs[1], 3)
    assert world.connector.noted([written, other_key, elsewhere]) == frozenset()
    world.connector.annotate([written])
    for connector in (world.connector, world.another()):
        assert connector.noted([written, other_key, elsewhere]) == {written.key}
    assert world.connector.noted([]) == frozenset()


@promise(
    "With `features.idempotent_notes`, a key that is already there is DONE and not written again.",
    needs="idempotent_notes",
)
def a_note_written_twice_stands_once(world: World) -> None:
    ref = world.add(DAY)
    for connector in (world.connector, world.connector, world.another()):
        assert verdicts(connector.annotate([note(ref)])) == {ref: Verdict.DONE}
    world.connector.annotate([note(ref, 2)])
    assert len(world.notes(ref)) == 2


@promise(
    "A connector never retries a write by itself, never sleeps, and keeps nothing between calls that another "
    "process would need."
)
def a_note_without_an_answer_is_doubtful_and_sent_once(world: World) -> None:
    for fault, landed in ((Fault.CUT_AFTER, 1), (Fault.CUT_BEFORE, 0)):
        ref = world.add(DAY)
        before = world.calls
        world.fail_next(fault)
        assert verdicts(world.connector.annotate([note(ref)])) == {ref: Verdict.DOUBTFUL}
        assert world.calls == before + 1
        assert len(world.notes(ref)) == landed
