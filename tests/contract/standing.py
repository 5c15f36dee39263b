"""What worlds of our own making share: a clock that stands, the count of calls, and faults that wait for the next."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from connectors.contract import T
from router.model import LeadRef, RecordId
from sandbox.server import Server
from tests.contract.world import DAY, Fault, World

W = TypeVar("W", bound=World)


class StandingWorld(World):
    """A world whose clock is moved by hands alone."""

    def __init__(self) -> None:
        self._time = DAY + timedelta(days=1)
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._calls = 0
        self.names: list[str] = []

    def tick(self, seconds: float = 1.0) -> None:
        self._time += timedelta(seconds=seconds)

    def ref(self, record: str) -> LeadRef:
        return LeadRef(self.connection, self.object_type, RecordId(record))

    def fail_next(self, fault: Fault) -> None:
        self._faults.append(fault)

    @property
    def calls(self) -> int:
        return self._calls

    @property
    def now(self) -> datetime:
        return self._time

    def counted(self, call: str) -> Fault | None:
        """Count a call, and return the fault that it meets."""
        with self._lock:
            self._calls += 1
            self.names.append(call)
            return self._faults.pop() if self._faults else None


class SandboxWorld(StandingWorld):
    """A world over HTTP: `server` answers on loopback."""

    server: Server
    uncounted: frozenset[str] = frozenset()
    """Calls that are no check's business."""

    def __init__(self) -> None:
        super().__init__()
        self._connectors: list[Any] = []

    def close(self) -> None:
        for connector in self._connectors:
            connector.close()
        self.server.close()

    def carry(self, call: str, apply: Callable[[], T], /) -> T:
        """Be the transport of the connectors."""
        if call in self.uncounted:
            return apply()
        with self.struck(self.counted(call)):
            return apply()

    @abstractmethod
    def struck(self, fault: Fault | None) -> AbstractContextManager[None]:
        """Let the call inside meet a fault."""


@contextmanager
def opening(kind: Callable[..., W]) -> Iterator[Callable[..., W]]:
    """Give a function that makes worlds, as `kind` does; they are closed at the end."""
    worlds: list[W] = []

    def make(**chosen: object) -> W:
        worlds.append(kind(**chosen))
        return worlds[-1]

    try:
        yield make
    finally:
        for world in worlds:
            world.close()
