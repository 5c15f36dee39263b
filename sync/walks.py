"""Walks: pages of a CRM, one after another, with the cursor that says where to go on."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.settings import New, Since
from connectors.contract import Entered, Everything, Page
from sync.ingest import Met, ingest
from sync.ledger import Cursor
from sync.seams import Pending
from sync.work import Pass, Steps, Task

_FIRST_DAY = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_PAGES, _LEADS = 3, 400
"""How many pages may have come, or be on their way, and not be taken in; fewer where so many leads are in them."""

SWEEP = "*"
"""The sweep's name among the cursors; no field has it."""

_SHARE = 0.1
_MOST_PAGES = 200


def first_walk(work: Pass, field: str) -> bool:
    """Say whether this walk is the one that an explicit `take` asks for: its leads are counted before any is taken."""
    cursor = _cursor(work, field)
    if cursor.floor is None:
        return True
    explicit = not isinstance(work.wired.settings.take, New)
    return explicit and cursor.floor == (cursor.watermark or _FIRST_DAY)


class _Came(NamedTuple):
    """A page as it came: the cursor behind it, its leads, and the next one where it is asked for already."""

    cursor: Cursor
    met: Sequence[Met]
    following: Pending[_Came] | None


class Walk:
    """The records that entered by `field` since the floor, with the overlap, or from where a pass stopped.

    A page that comes asks for the next one where it comes, so that the CRM need not wait for what is done with it; not
    many are ahead, so that leads are decided while they are still at hand.
    """

    def __init__(self, work: Pass, field: str) -> None:
        self._work = work
        self._cursor = _cursor(work, field)
        self._pages: deque[tuple[Cursor, Sequence[Met]]] = deque()
        self._following: Pending[_Came] | None = None
        self._asking = self._asked_all = False
        self._asked = self._taken = 0  # pages; each is counted by one thread at a time
        self._at_hand = 1

    @property
    def under_way(self) -> bool:
        return bool(self._pages) or not self._asked_all

    def may_ask(self) -> bool:
        return not self._asking and not self._asked_all and (self._following is not None or self._has_room())

    def _has_room(self) -> bool:
        return self._asked - self._taken < self._at_hand

    def asking(self) -> Task:
        """Ask for the next page, or wait for it where the one before asked."""
        self._asking = True
        if self._cursor.floor is None and self._cursor.position is None:
            self._cursor = yield from _first(self._work, self._cursor)
            if isinstance(self._work.wired.settings.take, New):
                self._asked_all = True
                return
        self._landed((yield self._following or self._question(self._cursor)))
        while self._work.seams.stopping():  # what comes is not thrown away
            self.take_in()
            if self._following is None:
                return
            self._landed((yield self._following))

    def _landed(self, came: _Came) -> None:
        self._cursor, self._following = came.cursor, came.following
        self._pages.append((came.cursor, came.met))
        self._asking, self._asked_all = False, self._cursor.position is None

    def _question(self, cursor: Cursor) -> Callable[[], _Came]:
        """Return the call for the page behind `cursor`."""
        cursor = self._begun(cursor)
        self._asked += 1
        page = self._work.asking(partial(self._work.connector.pages, self._walk(cursor), cursor.position))
        return lambda: self._came(cursor, page())

    def _begun(self, cursor: Cursor) -> Cursor:
        if cursor.position is not None:
            return cursor
        return replace(cursor, since=_since(self._work, cursor), newest=None, started=None)

    def _walk(self, cursor: Cursor) -> Entered | Everything:
        return Entered(cursor.walk, cursor.since or _FIRST_DAY)

    def _came(self, cursor: Cursor, page: Page) -> _Came:
        """Ask for the page behind this one, and normalise while the ledger is written; raw records are let go."""
        normalise, cursor, following = self._work.wired.normalise, self._after(cursor, page), None
        self._work.clocks = (self._work.now(), page.server_time)
        self._at_hand = max(1, min(_PAGES, _LEADS // max(1, len(page.changes))))
        if cursor.position is not None and self._has_room() and not self._work.seams.stopping():
            following = self._work.seams.spawn(self._question(cursor))
        return _Came(cursor, [(normalise(change.record), change.stamp) for change in page.changes], following)

    def _after(self, cursor: Cursor, page: Page) -> Cursor:
        return _met(cursor, page)

    def take_in(self) -> bool:
        """Take the oldest page that waits into the ledger; say whether there was one."""
        if not self._pages:
            return False
        self._ingest(*self._pages.popleft())
        self._taken += 1
        return True

    def _ingest(self, cursor: Cursor, met: Sequence[Met]) -> None:
        ingest(self._work, met, cursor)
        self._work.counts.seen += len(met)


class Sweep(Walk):
    """All records there are, a part in each pass: what no cursor meets, as leads that lost their owner or show late.

    Its cursor tells by our clock when the last one began (`floor`), when this one did (`started`), and when it last
    asked (`since`); its watermark is the latest of those of the walks, so that nothing older is taken.
    """

    def __init__(self, work: Pass) -> None:
        super().__init__(work, SWEEP)
        self._most = _affordable(work, self._cursor)

    @property
    def under_way(self) -> bool:
        may_come = self._asking or self._following is not None or self._asked < self._most
        return bool(self._pages) or (may_come and not self._asked_all)

    def _has_room(self) -> bool:
        return self._asked < self._most and super()._has_room()

    def _begun(self, cursor: Cursor) -> Cursor:
        now = self._work.now()
        return replace(cursor, since=now, started=cursor.started or now)

    def _walk(self, cursor: Cursor) -> Entered | Everything:  # noqa: ARG002 - there is but one
        return Everything(self._work.wired.settings.enters)

    def _after(self, cursor: Cursor, page: Page) -> Cursor:
        if page.next is not None:
            return replace(cursor, position=page.next)
        return replace(cursor, position=None, floor=cursor.started, started=None)

    def _ingest(self, cursor: Cursor, met: Sequence[Met]) -> None:
        self._work.counts.seen += ingest(self._work, met, cursor, sweep=True)


def sweep_due(work: Pass) -> Sweep | None:
    """Return the sweep where one is under way or due; the first is due one interval after the walks began."""
    every, now = work.wired.settings.sweep, work.now()
    if every is None:
        return None
    with work.session.transaction("sweep") as tx:
        walks = [work.ledger.cursor(tx, field) for field in work.wired.settings.enters]
        if any(walk.floor is None for walk in walks):
            return None
        cursor = work.ledger.cursor(tx, SWEEP)
        watermark = max((walk.watermark for walk in walks if walk.watermark), default=None)
        if cursor.floor is None or cursor.watermark != watermark:
            cursor = replace(cursor, floor=cursor.floor or now, watermark=watermark)
            work.ledger.save_cursor(tx, cursor)
    due = cursor.position is not None or now - (cursor.floor or now) >= timedelta(seconds=every)
    return Sweep(work) if due else None


def _affordable(work: Pass, cursor: Cursor) -> int:
    """Return how many pages a sweep may ask for in this pass: its part of the calls of the time since it last did."""
    limits, since = work.connector.features.limits, cursor.since or cursor.floor
    if limits is None or limits.day is None or since is None:
        return _MOST_PAGES
    days = min((work.now() - since) / timedelta(days=1), 1.0)
    calls = limits.day * float(work.wired.settings.daily_share) * _SHARE * days
    return max(1, min(math.floor(calls), _MOST_PAGES))


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
