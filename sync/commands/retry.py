"""`leadswitch retry`: failed leads again, now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from config.settings import Configuration
from router.model import ConnectionName
from sync.commands.sync import Round, one_pass, report, stopping, taking
from sync.ledger import Ledger
from sync.passes import Order, Summary
from sync.report import entries_at, entries_of
from sync.screen import Screen
from sync.seams import Seams, production
from sync.steps import Row, Step
from sync.store import Store, open_store
from sync.trouble import OK, Refused
from sync.wiring import configuration

FAILED = (Step.FAILED, Step.NOTE_FAILED)


def run(screen: Screen, *, leads: Sequence[str]) -> int:
    found = configuration(screen.directory)
    store = open_store(found.store, create=False)
    rows = _asked_for(store, leads)
    if not rows:
        screen.result({"retried": 0}) if screen.json else screen.line("No lead has failed.")
        return OK
    done = Round()
    with stopping() as stop, ThreadPoolExecutor(4) as pool:
        seams = production(pool, stop)
        for name, group in _by_connection(rows).items():
            with taking(done, name):
                done.summaries.append(_again(screen, found, store, seams, name, group))
    store.close()
    report(screen, done)
    return done.exit_code


def _asked_for(store: Store, leads: Sequence[str]) -> list[Row]:
    if not leads:
        return entries_at(store, FAILED)
    rows = []
    for lead in leads:
        entries = entries_of(store, lead)
        failed = [row for row in entries if row.step in FAILED]
        if not failed:
            state = f"it is {entries[-1].step}" if entries else "the ledger does not know it"
            raise Refused(f"{lead} has not failed: {state}")
        rows += failed
    return rows


def _by_connection(rows: Sequence[Row]) -> dict[ConnectionName, list[Row]]:
    groups: dict[ConnectionName, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.ref.connection].append(row)
    return groups


def _again(
    screen: Screen,
    found: Configuration,
    store: Store,
    seams: Seams,
    name: ConnectionName,
    rows: Sequence[Row],
) -> Summary:
    settings = next((each for each in found.connections if each.name == name), None)
    if settings is None:
        raise Refused(
            f"the configuration has no connection {name} any more: its failed leads cannot be retried"
        )
    with store.session(name) as session, session.transaction("retry") as tx:
        failed = {row.key for row in rows}
        again = [
            row
            for row in Ledger(name, "retry").newest(tx, [row.ref for row in rows]).values()
            if row.key in failed
        ]
        Ledger(name, "retry").save(
            tx, [row._replace(due=seams.clock()) for row in again if row.step in FAILED]
        )
    return one_pass(found, settings, store, seams, Order(walks=False, tell=screen.tell))
