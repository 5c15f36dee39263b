"""The demo's Salesforce org, with what makes one hard: every lead has an owner, and a rule of its own moves leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import User
from router.model import ConnectionName, OwnerId, RecordId
from sync.demo.crm import Crm, Record, Served

INBOUND = "Inbound"
SECRET, AUTHORITY = "salesforce-secret", "salesforce-ca.pem"
_SYSTEM = ("Id", "OwnerId", "IsDeleted", "CreatedById", "LastModifiedById", "LastModifiedDate", "Address")


class Salesforce(Served):
    """Leads come into the queue Inbound, where an assignment rule puts back each one that is saved without care."""

    connection = ConnectionName("sf")
    vendor = "Salesforce"

    def _fill(self, sample: Any) -> None:
        org = self.running.org
        for line in sample["fields"]:
            org.define("Lead", line)
        owners = {one["name"]: org.add_user(one["name"], one["email"]) for one in sample["users"]}
        owners |= {name: org.add_queue(name) for name in sample["queues"]}
        org.default_owner = owners[INBOUND]
        org.assignment_rule((lambda _: True, owners[INBOUND]))
        for row in sample["leads"]:
            created = datetime.fromisoformat(row.pop("CreatedDate")).timestamp()
            org.add_lead(created=created, **{**row, "OwnerId": owners[row["OwnerId"]]})

    def look(self) -> Crm:
        org = self.running.org
        return Crm({RecordId(key): _record(org, key) for key in org.leads()}, self._owners())

    def _owners(self) -> list[User]:
        org = self.running.org
        queues = [org.record(key) for key in org.ids("Group")]
        people = [org.record(key) for key in org.ids("User")]
        return [
            *(User(OwnerId(one["Id"]), one["Name"], queue=True) for one in queues),
            *(User(OwnerId(one["Id"]), one["Name"], one["Email"], active=one["IsActive"]) for one in people),
        ]

    @property
    def calls(self) -> Counter[str]:
        return Counter(self.running.org.counts)

    def words(self) -> Mapping[str, str]:
        org = self.running.org
        users = {str(user.email): user.id for user in self._owners()}
        return {
            "salesforce address": self.running.url,
            "salesforce app": org.client_id,
            **{f"user {email}": owner for email, owner in users.items()},
        }

    def files(self) -> Mapping[str, bytes]:
        return {
            SECRET: f"{self.running.org.client_secret}\n".encode(),
            AUTHORITY: self.running.ca_file.read_bytes(),
        }


def _record(org: Any, key: str) -> Record:
    values = org.record(key)
    shown = {name: value for name, value in values.items() if name not in _SYSTEM and value is not None}
    notes = tuple(f"{task['Subject']}\n\n{task['Description']}" for task in org.tasks(key))
    return Record(shown, OwnerId(str(values["OwnerId"])), notes)
