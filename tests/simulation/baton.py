"""Virtual time for several workers in one process: exactly one of them runs, and the seed says which.

A worker gives the baton back at the engine's seams alone, so a seed is a history that repeats to the letter.
"""

from __future__ import annotations

import heapq
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


class Crash(BaseException):
    """The process ended here. No `except Exception` of the product catches it."""


@dataclass(slots=True)
class _Worker:
    name: str
    wake: datetime
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    thread: threading.Thread | None = None
    dead: bool = False  # crashed, and not yet out of its pass


class Baton:
    """The scheduler. `crash` is asked at each seam whether the running worker ends there."""

    def __init__(self, rng: random.Random, start: datetime, crash: Callable[[str], bool]) -> None:
        self.now = start
        self.steps = 0
        self._rng = rng
        self._crash = crash
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._workers: list[_Worker] = []
        self._running: _Worker | None = None
        self._back = threading.Semaphore(0)
        self._error: BaseException | None = None

    def at(self, when: datetime, event: Callable[[], None]) -> None:
        """Let the world do something at a time: a person, a form, a write that lands late."""
        heapq.heappush(self._events, (when, len(self._events) + self.steps, event))

    def add(self, name: str, body: Callable[[], None]) -> None:
        """Add a worker; it begins when `run` is called."""
        worker = _Worker(name, self.now)

        def guarded() -> None:
            worker.go.acquire()
            try:
                body()
            except BaseException as error:  # handed to the thread that runs the simulation
                self._error = error
            self._workers.remove(worker)
            self._back.release()

        worker.thread = threading.Thread(target=guarded, name=name, daemon=True)
        self._workers.append(worker)
        worker.thread.start()

    def run(self) -> None:
        """Run until every worker has ended; raises what one of them raised."""
        while self._workers:
            ready = [worker for worker in self._workers if worker.wake <= self.now]
            if not ready:
                self._advance(min(worker.wake for worker in self._workers))
                continue
            self._running = self._rng.choice(ready)
            self._running.go.release()
            self._back.acquire()
            if self._error is not None:
                raise self._error

    @property
    def worker(self) -> str:
        """The name of the worker that runs, "" for the world."""
        return self._running.name if self._running else ""

    def step(self, what: str, *, switch: bool = True) -> None:
        """A seam: time passes, the world moves, the worker may end here or be overtaken."""
        me = self._running
        if me is None or threading.current_thread() is not me.thread:
            return  # the world itself
        if me.dead:
            raise Crash(f"{what}: a dead process made another call")
        self.steps += 1
        self._advance(self.now + timedelta(seconds=self._rng.expovariate(4)))
        if self._crash(what):
            me.dead = True
            raise Crash(what)
        if switch and self._rng.random() < 0.3:
            self._give_back(me)

    def sleep(self, seconds: float) -> None:
        """Let this worker wait, and others run."""
        me = self._running
        if me is None:
            raise RuntimeError("only workers sleep")
        me.wake = self.now + timedelta(seconds=seconds)
        self._give_back(me)

    def revive(self) -> None:
        """A new process takes the crashed one's place."""
        if self._running is not None:
            self._running.dead = False

    def _give_back(self, me: _Worker) -> None:
        self._back.release()
        me.go.acquire()
        self._running = me

    def _advance(self, to: datetime) -> None:
        while self._events and self._events[0][0] <= to:
            when, _, event = heapq.heappop(self._events)
            self.now = max(self.now, when)
            running, self._running = self._running, None
            event()
            self._running = running
        self.now = max(self.now, to)
