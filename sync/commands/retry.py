"""`leadswitch retry`: failed leads again, now; with `--list` the failed leads and when they are tried again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from config.settings import Configuration
from router.model import ConnectionName
from sync.commands.parked import rows_at, show
from sync.commands.sync import Round, one_pass, report, stopping, taking
from sync.forget import FORGOTTEN
from sync.ledger import Ledger
from sync.passes import Order, Summary
from sync.report import entries_at, entries_of
from sync.screen import Screen, counted
from sync.seams import Seams, production
from sync.steps import UNDONE, Row, Step
from sync.store import Store, open_store
from sync.trouble import OK, Refused
from sync.wiring import configuration

FAILED = (Step.FAILED, Step.NOTE_FAILED)
_LISTED = (*FAILED, Step.DOUBTFUL, Step.NOTE_DOUBTFUL)
_LEFT_ALONE = (UNDONE, FORGOTTEN)
_NONE = "No lead has failed."


def run(screen: Screen, *, leads: Sequence[str], connection: str | None, listed: bool) -> int:
    if listed:
        return _list(screen, connection)
    found = configuration(screen.directory)
    store = open_store(found.store, create=False)
    rows = _asked_for(store, found, leads, connection)
    if not rows:
        screen.result({"retried": 0}) if screen.json else screen.line(_NONE)
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


def _list(screen: Screen, connection: str | None) -> int:
    rows = rows_at(screen, connection, _LISTED)
    if show(screen, rows, nothing=_NONE):
        screen.table(
            f"{counted(len(rows), 'lead')} failed or in doubt",
            ("lead", "state", ">tries", "next (UTC)", "reason"),
            (
                (
                    row.ref,
                    row.step,
                    row.attempts or "",
                    f"{row.due:%Y-%m-%d %H:%M}" if row.due else "now",
                    row.reason,
                )
                for row in rows
            ),
        )
    return OK


def _of(connection: str | None, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if connection is None or row.ref.connection == connection]


def _asked_for(store: Store, found: Configuration, leads: Sequence[str], connection: str | None) -> list[Row]:
    if not leads:
        return _of(connection, entries_at(store, FAILED))
    rows = []
    for lead in leads:
        entries = _of(connection, entries_of(store, lead, found))
        again = [row for row in entries if may_be_asked_for(row)]
        if not again:
            raise Refused(f"{lead} has not failed: {_state(entries)}")
        rows += again
    return rows


def _state(entries: Sequence[Row]) -> str:
    if not entries:
        return "the ledger does not know it"
    if entries[-1].undoes:
        return "it was undone, which the next pass verifies; ask again then"
    return f"it is {entries[-1].step}"


def may_be_asked_for(row: Row) -> bool:
    """Say whether a lead failed, or was left alone because it was undone or forgotten."""
    return row.step in FAILED or (row.step is Step.SKIPPED and row.reason in _LEFT_ALONE)


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
    asked = {row.key for row in rows}
    with store.session(name) as session, session.transaction("retry") as tx:
        ledger = Ledger(name, "retry")
        newest = ledger.newest(tx, [row.ref for row in rows]).values()
        ledger.save(tx, [_due(row, seams) for row in newest if row.key in asked and may_be_asked_for(row)])
    return one_pass(found, settings, store, seams, Order(walks=False, tell=screen.tell))


def _due(row: Row, seams: Seams) -> Row:
    """A failed lead is tried again as it is; one that was left alone is read again and decided anew."""
    if row.step in FAILED:
        return row._replace(due=seams.clock())
    return row._replace(
        step=Step.PARKED,
        reason="asked for again",
        due=seams.clock(),
        over=None,
        owner_id=None,
        attempts=0,
        held_since=None,
        config=None,
        undoes=None,
        forgotten=None,
    )
