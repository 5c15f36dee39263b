"""What strikes our own machines: crashes, stops, clocks that jump, and changes of the configuration between passes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from router.model import OwnerId
from tests.simulation.baton import Fate
from tests.simulation.history import Lost
from tests.simulation.rules import OTHERS, USUAL
from tests.simulation.shelf import Shelf
from tests.simulation.world import World

_FREEZES = 2
_LONGEST_FREEZE = 300.0
_SHORT_FREEZE = 8.0
_SENDING = ("before assign", "before annotate")
_BETWEEN = (*_SENDING, "store: committed")
_CRASH_BY = 400


@dataclass(frozen=True, slots=True)
class Machines:
    """The fate of the workers' processes at their seams."""

    world: World
    shelf: Shelf
    crash_at: int

    def fate(self) -> Fate:
        return Fate(self.crashes, self.freezes, lambda: self.shelf.writing)

    def crashes(self, what: str) -> bool:
        if self.world.quiet:
            return False
        once = self.world.luck.has("crash_once") and self.world.baton.steps == self.crash_at
        return once or self.world.luck.strikes("crash")

    def freezes(self, what: str) -> float:
        """Say for how many seconds the running worker stops here.

        A pool's threads begin their calls at once, so who has some under way is not stopped. Between check and send
        a worker with a session's lock stops only for a moment: a longer stop there is what the promise leaves out.
        """
        world = self.world
        if world.quiet or world.freezes >= _FREEZES or world.under_way.get(world.baton.worker):
            return 0.0
        between = what.startswith(_BETWEEN)
        outside = world.luck.has("frozen_between") and what.startswith(_SENDING)
        if not world.luck.strikes("frozen_between" if outside else "freeze"):
            return 0.0
        world.freezes += 1
        if not world.luck.has("session_lock"):
            return world.rng.uniform(5, _LONGEST_FREEZE)
        if between and not outside:
            return world.rng.uniform(1, _SHORT_FREEZE)
        return self._without_its_session()

    def _without_its_session(self) -> float:
        world = self.world
        stopped, noticed = world.rng.uniform(20, _LONGEST_FREEZE), world.rng.uniform(5, 20)
        world.baton.after(noticed, partial(_session_ends, world, world.runs[world.baton.worker]))
        return stopped


def crash_at(rng: random.Random) -> int:
    return rng.randrange(1, _CRASH_BY)


def _session_ends(world: World, run: int) -> None:
    if world.sessions.end(run):
        world.lost.add(run)
        world.history.append(Lost(run))


def plan_changes(world: World) -> None:
    """Plan what happens to our clocks, our configuration, our credentials and our reps."""
    rng, luck = world.rng, world.luck
    when = partial(rng.uniform, 0, (world.quiet_from - world.baton.now).total_seconds())
    if luck.has("clock_jump"):
        for _ in range(rng.randint(1, 2)):
            world.baton.after(when(), partial(_jump, world, rng.uniform(*world.profile.jumps)))
    if luck.has("reconfigured"):
        for _ in range(rng.randint(1, 2)):
            world.baton.after(when(), partial(_reconfigure, world, rng.choice((USUAL, *OTHERS))))
    if luck.has("rep_left"):
        world.baton.after(when(), partial(world.inactive.add, OwnerId("u-bo")))
    if luck.has("revoked"):
        world.revoked_from = world.baton.now + timedelta(seconds=when())
    if luck.has("spent"):
        world.spent_from = world.baton.now + timedelta(seconds=when())


def set_clocks(world: World, workers: list[str]) -> None:
    off = world.rng.uniform(-world.profile.skew, world.profile.skew) if world.luck.has("skew") else 0.0
    for worker in workers:
        world.offsets[worker] = timedelta(seconds=off + world.rng.uniform(-2, 2))


def _jump(world: World, seconds: float) -> None:
    for worker in world.offsets:
        world.offsets[worker] += timedelta(seconds=seconds)


def _reconfigure(world: World, config: str) -> None:
    world.config = config
