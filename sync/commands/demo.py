"""`leadswitch demo`: the real sync on a CRM kept in a file, told so that one sees what it did."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from config.settings import Configuration, Connection
from connectors.memory import Options
from connectors.memory.files import Files
from sync.commands.sync import Round, one_pass, stopping
from sync.demo.folder import DEFAULT, Laid, lay
from sync.demo.outcome import Outcome, read_outcome
from sync.demo.story import Run, tell
from sync.passes import Order, Summary
from sync.screen import Screen
from sync.seams import Seams, production, system_clock
from sync.store import Store, open_store
from sync.trouble import LEADS_FAILED
from sync.wiring import configuration


def run(screen: Screen, *, directory: Path | None) -> int:
    laid = lay(directory or DEFAULT, system_clock().date())
    _announce(screen, laid)
    found = configuration(laid.path)
    (settings,) = found.connections
    store = open_store(found.store, create=True)
    try:
        with stopping() as stop, ThreadPoolExecutor(4) as pool:
            seams = production(pool, stop)
            runs = [_pass(screen, found, store, seams) for _ in range(2)]
        outcome = _outcome(found, settings, store)
    finally:
        store.close()
    summaries = [run.summary for run in runs]
    if screen.json:
        screen.result({"directory": str(laid.path), "passes": [_as_json(summary) for summary in summaries]})
    elif not summaries[-1].stopped:
        tell(outcome, runs, laid.path)
    return Round(list(summaries)).exit_code or (LEADS_FAILED if summaries[-1].counts.assigned else 0)


def _announce(screen: Screen, laid: Laid) -> None:
    if laid.again:
        screen.tell(f"{laid.path} held an earlier demo: it starts afresh.")
    for file in laid.kept:
        screen.tell(f"Your changes are kept as {file}.")


def _pass(screen: Screen, found: Configuration, store: Store, seams: Seams) -> Run:
    """Do what `leadswitch sync` does, and take the time."""
    (settings,) = found.connections
    began = time.monotonic()
    with screen.progress(settings.name) as progress:
        summary = one_pass(found, settings, store, seams, Order(progress=progress))
    return Run(summary, time.monotonic() - began)


def _outcome(found: Configuration, settings: Connection, store: Store) -> Outcome:
    options = settings.options
    assert isinstance(options, Options)  # noqa: S101 - the demo's own configuration says `kind: memory`
    crm = Files(options).open(system_clock)
    return read_outcome(found.rulebook, settings, store, crm, system_clock())


def _as_json(summary: Summary) -> dict[str, object]:
    return {**asdict(summary.counts), "run": summary.run, "stopped": summary.stopped}
