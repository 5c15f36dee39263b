"""A pass is taken back: previous owners where ours still stands, turns, and a note that says so.

Each lead goes the road of a person's choice that is put back (`Row.over`): it may replace our owner and no other, and
what is left in doubt or failed is ended by later passes. `Row.undoes` tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from connectors.contract import Look, OwnerChange
from router.model import LeadRef, OwnerId, RepId
from sync import schema
from sync.decide import release
from sync.deliver import deliver, gone_because
from sync.ledger import rows_of
from sync.passes import LEFT
from sync.steps import UNDONE, Row, Step
from sync.verify import overrun
from sync.work import Begin, Pass, Steps, Task, carry_out, one_task_each

_UNSENT = (Step.CLAIMED, Step.FAILED)
_UNVERIFIED = (Step.OWNED, Step.NOTE_FAILED, Step.NOTE_DOUBTFUL, Step.VERIFY)
_UNDOABLE = (*_UNSENT, Step.DOUBTFUL, *_UNVERIFIED, Step.SETTLED)

PUT_BACK, CANCELLED, CHANGED, GONE, FAILED, DOUBTFUL = (
    "put back",
    "cancelled",
    "changed",
    "gone",
    "failed",
    "doubtful",
)
OUTCOMES = (PUT_BACK, CANCELLED, CHANGED, GONE, FAILED, DOUBTFUL)
"""What became of a lead; cancelled: its owner was not written yet, and will not be."""


@dataclass(frozen=True, slots=True)
class Told:
    """One lead of an undo: to whom we gave it, to whom it goes back (None: nobody), and how that ended."""

    lead: str
    given: OwnerId | None
    back_to: OwnerId | None
    outcome: str
    because: str


@dataclass(slots=True)
class Undo:
    """Takes a run back as the work of a pass.

    `told` afterwards says what became of each lead, `reps` who the owners are that the run gave leads to.
    """

    run: str
    told: dict[str, Told] = field(default_factory=dict)
    reps: dict[OwnerId, RepId] = field(default_factory=dict)
    _given: dict[str, OwnerId | None] = field(default_factory=dict)

    def __call__(self, work: Pass) -> None:
        with work.session.transaction("undo") as tx:
            tx.execute(schema.runs.update().where(schema.runs.c.id == work.id).values(undoes=self.run))
        try:
            carry_out(work, self._tasks(work))
        finally:
            self._tell(work)

    def _tasks(self, work: Pass) -> Iterator[Task]:
        """Yield what an undo that was cut left, then the leads of the run, a batch at a time."""
        yield from one_task_each(work, self._left(work))
        after = ""
        while True:
            with work.session.transaction("run") as tx:
                rows = list(rows_of(tx, _decided_in(self.run, after).limit(work.batch)))
                again = _entered_again(tx, rows)
            if not rows:
                return
            after = rows[-1].key
            for row in rows:
                if row.key in again:
                    self._say(row, row.seen_owner, CHANGED, "it entered anew since")
            yield self._take_back(work, [row for row in rows if row.key not in again])

    def _left(self, work: Pass) -> Iterator[tuple[Begin, Sequence[Row]]]:
        for steps, begin in LEFT:
            yield from ((begin, rows) for rows in self._due_at(work, steps))

    def _due_at(self, work: Pass, steps: Sequence[Step]) -> Iterator[Sequence[Row]]:
        leads = schema.leads
        query = sa.select(leads).where(
            leads.c.connection == work.ledger.connection, leads.c.step.in_(steps), leads.c.undoes == self.run
        )
        with work.session.transaction("left") as tx:
            rows = list(rows_of(tx, query.order_by(leads.c.key)))
        self._given |= {row.key: row.over for row in rows if row.step is not Step.VERIFY}
        due = [row for row in rows if row.due is None or row.due <= work.now()]
        yield from (due[start : start + work.batch] for start in range(0, len(due), work.batch))

    def _take_back(self, work: Pass, rows: Sequence[Row]) -> Task:
        self.reps |= {row.owner_id: row.rep for row in rows if row.owner_id and row.rep}
        unsent = [row for row in rows if row.step in _UNSENT]
        release(work, [_cancelled(row, self.run) for row in unsent])
        for row in unsent:
            self._say(row, row.seen_owner, CANCELLED, row.reason)
        sent = [row for row in rows if row.step not in _UNSENT]
        looks: Mapping[LeadRef, Look] = {}
        if sent:
            looks = yield work.asking(partial(work.connector.read, [row.ref for row in sent]))
        before = yield from _overrun(work, sent)
        back = [
            _back(row, self.run, before.get(row.key, row.seen_owner), work.now())
            for row in sent
            if self._is_ours(row, looks.get(row.ref))
        ]
        self._given |= {row.key: row.over for row in back}
        release(work, back)
        yield from deliver(work, [row for row in back if row.step is Step.CLAIMED])

    def _is_ours(self, row: Row, look: Look | None) -> bool:
        """Say whether our owner stands; where it is not known if it was written, that shows after the window."""
        if look is None or look.record is None:
            self._say(row, row.seen_owner, GONE, gone_because(look))
        elif row.step is not Step.DOUBTFUL and look.record.owner != row.owner_id:
            self._say(
                row, row.seen_owner, CHANGED, f"owned by {look.record.owner or 'nobody'}, a person's choice"
            )
        else:
            return True
        return False

    # --- what is told -------------------------------------------------------------------------------------

    def _say(self, row: Row, back_to: OwnerId | None, outcome: str, because: str) -> None:
        self.told[row.key] = Told(str(row.ref), row.owner_id, back_to, outcome, because)

    def _tell(self, work: Pass) -> None:
        """Say of each lead on its way back where it stands now."""
        with work.session.transaction("undone") as tx:
            for row in work.ledger.rows(tx, self._given):
                given = self._given[row.key]
                self.told[row.key] = Told(str(row.ref), given, row.owner_id, _OUTCOME[row.step], row.reason)


_OUTCOME = {
    **dict.fromkeys(Step, PUT_BACK),
    **dict.fromkeys((Step.CLAIMED, Step.FAILED), FAILED),
    **dict.fromkeys((Step.DOUBTFUL, Step.WRITING), DOUBTFUL),
    Step.CONFLICT: CHANGED,
    Step.GONE: GONE,
}


def _decided_in(run: str, after: str) -> sa.Select[tuple[object, ...]]:
    """Select the leads that were decided in a run and are not undone, behind the key `after`."""
    leads, decisions = schema.leads, schema.decisions
    return (
        sa.select(leads)
        .join(decisions, sa.and_(decisions.c.lead == leads.c.key, decisions.c.id == leads.c.decision))
        .where(
            decisions.c.run == run,
            leads.c.step.in_(_UNDOABLE),
            leads.c.owner_id.is_not(None),
            leads.c.over.is_(None),
            leads.c.undoes.is_(None),
            leads.c.key > after,
        )
        .order_by(leads.c.key)
    )


def _entered_again(tx: sa.Connection, rows: Sequence[Row]) -> set[str]:
    """Return the keys of those that are not their record's newest entry."""
    leads = schema.leads
    records = {row.key.rpartition("#")[0]: row for row in rows}
    newest = sa.select(leads.c.record, sa.func.max(leads.c.entry)).where(leads.c.record.in_(list(records)))
    found = {str(record): entry for record, entry in tx.execute(newest.group_by(leads.c.record))}
    return {row.key for record, row in records.items() if found.get(record) != row.entry}


