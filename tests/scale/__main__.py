"""`make scale`: two workers with 10,000 leads on PostgreSQL, and the plans of a pass over a million rows."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from sync.schema import to_micros
from tests.databases import fresh_database, running_postgres
from tests.scale.busy import busy, busy_office
from tests.scale.million import fill
from tests.scale.plans import Captured, explained, wrong
from tests.scale.workers import run
from tests.sync.office import START

_LEADS = 300
"""Of the passes whose statements are explained."""

_RUNS = 300_000
"""More than half a year of a pass a minute."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--leads", type=int, default=10_000, help="of the two workers (default 10,000)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the ledger (default 1,000,000)")
    asked = parser.parse_args()
    with running_postgres() as server:
        return max(workers(server, asked.leads), plans(server, asked.rows))


def workers(server: sa.URL, leads: int) -> int:
    with tempfile.TemporaryDirectory(prefix="lsw-scale-") as folder, fresh_database(server, "workers") as url:
        report = run(leads, url, Path(folder))
    print(*report.violations, sep="\n", end="\n" if report.violations else "")
    print(
        f"workers: 2 processes, {report.leads:,} leads, {report.shared:,} persons in both accounts, "
        f"{report.seconds:.0f} s: {len(report.violations)} promises broken; a turn left nobody further than "
        f"{float(report.furthest):.3f} leads from the sum of their shares (bound {float(report.bound):.3f})"
    )
    return 1 if report.violations or report.furthest > report.bound + report.leads / 10**12 else 0


def plans(server: sa.URL, rows: int) -> int:
    captured = Captured()
    with fresh_database(server, "million") as url:
        began = time.monotonic()
        filled = fill(url, rows=rows, runs=_RUNS, now=to_micros(START))
        print(f"plans: {sum(filled.rows.values()):,} rows filled in {time.monotonic() - began:.0f} s")
        office = busy_office(url)
        began = time.monotonic()
        with captured.listening(office.store.engine):
            busy(office, leads=_LEADS)
        took = time.monotonic() - began
        bad = 0
        with office.store.engine.connect() as tx:
            for statement, parameters in captured.statements.items():
                for line in wrong(explained(tx, statement, parameters), filled.rows):
                    bad += 1
                    print(f"{line}\n    {' '.join(statement.split())[:300]}")
        office.store.close()
    print(
        f"plans: {len(captured.statements)} statements of passes over {rows:,} leads, {bad} read too much; {took:.1f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
