"""Time as the CRM sees it, and what it does by itself later: index updates, late stamps, late writes."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache

Span = tuple[float, float]
"""From, to, in seconds: a time is drawn evenly from between."""


class Timeline:
    """A clock with effects that fall due. Nothing runs in the background: whoever looks settles first.

    `clock` returns seconds since 1970. While an effect runs, `now` is the moment it was due, so that a look an
    hour later finds the stamps of an hour ago.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._at: float | None = None

    @property
    def now(self) -> float:
        return self._clock() if self._at is None else self._at

    @property
    def millis(self) -> int:
        return round(self.now * 1000)

    def later(self, seconds: float, effect: Callable[[], object]) -> None:
        self.at(self.now + seconds, effect)

    def at(self, when: float, effect: Callable[[], object]) -> None:
        heapq.heappush(self._due, (when, next(self._numbers), effect))

    def settle(self) -> None:
        """Run what has fallen due, in its order."""
        if self._at is not None or not self._due or self._due[0][0] > self._clock():
            return
        now = self._clock()
        try:
            while self._due and self._due[0][0] <= now:
                self._at, _, effect = heapq.heappop(self._due)
                effect()
        finally:
            self._at = None

    @property
    def waiting(self) -> int:
        """How many effects have not happened yet."""
        return len(self._due)


@lru_cache(maxsize=65_536)
def iso(millis: int) -> str:
    """Write a time as HubSpot does: milliseconds, or none of them where they are zero."""
    seconds, rest = divmod(millis, 1000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:03d}Z" if rest else f"{text}Z"


@lru_cache(maxsize=65_536)
def millis_of(text: str) -> int:
    """Read epoch milliseconds or ISO 8601, a date alone being its midnight in UTC; raises ValueError."""
    if text.lstrip("-").isdecimal():
        return int(text)
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


@lru_cache(maxsize=16)
def http_date(seconds: int) -> str:
    """Write a time for the `date` header of an answer."""
    return formatdate(seconds, usegmt=True)
