"""`leadswitch store trim`: all that is older than `retention` leaves the store now."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, fields

from config.settings import Configuration
from router.model import ConnectionName
from sync.purge import purge
from sync.retention import Trim, Trimmed
from sync.screen import Screen
from sync.seams import system_clock
from sync.store import Store, open_store
from sync.trouble import OK, Refused
from sync.wiring import offline_configuration, store_url


def run(screen: Screen) -> int:
    found = offline_configuration(screen.directory)
    if found.retention.values is None:
        raise Refused(
            "leadswitch.yaml has no `retention`: everything is kept; write retention: 400d, for one"
        )
    with closing(open_store(store_url(screen.directory), create=False)) as store:
        total = Trimmed(done=True)
        for name in store.connections():
            _add(total, _trim(store, name, found))
        purge(store)
    if screen.json:
        screen.result(
            {name: count for name, count in asdict(total).items() if name not in ("looked_at", "done")}
        )
    else:
        screen.line(
            f"Removed: values of {total.values:,} leads, {total.decisions:,} decisions of {total.leads:,} leads, "
            f"{total.log:,} turns, {total.runs:,} runs, {total.configurations:,} configurations."
        )
    return OK


def _trim(store: Store, name: str, found: Configuration) -> Trimmed:
    with store.session(name) as session:
        return Trim(session, ConnectionName(name), found.retention, system_clock()).run(at_most=None)


def _add(total: Trimmed, more: Trimmed) -> None:
    for each in fields(Trimmed):
        if each.name != "done":
            setattr(total, each.name, getattr(total, each.name) + getattr(more, each.name))
