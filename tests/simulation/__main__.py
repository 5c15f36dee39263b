"""`make seeds`: seeded histories with everything that may go wrong, and the wrong designs that they must catch."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.simulation.figures import Figures, Result, result
from tests.simulation.hazards import PROFILES, Profile
from tests.simulation.history import told
from tests.simulation.mutants import MUTANTS, SEEDS_FOR_A_MUTANT, caught
from tests.simulation.run import run_seed
from tests.simulation.shelf import template

COMMAND = "python -m tests.simulation"
_EVERY = 10.0  # seconds between lines of progress
_CHUNK = 20


def main(words: Sequence[str] | None = None) -> int:
    asked = _asked(words)
    with _folder() as folder:
        if asked.seed is not None:
            return _repeat(folder, asked)
        with ProcessPoolExecutor(asked.processes) as pool:
            failed = _seeds(pool, folder, asked)
            return failed + _mutants(pool, folder) if asked.mutants else failed


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument(
        "--seeds", type=int, default=1000, help="how many seeds, over all worlds (default 1000)"
    )
    parser.add_argument("--first", type=int, default=1, help="the first seed (default 1)")
    parser.add_argument("--profile", choices=PROFILES, help="one kind of world only")
    parser.add_argument("--mutants", action="store_true", help="plant the wrong designs too")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="default: one for each core")
    parser.add_argument("--seed", type=int, help="repeat this one seed and tell what happened")
    parser.add_argument(
        "--mutant", choices=MUTANTS, help="with --seed: plant this wrong design, in its world"
    )
    return parser.parse_args(words)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for the template and the lock files."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - none of it needs a disk
    with tempfile.TemporaryDirectory(prefix="lsw-sim-", dir=memory) as name:
        template(Path(name))
        yield Path(name)


# --- seeds ------------------------------------------------------------------------------------------------


def _seeds(pool: ProcessPoolExecutor, folder: Path, asked: argparse.Namespace) -> int:
    """Run the seeds, evenly in each world; return 1 if one broke the promise."""
    names = [asked.profile] if asked.profile else list(PROFILES)
    seeds = range(asked.first, asked.first - (-asked.seeds // len(names)))
    total = Figures()
    for name in names if seeds else ():
        total += _world(pool, folder, name, seeds)
    print(f"all worlds: {total}")
    return int(total.failed > 0)


def _world(pool: ProcessPoolExecutor, folder: Path, name: str, seeds: Sequence[int]) -> Figures:
    done, said = Figures(), time.monotonic()
    for one in pool.map(partial(_one, folder, PROFILES[name]), seeds, chunksize=_CHUNK):
        done += one.figures
        if one.violations:
            tell(one, f"--profile {name}")
        if time.monotonic() - said > _EVERY:
            said = time.monotonic()
            print(f"{name}: {done.seeds:,} of {len(seeds):,} seeds, {done.failed:,} failed", flush=True)
    print(f"{name}: {done}", flush=True)
    return done


def _one(folder: Path, profile: Profile, seed: int) -> Result:
    return result(seed, folder, profile)


def tell(one: Result, world: str) -> None:
    print(f"seed {one.seed} broke the promise; to repeat it: {COMMAND} {world} --seed {one.seed}")
    print("".join(f"  {violation}\n" for violation in one.violations), end="")
    print(f"  with {one.hazards}", flush=True)


# --- one seed ---------------------------------------------------------------------------------------------


def _repeat(folder: Path, asked: argparse.Namespace) -> int:
    """Run one seed, and tell its history if it broke the promise."""
    if asked.mutant:
        with MUTANTS[asked.mutant].planted():
            return _told(folder, MUTANTS[asked.mutant].profile, asked.seed)
    return _told(folder, PROFILES[asked.profile or next(iter(PROFILES))], asked.seed)


def _told(folder: Path, profile: Profile, seed: int) -> int:
    world, found = run_seed(seed, folder, profile)
    if found:
        print("\n".join(map(told, world.history)))
    print(f"seed {seed} with {world.luck}: {'; '.join(found) or 'the promise was kept'}")
    return int(bool(found))


# --- mutants ----------------------------------------------------------------------------------------------


def _mutants(pool: ProcessPoolExecutor, folder: Path) -> int:
    """Plant each wrong design; return 1 if one was not seen."""
    missed = 0
    for mutant, seed in zip(MUTANTS.values(), pool.map(partial(caught, folder), MUTANTS), strict=True):
        missed += seed is None
        when = f"seed {seed}" if seed else f"NOT within {SEEDS_FOR_A_MUTANT} seeds"
        print(f"{mutant.name:32} {when:12} {mutant.says}", flush=True)
    print(f"{len(MUTANTS) - missed} of {len(MUTANTS)} wrong designs caught within {SEEDS_FOR_A_MUTANT} seeds")
    return int(missed > 0)


def _repeatable() -> None:
    """Begin again with fixed hashes, unless they are: a seed must repeat to the letter in every process."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        words = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, words, {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606 - this very program


if __name__ == "__main__":
    _repeatable()
    sys.exit(main())
