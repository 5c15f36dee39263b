"""`leadswitch demo`: the real sync against a HubSpot account of the sandbox, told so that one sees what it did."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from config.settings import Configuration
from sync.commands.sync import Round, one_pass, stopping
from sync.demo.account import fill, look, save
from sync.demo.folder import CRM, DEFAULT, Laid, lay
from sync.demo.next_steps import sync_command
from sync.demo.outcome import Outcome, read_outcome
from sync.demo.story import Run, tell
from sync.passes import Order, Summary
from sync.screen import Screen
from sync.seams import Seams, production, system_clock
from sync.store import Store, open_store
from sync.trouble import LEADS_FAILED, Refused
from sync.wiring import configuration


def run(screen: Screen, *, load: Callable[[], Any], directory: Path | None, stay: bool) -> int:
    with _started(load()) as account:
        fill(account.portal)
        laid = lay(directory or DEFAULT, system_clock().date(), url=account.url, token=account.token)
        _announce(screen, laid)
        runs, outcome = _play(screen, laid.path, account.portal)
        summaries = [run.summary for run in runs]
        if screen.json:
            screen.result({"directory": str(laid.path), "passes": [_as_json(one) for one in summaries]})
        elif not summaries[-1].stopped:
            tell(outcome, runs, laid.path)
        if stay and not summaries[-1].stopped:
            _stay(screen, account, laid.path)
    return Round(summaries).exit_code or (LEADS_FAILED if summaries[-1].counts.assigned else 0)


def _started(sandbox: Any) -> Any:
    try:
        return sandbox.start_empty()
    except OSError as error:
        reason = error.strerror or error
        raise Refused(f"The sample account cannot be served on 127.0.0.1: {reason}.") from error


def _announce(screen: Screen, laid: Laid) -> None:
    if laid.again:
        screen.tell(f"{laid.path} held an earlier demo: it starts afresh.")
    for file in laid.kept:
        screen.tell(f"Your changes are kept as {file}.")


def _stay(screen: Screen, account: Any, path: Path) -> None:
    """Serve the account as the runs left it until SIGINT or SIGTERM, for other commands to use."""
    with stopping() as stop:
        screen.tell(f"The account is served until Ctrl-C; its counters: {account.control}")
        screen.tell("In another terminal:")
        screen.tell(f"  {sync_command(path)}")
        stop.wait()


def _play(screen: Screen, path: Path, portal: Any) -> tuple[list[Run], Outcome]:
    """Sync twice, keep what the account then holds, and read what came of it."""
    found = configuration(path)
    (settings,) = found.connections
    store = open_store(found.store, create=True)
    try:
        with stopping() as stop, ThreadPoolExecutor(4) as pool:
            seams = production(pool, stop)
            runs = [_pass(screen, found, store, seams, portal) for _ in range(2)]
        crm = look(portal)
        save(crm, path / CRM)
        return runs, read_outcome(found.rulebook, settings, store, crm, system_clock())
    finally:
        store.close()


def _pass(screen: Screen, found: Configuration, store: Store, seams: Seams, portal: Any) -> Run:
    """Do what `leadswitch sync` does; take the time and the account's count of calls."""
    (settings,) = found.connections
    before, began = Counter(portal.calls), time.monotonic()
    with screen.progress(settings.name) as progress:
        summary = one_pass(found, settings, store, seams, Order(progress=progress))
    return Run(summary, time.monotonic() - began, portal.calls - before)


def _as_json(summary: Summary) -> dict[str, object]:
    return {**asdict(summary.counts), "run": summary.run, "stopped": summary.stopped}
