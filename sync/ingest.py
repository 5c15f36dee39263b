"""Walks: pages of a CRM into the ledger, with the cursor that says where to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from config.settings import New, Since
from connectors.contract import Change, Entered, Page
from router.model import Lead
from sync.ledger import Cursor, new_row, values_of
from sync.plan import Act, Plan, plan
from sync.steps import Row, Step
from sync.work import Pass, Steps, Task

_FRESH = 3000
_FIRST_DAY = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def first_walk(work: Pass, field: str) -> bool:
    """Say whether this walk is the one that an explicit `take` asks for: its leads are counted before any is taken."""
    with work.session.transaction("cursor") as tx:
        cursor = work.ledger.cursor(tx, field)
    if cursor.floor is None:
        return True
    explicit = not isinstance(work.wired.settings.take, New)
    return explicit and cursor.floor == (cursor.watermark or _FIRST_DAY)


def walking(work: Pass, field: str) -> Task:
    """Walk the records that entered by `field` since the floor, with the overlap, or go on where a pass stopped."""
    with work.session.transaction("cursor") as tx:
        cursor = work.ledger.cursor(tx, field)
    if cursor.floor is None and cursor.position is None:
        cursor = yield from _first(work, cursor)
        if isinstance(work.wired.settings.take, New):
            return
    if cursor.position is None:
        cursor = replace(cursor, since=_since(work, cursor), newest=None, started=None)
    while not work.seams.stopping():
        entered = Entered(cursor.walk, cursor.since or _FIRST_DAY)
        page: Page = yield work.asking(partial(work.connector.pages, entered, cursor.position))
        cursor = _met(cursor, page)
        ingest(work, page.changes, cursor)
        work.counts.seen += len(page.changes)
        if cursor.position is None:
            return


def _first(work: Pass, cursor: Cursor) -> Steps[Cursor]:
    """Set the watermark: the CRM's own time for `take: new`, so that nothing older is ever assigned."""
    take = work.wired.settings.take
    watermark = _midnight(take.day, work.wired.zone) if isinstance(take, Since) else None
    if isinstance(take, New):
        probe: Page = yield work.asking(partial(work.connector.pages, Entered(cursor.walk, work.now()), None))
        watermark = probe.server_time
    cursor = replace(cursor, watermark=watermark, floor=watermark or _FIRST_DAY)
    with work.session.transaction("watermark") as tx:
        work.ledger.save_cursor(tx, cursor)
    return cursor


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _since(work: Pass, cursor: Cursor) -> datetime:
    floor = cursor.floor or _FIRST_DAY
    if floor == _FIRST_DAY:
        return floor
    since = floor - timedelta(seconds=work.wired.settings.overlap)
    return max(since, cursor.watermark or since)


def _met(cursor: Cursor, page: Page) -> Cursor:
    """Return the cursor after `page`; the floor moves only at the end of the walk."""
    newest = max((t for t in (cursor.newest, page.newest) if t is not None), default=None)
    started = cursor.started or page.server_time
    if page.next is not None:
        return replace(cursor, position=page.next, newest=newest, started=started)
    floor = cursor.floor if newest is None else max(cursor.floor or _FIRST_DAY, min(newest, started))
    return replace(cursor, position=None, floor=floor, since=None, newest=None, started=None)


def ingest(work: Pass, changes: Sequence[Change], cursor: Cursor | None) -> None:
    """Plan the records met and write what follows, and the cursor, in one transaction."""
    leads = {change.record.ref: (work.wired.normalise(change.record), change.stamp) for change in changes}
    intake = work.intake(cursor.watermark if cursor else None) if leads else None
    with work.session.transaction("ingest") as tx:
        rows, now = work.ledger.newest(tx, leads), work.now()
        planned = _Planned(values_of(tx, [row.values_id for row in rows.values() if row.values_id]))
        for ref, (lead, stamp) in leads.items():
            row = rows.get(ref)
            if intake:
                found = plan(lead, stamp, row, intake, now)
                planned.add(
                    found, row or new_row(ref, 1, Step.SEEN, stamp=stamp or lead.created or now), lead
                )
        planned.write(work, tx)
        if cursor:
            work.ledger.save_cursor(tx, cursor)
    work.counts.skipped += planned.skipped
    work.progress(work.counts)


class _Planned:
    """What the plans of one page ask to be written."""

    def __init__(self, values: Mapping[str, Lead]) -> None:
        self._values = values
        self._new: list[tuple[Row, Lead]] = []
        self._known: list[tuple[Row, Lead]] = []
        self._changed: list[Row] = []
        self.skipped = 0

    def add(self, found: Plan, row: Row, lead: Lead) -> None:
        match found.act:
            case Act.TAKE:
                self._seen(row._replace(step=Step.SEEN, reason="", seen_owner=lead.owner), lead)
            case Act.SKIP:
                self._seen(row._replace(step=Step.SKIPPED, reason=found.reason, seen_owner=lead.owner), lead)
                self.skipped += 1
            case Act.REFRESH if self._values.get(row.values_id or "") != lead:
                self._seen(row._replace(seen_owner=lead.owner), lead)
            case Act.TAKEN:  # without its decision, so that it is ours again should the person let go of it
                taken = row._replace(
                    step=Step.SKIPPED, reason=found.reason, due=None, held_since=None, decision=None
                )
                self._changed.append(taken)
                self.skipped += 1

    def _seen(self, row: Row, lead: Lead) -> None:
        (self._known if row.values_id else self._new).append((row, lead))

    def write(self, work: Pass, tx: sa.Connection) -> None:
        ledger = work.ledger
        new = ledger.keep_values(tx, self._new)
        ledger.insert(tx, new)
        ledger.save(tx, [*ledger.keep_values(tx, self._known), *self._changed])
        for row, _ in (*self._known, *((row, None) for row in self._changed)):
            work.fresh.pop(row.key, None)
        for row, (_, lead) in zip(new, self._new, strict=True):
            if row.step is Step.SEEN and len(work.fresh) < _FRESH:
                work.fresh[row.key] = (row, lead)
