"""How often a loop polls: every T, and less often where an account's share of the day's calls runs low."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import TYPE_CHECKING

from config.settings import Configuration, Connection
from sync.gates import Gates, sharing

if TYPE_CHECKING:
    from connectors.pace import Pacer
    from sync.store import Store

_JITTER = 0.1
_DAY = timedelta(days=1)
_UNITS = (("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0))


@dataclass(frozen=True, slots=True)
class Spacing:
    """How many seconds `apart` the polls of a connection are to be, and what is `left` of its account's `share`."""

    apart: float
    left: float
    share: float

    def __str__(self) -> str:
        used = self.share - self.left
        return f"{used:,.0f} of the {self.share:,.0f} calls that `daily_share` allows in 24 hours are used"


class Rhythm:
    """When each connection of a loop is polled next. `tell` is given a line when that becomes slower, or fast again."""

    def __init__(
        self, every: float, tell: Callable[[str], None], *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.every, self._tell, self._ticks = every, tell, ticks
        self._next: dict[str, float] = {}
        self._slow: set[str] = set()
        self._waited = 0.0

    def due(self, connections: Sequence[Connection]) -> Sequence[Connection]:
        """Return those whose time has come, or nearly so: connections that are polled alike stay together."""
        soon = self._now() + self.every * _JITTER
        return [each for each in connections if self._next.get(each.name, soon) <= soon]

    def polled(self, connections: Sequence[Connection], spacings: Mapping[str, Spacing]) -> None:
        """Settle when connections that were just polled are next; one without a spacing has no limit of the day."""
        now, stretch = self._now(), random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311
        for each in connections:
            spacing = spacings.get(each.name)
            apart = spacing.apart if spacing else self.every
            self._next[each.name] = now + apart * stretch
            self._say(each.name, apart, spacing)

    def rest(self, wait: Callable[[float], bool]) -> bool:
        """Wait until the next connection is due; `wait` returns, as this does, whether it was cut short."""
        until = min(self._next.values(), default=0.0)
        if wait(max(until - self._now(), 0.0)):
            return True
        self._waited += max(
            until - self._now(), 0.0
        )  # a wait that is over has lasted, whatever the clock says
        return False

    def _now(self) -> float:
        return self._ticks() + self._waited

    def _say(self, name: str, apart: float, spacing: Spacing | None) -> None:
        usual = spoken(self.every)
        if apart > self.every and name not in self._slow:
            self._slow.add(name)
            self._tell(
                f"{name}: {spacing}: polled every {spoken(apart)} or so instead of every {usual} until more are free"
            )
        elif apart <= self.every and name in self._slow:
            self._slow.remove(name)
            self._tell(f"{name}: calls are free again: polled every {usual}")


def spacings(
    found: Configuration,
    polled: Sequence[Connection],
    store: Store,
    gates: Gates,
    *,
    every: float,
    now: datetime,
) -> dict[str, Spacing]:
    """Return how far apart the polls of each connection are to be, of those whose CRM limits the calls of a day.

    What is left of an account's share is for all connections to it.
    """
    spaced: dict[str, Spacing] = {}
    for settings in polled:
        gate = gates.known(settings)
        if gate is not None:
            calls = sum(calls_of_a_poll(each, store, now) for each in sharing(found, settings))
            spaced[settings.name] = gate.ask(lambda pacer, ticks: _spacing(pacer, every, calls, ticks))  # noqa: B023
    return spaced


def _spacing(pacer: Pacer, every: float, calls: float, ticks: float) -> Spacing:
    return Spacing(pacer.spread(every, calls, ticks), pacer.left(ticks), pacer.share())


def calls_of_a_poll(settings: Connection, store: Store, now: datetime) -> float:
    """Return how many calls a pass made on the average of the last 24 hours, no fewer than an idle one makes."""
    from sync.report import calls_made

    made = [calls for _, calls in calls_made(store, [settings.name], now - _DAY)]
    return max(fmean(made), len(settings.enters)) if made else len(settings.enters)


def spoken(seconds: float) -> str:
    """Say a stretch of time as an admin writes it: 90s, 14m, 2.5h."""
    unit, length = next((each for each in _UNITS if seconds >= 2 * each[1]), _UNITS[-1])
    return f"{round(seconds / length, 1):g}{unit}"
