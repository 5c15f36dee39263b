"""`leadswitch demo`: the real sync against two CRMs of the sandbox, told so that one sees what it did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sync.commands.sync import Round, one_pass, stopping
from sync.demo.crm import Served, save
from sync.demo.folder import DEFAULT, Laid, lay
from sync.demo.hubspot import HubSpot
from sync.demo.next_steps import commands_while_served
from sync.demo.outcome import Outcome, read_outcome
from sync.demo.salesforce import Salesforce
from sync.demo.story import Rounds, Run, tell
from sync.passes import Order, Summary
from sync.screen import Screen
from sync.seams import production, system_clock
from sync.store import open_store
from sync.trouble import LEADS_FAILED, Refused
from sync.wiring import configuration


def run(screen: Screen, *, load: Callable[[], Any], directory: Path | None, stay: bool) -> int:
    with _served(load()) as crms:
        for crm in crms:
            crm.fill()
        laid = lay(directory or DEFAULT, system_clock().date(), crms)
        _announce(screen, laid)
        rounds, outcome = _play(screen, laid.path, crms)
        summaries = rounds.summaries
        if screen.json:
            screen.result({"directory": str(laid.path), "passes": [_as_json(one) for one in summaries]})
        elif not summaries[-1].stopped:
            tell(outcome, rounds, laid.path)
        if stay and not summaries[-1].stopped:
            _stay(screen, crms, laid.path, run=rounds.first[-1].summary.run)
    again = sum(run.summary.counts.assigned for run in rounds.again)
    return Round(summaries).exit_code or (LEADS_FAILED if again else 0)


@contextmanager
def _served(sandbox: Any) -> Iterator[Sequence[Served]]:
    with ExitStack() as stack:
        try:
            account, org = (
                stack.enter_context(start()) for start in (sandbox.start_empty, sandbox.start_empty_org)
            )
        except OSError as error:
            reason = error.strerror or error
            raise Refused(f"The sample CRMs cannot be served on 127.0.0.1: {reason}.") from error
        yield HubSpot(account), Salesforce(org)


def _announce(screen: Screen, laid: Laid) -> None:
    if laid.again:
        screen.tell(f"{laid.path} held an earlier demo: it starts afresh.")
    for file in laid.kept:
        screen.tell(f"Your changes are kept as {file}.")


def _stay(screen: Screen, crms: Sequence[Served], path: Path, *, run: str) -> None:
    """Serve the CRMs as the runs left them until SIGINT or SIGTERM, for other commands to use."""
    with stopping() as stop:
        screen.tell("The CRMs are served until Ctrl-C; their counters:")
        for crm in crms:
            screen.tell(f"  {crm.connection}: {crm.running.control}")
        screen.tell("In another terminal:")
        for command, says in commands_while_served(path, run):
            screen.tell(f"  {command}")
            screen.tell(f"      {says}")
        stop.wait()


def _play(screen: Screen, path: Path, crms: Sequence[Served]) -> tuple[Rounds, Outcome]:
    """Sync twice, keep what the CRMs then hold, and read what came of it."""
    found = configuration(path)
    settings = {each.name: each for each in found.connections}
    store = open_store(found.store, create=True)
    try:
        with stopping() as stop, ThreadPoolExecutor(4) as pool:
            seams = production(pool, stop)

            def sync(crm: Served, order: Order) -> Summary:
                return one_pass(found, settings[crm.connection], store, seams, order)

            first, again = ([_timed(screen, crm, sync) for crm in crms] for _ in range(2))
        looked = {crm.connection: crm.look() for crm in crms}
        for crm in crms:
            save(looked[crm.connection], path / crm.sample_file())
        outcome = read_outcome(found.rulebook, found.connections, store, looked, system_clock())
        return Rounds(first, again), outcome
    finally:
        store.close()


def _timed(screen: Screen, crm: Served, sync: Callable[[Served, Order], Summary]) -> Run:
    """Do what `leadswitch sync` does; take the time and the CRM's count of calls."""
    before, began = crm.calls, time.monotonic()
    with screen.progress(crm.connection) as progress:
        summary = sync(crm, Order(progress=progress))
    return Run(summary, time.monotonic() - began, crm.calls - before)


def _as_json(summary: Summary) -> dict[str, object]:
    counts = asdict(summary.counts)
    return {"connection": summary.connection, **counts, "run": summary.run, "stopped": summary.stopped}
