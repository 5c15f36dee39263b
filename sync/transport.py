"""The way of a connection's calls to its CRM: counted, and sent no faster than the CRM allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from connectors.errors import Retry

if TYPE_CHECKING:
    from connectors.pace import Pacer

T = TypeVar("T")
Sleep = Callable[[float], None]
_TOO_MANY = 429

LATEST = 12.0
"""How long a call may wait, in seconds. A write must leave soon after its intent: what a dead process sent is waited
for from there on, and who was frozen meanwhile must look afresh. All of a CRM's usual limits come round in less.
"""
_SHORT_WAIT = 1.0


class Gate:
    """The pacer of one account, for all who send to it: one thread at a time asks, and nobody waits inside.

    `ticks` is a clock that does not go back.
    """

    def __init__(self, pacer: Pacer, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._pacer, self._ticks = pacer, ticks
        self._lock = threading.Lock()
        self._slept = 0.0

    def take(self, kind: str, sleep: Sleep, stopping: Callable[[], bool]) -> None:
        """Return when a call of this kind may be sent; it is counted then, until some time after it is over.

        Raises `Retry` where that would be more than `LATEST` seconds from now. When the program is told to stop, what
        is under way is not kept waiting: it goes out, and is counted.
        """
        latest = self.now() + LATEST
        while wait := self._asked(kind, stopping, latest):
            until = self.now() + wait
            sleep(wait)
            self._awake(until, stopping)

    def over(self, kind: str) -> None:
        """Say that a call of this kind has ended, well or not."""
        with self._lock:
            self._pacer.answered(kind, self.now())

    def learn(self, kind: str, answer: object) -> None:
        """Read what an answer says about the account's limits."""
        from connectors.http import Answer  # a CRM that is paced is one over HTTP

        if not isinstance(answer, Answer):
            return
        with self._lock:
            self._pacer.told(answer.headers, self.now())
            if answer.status == _TOO_MANY:
                self._pacer.held(kind, answer.retry_after() or _SHORT_WAIT, self.now())

    def ask(self, question: Callable[[Pacer, float], T]) -> T:
        """Ask the pacer something, at this moment."""
        with self._lock:
            return question(self._pacer, self.now())

    def now(self) -> float:
        return self._ticks() + self._slept

    def _asked(self, kind: str, stopping: Callable[[], bool], latest: float) -> float:
        with self._lock:
            now = self.now()
            wait = 0.0 if stopping() else self._pacer.wait(kind, now)
            if now + wait > latest:
                raise Retry("its turn at the CRM's limits came too late to be sent", after=wait)
            if wait:
                return wait
            self._pacer.sent(kind, now)
            return 0.0

    def _awake(self, until: float, stopping: Callable[[], bool]) -> None:
        """A sleep that is over has lasted, unless it was cut short: in a simulation no other clock says so."""
        with self._lock:
            if not stopping():
                self._slept += max(until - self.now(), 0.0)


class Transport:
    """Counts calls, waits for their turn, makes them. Several threads may call at once.

    `sleep` waits for seconds. Without a gate nothing waits.
    """

    def __init__(self, sleep: Sleep, stopping: Callable[[], bool] = lambda: False) -> None:
        self._sleep, self._stopping = sleep, stopping
        self._lock = threading.Lock()
        self._made = 0
        self.gate: Gate | None = None

    def __call__(self, name: str, apply: Callable[[], T]) -> T:
        if self.gate is not None:
            self.gate.take(name, self._sleep, self._stopping)
        try:
            result = apply()
        finally:
            if self.gate is not None:
                self.gate.over(name)
            with self._lock:
                self._made += 1
        if self.gate is not None:
            self.gate.learn(name, result)
        return result

    def made(self) -> int:
        """Return how many calls were made."""
        return self._made
