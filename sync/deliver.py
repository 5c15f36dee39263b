"""Decisions into the CRM: fresh look, intent, owner, intent, note. Every step is in the ledger before the next.

Each function here is a `Task`: it yields calls to the CRM and writes their outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from config.settings import PROPERTIES
from connectors.contract import NOBODY, Absent, Assignment, Look, Outcome, RawValue, Record, Verdict
from connectors.errors import Doubt, Retry, Stop
from router.model import LeadRef, OwnerId
from sync.decide import release
from sync.notes import note_bodies, trace_fields
from sync.steps import CLAIM_IS_INTENT, NOTE_WINDOW, VERIFY_AFTER, ZOMBIE_WINDOW, Row, Step, backoff
from sync.work import ATTEMPTS, Call, Pass, Steps, Task, pause

_Send = Callable[[Pass, Sequence[Row]], Steps[tuple[Sequence[Row], Retry | None]]]
_Fail = Callable[[Row, str, datetime], Row]
_LOST = (Step.GONE, Step.CONFLICT)
_DONE_WITH = (Step.VERIFY, Step.SETTLED, Step.SKIPPED)
_UNKNOWN = "the answer did not arrive; it is looked at after the window in which a late write may still land"


def deliver(work: Pass, rows: Sequence[Row]) -> Task:
    """Write the owners of claimed rows, then their notes; what must be sent again is looked at afresh first."""
    yield from _until_sent(work, rows, _deliver_once, _failed)


def _undecided(row: Row) -> Row:
    """It is to be decided again, unless its person was forgotten: there is nothing left to decide by."""
    if row.forgotten:
        return _ended(row, Step.SKIPPED, row.reason)
    return row._replace(step=Step.SEEN, reason="", due=None, attempts=0)


def _until_sent(work: Pass, rows: Sequence[Row], send: _Send, failed: _Fail) -> Task:
    """Send rows, and those that were not applied again, after the wait that the CRM asks for; not for ever."""
    later: Retry | None = None
    for attempt in range(1, ATTEMPTS + 1):
        rows, later = yield from send(work, rows)
        if not rows or work.seams.stopping():
            return
        if later and attempt < ATTEMPTS:
            yield partial(work.seams.sleep, pause(later, attempt))
    now, usual = work.now(), "the record changed again between look and write"
    _save(work, "given up", [failed(row, str(later or row.reason or usual), now) for row in rows])
    if later is not None:
        raise later


def _deliver_once(work: Pass, rows: Sequence[Row]) -> Steps[tuple[Sequence[Row], Retry | None]]:
    """Return the rows that are to be sent again, and the CRM's words where it asked to wait."""
    if not rows:
        return (), None
    work.people()
    looks: Mapping[LeadRef, Look] = yield work.asking(lambda: work.connector.look([row.ref for row in rows]))
    sorted_out = _SortedOut(work, looks)
    for row in rows:
        sorted_out.add(row)
    release(work, sorted_out.lost)
    _save(work, "found", [row for row in sorted_out.already if row.step is not Step.OWNED])
    written, later = yield from _write(work, sorted_out.writes)
    owned = [row for row in (*sorted_out.already, *written) if row.step is Step.OWNED]
    work.counts.assigned += sum(row.undoes is None for row in owned)
    yield from note(work, owned)  # records that they are ours together with the intent to note it
    return [row for row in written if row.step is Step.CLAIMED], later


class _SortedOut:
    """What the fresh look says of each claimed row: write it, it is ours already, or it is lost to us."""

    def __init__(self, work: Pass, looks: Mapping[LeadRef, Look]) -> None:
        self._work, self._looks, self._intake, self._owners = work, looks, work.intake(), work.people().owners
        self.writes: list[tuple[Row, Record]] = []
        self.already: list[Row] = []
        self.lost: list[Row] = []

    def add(self, row: Row) -> None:
        look = self._looks.get(row.ref) or Look(None, Absent.MISSING)
        if look.record is None:
            self.lost.append(_ended(row, Step.GONE, gone_because(look)))
        elif look.record.owner == row.owner_id:
            self.already.append(_owned(self._work, row))
        elif self._may_replace(row, look.record.owner) and self._has_left(row):
            self.lost.append(_undecided(row))
        elif self._may_replace(row, look.record.owner):
            self.writes.append((self._seen(row, look.record.owner), look.record))
        else:
            self._work.counts.conflicts += 1
            self.lost.append(_ended(row, Step.CONFLICT, f"owned by {look.record.owner}, a person's choice"))

    def _has_left(self, row: Row) -> bool:
        """Say whether the rep can own leads in the CRM no more; what was written before they left stands."""
        return row.rep is not None and row.over is None and self._owners.get(row.rep) != row.owner_id

    def _seen(self, row: Row, owner: OwnerId | None) -> Row:
        """Return the row with the owner whom the write replaces; another than the claim knew is a new intent."""
        return row if owner == row.seen_owner else row._replace(seen_owner=owner, intent_at=None)

    def _may_replace(self, row: Row, owner: OwnerId | None) -> bool:
        return (owner or NOBODY) == row.over if row.over is not None else self._intake.may_replace(owner)