def _overrun(work: Pass, rows: Sequence[Row]) -> Steps[Mapping[str, OwnerId]]:
    """Return the persons' choices that our write overran, by key: `verify` has not been there yet."""
    unverified = [row for row in rows if row.step in _UNVERIFIED]
    if not unverified or not work.connector.features.history:
        return {}
    histories: Mapping[LeadRef, Sequence[OwnerChange]] = yield work.asking(
        partial(work.connector.history, [row.ref for row in unverified])
    )
    chosen = {row.key: overrun(histories.get(row.ref, ()), row.owner_id, work) for row in unverified}
    return {key: owner for key, owner in chosen.items() if owner is not None}


def _back(row: Row, run: str, owner: OwnerId | None, now: datetime) -> Row:
    """Our owner is to be replaced by the one before; a write that may still land is waited for first."""
    waits = row.step is Step.DOUBTFUL and row.due is not None and row.due > now
    return row._replace(
        step=Step.DOUBTFUL if waits else Step.CLAIMED,
        reason=f"undo of {run}: to be put back",
        over=row.owner_id,
        owner_id=owner,
        undoes=run,
        rep=None,
        queue=None,
        due=row.due if waits else None,
        attempts=0,
        intent_at=None,
    )


def _cancelled(row: Row, run: str) -> Row:
    return row._replace(step=Step.SKIPPED, reason=UNDONE, undoes=run, due=None)
