"""`python -m bench NAME [--json]`: exit 0 where every goal is met, 1 where one is missed, 2 for a wrong name.

NAME `all` runs every bench in turn and writes bench/results.md. `--only salesforce` runs one part of a bench that has
parts, `calls` and `end_to_end`: a CRM's.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from platform import machine, python_version, system
from types import ModuleType

from bench.rows import Bench, Row, as_json, as_table

RESULTS = Path(__file__).with_name("results.md")
BENCHES = {
    "accounts": "bench.accounts",
    "calls": "bench.calls",
    "end_to_end": "bench.end_to_end",
    "fairness": "bench.fairness",
    "hazards": "bench.hazards",
    "routing": "bench.routing",
    "startup": "bench.startup",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one bench and print its rows."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=[*sorted(BENCHES), "all"])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", metavar="PART", help="run one part of a bench that has parts")
    wanted = parser.parse_args(arguments)
    names = sorted(BENCHES) if wanted.name == "all" else [wanted.name]
    results: dict[str, Sequence[Row]] = {}
    for name in names:
        module = _load(BENCHES[name])
        if module is None:
            print(f"bench: {name} is not there: {BENCHES[name]} cannot be imported", file=sys.stderr)
            return 2
        run = _chosen(module, wanted.only)
        if run is None:
            print(f"bench: {name} has no part {wanted.only}", file=sys.stderr)
            return 2
        results[name] = run()
        print(as_json(name, results[name]) if wanted.json else as_table(name, results[name]))
    if wanted.name == "all":
        RESULTS.write_text(_as_page(results), encoding="utf-8")
    return 1 if any(row.met is False for rows in results.values() for row in rows) else 0


def _as_page(results: dict[str, Sequence[Row]]) -> str:
    """Return the results as a page that says when and on what they were measured."""
    today = datetime.now(UTC).date()
    where = f"{system()} {machine()}, {os.cpu_count()} processors, Python {python_version()}"
    tables = "\n\n".join(as_table(name, rows) for name, rows in results.items())
    return f"# Bench results\n\nMeasured on {today} by `make bench`, on {where}.\n\n```\n{tables}\n```\n"


def _load(path: str) -> ModuleType | None:
    try:
        return import_module(path)
    except ModuleNotFoundError as missing:
        # A library that a bench needs is another matter: its own error says which.
        if missing.name != path:
            raise
        return None


def _chosen(module: ModuleType, part: str | None) -> Bench | None:
    parts: Mapping[str, Bench] = getattr(module, "PARTS", {})
    run: Bench = module.run
    return parts.get(part) if part else run


if __name__ == "__main__":
    sys.exit(main())
