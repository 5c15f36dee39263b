"""What the engine takes from outside, so that a simulation can take its place: clock, sleep, spawn, gate.

The transport is handed to the connector, the store is `sync.store.Store`; `gate` is called at the edges of its
transactions. A simulated crash is raised inside one of these and is no `Exception`.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Container
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Protocol, TypeVar, runtime_checkable

from sync.calendars.asking import Fetch, Remembered, nobody

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class Pending(Protocol[T_co]):
    """The result of a call that may still be running."""

    def result(self) -> T_co:
        """Wait for it; raises what the call raised."""


class Spawn(Protocol):
    """Starts a call beside the caller."""

    def __call__(self, call: Callable[[], T], /) -> Pending[T]: ...


@dataclass(frozen=True, slots=True)
class Seams:
    """The engine's outside world. `stopping` is asked between steps: True ends the pass at the next one.

    `fetch` asks for the calendars of reps.
    """

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    spawn: Spawn
    stopping: Callable[[], bool] = lambda: False
    fetch: Fetch = nobody


def system_clock() -> datetime:
    return datetime.now(UTC)


def _over_https(url: str, allowed: Container[str]) -> str:
    from sync.calendars.fetch import fetched  # the libraries for that are slow to load

    return fetched(url, allowed)


def _share_memory() -> None:
    """Let threads take memory from the same places: with one for each, as glibc has it, the largest answers to all of
    them stay resident. Elsewhere there is nothing to set.
    """
    from ctypes import CDLL, c_int

    with suppress(AttributeError, OSError, TypeError):
        CDLL(None).mallopt(c_int(_M_ARENA_MAX), c_int(_ARENAS))


CALLS_AT_ONCE = 12
"""How many calls a pass makes at once: an account that allows 190 in ten seconds is used up where one takes 0.6 s."""

_ALLOCATIONS = 50_000
_SWITCH = 0.001
_M_ARENA_MAX, _ARENAS = -8, 2


def production(pool: ThreadPoolExecutor, stop: Event) -> Seams:
    """The real world: this machine's clock, a pool of threads for calls to CRMs; `stop` ends every sleep.

    The garbage collector is told to look for cycles seldom: a pass makes hundreds of short-lived values a lead and next
    to no cycles, and looking through all of them again and again is a tenth of its time. Threads take turns five times
    as often as usual: an answer is read in several steps, each of which waits for whoever computes.
    """
    sys.setswitchinterval(_SWITCH)
    _share_memory()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)

    def sleep(seconds: float) -> None:
        stop.wait(seconds)

    return Seams(
        clock=system_clock,
        sleep=sleep,
        spawn=pool.submit,
        stopping=stop.is_set,
        fetch=Remembered(_over_https),
    )
