"""The peer: a plain loop over HubSpot's SDK and its models, batched as well as it can be.

It searches by id in pages of 200, gives the owners out in turn, and writes owners and notes by 100. It does not
normalise, has no rules, no ledger, no look before the write; a 429 makes it wait a second and send again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

from hubspot import HubSpot  # type: ignore[import-untyped]  # the SDK has no types
from hubspot.crm import contacts  # type: ignore[import-untyped]
from hubspot.crm.objects import notes  # type: ignore[import-untyped]

from bench.hubspot import properties

_PAGE, _BATCH = 200, 100
_NOTE_TO_CONTACT = 202
_TOO_MANY = 429


class Sdk:
    """The loop, ready: its API objects are held, as the SDK opens a new connection for each one made."""

    def __init__(self, base_url: str, token: str) -> None:
        client = HubSpot(access_token=token, host=base_url)
        self._search = client.crm.contacts.search_api
        self._contacts = client.crm.contacts.batch_api
        self._notes = client.crm.objects.notes.batch_api
        self._owners = client.crm.owners.owners_api

    def sync(self) -> int:
        """Assign every contact; return how many."""
        owners = cycle([owner.id for owner in self._owners.get_page(limit=500).results])
        last, assigned = "0", 0
        while True:
            page = _sent(lambda: self._search.do_search(public_object_search_request=_query(last)))  # noqa: B023
            for start in range(0, len(page.results), _BATCH):
                self._assign(page.results[start : start + _BATCH], owners)
            assigned += len(page.results)
            if not page.paging or not page.results:
                return assigned
            last = page.results[-1].id

    def _assign(self, found: Sequence[Any], owners: Any) -> None:
        given = [(contact.id, next(owners)) for contact in found]
        updates = contacts.BatchInputSimplePublicObjectBatchInput(
            inputs=[
                contacts.SimplePublicObjectBatchInput(id=contact, properties={"hubspot_owner_id": owner})
                for contact, owner in given
            ]
        )
        _sent(lambda: self._contacts.update(batch_input_simple_public_object_batch_input=updates))
        now = str(int(time.time() * 1000))
        written = notes.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[_note(contact, owner, now) for contact, owner in given]
        )
        _sent(lambda: self._notes.create(batch_input_simple_public_object_batch_input_for_create=written))


def _query(last: str) -> Any:
    return contacts.PublicObjectSearchRequest(
        filter_groups=[
            {
                "filters": [
                    {"propertyName": "createdate", "operator": "GTE", "value": "0"},
                    {"propertyName": "hs_object_id", "operator": "GT", "value": last},
                ]
            }
        ],
        sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        properties=list(properties()),
        limit=_PAGE,
    )


def _note(contact: str, owner: str, now: str) -> Any:
    kind = notes.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=_NOTE_TO_CONTACT)
    return notes.SimplePublicObjectBatchInputForCreate(
        properties={"hs_timestamp": now, "hs_note_body": f"Assigned to {owner} in turn."},
        associations=[notes.PublicAssociationsForObject(to=notes.PublicObjectId(id=contact), types=[kind])],
    )


def _sent(call: Callable[[], Any]) -> Any:
    while True:
        try:
            return call()
        except (contacts.ApiException, notes.ApiException) as error:
            if error.status != _TOO_MANY:
                raise
        time.sleep(1.0)
