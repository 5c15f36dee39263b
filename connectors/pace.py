"""When the next call to a CRM may go out: a calculator without a clock, without a lock, and without waiting.

Its caller knows the time, waits outside, and lets one thread at a time ask. One pacer serves all that share an
account's limits, so that what one connection sends counts for the other.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping

from connectors.contract import Budget, Limits
from connectors.errors import Stop

MARGIN = 0.05
"""The part of a large budget that is left alone: calls arrive at the CRM later than they were counted here."""

PADDING = 0.02
"""By how much a budget's stretch of time is lengthened, for the same reason."""

_LARGE = 20
_HOURS = 24
_HOUR = 3600.0
_CALM = 0.5


class Pacer:
    """Counts calls against a CRM's limits. Times are seconds of any clock that does not go back.

    `daily_share` is the part of the day's calls that may be used, `spent` what was used of it in the last 24 hours.
    The day is any 24 hours, so the share holds whatever midnight the account counts from.
    """

    def __init__(self, limits: Limits, daily_share: float = 0.5, *, spent: int = 0, now: float = 0.0) -> None:
        self._windows = [_Window(budget) for budget in limits.budgets]
        self._day = limits.day
        self._share = daily_share
        self._hours: deque[list[float]] = deque([[now, float(spent)]] if spent else [])

    def reserve(self, kind: str, now: float) -> float:
        """Count a call of this kind and return how many seconds from `now` it must wait.

        Raises `Stop` where the share of the day is spent; nothing is counted then.
        """
        if self.left(now) < 1:
            raise Stop(
                f"the share of the CRM's daily calls is spent ({self.share():,.0f} in 24 hours); it frees up hour by "
                "hour: poll less often, raise `daily_share`, or wait"
            )
        windows = [window for window in self._windows if window.counts(kind)]
        at = now
        while (later := max((window.earliest(at) for window in windows), default=at)) > at:
            at = later
        for window in windows:
            window.take(at)
        self._spend(now)
        return at - now

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

    def share(self) -> float:
        """Return how many calls may be made in 24 hours."""
        return math.inf if self._day is None else math.floor(self._day * self._share)

    def left(self, now: float) -> float:
        """Return how many calls of the share are left."""
        while (
            self._hours and self._hours[0][0] <= now - (_HOURS + 1) * _HOUR
        ):  # an hour's last call is younger
            self._hours.popleft()
        return self.share() - sum(count for _, count in self._hours)

    def spread(self, every: float, calls: float, now: float) -> float:
        """Return how many seconds apart polls of `calls` calls should be; `every` where there is plenty.

        From half of the share on, what is left is spread over the 24 hours that follow.
        """
        share, left = self.share(), self.left(now)
        if math.isinf(share) or left > share * _CALM:
            return every
        return max(every, _HOURS * _HOUR * calls / left) if left >= calls else _HOURS * _HOUR

    def _spend(self, now: float) -> None:
        if not self._hours or now >= self._hours[-1][0] + _HOUR:
            self._hours.append([now, 0.0])
        self._hours[-1][1] += 1


def polls_per_day(every: float, calls: float = 1.0) -> float:
    """Return the calls that polling costs in 24 hours, for an admin who chooses `--every`."""
    return _HOURS * _HOUR / every * calls


class _Window:
    """One budget: the times of its calls, those in the future too."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._calls = _kept(budget.calls)
        self._times: list[float] = []
        self._held = -math.inf
        self._seconds = budget.seconds * (1 + PADDING)

    def counts(self, kind: str) -> bool:
        return (not self.budget.kinds or kind in self.budget.kinds) and kind not in self.budget.exempt

    def earliest(self, at: float) -> float:
        """Return the first moment from `at` on at which no stretch of time holds too many calls.

        It is not before the last call counted, so that no earlier stretch is filled up behind.
        """
        at = max(at, self._held, *self._times[-1:])
        if len(self._times) < self._calls:
            return at
        return max(at, self._times[-self._calls] + self._seconds)

    def take(self, at: float) -> None:
        self._times.append(at)
        if len(self._times) > 2 * self._calls:
            del self._times[: -self._calls]

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
