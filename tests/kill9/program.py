"""`python -m tests.kill9.program CLOCK [leadswitch's arguments]`: the program, its clock being the one in a file.

All else is the production's. Waits are a fiftieth as long: no test waits for what a CRM asks for.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

from sync import seams
from sync.commands import retry, sync
from tests.kill9.clock import SharedClock

_SHORTER = 50.0


def main() -> None:
    clock = SharedClock(Path(sys.argv.pop(1)))
    real = seams.production

    def production(pool: ThreadPoolExecutor, stop: Event) -> seams.Seams:
        return replace(real(pool, stop), clock=clock, sleep=lambda span: void(stop.wait(span / _SHORTER)))

    for command in (sync, retry):
        command.production = production  # type: ignore[attr-defined]
    from sync.cli import main as program

    program()


def void(_: object) -> None:
    return


if __name__ == "__main__":
    main()
