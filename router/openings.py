"""When somebody is there next: the first moment at which a stretch of a rep's time begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING

from router.model import RepId

if TYPE_CHECKING:
    from router.hours import Span

There = Callable[[datetime], "tuple[bool, Span]"]
"""Whether a rep is there at a moment, and the stretch around it in which that does not change."""

FURTHEST = timedelta(days=366)
"""How far ahead a beginning is looked for."""

_KEPT = 16


def begins(there: There, since: datetime) -> datetime | None:
    """Return when a rep is there again: behind the end of a stretch that is under way at `since`."""
    return _begins(there, since, was=True)


def from_then_on(there: There, since: datetime) -> datetime | None:
    """Return the first moment from `since` on at which a rep is there."""
    return _begins(there, since, was=False)


def _begins(there: There, since: datetime, *, was: bool) -> datetime | None:
    at = since
    while at < since + FURTHEST:
        is_there, stretch = there(at)
        if is_there and not was:
            return at
        was, at = is_there, stretch.end
    return None


class Openings:
    """When each of some reps is there again; kept for the last stretches of time in which that did not change."""

    def __init__(self, there: Mapping[RepId, There]) -> None:
        self._there = there
        self._kept: list[tuple[Span, Mapping[RepId, datetime | None]]] = []

    def after(self, since: datetime) -> Mapping[RepId, datetime | None]:
        """Return it of each rep, as `begins` does."""
        for stretch, known in self._kept:
            if stretch.start <= since < stretch.end:
                return known
        if not self._there:
            return {}
        stretches = [there(since)[1] for there in self._there.values()]
        stretch = reduce(lambda one, other: one.within(other), stretches)
        found = {rep: begins(there, since) for rep, there in self._there.items()}
        self._kept = [
            (stretch, found),
            *self._kept[: _KEPT - 1],
        ]  # one assignment, so threads may race for it
        return found

    def of(self, rep: RepId, since: datetime, marked: Mapping[RepId, datetime | None]) -> datetime | None:
        """Return when a rep is there again who may be marked away, up to a time or (None) until nobody knows when."""
        if rep not in marked:
            return self.after(since)[rep]
        end = marked[rep]
        if end is None:
            return None
        return from_then_on(self._there[rep], end) if end > since else self.after(since)[rep]
