"""Walks: pages of a CRM into the ledger, with the cursor that says where to go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from config.settings import New, Since
from connectors.contract import Change, Entered, Page
from router.model import Lead
from sync.ledger import Cursor, new_row, next_values, values_of
from sync.plan import Act, Plan, plan
from sync.steps import Row, Step
from sync.work import FRESH, Pass, Steps, Task

_FIRST_DAY = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_AHEAD = 1


def first_walk(work: Pass, field: str) -> bool:
    """Say whether this walk is the one that an explicit `take` asks for: its leads are counted before any is taken."""
    cursor = _cursor(work, field)
    if cursor.floor is None:
        return True
    explicit = not isinstance(work.wired.settings.take, New)
    return explicit and cursor.floor == (cursor.watermark or _FIRST_DAY)


class Walk:
    """The records that entered by `field` since the floor, with the overlap, or from where a pass stopped.

    One page is asked for while the one before it waits to be taken in, so that neither waits for the other; no more,
    so that leads are decided while they are still at hand.
    """

    def __init__(self, work: Pass, field: str) -> None:
        self._work = work
        self._cursor = _cursor(work, field)
        self._pages: deque[tuple[Cursor, Page]] = deque()
        self._asking = self._asked_all = False

    @property
    def under_way(self) -> bool:
        return bool(self._pages) or not self._asked_all

    def may_ask(self) -> bool:
        return not self._asking and not self._asked_all and len(self._pages) <= _AHEAD

    def asking(self) -> Task:
        """Ask for the next page."""
        self._asking = True
        if self._cursor.floor is None and self._cursor.position is None:
            self._cursor = yield from _first(self._work, self._cursor)
            if isinstance(self._work.wired.settings.take, New):
                self._asked_all = True
                return
        page: Page = yield self._work.asking(self._question())
        self._cursor = _met(self._cursor, page)
        self._pages.append((self._cursor, page))
        self._asking, self._asked_all = False, self._cursor.position is None
        if self._work.seams.stopping():  # what came is not thrown away
            self.take_in()

    def _question(self) -> Callable[[], Page]:
        if self._cursor.position is None:
            since = _since(self._work, self._cursor)
            self._cursor = replace(self._cursor, since=since, newest=None, started=None)
        entered = Entered(self._cursor.walk, self._cursor.since or _FIRST_DAY)
        return partial(self._work.connector.pages, entered, self._cursor.position)

    def take_in(self) -> bool:
        """Take the oldest page that waits into the ledger; say whether there was one."""
        if not self._pages:
            return False
        cursor, page = self._pages.popleft()
        ingest(self._work, page.changes, cursor)
        self._work.counts.seen += len(page.changes)
        return True


def _cursor(work: Pass, field: str) -> Cursor:
    with work.session.transaction("cursor") as tx:
        return work.ledger.cursor(tx, field)


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
                self._seen(row, lead, Step.SEEN)
            case Act.SKIP:
                self._seen(row, lead, Step.SKIPPED, found.reason)
                self.skipped += 1
            case Act.REFRESH if self._values.get(row.values_id or "") != lead:
                self._seen(row, lead, row.step, row.reason)
            case Act.TAKEN:  # without its decision, so that it is ours again should the person let go of it
                taken = row._replace(
                    step=Step.SKIPPED, reason=found.reason, due=None, held_since=None, decision=None
                )
                self._changed.append(taken)
                self.skipped += 1

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
