"""What an org's admins set up: users and queues, fields and objects, rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sandbox.salesforce.automation import (
    AssignmentRule,
    Automation,
    DuplicateRule,
    Test,
    Trip,
    ValidationRule,
)
from sandbox.salesforce.fields import kind_of, written
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Row, Table, Value, Values
from sandbox.salesforce.writing import Rights, Writing

_MACHINES = (
    ("Automated", "Process", "AutomatedProcess"),
    ("Platform Integration", "User", "CloudIntegrationUser"),
)
_TRANSFER = "PermissionsTransferAnyLead"


class Admin:
    """The org as its admins see it.

    `integration` is the user of the API's sessions, `default_owner` gets leads that nobody was chosen for: the
    integration user until it is changed.
    """

    def __init__(
        self, store: Store, automation: Automation, writing: Writing, lock: AbstractContextManager[object]
    ) -> None:
        self.store = store
        self.automation = automation
        self.writing = writing
        self.lock = lock
        self._rights: dict[str, Rights] = {}
        store.put("Organization", {"Name": "Sandbox", "IsSandbox": True}, id=store.org_id)
        self._profile = store.put("Profile", {"Name": "Standard User", "UserType": "Standard"}).id
        for first, last, kind in _MACHINES:
            self._machine(first, last, kind)
        self.integration = self.row(self.add_user("Leadswitch Integration", "integration@example.com"))
        automation.default_owner = self.integration.id
        self._held = store.put("UserPermissionAccess", {_TRANSFER: True})

    def _machine(self, first: str, last: str, kind: str) -> None:
        name = f"{first} {last}"
        email = f"{kind.lower()}@example.com"
        values: Values = {
            "FirstName": first,
            "LastName": last,
            "Name": name,
            "UserType": kind,
            "IsActive": True,
        }
        self.store.put("User", {**values, "Username": email, "Email": email, "Alias": kind[:8].lower()})

    @property
    def default_owner(self) -> str:
        return self.automation.default_owner

    @default_owner.setter
    def default_owner(self, owner: str) -> None:
        self.automation.default_owner = self.row(owner).id

    # --- people -------------------------------------------------------------------------------------------

    def add_user(
        self, name: str, email: str, *, active: bool = True, reads_leads: bool = True, **fields: Value
    ) -> str:
        """Add a user with the standard profile and return the id; `fields` as Salesforce names them."""
        first, _, last = name.rpartition(" ")
        values: Values = {
            "FirstName": first or None,
            "LastName": last,
            "Name": name,
            "Email": email,
            "Username": f"{email}.sandbox",
            "Alias": last[:8].lower(),
            "IsActive": active,
            "UserType": "Standard",
            "ProfileId": self._profile,
            "TimeZoneSidKey": "America/Los_Angeles",
            "LocaleSidKey": "en_US",
            "LanguageLocaleKey": "en_US",
            "_reads_leads": reads_leads,
        }
        return self.put("User", {**values, **fields})

    def add_queue(self, name: str, *, owns: Sequence[str] = ("Lead",), members: Sequence[str] = ()) -> str:
        """Add a queue that may own these objects and return its id."""
        unspaced = name.replace(" ", "_")
        key = self.put("Group", {"Name": name, "DeveloperName": unspaced, "Type": "Queue"})
        for kind in owns:
            self.put("QueueSobject", {"QueueId": key, "SobjectType": kind})
        for member in members:
            self.put("GroupMember", {"GroupId": key, "UserOrGroupId": member})
        return key

    def deactivate(self, user: str) -> None:
        """Take a user out of service; what they own stays theirs."""
        self.store.touch(self.row(user), {"IsActive": False}, by=self.integration.id)

    def rights(self, user: str) -> Rights:
        return self._rights.get(user, Rights(user))

    def permit(self, *, transfer: bool = True, edit: bool = True) -> None:
        """Say what the integration user may do with leads that others own."""
        key = self.integration.id
        self._rights[key] = Rights(key, transfer=transfer, edit=edit)
        self.store.touch(self._held, {_TRANSFER: transfer})

    # --- set-up -------------------------------------------------------------------------------------------

    def define(self, kind: str, line: str, *, values: Sequence[str] = ()) -> None:
        """Add a field, written as `Plan__c string 40`, `Key__c string 40 x` (external id), `MQL__c datetime`."""
        made = written(line)
        self.store.define(kind, replace(made, values=tuple(values)) if values else made)

    def define_object(self, name: str, lines: Sequence[str]) -> None:
        """Add a custom object such as Routing_Note__c; `lines` are its fields."""
        prefix = f"a{len(self.store.tables):02d}"[:3]
        self.store.open(
            kind_of(name, prefix, ["Name string 80", "OwnerId reference User,Group Owner d", *lines])
        )

    def restrict(self, kind: str, field: str, *, hidden: bool = False) -> None:
        """Take the right to write a field, or hide it, as field-level security does."""
        table = self.store.table(kind)
        if hidden:
            table.kind.take(field)
        else:
            table.kind.add(replace(table.kind.names[field.lower()], createable=False, updateable=False))

    def add_record_type(self, name: str, kind: str = "Lead") -> str:
        """Add a record type and return its id; the object gets the field RecordTypeId with the first."""
        fields = self.store.table(kind).kind
        if "RecordTypeId" not in fields.fields:
            fields.add(written("RecordTypeId reference RecordType RecordType d"))
        developer = name.replace(" ", "_")
        values: Values = {"Name": name, "DeveloperName": developer, "SobjectType": kind, "IsActive": True}
        return self.put("RecordType", values)

    def enable_state_codes(self) -> None:
        """Switch on State and Country picklists: leads get StateCode and CountryCode."""
        for line in ("StateCode picklist 10", "CountryCode picklist 10"):
            self.define("Lead", line)

    # --- rules --------------------------------------------------------------------------------------------

    def assignment_rule(self, *entries: tuple[Test, str], active: bool = True) -> str:
        """Add an assignment rule; each entry is a test of the lead's fields and the owner it then gets."""
        rows = [(test, self.row(owner).id) for test, owner in entries]
        values: Values = {"Name": "Standard", "SobjectType": "Lead", "Active": active}
        key = self.put("AssignmentRule", values)
        self.automation.assignment.append(AssignmentRule(key, rows, active=active))
        return key

    def duplicate_rule(
        self, *fields: str, allow: bool = True, name: str = "Standard_Lead_Duplicate_Rule"
    ) -> None:
        """Add a duplicate rule on equal fields; with `allow` a caller may save all the same."""
        self.automation.duplicates.append(DuplicateRule(name, fields or ("Email",), allow))

    def validation_rule(
        self, message: str, refuses: Callable[[Mapping[str, Any]], bool], kind: str = "Lead"
    ) -> None:
        self.automation.validations.append(ValidationRule(kind, message, refuses))

    def trip(self, code: str, *, ids: Iterable[str] = (), kind: str = "Lead", **when: Any) -> Trip:
        """Let rows fail with a code; `when` is `message`, `times`, `chance`, `fields` of a Trip."""
        found = Trip(code, kind=kind, ids=frozenset(self.row(key).id for key in ids), **when)
        self.automation.trips.append(found)
        return found

    # --- parts --------------------------------------------------------------------------------------------

    def put(self, kind: str, values: Values) -> str:
        with self.lock:
            by = getattr(getattr(self, "integration", None), "id", None)
            return self.store.put(kind, values, by=by).id

    def row(self, key: str) -> Row:
        row = self.store.find(key)
        if row is None:
            raise KeyError(f"there is no record {key}")
        return row

    def table_of(self, row: Row) -> Table:
        return self.store.tables[self.store.kind_of(row).name.lower()]
