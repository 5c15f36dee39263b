"""Decisions into the CRM: fresh look, intent, owner, intent, note. Every step is in the ledger before the next.

Each function here is a `Task`: it yields calls to the CRM and writes their outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.contract import Absent, Assignment, Look, Note, Outcome, Record, Verdict
from connectors.errors import Doubt, Retry, Stop
from router.model import LeadRef, OwnerId
from sync.decide import release
from sync.notes import note_bodies
from sync.steps import VERIFY_AFTER, ZOMBIE_WINDOW, Row, Step, backoff
from sync.work import Call, Pass, Steps, Task, in_batches

_UNKNOWN = "the answer did not arrive; it is looked at after the window in which a late write may still land"


def deliver(work: Pass, rows: Sequence[Row]) -> Task:
    """Write the owners of claimed rows, then their notes."""
    if not rows:
        return
    work.people()
    looks: Mapping[LeadRef, Look] = yield lambda: work.connector.read([row.ref for row in rows])
    sorted_out = _SortedOut(work, looks)
    for row in rows:
        sorted_out.add(row)
    release(work, sorted_out.lost)
    owned = sorted_out.already
    if sorted_out.writes:
        owned = [*owned, *(yield from _write(work, sorted_out))]
    elif owned:
        _save(work, "found", owned)
    yield from note(work, [row for row in owned if row.over is None])


class _SortedOut:
    """What the fresh look says of each claimed row: write it, it is ours already, or it is lost to us."""

    def __init__(self, work: Pass, looks: Mapping[LeadRef, Look]) -> None:
        self._work, self._looks = work, looks
        self.writes: list[tuple[Row, Record]] = []
        self.already: list[Row] = []
        self.lost: list[Row] = []

    def add(self, row: Row) -> None:
        look = self._looks.get(row.ref) or Look(None, Absent.MISSING)
        if look.record is None:
            self.lost.append(_ended(row, Step.GONE, gone_because(look)))
        elif look.record.owner == row.owner_id:
            self.already.append(_owned(self._work, row))
        elif self._may_replace(row, look.record.owner):
            self.writes.append((replace(row, seen_owner=look.record.owner), look.record))
        else:
            self._work.counts.conflicts += 1
            self.lost.append(_ended(row, Step.CONFLICT, f"owned by {look.record.owner}, a person's choice"))

    def _may_replace(self, row: Row, owner: OwnerId | None) -> bool:
        return owner == row.over if row.over is not None else self._work.intake().may_replace(owner)


def gone_because(look: Look | None) -> str:
    """Say why a record was not there to look at."""
    why = (look and look.absent) or Absent.MISSING
    return f"merged into {look.survivor}" if look and why is Absent.MERGED else f"the record is {why}"


def _write(work: Pass, sorted_out: _SortedOut) -> Steps[list[Row]]:
    intent_at = work.now()
    writing = [
        (replace(row, step=Step.WRITING, intent_at=intent_at), record) for row, record in sorted_out.writes
    ]
    _save(work, "intend owners", [*(row for row, _ in writing), *sorted_out.already])
    batch = [Assignment(record, row.owner_id or OwnerId("")) for row, record in writing]
    rows = [row for row, _ in writing]
    outcomes, failure = yield from _attempt(lambda: work.connector.assign(batch), rows)
    now = work.now()
    written = [_after_owner(work, row, outcomes[row.ref], now) for row in rows]
    work.counts.assigned += sum(row.step is Step.OWNED and row.over is None for row in written)
    kept = [row for row in written if row.step not in (Step.GONE, Step.CONFLICT)]
    _save(work, "owners", kept)
    release(work, [row for row in written if row.step in (Step.GONE, Step.CONFLICT)])
    if failure:
        raise failure
    return [row for row in kept if row.step is Step.OWNED]


def _attempt(call: Call, rows: Sequence[Row]) -> Steps[tuple[dict[LeadRef, Outcome], Exception | None]]:
    """Make a writing call and give each row an outcome, whatever came back; also what must be raised afterwards."""
    failure: Exception | None = None
    answered: Sequence[Outcome] = ()
    verdict, detail = Verdict.DOUBTFUL, _UNKNOWN
    try:
        answered = yield call
    except Retry as error:
        failure, verdict, detail = error, Verdict.REFUSED, str(error)
    except Stop as error:
        failure, detail = error, str(error)
    except Doubt as error:
        detail = str(error) or _UNKNOWN
    except Exception as error:
        detail = f"{type(error).__name__}: {_UNKNOWN}"
    found = {outcome.ref: outcome for outcome in answered}
    return {row.ref: found.get(row.ref) or Outcome(row.ref, verdict, detail) for row in rows}, failure


def _after_owner(work: Pass, row: Row, outcome: Outcome, now: datetime) -> Row:
    match outcome.verdict:
        case Verdict.DONE:
            return _owned(work, row)
        case Verdict.REFUSED:
            attempts = row.attempts + 1
            due = now + backoff(attempts)
            return replace(row, step=Step.FAILED, reason=outcome.detail, attempts=attempts, due=due)
        case Verdict.CONFLICT:
            return replace(row, step=Step.FAILED, reason="changed between look and write", due=now)
        case Verdict.GONE:
            return _ended(row, Step.GONE, outcome.detail or "the record is gone")
    return replace(row, step=Step.DOUBTFUL, reason=outcome.detail, due=now + ZOMBIE_WINDOW)


def _owned(work: Pass, row: Row) -> Row:
    """The owner stands in the CRM. A put-back choice of a person ends here; ours gets its note."""
    if row.over is not None:
        return _ended(row, Step.CONFLICT, f"{row.owner_id} was chosen by a person and put back")
    intent_at = row.intent_at or work.now()
    return replace(row, step=Step.OWNED, reason="", due=None, attempts=0, intent_at=intent_at)


def _ended(row: Row, step: Step, reason: str) -> Row:
    return replace(row, step=step, reason=reason, due=None)


def _save(work: Pass, name: str, rows: Sequence[Row]) -> None:
    if rows:
        with work.session.transaction(name) as tx:
            work.ledger.save(tx, rows)
    work.progress(work.counts)


# --- notes ------------------------------------------------------------------------------------------------


def note(work: Pass, rows: Sequence[Row]) -> Task:
    """Write the audit notes of owned rows."""
    if not rows:
        return
    with work.session.transaction("intend notes") as tx:
        now = work.now()
        noting = [replace(row, step=Step.NOTING, intent_at=now) for row in rows]
        work.ledger.save(tx, noting)
        notes = note_bodies(tx, work.wired.router.book, noting)
    for part in in_batches(noting, work.connector.features.note_batch):
        outcomes, failure = yield from _attempt(_annotate(work, part, notes), part)
        now = work.now()
        _save(work, "notes", [_after_note(work, row, outcomes[row.ref], now) for row in part])
        if failure:
            raise failure


def _annotate(work: Pass, rows: Iterable[Row], notes: Mapping[str, Note]) -> Call:
    batch = [notes[row.key] for row in rows]
    return lambda: work.connector.annotate(batch)


def _after_note(work: Pass, row: Row, outcome: Outcome, now: datetime) -> Row:
    match outcome.verdict:
        case Verdict.DONE:
            return noted(work, row, now)
        case Verdict.DOUBTFUL:
            return replace(row, step=Step.NOTE_DOUBTFUL, reason=outcome.detail, due=now + ZOMBIE_WINDOW)
        case Verdict.GONE:
            return _ended(row, Step.SETTLED, "assigned; the record was gone before its note")
    attempts = row.attempts + 1
    due = now + backoff(attempts)
    return replace(row, step=Step.NOTE_FAILED, reason=outcome.detail, attempts=attempts, due=due)


def noted(work: Pass, row: Row, now: datetime) -> Row:
    """The note stands: next the owner's history is read, where the CRM keeps one."""
    if not work.connector.features.history:
        return _ended(row, Step.SETTLED, "")
    return replace(row, step=Step.VERIFY, reason="", attempts=0, due=now + VERIFY_AFTER)


def look_for_notes(work: Pass, rows: Sequence[Row]) -> Task:
    """Find out which doubtful notes stand, and write the others."""
    with work.session.transaction("doubtful notes") as tx:
        notes = note_bodies(tx, work.wired.router.book, rows)
    found: frozenset[str] = yield lambda: work.connector.noted([notes[row.key] for row in rows])
    now = work.now()
    _save(work, "notes found", [noted(work, row, now) for row in rows if row.note_key in found])
    yield from note(work, [row for row in rows if row.note_key not in found])
