"""Records that were met, into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from config.settings import Nobody
from router.model import Lead, LeadRef
from sync.ledger import Cursor, new_row, next_values, values_of
from sync.loads import see_statuses
from sync.plan import NEW_ENTRY, Act, Plan, is_due, plan, stays
from sync.steps import KEPT_DEADLINE, UNDECIDED, Row, Step
from sync.work import FRESH, Pass

_FOR_PEOPLE = (Step.PARKED, Step.KEPT)

Met = tuple[Lead, datetime | None]
"""A record that was met, normalised, with the walk's date on it."""


def ingest(work: Pass, met: Sequence[Met], cursor: Cursor | None, *, sweep: bool = False) -> int:
    """Plan the records met and write what follows, and the cursor, in one transaction; return how many are new."""
    leads = {lead.ref: (lead, stamp) for lead, stamp in met}
    intake = None if _all_stay(work, leads) else replace(work.intake(_watermark(cursor)), sweep=sweep)
    with work.session.transaction("ingest") as tx:
        rows, now = work.ledger.newest(tx, leads), work.now()
        undecided = (row for row in rows.values() if row.step in UNDECIDED)
        planned = _Planned(work, values_of(tx, [row.values_id for row in undecided if row.values_id]))
        for ref, (lead, stamp) in leads.items():
            if intake:
                planned.add(plan(lead, stamp, rows.get(ref), intake, now), rows.get(ref), (lead, stamp))
        planned.write(work, tx)
        _see_statuses(
            work, tx, planned, [(rows[ref], lead) for ref, (lead, _) in leads.items() if ref in rows]
        )
        if cursor:
            work.ledger.save_cursor(tx, cursor)
    work.counts.skipped += planned.skipped
    work.progress(work.counts)
    return planned.new


def _all_stay(work: Pass, leads: Mapping[LeadRef, Met]) -> bool:
    """Return whether nothing is met but what stays as it is: then the CRM need not be asked who its users are."""
    if not leads or all(isinstance(one, Nobody) for one in work.wired.settings.replaces):
        return not leads
    with work.session.transaction("met") as tx:
        rows = work.ledger.newest(tx, leads)
        resting = _resting(work, tx, rows.values())
    return all(stays(lead, rows.get(ref)) or resting.get(ref) == lead for ref, (lead, _) in leads.items())


def _resting(work: Pass, tx: sa.Connection, rows: Iterable[Row]) -> Mapping[LeadRef, Lead]:
    """Return the leads that wait for people as they were when they were found to be ours.

    While one is the same, and neither its time nor another configuration has come, nothing would be written of it.
    """
    config, now = work.wired.config, work.now()
    waiting = [row for row in rows if row.step in _FOR_PEOPLE and not is_due(row, config, now)]
    known = values_of(tx, [row.values_id for row in waiting if row.values_id])
    return {row.ref: known[row.values_id] for row in waiting if row.values_id in known}


def _watermark(cursor: Cursor | None) -> datetime | None:
    return cursor.watermark if cursor else None


def _see_statuses(work: Pass, tx: sa.Connection, planned: _Planned, met: Sequence[tuple[Row, Lead]]) -> None:
    """Note which of the leads that reps have are closed by now; one that entered anew is another from there on."""
    given = [(row, lead) for row, lead in met if row.rep]
    ends = {status.casefold() for status in work.wired.settings.closed}
    over = {
        row.key for row, lead in given if (lead.status or "").casefold() in ends or row.key in planned.over
    }
    see_statuses(tx, over, [row.key for row, _ in given if row.key not in over], planned.now)


_STEPS = {Act.SKIP: Step.SKIPPED, Act.PARK: Step.PARKED}


class _Planned:
    """What the plans of one page ask to be written."""

    def __init__(self, work: Pass, values: Mapping[str, Lead]) -> None:
        self.now, self._config, self._values = work.now(), work.wired.config, values
        self.over: set[str] = set()
        self._new: list[tuple[Row, Lead]] = []
        self._known: list[tuple[Row, Lead]] = []
        self._changed: list[Row] = []
        self.skipped = 0

    @property
    def new(self) -> int:
        return len(self._new)

    def add(self, found: Plan, row: Row | None, seen: Met) -> None:
        lead, stamp = seen
        if row is None or found.act in NEW_ENTRY:
            if row is not None:
                self.over.add(row.key)
            if found.act is not Act.IGNORE:
                entry = row.entry + 1 if row else 1
                since = stamp or (lead.created if row is None else None) or self.now
                self._begin(found, new_row(lead.ref, entry, Step.SEEN, stamp=since), lead)
            return
        match found.act:
            case Act.TAKE:
                self._seen(row, lead, Step.SEEN)
            case Act.REFRESH if self._values.get(row.values_id or "") != lead:
                self._seen(row, lead, row.step, row.reason)
            case Act.TAKEN:  # without its decision, so that it is ours again should the person let go of it
                taken = row._replace(
                    step=Step.SKIPPED, reason=found.reason, due=None, held_since=None, decision=None
                )
                self._changed.append(taken)
                self.skipped += 1

    def _begin(self, found: Plan, row: Row, lead: Lead) -> None:
        """Begin an entry of a record: the first, or another."""
        if found.act is Act.SKIP:
            self.skipped += 1
        elif found.act is Act.PARK:
            row = row._replace(due=self.now + KEPT_DEADLINE, held_since=self.now, config=self._config)
        self._seen(row, lead, _STEPS.get(found.act, Step.SEEN), found.reason)

    def _seen(self, row: Row, lead: Lead, step: Step, reason: str = "") -> None:
        """Keep the new values beside earlier ones: a decision's inputs are never overwritten."""
        seen = row._replace(step=step, reason=reason, seen_owner=lead.owner, values_id=next_values(row))
        (self._known if row.values_id else self._new).append((seen, lead))

    def write(self, work: Pass, tx: sa.Connection) -> None:
        ledger = work.ledger
        ledger.keep_values(tx, [*self._new, *self._known])
        ledger.insert(tx, [row for row, _ in self._new])
        changed = [*(row for row, _ in self._known), *self._changed]
        ledger.save(tx, changed)
        for row in changed:
            work.fresh.pop(row.key, None)
        for row, lead in self._new:
            if row.step is Step.SEEN and len(work.fresh) < FRESH:
                work.fresh[row.key] = (row, lead)
