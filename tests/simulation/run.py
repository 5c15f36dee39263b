"""Runs one seed from a template of the store, and has it checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sync.store import open_store
from tests.simulation.checker import violations
from tests.simulation.world import Profile, World, build


def template(folder: Path) -> Path:
    """Make the empty store that each seed starts from."""
    file = folder / "template.db"
    open_store(f"sqlite:///{file}", create=True).close()
    return file


def run_seed(
    seed: int, folder: Path, profile: Profile | None = None, crash: Callable[[str], bool] | None = None
) -> tuple[World, list[str]]:
    """Run a seed to its end; `folder` holds the template."""
    world = build(seed, folder, folder / "template.db", profile or Profile(), crash)
    world.baton.run()
    found = violations(world)
    world.store.close()
    for left in folder.glob(f"{seed}.db*"):
        left.unlink()
    return world, found
