"""`leadswitch forget EMAIL`: nothing personal of one person stays in the store."""

from __future__ import annotations

from dataclasses import asdict

from connectors.normalise.mail import email as mailbox
from connectors.normalise.reading import Unreadable
from sync.forget import Address, Removed, find, remove
from sync.purge import purge
from sync.screen import Screen, counted
from sync.seams import system_clock
from sync.store import Store, open_store
from sync.trouble import OK, Refused
from sync.wiring import offline_configuration, store_url


def run(screen: Screen, *, email: str, dry_run: bool) -> int:
    address = _address(email)
    store = open_store(store_url(screen.directory), create=False)
    removed = _forget(store, address, dry_run=dry_run)
    if not dry_run:
        purge(store)
    store.close()
    named = sorted(
        name for name, text in offline_configuration(screen.directory).files.items() if address.is_in(text)
    )
    if screen.json:
        screen.result({**asdict(removed), "still_named_in": named, "dry_run": dry_run})
        return OK
    _say(screen, removed, dry_run=dry_run)
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


def _forget(store: Store, address: Address, *, dry_run: bool) -> Removed:
    with store.alone() as session, session.routing("forget") as tx, tx.begin_nested() as trial:
        removed = remove(tx, find(tx, address, store.key), system_clock())
        if dry_run:
            trial.rollback()
    return removed


def _say(screen: Screen, removed: Removed, *, dry_run: bool) -> None:
    if not removed.leads and not removed.mentions and not removed.configurations and not removed.persons:
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
    ]
    screen.line(f"{counted(len(removed.leads), 'lead')}; {done}: {', '.join(parts)}")
    if removed.stopped:
        screen.line(
            f"left alone from now on, though without an owner yet: {counted(removed.stopped, 'lead')}"
        )
    if dry_run:
        screen.line("Nothing was written.")
