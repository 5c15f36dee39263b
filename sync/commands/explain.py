"""`leadswitch explain`: why a lead went where it went, or how a rep stands and why; also as the rep may see it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing

from config.settings import Configuration
from router.rules import Rulebook
from sync.explain.lead import Entry, entry_json, entry_lines
from sync.explain.words import Told, broken
from sync.replay import archive_of, decisions_of, replayed
from sync.report import entries_of
from sync.screen import Screen, visible
from sync.seams import system_clock
from sync.since import start_of
from sync.steps import Row
from sync.store import Store, open_store
from sync.trouble import LEADS_FAILED, OK, Refused
from sync.wiring import offline_configuration, store_url

SINCE = "7d"


def run(screen: Screen, *, lead: str | None, rep: str | None, for_rep: str | None, since: str | None) -> int:
    _refuse_what_excludes(lead, rep, for_rep, since)
    found = offline_configuration(screen.directory)
    with closing(open_store(store_url(screen.directory), create=False)) as store:
        if lead is None:
            return _rep(screen, store, found, rep, for_rep, since or SINCE)
        return _lead(screen, store, found, lead, for_rep)


def _refuse_what_excludes(lead: str | None, rep: str | None, for_rep: str | None, since: str | None) -> None:
    if not (lead or rep or for_rep):
        raise Refused("say what to explain: leadswitch explain LEAD, or --rep NAME, or --for-rep NAME")
    if rep and for_rep:
        raise Refused("--rep and --for-rep exclude each other: --for-rep leaves out what a rep may not see")
    if lead and rep:
        raise Refused(
            "LEAD and --rep exclude each other; what a rep may see of a lead is LEAD --for-rep NAME"
        )
    if lead and since:
        raise Refused("--since goes with --rep and --for-rep; of a lead all decisions are told")


# --- a lead -----------------------------------------------------------------------------------------------


def _lead(screen: Screen, store: Store, found: Configuration, lead: str, for_rep: str | None) -> int:
    entries = [_entry(store, row) for row in entries_of(store, lead, found)]
    if not entries:
        raise Refused(f"the ledger does not know {lead}; say CONNECTION/OBJECT/ID, or the record's id")
    for number, entry in enumerate(entries):
        if for_rep is None:
            told, lines = entry_json(entry), entry_lines(entry, found.timezone)
        else:
            told, lines = _for_rep(store, found.rulebook, entry, for_rep)
        if number:
            screen.line()
        _show(screen, told, lines)
    return OK if all(entry.same for entry in entries) else LEADS_FAILED


def _entry(store: Store, row: Row) -> Entry:
    told = tuple(replayed(store, number, row.ref) for number in decisions_of(store, row.key))
    return Entry(row, told, archive_of(store, row.key))


def _for_rep(
    store: Store, book: Rulebook, entry: Entry, name: str
) -> tuple[dict[str, object], Iterator[Told]]:
    from sync.explain.for_rep import Curtain, entry_for_json, entry_for_lines
    from sync.explain.who import who

    rep = who(name, book, store)
    hide = Curtain([book, *(each.book for each in entry.told if each.book)], rep.id)
    zone = rep.now.zone if rep.now else book.zone
    return entry_for_json(entry, rep, hide), entry_for_lines(entry, rep, hide, zone)


# --- a rep ------------------------------------------------------------------------------------------------


def _rep(
    screen: Screen, store: Store, found: Configuration, rep: str | None, for_rep: str | None, since: str
) -> int:
    from sync.explain.standing import standing
    from sync.explain.told import standing_json, standing_lines
    from sync.explain.who import who

    now = system_clock()
    one = who(rep or for_rep or "", found.rulebook, store)
    told = standing(store, found, one, since=start_of(since, now), now=now)
    if for_rep:
        from sync.explain.for_rep import Curtain, standing_for

        told = standing_for(told, Curtain([found.rulebook], one.id))
    _show(screen, standing_json(told), standing_lines(told, found.rulebook))
    return OK


# --- what is shown ----------------------------------------------------------------------------------------


def _show(screen: Screen, told: dict[str, object], lines: Iterable[Told]) -> None:
    """Write an object for scripts, or lines for people; those that begin at the margin are headings."""
    if screen.json:
        screen.result(told)
        return
    from rich.text import Text

    console = screen.console()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in broken(lines, width):
        heading = line[:1].strip()
        console.print(Text(visible(line), style="bold" if heading else ""))
