"""`python -m bench NAME [--json]`: exit 0 where every goal is met, 1 where one is missed, 2 for a wrong name."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from bench.rows import Bench, as_json, as_table

BENCHES = {
    "routing": "bench.routing",
    "startup": "bench.startup",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one bench and print its rows."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    wanted = parser.parse_args(arguments)
    run = _load(BENCHES[wanted.name])
    if run is None:
        print(
            f"bench: {wanted.name} is not there: {BENCHES[wanted.name]} cannot be imported", file=sys.stderr
        )
        return 2
    rows = run()
    print(as_json(wanted.name, rows) if wanted.json else as_table(wanted.name, rows))
    return 1 if any(row.met is False for row in rows) else 0


def _load(path: str) -> Bench | None:
    try:
        bench: Bench = import_module(path).run
    except ModuleNotFoundError as missing:
        # A library that a bench needs is another matter: its own error says which.
        if missing.name != path:
            raise
        return None
    return bench


if __name__ == "__main__":
    sys.exit(main())
