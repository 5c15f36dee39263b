"""The demo's CRM: an account of the sandbox, filled with the sample leads before the runs, read back after them.

The sandbox is handed in as it is: nothing here, and nothing that the sync runs, shares code with it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.contract import User
from router.model import OwnerId, RecordId

SAMPLE = Path(__file__).parent / "files" / "crm.json"
_OWNER = "hubspot_owner_id"


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it stands in the account; `notes` as a person reads them, without the markup."""

    values: Mapping[str, str]
    owner: OwnerId | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crm:
    """The account as it was when it was looked at."""

    contacts: Mapping[RecordId, Contact]
    users: Sequence[User]


def fill(portal: Any) -> None:
    """Add the sample's properties, owners and contacts to an empty account."""
    sample = json.loads(SAMPLE.read_bytes())
    for each in sample["properties"]:
        portal.define("contacts", **each)
    for each in sample["owners"]:
        portal.owners.add(**each)
    for row in sample["contacts"]:
        created = datetime.fromisoformat(row.pop("createdate")).timestamp()
        portal.add("contacts", row, id=row.pop("id"), created=created)
    for owner in sample["archived_owners"]:
        portal.owners.archive(owner)


def look(portal: Any) -> Crm:
    """Read contacts and owners back, past the API."""
    contacts = {RecordId(key): _contact(portal, key) for key in portal.ids("contacts")}
    owners = [owner for archived in (False, True) for owner in portal.owners.listed(archived=archived)]
    return Crm(contacts, [_user(owner) for owner in owners])


def _contact(portal: Any, key: str) -> Contact:
    owner = portal.owner_of(key)
    notes = tuple(html.unescape(body.replace("<br>", "")) for body in portal.notes(key))
    return Contact(portal.values("contacts", key), OwnerId(owner) if owner else None, notes)


def _user(owner: Any) -> User:
    return User(
        OwnerId(owner.id),
        f"{owner.first} {owner.last}".strip(),
        owner.email,
        active=not owner.archived,
        queue=owner.type == "QUEUE",
    )


def save(crm: Crm, file: Path) -> None:
    """Write what the account holds, a contact a line, for somebody to look at when it is gone."""
    names = {user.id: user.name for user in crm.users}
    rows = [
        {"id": key, "owner": names.get(one.owner) if one.owner else None, "notes": one.notes, **_shown(one)}
        for key, one in crm.contacts.items()
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text(f"[\n{lines}\n]\n", "utf-8")


def _shown(contact: Contact) -> dict[str, str]:
    return {name: value for name, value in contact.values.items() if name != _OWNER}
