"""Walks: pages of a CRM, one after another, with the cursor that says where to go on."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import zip_longest
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.settings import New, Since
from connectors.contract import Entered, Everything, Page
from sync.ingest import Met, ingest
from sync.ledger import Cursor
from sync.seams import Pending
from sync.work import Pass, Steps, Task

_FIRST_DAY = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_PAGES, _LEADS = 4, 800
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


class _Part:
    """A part of a walk on its way: where it goes on, None before the first page.

    `asked` and `taken` count its pages, each by one thread at a time.
    """

    def __init__(self, position: str | None) -> None:
        self.position = position
        self.following: Pending[_Came] | None = None
        self.asking = False
        self.asked = self.taken = 0


class _Came(NamedTuple):
    """A page of a part as it came, without its raw records.

    `begun` are the parts that begin there, `following` is the next page where it is asked for already.
    """

    part: _Part
    page: Page
    met: Sequence[Met]
    begun: Sequence[_Part]
    following: Pending[_Came] | None


class Walk:
    """The records that entered by `field` since the floor, with the overlap, or from where a pass stopped.

    A page that comes asks for the next one where it comes, so that the CRM need not wait for what is done with it, and
    two parts of a long walk are asked for beside each other; not many pages are ahead, so that leads are decided while
    they are still at hand.
    """

    abreast = 2

    def __init__(self, work: Pass, field: str) -> None:
        self._work = work
        self._cursor = _cursor(work, field)
        self._parts = [_Part(position) for position in _positions(self._cursor)]
        self._standing = {part: part.position for part in self._parts}  # as far as pages are in the ledger
        self._pages: deque[_Came] = deque()
        self._at_hand = 1

    @property
    def under_way(self) -> bool:
        return bool(self._pages or self._parts)

    def asking(self) -> Task | None:
        """Return what asks for the next page of a part, or waits for it where the one before asked; None is not now."""
        for part in self._abreast():
            if not part.asking and (part.following is not None or self._has_room(part)):
                part.asking = True
                return self._asking(part)
        return None

    def _abreast(self) -> Sequence[_Part]:
        return self._parts[: self.abreast]

    def _has_room(self, part: _Part) -> bool:
        return part.asked - part.taken < math.ceil(self._at_hand / max(1, len(self._abreast())))

    def _asking(self, part: _Part) -> Task:
        if part.position is None and (yield from self._is_over_at_once()):
            return
        self._landed((yield part.following or self._question(part, part.position)))
        while self._work.seams.stopping():  # what comes is not thrown away
            while self.take_in():
                pass
            following = next((one.following for one in self._parts if one.following and not one.asking), None)
            if following is None:
                return
            self._landed((yield following))

    def _is_over_at_once(self) -> Steps[bool]:
        """Begin the walk; say whether that is all of it, as in the first one of `take: new`."""
        if self._cursor.floor is None:
            self._cursor = yield from _first(self._work, self._cursor)
            if isinstance(self._work.wired.settings.take, New):
                self._parts.clear()
                return True
        self._cursor = self._begun(self._cursor)
        return False

    def _begun(self, cursor: Cursor) -> Cursor:
        return replace(cursor, since=_since(self._work, cursor), newest=None, started=None)

    def _landed(self, came: _Came) -> None:
        part, at = came.part, self._parts.index(came.part)
        part.asking, part.following = False, came.following
        part.position = next(iter(came.page.leads_to), None)
        self._parts[at : at + 1] = [part, *came.begun] if part.position is not None else []
        self._pages.append(came)

    def _question(self, part: _Part, position: str | None) -> Callable[[], _Came]:
        """Return the call for the page of a part at `position`."""
        part.asked += 1
        page = self._work.asking(partial(self._work.connector.pages, self._walk(), position))
        return lambda: self._came(part, page())

    def _walk(self) -> Entered | Everything:
        return Entered(self._cursor.walk, self._cursor.since or _FIRST_DAY)

    def _came(self, part: _Part, page: Page) -> _Came:
        """Ask for the page behind this one, and normalise while the ledger is written; raw records are let go."""
        normalise, following, onward = self._work.wired.normalise, None, page.leads_to
        self._work.clocks = (self._work.now(), page.server_time)
        self._at_hand = max(1, min(_PAGES, _LEADS // max(1, len(page.changes))))
        if onward and self._has_room(part) and not self._work.seams.stopping():
            following = self._work.seams.spawn(self._question(part, onward[0]))
        met = [(normalise(change.record), change.stamp) for change in page.changes]
        return _Came(part, replace(page, changes=()), met, [_Part(other) for other in onward[1:]], following)

    def take_in(self) -> bool:
        """Take the oldest page that waits into the ledger; say whether there was one."""
        if not self._pages:
            return False
        part, page, met, begun, _ = self._pages.popleft()
        part.taken += 1
        self._standing |= zip_longest((part, *begun), page.leads_to)
        self._cursor = self._after(self._cursor, page, _position(self._standing.values()))
        self._ingest(self._cursor, met)
        return True

    def _after(self, cursor: Cursor, page: Page, position: str | None) -> Cursor:
        return _met(cursor, page, position)

    def _ingest(self, cursor: Cursor, met: Sequence[Met]) -> None:
        ingest(self._work, met, cursor)
        self._work.counts.seen += len(met)


class Sweep(Walk):
    """All records there are, a part in each pass: what no cursor meets, as leads that lost their owner or show late.

    Its cursor tells by our clock when the last one began (`floor`), when this one did (`started`), and when it last
    asked (`since`); its watermark is the latest of those of the walks, so that nothing older is taken.
    """

    abreast = 1

    def __init__(self, work: Pass) -> None:
        super().__init__(work, SWEEP)
        self._left = _affordable(work, self._cursor)

    @property
    def under_way(self) -> bool:
        may_come = self._left > 0 or any(part.asking or part.following for part in self._abreast())
        return bool(self._pages) or (bool(self._parts) and may_come)

    def _has_room(self, part: _Part) -> bool:
        return self._left > 0 and super()._has_room(part)

    def _question(self, part: _Part, position: str | None) -> Callable[[], _Came]:
        self._left -= 1
        return super()._question(part, position)

    def _begun(self, cursor: Cursor) -> Cursor:
        return replace(cursor, started=self._work.now())

    def _walk(self) -> Entered | Everything:
        return Everything(self._work.wired.settings.enters)

    def _after(self, cursor: Cursor, page: Page, position: str | None) -> Cursor:  # noqa: ARG002 - no date says where it is
        now = self._work.now()
        if position is not None:
            return replace(cursor, position=position, since=now)
        return replace(cursor, position=None, since=now, floor=cursor.started, started=None)

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


def _met(cursor: Cursor, page: Page, position: str | None) -> Cursor:
    """Return the cursor after `page`; the floor moves only at the end of the walk."""
    newest = max((t for t in (cursor.newest, page.newest) if t is not None), default=None)
    started = cursor.started or page.server_time
    if position is not None:
        return replace(cursor, position=position, newest=newest, started=started)
    floor = cursor.floor if newest is None else max(cursor.floor or _FIRST_DAY, min(newest, started))
    return replace(cursor, position=None, floor=floor, since=None, newest=None, started=None)


_BESIDE = "\x1f"
"""Between the positions of the parts of a walk, in its cursor."""


def _positions(cursor: Cursor) -> Sequence[str | None]:
    return (None,) if cursor.position is None else cursor.position.split(_BESIDE)


def _position(parts: Iterable[str | None]) -> str | None:
    return _BESIDE.join(part for part in parts if part is not None) or None
