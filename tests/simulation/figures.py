"""What seeds cost and what happened in them, added up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from connectors.memory.events import Added, Owned
from router.model import OwnerId, RecordId
from tests.simulation.hazards import Profile
from tests.simulation.rules import UNOWNED
from tests.simulation.run import run_seed
from tests.simulation.world import START, World


@dataclass(slots=True)
class Figures:
    """Sums over seeds. `overran` are our writes that landed on a person's choice, all of which were put back but those
    that `stayed`, where the org keeps no history of owners.
    """

    seeds: int = 0
    failed: int = 0
    hours: float = 0.0
    leads: int = 0
    passes: int = 0
    crashes: int = 0
    freezes: int = 0
    calls: int = 0
    overran: int = 0
    stayed: int = 0
    cpu: float = 0.0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in Figures.__slots__))

    def __str__(self) -> str:
        return (
            f"{self.seeds:,} seeds, {self.failed:,} failed; {self.hours:,.0f} simulated hours, {self.leads:,} leads, "
            f"{self.passes:,} passes, {self.crashes:,} crashes, {self.freezes:,} stops, {self.calls:,} seams; "
            f"{1000 * self.overran / max(self.leads, 1):.1f} of 1,000 leads overran a person's choice, {self.stayed:,} "
            f"of them without a history to put it back from; {self.seeds / (self.cpu or 1):.1f} seeds per CPU second"
        )


@dataclass(frozen=True, slots=True)
class Result:
    """One seed: its violations, and its figures."""

    seed: int
    violations: list[str]
    hazards: str
    figures: Figures


def result(seed: int, folder: Path, profile: Profile) -> Result:
    began = time.process_time()
    world, found = run_seed(seed, folder, profile)
    return Result(seed, found, str(world.luck), _figures(world, found, time.process_time() - began))


def _figures(world: World, found: list[str], cpu: float) -> Figures:
    return Figures(
        seeds=1,
        failed=bool(found),
        hours=(world.baton.now - START).total_seconds() / 3600,
        leads=sum(isinstance(entry, Added) for entry in world.history),
        passes=world.passes,
        crashes=world.crashes,
        freezes=world.freezes,
        calls=world.baton.steps,
        overran=len(over := overran(world)),
        stayed=sum(not world.has_history(record) for record in over),
        cpu=cpu,
    )


def overran(world: World) -> list[RecordId]:
    """Return the record of each write of ours that landed where a person's choice stood."""
    chosen: dict[RecordId, OwnerId | None] = {}
    found: list[RecordId] = []
    for entry in world.history:
        if isinstance(entry, Owned):
            if entry.ours and chosen.get(entry.record) not in (None, entry.owner):
                found.append(entry.record)
            chosen[entry.record] = None if entry.ours or entry.owner in UNOWNED else entry.owner
    return found
