"""Visits to accounts that are not made up: every kind of call once, one lead of our own, nobody else's touched.

Whatever a call needs comes from an answer before it, so that the recording replays without a clock or an id of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Assignment, Connector, Entered, Note, OwnerChange, Record, User, Verdict
from router.model import LeadRef, OwnerId
from tests.cassettes.scrub import Names, impersonal, vcr

KEY = "lsw:00000000000000a1"
MAIL = "leadswitch-recording@example.com"
INDEX_SECONDS = 15.0
"""How long a search may take to see the lead; six seconds were enough in every recording."""

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Guest:
    """A lead of our own in somebody's account: the walk that finds it, who may own it, and how it is removed."""

    connector: Connector
    ref: LeadRef
    walk: Entered
    owner: Callable[[Sequence[User]], OwnerId]
    remove: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """What the connector understood."""

    users: int
    found: bool  # by the walk
    written: Verdict
    noted: Verdict
    note_stands: bool
    history: tuple[OwnerChange, ...]
    gone_afterwards: bool


def visit(guest: Guest, sleep: Sleep) -> Visit:
    """Do everything that the connector can to the lead, and remove it."""
    connector, ref = guest.connector, guest.ref
    try:
        sleep(INDEX_SECONDS)
        users, page = connector.owners(), connector.pages(guest.walk, None)
        written, noted, stands, history = _worked_on(guest, _there(connector, ref), guest.owner(users))
    finally:
        guest.remove()
    gone = connector.read([ref])[ref].record is None
    connector.close()
    found = ref in {change.record.ref for change in page.changes}
    return Visit(len(users), found, written, noted, stands, history, gone)


def _there(connector: Connector, ref: LeadRef) -> Record:
    record = connector.read([ref])[ref].record
    assert record is not None, "the CRM made the lead and does not show it"
    return record


def _worked_on(
    guest: Guest, record: Record, owner: OwnerId
) -> tuple[Verdict, Verdict, bool, tuple[OwnerChange, ...]]:
    connector, ref = guest.connector, guest.ref
    [written] = connector.assign([Assignment(record, owner)])
    note = Note(ref, KEY, f"A recording of Leadswitch.\n{KEY}")
    [noted] = connector.annotate([note])
    stands = KEY in connector.noted([note])
    return written.verdict, noted.verdict, stands, tuple(connector.history([ref])[ref])


def record_visit(arrive: Callable[[], Guest], file: Path, sleep: Sleep, names: Names) -> Path:
    """Visit an account and write what travels, without what it says of people."""
    file.unlink(missing_ok=True)
    with vcr(mode="all", names=names, of_answers=impersonal).use_cassette(file):
        visit(arrive(), sleep)
    return file
