"""The separate budgets of an account, and the headers that tell of them."""

from __future__ import annotations

from collections import deque

from sandbox.hubspot.refusals import too_many_calls, too_many_searches
from sandbox.hubspot.settings import OAUTH, Limits
from sandbox.timeline import Timeline

_DAY = 86_400


class Budgets:
    """Counts calls: a rolling burst window and a day per token's app, searches per account.

    Calls that are refused cost nothing. Searches do not count in the burst (the specification exempts them).
    """

    def __init__(self, limits: Limits, timeline: Timeline, *, zone_seconds: int) -> None:
        self.limits = limits
        self._timeline = timeline
        self._zone = zone_seconds
        self._recent: dict[str, deque[float]] = {}
        self._searched: deque[float] = deque()
        self._day = 0
        self.today = 0
        """Calls counted since midnight of the account's zone."""

    def take(self, app: str, *, search: bool) -> None:
        """Count a call, or refuse it with a 429 that carries no Retry-After."""
        now = self._timeline.now
        self._turn_day(now)
        limits = self.limits
        if limits.daily is not None and self.today >= limits.daily:
            raise too_many_calls("DAILY", f"{round(now * 1000):x}")
        if search:
            self._take_search(now)
        else:
            self._take_call(self._window(app, now), now)
        self.today += 1

    def _take_search(self, now: float) -> None:
        searched = self._searched
        while searched and searched[0] <= now - 1.0:
            searched.popleft()
        if self.limits.searches is not None and len(searched) >= self.limits.searches:
            raise too_many_searches()
        searched.append(now)

    def _take_call(self, recent: deque[float], now: float) -> None:
        if self.limits.burst is not None and len(recent) >= self.limits.burst:
            raise too_many_calls("TEN_SECONDLY_ROLLING", f"{round(now * 1000):x}")
        recent.append(now)

    def _window(self, app: str, now: float) -> deque[float]:
        recent = self._recent.setdefault(app, deque())
        while recent and recent[0] <= now - self.limits.burst_seconds:
            recent.popleft()
        return recent

    def _turn_day(self, now: float) -> None:
        day = int(now + self._zone) // _DAY
        if day != self._day:
            self._day, self.today = day, 0

    def headers(self, app: str, token_type: str, *, search: bool) -> dict[str, str]:
        """Return the headers of an answer: a search has the day's only, an OAuth app has none of the day's."""
        limits = self.limits
        found: dict[str, str] = {}
        if token_type != OAUTH:
            daily = limits.daily or 1_000_000
            found["x-hubspot-ratelimit-daily"] = str(daily)
            found["x-hubspot-ratelimit-daily-remaining"] = str(max(0, daily - self.today))
        if search:
            return found
        burst, recent = limits.burst or 190, self._window(app, self._timeline.now)
        left = max(0, burst - len(recent))
        return found | {
            "x-hubspot-ratelimit-interval-milliseconds": str(round(limits.burst_seconds * 1000)),
            "x-hubspot-ratelimit-max": str(burst),
            "x-hubspot-ratelimit-remaining": str(left),
            "x-hubspot-ratelimit-secondly": str(burst // 10),
            "x-hubspot-ratelimit-secondly-remaining": str(min(burst // 10, left)),
        }
