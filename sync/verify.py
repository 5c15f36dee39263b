"""Verify: the owner's history of each written lead is read once; a person's choice that we overran is put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.contract import NOBODY, OwnerChange
from router.model import LeadRef, OwnerId
from sync.decide import release
from sync.deliver import deliver
from sync.steps import Row, Step
from sync.work import Pass, Task


def verify(work: Pass, rows: Sequence[Row]) -> Task:
    """Read the histories and put back what was overrun; rows whose write overran nobody are settled."""
    histories: Mapping[LeadRef, Sequence[OwnerChange]] = yield work.asking(
        lambda: work.connector.history([row.ref for row in rows])
    )
    settled, overran = [], []
    for row in rows:
        choice = overrun(histories.get(row.ref, ()), row.owner_id, work)
        if choice is None:
            settled.append(row.done())
        else:
            overran.append(_put_back(row, choice))
    with work.session.transaction("verified") as tx:
        work.ledger.move(tx, settled)
    release(work, overran)
    work.counts.conflicts += len(overran)
    yield from deliver(work, overran)


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
