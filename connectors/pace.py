"""When the next call to a CRM may go out: a calculator without a clock, without a lock, and without waiting.

Its caller knows the time, waits outside, and lets one thread at a time ask. One pacer serves all that share an
account's limits, so that what one connection sends counts for the other.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping

from connectors.errors import PATIENCE, Stop
from connectors.limits import Budget, Limits, nothing_told

MARGIN = 0.02
"""The part of a large budget that is left alone, for what the same credentials send from elsewhere."""

PADDING = 0.002
"""By how much a budget's stretch of time is lengthened, for clocks that do not run alike."""

_LARGE = 20
_UNHEARD = 10
"""Calls that may be made to hear how many a day an account has, where the smallest one's share of them is spent."""

_MINUTE, _HOUR = 60.0, 3600.0
_DAY = 24 * _HOUR
_CALM = 0.5
_SHORTEST = 0.001


class Pacer:
    """Counts calls against a CRM's limits. Times are seconds of any clock that does not go back.

    The CRM counts a call at some moment between its departure and its answer, and nobody knows when: threads wake up
    late, connections take time, servers queue. So a call counts from the moment it is sent until a whole stretch of
    time after it was answered. `daily_share` is the part of the day's calls that may be used. The day is any 24 hours,
    so the share holds whatever midnight the account counts from. What others leave may be less than the share.
    """

    def __init__(self, limits: Limits, daily_share: float = 0.5) -> None:
        self._windows = [_Window(budget) for budget in limits.budgets]
        self._read = limits.told
        self._unheard = 0 if limits.told is nothing_told else _UNHEARD
        self._day = limits.day
        self._share = daily_share
        self._hours: deque[list[float]] = deque()
        self._others = _Lately()

    def wait(self, kind: str, now: float) -> float:
        """Return 0.0 where a call of this kind may be sent now, else after how many seconds to ask again.

        Raises `Stop` where the share of the day is spent, or what others leave of the day, or for as long as the CRM
        asks to be left alone.
        """
        if self.left(now) < 1 and not self._unheard:
            raise Stop(self._why_none_left(now))
        windows = [window for window in self._windows if window.counts(kind)]
        held = max((window.held for window in windows), default=now) - now
        if held > PATIENCE:
            raise Stop(f"the CRM asks to be left alone for {held:,.0f} s more")
        later = max((window.earliest(now) for window in windows), default=now)
        return max(later - now, _SHORTEST) if later > now else 0.0

    def sent(self, kind: str, now: float) -> None:
        """Count a call of this kind that is sent now."""
        for window in self._windows:
            if window.counts(kind):
                window.under_way += 1
        self._unheard = max(self._unheard - 1, 0)
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
        counted, self._hours = self.used(now), deque()
        for when, count in calls:
            self._spend(when, count)
        if self.used(now) < counted:
            self._hours = known

    def told(self, headers: Mapping[str, str], now: float) -> None:
        """Learn the account's tier from an answer's headers (lower case), and how much of it is left.

        What others have used shows there too: where less than the margin is left, calls wait for the next stretch, or
        for the hours of the day to come round. A count that lags, or goes back, gives nothing back for an hour.
        """
        said = self._read(headers)
        if said.day:
            self._day, self._unheard = said.day, 0
        if said.used is not None:
            self._others.tell(said.used - self.used(now), now)
        for window in self._windows:
            if window.budget.headers and said.most:
                window.learn(said.most, said.left, now)

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

    def used(self, now: float) -> float:
        """Return how many calls were made in the last 24 hours, counted by the hour."""
        while self._hours and self._hours[0][0] <= now - _DAY - _HOUR:  # an hour's last call is younger
            self._hours.popleft()
        return sum(count for _, count in self._hours)

    def left(self, now: float) -> float:
        """Return how many calls of the share are left, or of the day, if others leave fewer."""
        return min(self.share() - self.used(now), self._left_by_others(now))

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

    def _left_by_others(self, now: float) -> float:
        if self._day is None:
            return math.inf
        return _kept(self._day) - max(self._others.most(now), 0.0) - self.used(now)

    def _why_none_left(self, now: float) -> str:
        if self.share() - self.used(now) < 1:
            return (
                f"the share of the CRM's daily calls is spent ({self.share():,.0f} in 24 hours); it frees up hour by "
                "hour: poll less often, raise `daily_share`, or wait"
            )
        return (
            f"others have used up the CRM's daily calls ({self._others.most(now):,.0f} of {self._day:,} in 24 hours); "
            "they free up hour by hour: let them call less often, or wait"
        )

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
        self.held = -math.inf
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
            return max(at, self.held)
        last = self._answered[too_many] if too_many < len(self._answered) else at
        return max(last + self._seconds, self.held)

    def end(self, at: float) -> None:
        self.under_way -= 1
        self._answered.append(at)

    def hold(self, until: float) -> None:
        self.held = max(self.held, until)

    def learn(self, most: int, left: int | None, now: float) -> None:
        self._calls = _kept(most)
        if left is not None and left < most - self._calls:
            self.hold(now + self.budget.seconds / 10)


class _Lately:
    """The most that was told in the last hour, to the minute; 0 where nothing was."""

    def __init__(self) -> None:
        self._told: deque[tuple[float, float]] = deque()

    def tell(self, value: float, now: float) -> None:
        """Keep a value until a greater one comes: the kept ones fall from the oldest to the newest."""
        while self._told and self._told[-1][1] <= value:
            self._told.pop()
        if not self._told or now >= self._told[-1][0] + _MINUTE:
            self._told.append((now, value))

    def most(self, now: float) -> float:
        while self._told and self._told[0][0] <= now - _HOUR:
            self._told.popleft()
        return self._told[0][1] if self._told else 0.0


def _kept(calls: int) -> int:
    """Return how many calls of a budget are used: all of a small one, the rest keep the margin."""
    return calls if calls < _LARGE else math.floor(calls * (1 - MARGIN))
