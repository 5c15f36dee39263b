"""What must be true of every history, read from the history and the end state of the CRMs alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.memory.events import Added, Owned
from connectors.memory.rows import Row, stamp_of
from router.model import OwnerId, RecordId
from sync.steps import Step
from tests.simulation import ledger_checker
from tests.simulation.history import Broke, Looked, Lost, Sent, Told
from tests.simulation.ledger_checker import Standing
from tests.simulation.rules import UNOWNED
from tests.simulation.world import World


def violations(world: World) -> list[str]:
    """Return a sentence for each broken promise, none if all were kept."""
    standing = ledger_checker.standing(world.store)
    return [
        *_passes(world),
        *_one_pass_at_a_time(world),
        *_looks_before_writes(world),
        *_watermarks(world, standing),
        *_records(world, standing),
        *ledger_checker.violations(standing, _owned(world)),
        *_persons(world, standing),
        *_tugs(world, standing),
    ]


# --- the calls --------------------------------------------------------------------------------------------


def _passes(world: World) -> Iterator[str]:
    """Passes end as they may; who lost the lock sends nothing more."""
    lost: set[int] = set()
    for entry in world.history:
        match entry:
            case Broke(run, error):
                yield f"pass {run} broke: {error}"
            case Lost(run):
                lost.add(run)
            case Sent(run, record, owner) if run in lost:
                yield f"record {record}: pass {run} sent {owner} after it had lost the lock"


def _one_pass_at_a_time(world: World) -> Iterator[str]:
    """The questions of two passes over one connection never mix, unless the first lost its session."""
    latest: dict[str, int] = {}
    over: set[int] = set()
    for entry in world.history:
        if isinstance(entry, Lost):
            over.add(entry.run)
        if not isinstance(entry, Looked | Told) or entry.run in over:
            continue
        before = latest.get(entry.connection, entry.run)
        if entry.run < before:
            yield f"passes {entry.run} and {before} over {entry.connection} ran at once"
            over.add(entry.run)
        else:
            latest[entry.connection] = entry.run


def _looks_before_writes(world: World) -> Iterator[str]:
    """No owner that we could see is overwritten: a pass's last look before it sends shows nobody, or our own write."""
    seen: dict[tuple[int, RecordId], OwnerId | None] = {}
    ours: dict[RecordId, set[OwnerId]] = defaultdict(set)
    for entry in world.history:
        match entry:
            case Looked(run, _, record, owner):
                seen[run, record] = owner
            case Sent(run, record, owner):
                if (run, record) not in seen:
                    yield f"record {record}: {owner} was sent without a fresh look"
                    continue
                there = seen.pop((run, record))
                if there not in (*UNOWNED, owner) and there not in ours[record]:
                    yield f"record {record}: {owner} was sent over {there}, who was seen"
                ours[record].add(owner)


# --- the records ------------------------------------------------------------------------------------------


def _owned(world: World) -> Mapping[RecordId, Sequence[Owned]]:
    """Return every owner that was written to each record, by us and by others, in order."""
    written: dict[RecordId, list[Owned]] = defaultdict(list)
    for entry in world.history:
        if isinstance(entry, Owned):
            written[entry.record].append(entry)
    return written


def _records(world: World, standing: Standing) -> Iterator[str]:
    written = _owned(world)
    for name, crm in world.crms.items():
        for row in crm.rows():
            writes = written.get(row.id, ())
            if _is_ours(row, standing.watermarks.get(name)):
                yield from _record(world, row, writes, standing)
            elif row.notes or any(write.ours for write in writes):
                yield f"record {row.id}: older than what we take, and written"


def _is_ours(row: Row, watermark: datetime | None) -> bool:
    stamp = stamp_of(row, "created")
    return watermark is None or stamp is None or stamp >= watermark


def _record(world: World, row: Row, writes: Sequence[Owned], standing: Standing) -> Iterator[str]:
    """What holds of each time the lead was ours: from its coming, or from when its owner was taken away."""
    times = _times(row, writes)
    for time in times:
        if len(automatic := {write.owner for write in time.ours} - time.chosen) > 1:
            yield f"record {row.id}: {len(automatic)} automatic owners"
    if len(row.notes) > len(times):
        yield f"record {row.id}: {len(row.notes)} notes"
    if row.id not in world.converted:  # else nothing of it can be written any more
        yield from _at_the_end(world, row, times[-1], waits=row.id in standing.waiting)


