"""The demo's HubSpot account."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import User
from router.model import ConnectionName, OwnerId, RecordId
from sync.demo.crm import Crm, Record, Served

TOKEN = "hubspot-token"  # noqa: S105 - the name of the file, which the configuration refers to
_OWNER = "hubspot_owner_id"


class HubSpot(Served):
    """Leads are contacts, most of them nobody's."""

    connection = ConnectionName("hs")
    vendor = "HubSpot"

    def _fill(self, sample: Any) -> None:
        portal = self.running.portal
        for each in sample["properties"]:
            portal.define("contacts", **each)
        for each in sample["owners"]:
            portal.owners.add(**each)
        for row in sample["contacts"]:
            created = datetime.fromisoformat(row.pop("createdate")).timestamp()
            portal.add("contacts", row, id=row.pop("id"), created=created)
        for owner in sample["archived_owners"]:
            portal.owners.archive(owner)

    def look(self) -> Crm:
        portal = self.running.portal
        found = {RecordId(key): _record(portal, key) for key in portal.ids("contacts")}
        owners = [owner for archived in (False, True) for owner in portal.owners.listed(archived=archived)]
        return Crm(found, [_user(owner) for owner in owners])

    @property
    def calls(self) -> Counter[str]:
        return Counter(self.running.portal.calls)

    def words(self) -> Mapping[str, str]:
        return {"hubspot address": self.running.url}

    def files(self) -> Mapping[str, bytes]:
        return {TOKEN: f"{self.running.token}\n".encode()}


def _record(portal: Any, key: str) -> Record:
    values = dict(portal.values("contacts", key))
    owner = values.pop(_OWNER, None)
    notes = tuple(html.unescape(body.replace("<br>", "")) for body in portal.notes(key))
    return Record(values, OwnerId(owner) if owner else None, notes)


def _user(owner: Any) -> User:
    return User(
        OwnerId(owner.id),
        f"{owner.first} {owner.last}".strip(),
        owner.email,
        active=not owner.archived,
        queue=owner.type == "QUEUE",
    )
