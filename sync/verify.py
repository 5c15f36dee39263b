"""Verify: the owner's history of each written lead is read once; a person's choice that we overran is put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.contract import NOBODY, Absent, Look, OwnerChange
from router.model import LeadRef, OwnerId
from sync.decide import release
from sync.deliver import deliver, gone_because
from sync.steps import KEPT_DEADLINE, Row, Step
from sync.work import Pass, Steps, Task

_TUGS = 4


def verify(work: Pass, rows: Sequence[Row]) -> Task:
    """Read the histories and put back what was overrun; rows whose write overran nobody are settled."""
    histories: Mapping[LeadRef, Sequence[OwnerChange]] = yield work.asking(
        lambda: work.connector.history([row.ref for row in rows])
    )
    silent = [row for row in rows if not histories.get(row.ref)]
    merged = yield from _merged_away(work, silent)
    settled, overran, tugged = [], [], []
    for row in rows:
        history = histories.get(row.ref, ())
        if choice := overrun(history, row.owner_id, work):
            overran.append(_put_back(row, choice))
        elif rivals := tug_of_war(history, row.owner_id):
            tugged.append(_parked(row, rivals, work.now()))
        elif row.ref not in merged:
            settled.append(row.done())
    with work.session.transaction("verified") as tx:
        work.ledger.move(tx, settled)
    release(work, [*overran, *tugged, *merged.values()])
    work.counts.conflicts += len(overran) + len(tugged)
    yield from deliver(work, overran)


def _merged_away(work: Pass, silent: Sequence[Row]) -> Steps[Mapping[LeadRef, Row]]:
    """Return those of the rows without a history that were merged into others, as they end: their turn goes back."""
    if not silent:
        return {}
    looks: Mapping[LeadRef, Look] = yield work.asking(
        lambda: work.connector.look([row.ref for row in silent])
    )
    return {
        row.ref: row._replace(step=Step.GONE, reason=gone_because(look), due=None)
        for row in silent
        if (look := looks.get(row.ref)) and look.absent is Absent.MERGED
    }


def overrun(history: Sequence[OwnerChange], ours: OwnerId | None, work: Pass) -> OwnerId | None:
    """Return the owner whom a person had chosen when our write landed, where ours still stands; else None."""
    if not history or history[-1].owner != ours or not history[-1].ours:
        return None
    before = next(
        (change for change in reversed(history[:-1]) if not (change.ours and change.owner == ours)), None
    )
    if before is None or before.ours or before.owner == ours or work.intake().may_replace(before.owner):
        return None
    return before.owner


def tug_of_war(history: Sequence[OwnerChange], ours: OwnerId | None) -> Sequence[OwnerId | None]:
    """Return the two who take the lead from each other since our write, none where there is no such war."""
    last = max((at for at, one in enumerate(history) if one.ours and one.owner == ours), default=None)
    since = [one.owner for one in history[last + 1 :]] if last is not None else []
    rivals = list(dict.fromkeys(since))
    return rivals if len(since) >= _TUGS and len(rivals) == 2 else ()


def _parked(row: Row, rivals: Sequence[OwnerId | None], now: datetime) -> Row:
    one, other = (owner or "nobody" for owner in rivals)
    reason = f"{one} and {other} take it from each other: do two automations change owners?"
    return row._replace(step=Step.PARKED, reason=reason, due=now + KEPT_DEADLINE, held_since=now)


def _put_back(row: Row, choice: OwnerId) -> Row:
    """The person's choice is written over ours, and over nothing else, on the same road as every owner."""
    return row._replace(
        step=Step.CLAIMED,
        reason=f"{choice} was chosen by a person while we wrote: to be put back",
        over=row.owner_id or NOBODY,
        owner_id=choice,
        undoes=None,
        rep=None,
        due=None,
    )