def _at_the_end(world: World, row: Row, last: _Time, *, waits: bool) -> Iterator[str]:
    """What stands on a record at last: an owner or a reason, a person's choice, a note of what we did."""
    if row.owner in UNOWNED and not waits:
        yield f"record {row.id}: forgotten, it has no owner and waits for nothing"
    if last.chosen and row.owner != last.choice and not (last.overran and not world.has_history(row.id)):
        yield f"record {row.id}: a person chose {last.choice}, and {row.owner} stands"
    if not last.chosen and not waits and not _traced(world, row, last.since):
        yield f"record {row.id}: no note"


def forgotten(world: World) -> list[RecordId]:
    """Return the records that are ours, have no owner and wait for nothing."""
    standing = ledger_checker.standing(world.store)
    return [
        row.id
        for name, crm in world.crms.items()
        for row in crm.rows()
        if row.owner in UNOWNED
        and row.id not in world.converted
        and row.id not in standing.waiting
        and _is_ours(row, standing.watermarks.get(name))
    ]


def _traced(world: World, row: Row, since: datetime) -> bool:
    if world.luck.has("trace_in_fields"):
        return bool(row.fields.get("leadswitch_key"))
    return any(note.at >= since for note in row.notes)


@dataclass(slots=True)
class _Time:
    """One time that a record was ours to assign, and the owners written then; `overran`: ours on a person's choice."""

    since: datetime
    ours: list[Owned] = field(default_factory=list)
    choice: OwnerId | None = None
    chosen: set[OwnerId | None] = field(default_factory=set)
    overran: bool = False


def _times(row: Row, writes: Sequence[Owned]) -> list[_Time]:
    times = [_Time(row.arrived)]
    for write in writes:
        if write.ours:
            times[-1].ours.append(write)
            times[-1].overran = bool(times[-1].chosen)
        elif write.owner in UNOWNED:
            times.append(_Time(write.at))
        else:
            times[-1].choice, times[-1].overran = write.owner, False
            times[-1].chosen.add(write.owner)
    return times


def _watermarks(world: World, standing: Standing) -> Iterator[str]:
    """`take: new` begins at a time that the CRM told."""
    told = {(entry.connection, entry.time) for entry in world.history if isinstance(entry, Told)}
    for connection, watermark in standing.watermarks.items():
        if world.luck.has("take_new") and (connection, watermark) not in told:
            yield f"{connection}: the watermark {watermark} is no time that the CRM told"


# --- persons ----------------------------------------------------------------------------------------------


def _persons(world: World, standing: Standing) -> Iterator[str]:
    """The same person goes to one rep, in any CRM, while none of the person's leads was lost to somebody."""
    if world.luck.has("rep_left"):
        return
    reps: dict[str, Counter[str]] = defaultdict(Counter)
    lost: set[str] = set()
    for entry in world.history:
        if isinstance(entry, Added):
            person, rep = str(entry.fields.get("email")), standing.reps.get(entry.record)
            if rep is None:
                lost.add(person)
            else:
                reps[person][rep] += 1
    for person, found in reps.items():
        if len(found) > 1 and person not in lost:
            yield f"person {person}: {len(found)} reps"


# --- wars -------------------------------------------------------------------------------------------------

_TUGS, _BEFORE_VERIFY = 4, timedelta(seconds=60)


def _tugs(world: World, standing: Standing) -> Iterator[str]:
    """Two who take a lead from each other before we verify our write are told of: the lead does not just settle."""
    if world.luck.has("clock_jump"):
        return  # it is not known when we verified
    written = _owned(world)
    there = {row.id for crm in world.crms.values() for row in crm.rows()}  # what is gone has no history
    settled = {row["record_id"] for row in standing.leads if row["step"] == Step.SETTLED}
    for record in sorted(settled & there & written.keys()):
        writes = written[record]
        ours = max((at for at, write in enumerate(writes) if write.ours), default=len(writes))
        since = writes[ours + 1 :]
        soon = [write for write in since if write.at - writes[ours].at < _BEFORE_VERIFY]
        rivals = {write.owner for write in since}
        if len(soon) >= _TUGS and len(rivals) == 2 and world.has_history(record):
            yield f"record {record}: {len(since)} times taken from each other, and it was settled"
