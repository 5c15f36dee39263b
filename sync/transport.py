"""The way of a connection's calls to its CRM: counted, and sent no faster than the CRM allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from connectors.pace import Pacer

T = TypeVar("T")
_TOO_MANY = 429
_SHORT_WAIT = 1.0


class Transport:
    """Counts calls, waits for their turn, makes them. Several threads may call at once.

    `sleep` waits for seconds; `ticks` is a clock that never goes back. Without a pacer nothing waits.
    """

    def __init__(
        self, sleep: Callable[[float], None], *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._sleep, self._ticks = sleep, ticks
        self._lock = threading.Lock()
        self._made = 0
        self.pacer: Pacer | None = None

    def __call__(self, name: str, apply: Callable[[], T]) -> T:
        wait = self._reserve(name)
        if wait > 0:
            self._sleep(wait)
        result = apply()
        if self.pacer is not None:
            self._learn(name, result, self.pacer)
        return result

    def made(self) -> int:
        """Return how many calls were made."""
        return self._made

    def _reserve(self, name: str) -> float:
        with self._lock:
            wait = self.pacer.reserve(name, self._ticks()) if self.pacer else 0.0
            self._made += 1
            return wait

    def _learn(self, name: str, answer: object, pacer: Pacer) -> None:
        from connectors.http import Answer  # a CRM that is paced is one over HTTP

        if not isinstance(answer, Answer):
            return
        with self._lock:
            pacer.told(answer.headers, self._ticks())
            if answer.status == _TOO_MANY:
                pacer.held(name, answer.retry_after() or _SHORT_WAIT, self._ticks())
