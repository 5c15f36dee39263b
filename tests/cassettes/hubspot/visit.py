"""A contact of our own in somebody's HubSpot account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hubspot import HubSpot  # type: ignore[import-untyped]
from hubspot.crm.contacts import SimplePublicObjectInputForCreate  # type: ignore[import-untyped]

from connectors.contract import Account, Entered, Secret, User
from connectors.hubspot import Options
from connectors.hubspot.connector import HubSpotConnector
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from tests.cassettes.visits import MAIL, Guest

SWITCH = "HUBSPOT_TOKEN"
CONTACT = {"email": MAIL, "firstname": "Somebody", "country": "DE"}

_TIMEOUT = 30.0


def options(environment: Mapping[str, str]) -> Options:
    """Return how to reach the account that the environment names."""
    return Options(token=Secret(environment[SWITCH]))


def arrive(options: Options) -> Guest:
    """Create the contact."""
    contacts = _contacts(options)
    made = SimplePublicObjectInputForCreate(properties=CONTACT, associations=[])
    created = contacts.create(made, _request_timeout=_TIMEOUT)
    return Guest(
        connector=_connector(options, created.created_at),
        ref=LeadRef(ConnectionName("hs"), "contacts", RecordId(created.id)),
        walk=Entered("createdate", created.created_at),
        owner=_somebody,
        remove=lambda: contacts.archive(created.id, _request_timeout=_TIMEOUT),
    )


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


def _somebody(users: Sequence[User]) -> OwnerId:
    active = [user.id for user in users if user.active and not user.queue]
    assert active, "the account has no active user who could own the contact"
    return active[0]
