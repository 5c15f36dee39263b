"""`make kill9`: real processes, killed at random while they work on HubSpot accounts over HTTP, and what is left.

Each campaign is two workers over two accounts on one store, on SQLite and on PostgreSQL; a seed draws when who dies,
which calls fail and how, which leads a person takes, and how much time goes by.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from tests.databases import fresh_database, running_postgres
from tests.kill9.campaign import Plan, Report, run

STORES = ("sqlite", "postgresql")
_EACH = 30
"""Deaths of one campaign: the next one begins with accounts and a store that are new."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill9", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many in all (default 200)")
    parser.add_argument("--seed", type=int, help="repeat this one campaign")
    parser.add_argument("--store", choices=STORES, help="on this database only")
    asked = parser.parse_args()
    stores = [asked.store] if asked.store else STORES
    each = -(-asked.kills // len(stores))
    with (
        running_postgres() if "postgresql" in stores else nullcontext() as server,
        ThreadPoolExecutor(len(stores)) as pool,
    ):
        running = [pool.submit(_Stores(store, server).campaigns, each, asked.seed) for store in stores]
        reports = {store: done.result() for store, done in zip(stores, running, strict=True)}
    return max(_tell(store, found) for store, found in reports.items())


@dataclass(frozen=True, slots=True)
class _Stores:
    """Campaigns on one kind of store, each on a new one that nothing was written to."""

    kind: str
    server: sa.URL | None

    def campaigns(self, kills: int, seed: int | None) -> Sequence[tuple[int, Report]]:
        """Run campaigns with the seeds 1, 2, ... until so many processes were killed, or the one of `seed`."""
        if seed is not None:
            return [(seed, self._one(seed, kills=_EACH))]
        done: list[tuple[int, Report]] = []
        for number in count(1):
            left = kills - sum(report.kills for _, report in done)
            if left <= 0:
                break
            done.append((number, self._one(number, kills=_EACH)))
        return done

    def _one(self, seed: int, *, kills: int) -> Report:
        with tempfile.TemporaryDirectory(prefix="lsw-kill9-") as folder, self._url(seed, folder) as url:
            return run(Plan(seed, kills), url, Path(folder))

    @contextmanager
    def _url(self, seed: int, folder: str) -> Iterator[str]:
        if self.server is None or self.kind == "sqlite":
            yield f"sqlite:///{folder}/store.db"
            return
        with fresh_database(self.server, f"kill9_{seed}", template="template1") as url:
            yield url


def _tell(store: str, found: Sequence[tuple[int, Report]]) -> int:
    """Print what came of the campaigns on one kind of store; return 1 if a promise was broken."""
    for seed, report in found:
        if report.violations:
            print(f"python -m tests.kill9 --store {store} --seed {seed}")
            print(*(f"  {line}" for line in report.violations), sep="\n")
    reports = [report for _, report in found]
    total = {
        name: sum(getattr(each, name) for each in reports)
        for name in Report.__slots__
        if name != "violations"
    }
    wrong = sum(len(report.violations) for report in reports)
    print(
        f"{store}: {total['kills']:,} kills in {total['passes']:,} passes, {total['calls']:,} calls, "
        f"{total['leads']:,} leads ({total['taken']:,} taken by people), {total['notes']:,} notes: "
        f"{wrong} promises broken; {total['seconds']:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
