"""A visit to an account that is not made up: every kind of call once, one contact of our own, nobody else's touched.

Whatever a call needs comes from an answer before it, so that the recording replays without a clock or an id of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hubspot import HubSpot  # type: ignore[import-untyped]
from hubspot.crm.contacts import SimplePublicObjectInputForCreate  # type: ignore[import-untyped]

from connectors.contract import Account, Assignment, Entered, Note, OwnerChange, User, Verdict
from connectors.hubspot import Options
from connectors.hubspot.connector import HubSpotConnector
from router.model import ConnectionName, LeadRef, RecordId
from tests.cassettes.scrub import impersonal, vcr

NAME = "visit"
CONTACT = {"email": "leadswitch-recording@example.com", "firstname": "Somebody", "country": "DE"}
KEY = "lsw:00000000000000a1"
INDEX_SECONDS = 15.0
"""How long search may take to see the contact; six seconds were enough in every recording."""

_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Visit:
    """What the connector understood."""

    users: int
    found: bool  # by search
    written: Verdict
    noted: Verdict
    note_stands: bool
    history: tuple[OwnerChange, ...]
    gone_afterwards: bool


def visit(options: Options, sleep: Callable[[float], None]) -> Visit:
    """Create a contact, do everything that the connector can to it, delete it."""
    contacts = _contacts(options)
    made = SimplePublicObjectInputForCreate(properties=CONTACT, associations=[])
    created = contacts.create(made, _request_timeout=_TIMEOUT)
    connector = _connector(options, created.created_at)
    ref = LeadRef(ConnectionName("hs"), "contacts", RecordId(created.id))
    try:
        sleep(INDEX_SECONDS)
        done = _everything(connector, ref, created.created_at)
    finally:
        contacts.archive(created.id, _request_timeout=_TIMEOUT)
    gone = connector.read([ref])[ref].record is None
    connector.close()
    return Visit(*done, gone)


def _contacts(options: Options) -> Any:
    token = options.token.reveal() if options.token else ""
    return HubSpot(access_token=token, host=options.base_url, retry=False).crm.contacts.basic_api


def _connector(options: Options, created: datetime) -> HubSpotConnector:
    account = Account(
        connection=ConnectionName("hs"),
        object="contacts",
        clock=lambda: created,
        fields=frozenset({"country", "lifecyclestage"}),
    )
    return HubSpotConnector(options, account, page_size=5)


def _everything(
    connector: HubSpotConnector, ref: LeadRef, created: datetime
) -> tuple[int, bool, Verdict, Verdict, bool, tuple[OwnerChange, ...]]:
    users = connector.owners()
    page = connector.pages(Entered("createdate", created), None)
    record = connector.read([ref])[ref].record
    assert record is not None, "HubSpot created the contact and does not show it"
    [written] = connector.assign([Assignment(record, _somebody(users).id)])
    note = Note(ref, KEY, f"A recording of Leadswitch.\n{KEY}")
    [noted] = connector.annotate([note])
    stands = KEY in connector.noted([note])
    history = tuple(connector.history([ref])[ref])
    found = ref in {change.record.ref for change in page.changes}
    return len(users), found, written.verdict, noted.verdict, stands, history


def _somebody(users: Any) -> User:
    active: list[User] = [user for user in users if user.active and not user.queue]
    assert active, "the account has no active user who could own the contact"
    return active[0]


def record_visit(options: Options, folder: Path, sleep: Callable[[float], None]) -> Path:
    """Visit an account and write what travels, without what it says of people."""
    file = folder / f"{NAME}.yaml"
    file.unlink(missing_ok=True)
    with vcr(mode="all", of_answers=impersonal).use_cassette(file):
        visit(options, sleep)
    return file
