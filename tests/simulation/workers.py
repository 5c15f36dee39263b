"""The workers of a world: `sync` again and again, processes that end, stop and go on, and what their calls become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TypeVar

from config.settings import All_, Connection, New, Nobody, QueueNamed
from connectors.errors import ConnectorError
from router.match import question
from sync.passes import Order, run_pass
from sync.seams import Pending, Seams
from sync.steps import ENDED, WAITING
from sync.store import Held, LockLost, StoreError
from sync.work import Wired
from tests.simulation.account import SimulatedConnector
from tests.simulation.baton import Crash
from tests.simulation.checker import forgotten
from tests.simulation.history import Broke
from tests.simulation.org_account import OrgConnector
from tests.simulation.people import TOUCHED
from tests.simulation.rules import normalise, router
from tests.simulation.shelf import Shelf
from tests.simulation.world import OBJECT, START, World

T = TypeVar("T")
QUIET_PASSES = (
    *(60, 75, 180, 150, 3700, 100, 200, 400, 3700, 100, 1000, 3700, 100, 8000, 20_000, 90_000),
    *(100, 8000, 100, 100),  # what was parked is tried again after a day, and may end as it did
)
"""How long the world waits between passes once the troubles are over: long enough for all that waits or is lost."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Says whether nothing is left to do."""

    world: World
    shelf: Shelf

    def still(self) -> bool:
        """No event is to come, no other worker is there, the index shows all, and no walk is under way."""
        newest = max(self.world.arrived.values(), default=self.world.baton.now)
        lag = max(self.world.habits(name).lag for name in self.world.crms)
        shown = self.world.baton.now >= newest + timedelta(seconds=lag)
        return self.world.baton.idle and shown and not self._any("cursors WHERE position IS NOT NULL")

    def done(self) -> bool:
        """The ledger has no open step, and no lead is without an owner and a reason."""
        closed = (*ENDED, *WAITING)
        marks = ", ".join("?" * len(closed))
        return not self._any(f"leads WHERE step NOT IN ({marks})", *closed) and not forgotten(self.world)

    def _any(self, what: str, *values: str) -> bool:
        return self.shelf.raw.execute(f"SELECT 1 FROM {what} LIMIT 1", values).fetchone() is not None  # noqa: S608


def work(world: World, worker: str, *, stays: Settled | None) -> None:
    """Be a worker until the troubles are over; the one that stays goes on until everything has settled."""
    last = START + timedelta(seconds=world.profile.arrivals)
    while not world.quiet:
        tick(world, worker, world.rng.choice(list(world.crms)))
        world.baton.sleep(world.rng.uniform(22, 65 if world.baton.now < last else 110))
    if stays is None:
        return
    calm, enough = 0, world.rng.choice((1, 1, 1, 2))
    for wait in QUIET_PASSES:
        world.baton.sleep(wait)
        still = stays.still()
        for connection in world.crms:
            tick(world, worker, connection)
        calm = calm + 1 if still and stays.done() else 0
        if calm == enough:
            return


def tick(world: World, worker: str, connection: str) -> None:
    """One process that runs one pass, however it ends."""
    world.passes += 1
    run = world.runs[worker] = world.passes
    try:
        _pass(world, worker, connection, run)
    except Crash:
        world.crashes += 1
        world.baton.revive()
        _calls_go_on(world, worker)
    except Held:
        pass
    except Exception as error:  # a wrong design may end in anything
        if not _accounted_for(world, run, error):
            world.history.append(Broke(run, f"{type(error).__name__}: {error}"))


def _accounted_for(world: World, run: int, error: Exception) -> bool:
    if isinstance(error, LockLost):
        return run in world.lost
    return isinstance(error, ConnectorError) or (isinstance(error, StoreError) and run in world.unstored)


def _calls_go_on(world: World, worker: str) -> None:
    """What a dead process had under way may have left the machine: it lands, or it does not."""
    for call in world.under_way.pop(worker, []):
        if world.rng.random() < 0.5:
            world.later(world.rng.uniform(0, 40), call)


def _pass(world: World, worker: str, connection: str, run: int) -> None:
    habits = world.habits(connection)
    connector = (OrgConnector if habits.org else SimulatedConnector)(world, connection, run)
    calls = world.under_way[worker] = []
    seams = Seams(
        clock=partial(_clock, world, worker),
        sleep=partial(_sleep, world, calls),
        spawn=_Later(world, calls).spawn,
        stopping=_told_to_stop(world),
    )
    order = settings(connection, habits.org, world.profile.overlap, frozenset(world.luck.settings()))
    wired = Wired(
        settings=order,
        connector=connector,
        normalise=normalise,
        router=router(world.config),
        when=question(order.when),
        config=world.config,
        files={},
        zone="UTC",
        calls=lambda: connector.calls,
    )
    run_pass(wired, world.store, seams, Order())


def _told_to_stop(world: World) -> Callable[[], bool]:
    """SIGTERM reaches this process after some seams, or never."""
    if world.quiet or not world.luck.strikes("stopped"):
        return lambda: False
    at = world.baton.steps + world.rng.randrange(1, 50)
    return lambda: world.baton.steps >= at


@cache
def settings(name: str, org: bool, overlap: float, chosen: frozenset[str]) -> Connection:
    """`chosen` are the hazards of the table that are settings."""
    return Connection(
        name=name,
        kind="memory",
        object=OBJECT,
        enters=("created", TOUCHED) if "echo" in chosen else ("created",),
        replaces=(QueueNamed("Inbound"),) if org else (Nobody(),),
        take=New() if "take_new" in chosen else All_(),
        audit=("properties",) if "trace_in_fields" in chosen else ("note",),
        overlap=overlap,
        sweep=120.0 if "sweeps" in chosen else None,
        max_per_pass=2 if "few_per_pass" in chosen else 500,
    )


# --- seams ------------------------------------------------------------------------------------------------

_AT_THE_CLOCK = 0.05


def _clock(world: World, worker: str) -> datetime:
    if world.rng.random() < _AT_THE_CLOCK:
        world.baton.step("clock")
    return world.baton.now + world.offsets[worker]


def _sleep(world: World, calls: list[Callable[[], object]], seconds: float) -> None:
    """What was spawned does not wait for who sleeps."""
    for call in list(calls):
        call()
    world.baton.sleep(seconds)


@dataclass(frozen=True, slots=True)
class _Later:
    """Calls run at once, or at the latest when their result is asked for or somebody sleeps, as the seed says."""

    world: World
    calls: list[Callable[[], object]]

    def spawn(self, call: Callable[[], T]) -> Pending[T]:
        pending = _Deferred(call, self.calls)
        if self.world.rng.random() < 0.5:
            pending.run()
        return pending


class _Deferred(Pending[T]):
    """A call that is under way until it has run."""

    def __init__(self, call: Callable[[], T], calls: list[Callable[[], object]]) -> None:
        self._call, self._calls = call, calls
        self._done: list[T] = []
        self._error: Exception | None = None
        calls.append(self.run)

    def run(self) -> None:
        if self.run in self._calls:
            self._calls.remove(self.run)
        try:
            self._done.append(self._call())
        except Exception as error:  # handed over with the result, as a pool of threads does
            self._error = error

    def result(self) -> T:
        if not self._done and self._error is None:
            self.run()
        if self._error is not None:
            raise self._error
        return self._done[0]
