"""Runs one seed in a store of its own, and has it checked."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from sync.locks import FileLock, PassLock
from sync.store import StoreError
from tests.simulation.baton import Baton
from tests.simulation.checker import violations
from tests.simulation.fate import Machines, crash_at, plan_changes, set_clocks
from tests.simulation.hazards import Luck, Profile
from tests.simulation.locks import SessionLock
from tests.simulation.people import open_accounts, plan_leads
from tests.simulation.shelf import Shelf, shelf
from tests.simulation.workers import Settled, work
from tests.simulation.world import START, World


class Ran(NamedTuple):
    world: World
    violations: list[str]


def run_seed(seed: int, folder: Path, profile: Profile, crash: Callable[[str], bool] | None = None) -> Ran:
    """Run a seed to its end; `folder` holds the template, `crash` replaces the seed's own crashes."""
    opened = shelf(folder)
    world = build(seed, opened, profile, crash)
    world.baton.run()
    return Ran(world, violations(world))


def build(seed: int, opened: Shelf, profile: Profile, crash: Callable[[str], bool] | None = None) -> World:
    """Make the world of a seed."""
    rng = random.Random(seed)
    luck = Luck(profile, seed, rng)
    troubled = profile.arrivals + (profile.long if luck.has("long") else 0.0)
    world = World(profile, rng, luck, START + timedelta(seconds=troubled))
    machines = Machines(world, opened, crash_at(rng))
    fate = machines.fate()
    world.baton = Baton(rng, START, replace(fate, crash=crash) if crash else fate)
    world.store = opened.store(partial(_lock, world, opened.folder), partial(_gate, world))
    open_accounts(world)
    plan_leads(world)
    plan_changes(world)
    _add_workers(world, opened)
    return world


def _add_workers(world: World, opened: Shelf) -> None:
    workers = ["one"] if world.luck.has("one_worker") else ["one", "two"]
    set_clocks(world, workers)
    for worker in workers:
        stays = Settled(world, opened) if worker == "one" else None
        world.baton.add(worker, partial(work, world, worker, stays=stays))


def _gate(world: World, edge: str, name: str) -> None:
    world.baton.step(f"store: {edge} {name}")
    if edge == "begin" or world.quiet or not world.baton.worker or not world.luck.strikes("store_fails"):
        return
    world.unstored.add(world.runs[world.baton.worker])
    if edge == "commit":
        raise sa.exc.OperationalError(name, None, sqlite3.OperationalError("disk I/O error"))
    raise StoreError(f"{name}: the session ended after the commit")


def _lock(world: World, folder: Path, _: sa.Connection, name: str) -> PassLock:
    if world.luck.has("session_lock"):
        return SessionLock(world.sessions, name, world.runs[world.baton.worker])
    return FileLock(folder / f"{os.getpid()}.{name}.lock")
