"""When the next call to a CRM may go out: a calculator without a clock, without a lock, and without waiting.

Its caller knows the time, waits outside, and lets one thread at a time ask. One pacer serves all that share an
account's limits, so that what one connection sends counts for the other.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping

from connectors.contract import Budget, Limits
from connectors.errors import Stop

MARGIN = 0.02
"""The part of a large budget that is left alone, for what the same credentials send from elsewhere."""

PADDING = 0.002
"""By how much a budget's stretch of time is lengthened, for clocks that do not run alike."""

_LARGE = 20

_HOUR = 3600.0
_DAY = 24 * _HOUR
_CALM = 0.5
_SHORTEST = 0.001


class Pacer:
    """Counts calls against a CRM's limits. Times are seconds of any clock that does not go back.

    The CRM counts a call at some moment between its departure and its answer, and nobody knows when: threads wake up
    late, connections take time, servers queue. So a call counts from the moment it is sent until a whole stretch of
    time after it was answered. `daily_share` is the part of the day's calls that may be used. The day is any 24 hours,
    so the share holds whatever midnight the account counts from.
    """

    def __init__(self, limits: Limits, daily_share: float = 0.5) -> None:
        self._windows = [_Window(budget) for budget in limits.budgets]
        self._day = limits.day
        self._share = daily_share
        self._hours: deque[list[float]] = deque()

    def wait(self, kind: str, now: float) -> float:
        """Return 0.0 where a call of this kind may be sent now, else after how many seconds to ask again.

        Raises `Stop` where the share of the day is spent.
        """
        if self.left(now) < 1:
            raise Stop(
                f"the share of the CRM's daily calls is spent ({self.share():,.0f} in 24 hours); it frees up hour by "
                "hour: poll less often, raise `daily_share`, or wait"
            )
        later = max((window.earliest(now) for window in self._windows if window.counts(kind)), default=now)
        return max(later - now, _SHORTEST) if later > now else 0.0

    def sent(self, kind: str, now: float) -> None:
        """Count a call of this kind that is sent now."""
        for window in self._windows:
            if window.counts(kind):
                window.under_way += 1
        self._spend(now, 1)

    def answered(self, kind: str, now: float) -> None:
        """Learn that a call that was sent has its answer, or will have none."""
        for window in self._windows:
            if window.counts(kind):
                window.end(now)

    def spent(self, calls: Iterable[tuple[float, float]], now: float) -> None:
        """Learn of calls that were made before: when, oldest first, and how many; those counted here may be among them.

        Whichever is more holds: what is known from elsewhere, or what was counted here.
        """
        known = self._hours
        counted, self._hours = self._used(now), deque()
        for when, count in calls:
            self._spend(when, count)
        if self._used(now) < counted:
            self._hours = known

    def told(self, headers: Mapping[str, str], now: float) -> None:
        """Learn the account's tier from an answer's headers (lower case), and how much of it is left.

        What others have used shows there too: where less than the margin is left, calls wait for the next stretch.
        """
        day = _number(headers.get("x-hubspot-ratelimit-daily"))
        self._day = day or self._day
        most, left = (_number(headers.get(f"x-hubspot-ratelimit-{name}")) for name in ("max", "remaining"))
        for window in self._windows:
            if window.budget.headers and most:
                window.learn(most, left, now)

    def held(self, kind: str, after: float, now: float) -> None:
        """Let no call of this kind's budgets out for `after` seconds: the CRM said so."""
        for window in self._windows:
            if window.counts(kind):
                window.hold(now + after)

    @property
    def day(self) -> int | None:
        """The calls a day that the CRM allows the account, None where it does not limit them."""
        return self._day

    def share(self) -> float:
        """Return how many calls may be made in 24 hours."""
        return math.inf if self._day is None else math.floor(self._day * self._share)

    def left(self, now: float) -> float:
        """Return how many calls of the share are left."""
        return self.share() - self._used(now)

    def spread(self, every: float, calls: float, now: float) -> float:
        """Return how many seconds apart polls of `calls` calls should be; `every` where there is plenty.

        From half of the share on, what is left is spread over the 24 hours that follow; where not even one poll is
        left, it is the time until the oldest hour's calls no longer count.
        """
        share, left = self.share(), self.left(now)
        if math.isinf(share) or left > share * _CALM:
            return every
        if left < max(calls, 1):
            return max(every, self._hours[0][0] + _DAY + _HOUR - now if self._hours else _DAY)
        return max(every, _DAY * calls / left)

    def _used(self, now: float) -> float:
        while self._hours and self._hours[0][0] <= now - _DAY - _HOUR:  # an hour's last call is younger
            self._hours.popleft()
        return sum(count for _, count in self._hours)

    def _spend(self, now: float, count: float) -> None:
        if not self._hours or now >= self._hours[-1][0] + _HOUR:
            self._hours.append([now, 0.0])
        self._hours[-1][1] += count


def polls_per_day(every: float, calls: float = 1.0) -> float:
    """Return the calls that polling costs in 24 hours, for an admin who chooses `--every`."""
    return _DAY / every * calls


class _Window:
    """One budget: how many of its calls are under way, and when those that still count were answered."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.under_way = 0
        self._calls = _kept(budget.calls)
        self._answered: deque[float] = deque()
        self._held = -math.inf
        self._seconds = budget.seconds * (1 + PADDING)

    def counts(self, kind: str) -> bool:
        return (not self.budget.kinds or kind in self.budget.kinds) and kind not in self.budget.exempt

    def earliest(self, at: float) -> float:
        """Return the first moment from `at` on at which there may be room for one call more.

        Where only calls under way stand against it, that is when the first of them no longer counts if it ends now.
        """
        while self._answered and self._answered[0] + self._seconds <= at:
            self._answered.popleft()
        too_many = self.under_way + len(self._answered) - self._calls
        if too_many < 0:
            return max(at, self._held)
        last = self._answered[too_many] if too_many < len(self._answered) else at
        return max(last + self._seconds, self._held)

    def end(self, at: float) -> None:
        self.under_way -= 1
        self._answered.append(at)

    def hold(self, until: float) -> None:
        self._held = max(self._held, until)

    def learn(self, most: int, left: int | None, now: float) -> None:
        self._calls = _kept(most)
        if left is not None and left < most - self._calls:
            self.hold(now + self.budget.seconds / 10)


def _kept(calls: int) -> int:
    """Return how many calls of a budget are used: all of a small one, the rest keep the margin."""
    return calls if calls < _LARGE else math.floor(calls * (1 - MARGIN))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None
