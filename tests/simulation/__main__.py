"""`make seeds`: seeded histories with crashes, faults, people and a second worker, and what the checker says."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.simulation.run import run_seed, template
from tests.simulation.world import PROFILES


@dataclass(frozen=True, slots=True)
class _Result:
    seed: int
    violations: list[str]
    passes: int
    crashes: int
    steps: int
    cpu: float


def _one(folder: str, profile: str, seed: int) -> _Result:
    began = time.process_time()
    world, found = run_seed(seed, Path(folder), PROFILES[profile])
    return _Result(seed, found, world.passes, world.crashes, world.baton.steps, time.process_time() - began)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds (default 200)")
    parser.add_argument("--seed", type=int, help="repeat this one seed")
    parser.add_argument("--profile", choices=sorted(PROFILES), help="one kind of world only")
    asked = parser.parse_args()
    seeds = [asked.seed] if asked.seed is not None else range(1, asked.seeds + 1)
    bad = sum(_run(profile, seeds) for profile in ([asked.profile] if asked.profile else PROFILES))
    return 1 if bad else 0


def _run(profile: str, seeds: Sequence[int]) -> int:
    """Run the seeds in one kind of world; return how many broke the promise."""
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        template(Path(folder))
        with ProcessPoolExecutor() as pool:
            results = list(pool.map(partial(_one, folder, profile), seeds, chunksize=5))
    return _tell(profile, results)


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - files of a simulation need no disk


def _tell(profile: str, results: list[_Result]) -> int:
    bad = [result for result in results if result.violations]
    for result in bad:
        print(f"seed {result.seed}: python -m tests.simulation --profile {profile} --seed {result.seed}")
        for violation in result.violations:
            print(f"  {violation}")
    cpu = sum(result.cpu for result in results)
    passes, crashes, calls = (
        sum(getattr(r, name) for r in results) for name in ("passes", "crashes", "steps")
    )
    print(
        f"{profile}: {len(results):,} seeds: {passes:,} passes, {crashes:,} crashes, {calls:,} calls; "
        f"{len(results) / cpu:.1f} seeds per CPU second"
    )
    print(f"{len(results) - len(bad)} passed, {len(bad)} failed")
    return len(bad)


if __name__ == "__main__":
    sys.exit(main())