def gone_because(look: Look | None) -> str:
    """Say why a record was not there to look at."""
    why = (look and look.absent) or Absent.MISSING
    return f"merged into {look.survivor}" if look and why is Absent.MERGED else f"the record is {why}"


def _write(work: Pass, writes: Sequence[tuple[Row, Record]]) -> Steps[tuple[Sequence[Row], Retry | None]]:
    """Record the intents, send, record what came of it; return the rows, claimed again where nothing was applied."""
    if not writes:
        return (), None
    rows, stamps = _intended(work, [row for row, _ in writes])
    batch = [Assignment(record, row.owner_id or NOBODY, stamps.get(row.key, {})) for row, record in writes]
    answer = yield from _attempt(lambda: work.connector.assign(batch), rows, Verdict.CONFLICT)
    now = work.now()
    written = [_after_owner(work, row, answer.outcomes[row.ref], now) for row in rows]
    open_still = [row for row in written if row.step not in _LOST]
    _save(
        work,
        "owners",
        open_still if answer.stop else [row for row in open_still if row.step is not Step.OWNED],
    )
    release(work, [row for row in written if row.step in _LOST])
    if answer.stop:
        raise answer.stop
    return written, answer.later


def _intended(work: Pass, rows: Sequence[Row]) -> tuple[Sequence[Row], Mapping[str, Mapping[str, RawValue]]]:
    """Record the intents that the claims do not say already; the lock is confirmed either way.

    Returns the rows as they are recorded, and the fields to be written with each owner.
    """
    now = work.now()
    rows = [
        row if _claim_says_it(row, now) else row._replace(step=Step.WRITING, intent_at=now) for row in rows
    ]
    new, stamped = (
        [row for row in rows if row.step is Step.WRITING],
        PROPERTIES in work.wired.settings.audit,
    )
    if not new and not stamped:
        work.session.confirm()
        return rows, {}
    with work.session.transaction("intend owners") as tx:
        work.ledger.move(tx, new)
        return rows, trace_fields(tx, rows, work.made) if stamped else {}


def _claim_says_it(row: Row, now: datetime) -> bool:
    return row.intent_at is not None and row.over is None and now - row.intent_at <= CLAIM_IS_INTENT


@dataclass(frozen=True, slots=True)
class _Answer:
    """One outcome per row; `later`: nothing was applied, the CRM asks to wait; `stop`: to be raised afterwards."""

    outcomes: Mapping[LeadRef, Outcome]
    later: Retry | None = None
    stop: Stop | None = None


def _attempt(call: Call, rows: Sequence[Row], unsent: Verdict) -> Steps[_Answer]:
    """Make a writing call, once, and give each row an outcome, whatever came back.

    `unsent` is the verdict where the CRM would not have the call at all.
    """
    answered: Sequence[Outcome] = ()
    verdict, detail, stop = Verdict.DOUBTFUL, _UNKNOWN, None
    try:
        answered = yield call
    except Retry as error:
        return _Answer({row.ref: Outcome(row.ref, Verdict.CONFLICT, str(error)) for row in rows}, later=error)
    except Stop as error:
        stop, verdict, detail = error, unsent, str(error)
    except Doubt as error:
        detail = str(error) or _UNKNOWN
    except Exception as error:  # whatever it was, the call may have been applied
        detail = f"{type(error).__name__}: {_UNKNOWN}"
    found = {outcome.ref: outcome for outcome in answered}
    unanswered = {row.ref: Outcome(row.ref, verdict, detail) for row in rows if row.ref not in found}
    return _Answer(found | unanswered, stop=stop)


