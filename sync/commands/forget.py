"""`leadswitch forget EMAIL`: nothing personal of one person stays in the store."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path

from connectors.normalise.mail import email as mailbox
from connectors.normalise.reading import Unreadable
from sync.archive import changed_by, rewrite
from sync.forget import Address, Removed, find, line_without, remove
from sync.purge import purge
from sync.screen import Screen, counted
from sync.seams import system_clock
from sync.store import Store, open_store
from sync.trouble import OK, Refused
from sync.wiring import offline_configuration, store_url


def run(screen: Screen, *, email: str, dry_run: bool) -> int:
    address = _address(email)
    store = open_store(store_url(screen.directory), create=False)
    found = offline_configuration(screen.directory)
    removed, archives = _forget(store, address, found.retention.archive, dry_run=dry_run)
    if not dry_run:
        purge(store)
    store.close()
    named = sorted(name for name, text in found.files.items() if address.is_in(text))
    if screen.json:
        told = {**asdict(removed), "archives": archives, "still_named_in": named, "dry_run": dry_run}
        screen.result(told)
        return OK
    _say(screen, removed, archives, dry_run=dry_run)
    for name in named:
        screen.warn(
            f"{name} names this address: take it out, or the next pass stores it with the configuration"
        )
    return OK


def _address(text: str) -> Address:
    try:
        return Address(mailbox(text))
    except Unreadable as error:
        raise Refused(f"that is no e-mail address: {error}") from error


def _forget(store: Store, address: Address, folder: Path | None, *, dry_run: bool) -> tuple[Removed, int]:
    """Remove the person; return what was found, and how many files of the archive named them."""
    with store.alone() as session:
        with session.routing("forget") as tx, tx.begin_nested() as trial:
            removed = remove(tx, find(tx, address, store.key), system_clock())
            if dry_run:
                trial.rollback()
        files = [] if folder is None else changed_by(folder, partial(line_without, address))
        for file in [] if dry_run else files:
            rewrite(file, partial(line_without, address))
    return removed, len(files)


def _say(screen: Screen, removed: Removed, archives: int, *, dry_run: bool) -> None:
    if not any((*asdict(removed).values(), archives)):
        screen.line("The store has nothing of this person.")
        return
    for lead in removed.leads:
        screen.line(lead)
    done = "would be removed" if dry_run else "removed"
    parts = [
        f"{counted(removed.values, 'set')} of values",
        counted(removed.persons, "key") + " of the person",
        f"{counted(removed.mentions, 'mention')} on other leads",
        f"{counted(removed.configurations, 'mention')} in stored configurations",
        f"{counted(archives, 'mention')} in the archive",
    ]
    screen.line(f"{counted(len(removed.leads), 'lead')}; {done}: {', '.join(parts)}")
    if removed.stopped:
        screen.line(
            f"left alone from now on, though without an owner yet: {counted(removed.stopped, 'lead')}"
        )
    if dry_run:
        screen.line("Nothing was written.")
