"""Virtual time for several workers in one process: exactly one of them runs, and the seed says which.

A worker gives the baton back at the engine's seams alone, so a seed is a history that repeats to the letter. Threads
change hands only where the seed chose another worker; a worker that goes on costs nothing.
"""

from __future__ import annotations

import heapq
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SWITCH = 0.3
"""How often a worker gives the baton back at a seam."""

STEPS_A_SECOND = 4.0


class Crash(BaseException):
    """The process ended here. No `except Exception` of the product catches it."""


class _Over(BaseException):
    """The simulation failed elsewhere; this worker's thread ends."""


@dataclass(slots=True, eq=False)
class _Worker:
    name: str
    wake: datetime
    go: threading.Lock = field(default_factory=threading.Lock)
    dead: bool = False  # crashed, and not yet out of its pass

    def __post_init__(self) -> None:
        self.go.acquire()


@dataclass(frozen=True, slots=True)
class Fate:
    """What strikes a worker at a seam: `crash` says whether it ends there, `freeze` for how many seconds it stops,
    `alone` whether nobody else may run now."""

    crash: Callable[[str], bool]
    freeze: Callable[[str], float] = lambda _: 0.0
    alone: Callable[[], bool] = lambda: False


class Baton:
    """The scheduler."""

    def __init__(self, rng: random.Random, start: datetime, fate: Fate) -> None:
        self.now = start
        self.steps = 0
        self._rng = rng
        self._fate = fate
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0
        self._workers: list[_Worker] = []
        self._running: _Worker | None = None
        self._over = threading.Lock()
        self._error: BaseException | None = None

    # --- the world ---

    def at(self, when: datetime, event: Callable[[], None]) -> None:
        """Let the world do something at a time: a person, a form, a write that lands late."""
        self._planned += 1
        heapq.heappush(self._events, (when, self._planned, event))

    def after(self, seconds: float, event: Callable[[], None]) -> None:
        self.at(self.now + timedelta(seconds=seconds), event)

    def add(self, name: str, body: Callable[[], None]) -> None:
        """Add a worker; it begins when `run` is called."""
        worker = _Worker(name, self.now)
        self._workers.append(worker)

        def life() -> None:
            worker.go.acquire()
            try:
                self._check()
                body()
            except _Over:
                return
            except BaseException as error:  # handed to the thread that runs the simulation
                self._error = error
            self._workers.remove(worker)
            self._hand_over()

        threading.Thread(target=life, name=name, daemon=True).start()

    def run(self) -> None:
        """Run until every worker has ended and nothing more happens; raises what one of them raised."""
        self._over.acquire()
        self._hand_over()
        self._over.acquire()
        for left in self._workers:
            left.go.release()
        if self._error is not None:
            raise self._error
        while self._events:
            self._advance(self._events[0][0])

    @property
    def idle(self) -> bool:
        """Whether nothing is going to happen any more besides what the running worker does."""
        return not self._events and len(self._workers) == 1

    @property
    def worker(self) -> str:
        """The name of the worker that runs, "" for the world."""
        return self._running.name if self._running else ""

    # --- the workers ---

    def step(self, what: str) -> None:
        """A seam: time passes, the world moves, the worker may end here, stop for a while or be overtaken."""
        me = self._running
        if me is None:
            return  # the world itself
        if me.dead:
            raise Crash(f"{what}: a dead process made another call")
        self.steps += 1
        self._advance(self.now + timedelta(seconds=self._rng.expovariate(STEPS_A_SECOND)))
        if self._fate.crash(what):
            me.dead = True
            raise Crash(what)
        if self._fate.alone():
            return
        frozen = self._fate.freeze(what)
        if frozen or self._rng.random() < SWITCH:
            self._wait(me, frozen)

    def sleep(self, seconds: float) -> None:
        """Let this worker wait, and others run; the world itself never waits."""
        if self._running is not None:
            self._wait(self._running, seconds)

    def revive(self) -> None:
        """A new process takes the crashed one's place."""
        if self._running is not None:
            self._running.dead = False

    def _wait(self, me: _Worker, seconds: float) -> None:
        me.wake = self.now + timedelta(seconds=seconds)
        chosen = self._chosen()
        if chosen is not me:
            self._running = chosen
            chosen.go.release()
            me.go.acquire()
            self._check()
        self._running = me

    def _chosen(self) -> _Worker:
        while True:
            ready = [worker for worker in self._workers if worker.wake <= self.now]
            if ready:
                return ready[0] if len(ready) == 1 else self._rng.choice(ready)
            self._advance(min(worker.wake for worker in self._workers))

    def _hand_over(self) -> None:
        """Let somebody else run, from a thread that does not wait for its turn: one that ends, or the main one."""
        self._running = None
        if self._error is not None or not self._workers:
            self._over.release()
            return
        self._running = self._chosen()
        self._running.go.release()

    def _check(self) -> None:
        if self._error is not None:
            raise _Over

    def _advance(self, to: datetime) -> None:
        while self._events and self._events[0][0] <= to:
            when, _, event = heapq.heappop(self._events)
            self.now = max(self.now, when)
            running, self._running = self._running, None
            event()
            self._running = running
        self.now = max(self.now, to)