def _after_owner(work: Pass, row: Row, outcome: Outcome, now: datetime) -> Row:
    match outcome.verdict:
        case Verdict.DONE:
            return _owned(work, row)
        case Verdict.REFUSED:
            return _failed(row, outcome.detail, now)
        case Verdict.CONFLICT:
            return row._replace(step=Step.CLAIMED, reason=outcome.detail)
        case Verdict.GONE:
            return _ended(row, Step.GONE, outcome.detail or "the record is gone")
    return row._replace(step=Step.DOUBTFUL, reason=outcome.detail, due=now + ZOMBIE_WINDOW)


def _failed(row: Row, reason: str, now: datetime) -> Row:
    attempts = row.attempts + 1
    return row._replace(step=Step.FAILED, reason=reason, attempts=attempts, due=now + backoff(attempts))


def _owned(work: Pass, row: Row) -> Row:
    """The owner stands in the CRM: ours gets its note; a person's choice that was put back is verified once more."""
    if row.over is not None and row.undoes is None:
        return noted(work, row, work.now())._replace(
            reason=f"{row.owner_id} was chosen by a person and put back"
        )
    intent_at = row.intent_at or work.now()
    return row._replace(step=Step.OWNED, reason="", due=None, attempts=0, intent_at=intent_at)


def _ended(row: Row, step: Step, reason: str) -> Row:
    return row._replace(step=step, reason=reason, due=None)


def _save(work: Pass, name: str, rows: Sequence[Row]) -> None:
    if rows:
        with work.session.transaction(name) as tx:
            work.ledger.move(tx, rows)
    work.progress(work.counts)


# --- notes ------------------------------------------------------------------------------------------------


def note(work: Pass, rows: Sequence[Row]) -> Task:
    """Write the audit notes of owned rows, where notes are asked for."""
    if work.wired.settings.carrier:
        yield from _until_sent(work, rows, _note_once, _note_failed)
    else:
        now = work.now()
        _save(work, "owners", [noted(work, row, now) for row in rows])


def _note_once(work: Pass, rows: Sequence[Row]) -> Steps[tuple[Sequence[Row], Retry | None]]:
    """Return the rows whose notes are to be sent again."""
    if not rows:
        return (), None
    with work.session.transaction("intend notes") as tx:
        intent_at = work.now()
        noting = [row._replace(step=Step.NOTING, intent_at=intent_at) for row in rows]
        work.ledger.move(tx, work.with_those_over(noting))
        notes = note_bodies(tx, work.wired.router.book, noting, work.made)
    for row in noting:
        work.made.pop(row.decision or 0, None)
    answer = yield from _attempt(
        lambda: work.connector.annotate([notes[row.key] for row in noting]), noting, Verdict.DOUBTFUL
    )
    now = work.now()
    written = [_after_note(work, row, answer.outcomes[row.ref], now) for row in noting]
    work.over += [row for row in written if row.step in _DONE_WITH]
    _save(work, "notes", [row for row in written if row.step not in _DONE_WITH])
    if answer.stop:
        raise answer.stop
    return [row for row in written if row.step is Step.OWNED], answer.later


def _after_note(work: Pass, row: Row, outcome: Outcome, now: datetime) -> Row:
    match outcome.verdict:
        case Verdict.DONE:
            return noted(work, row, now)
        case Verdict.DOUBTFUL:
            return row._replace(step=Step.NOTE_DOUBTFUL, reason=outcome.detail, due=now + NOTE_WINDOW)
        case Verdict.CONFLICT:
            return row._replace(step=Step.OWNED, reason=outcome.detail)
        case Verdict.GONE:
            return row.done("assigned; the record was gone before its note")
    return _note_failed(row, outcome.detail, now)


def _note_failed(row: Row, reason: str, now: datetime) -> Row:
    attempts = row.attempts + 1
    return row._replace(step=Step.NOTE_FAILED, reason=reason, attempts=attempts, due=now + backoff(attempts))


def noted(work: Pass, row: Row, now: datetime) -> Row:
    """The note stands: next the owner's history is read, where the CRM keeps one."""
    if not work.connector.features.history:
        return row.done()
    return row._replace(step=Step.VERIFY, reason="", attempts=0, due=now + VERIFY_AFTER)


def look_for_notes(work: Pass, rows: Sequence[Row]) -> Task:
    """Find out which doubtful notes stand, and write the others."""
    with work.session.transaction("doubtful notes") as tx:
        notes = note_bodies(tx, work.wired.router.book, rows, work.made)
    found: frozenset[str] = yield work.asking(lambda: work.connector.noted([notes[row.key] for row in rows]))
    now = work.now()
    _save(work, "notes found", [noted(work, row, now) for row in rows if row.note_key in found])
    yield from note(work, [row for row in rows if row.note_key not in found])
