"""Creating, changing and deleting rows as the API does it: checks, rules, stamps, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.automation import Automation, Orders
from sandbox.salesforce.checks import checked
from sandbox.salesforce.fields import Kind
from sandbox.salesforce.ids import full
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Row, Table, Values

_PEOPLE = ("Lead", "Contact", "User")


@dataclass(frozen=True, slots=True)
class Rights:
    """What the running user may do with leads beside reading and editing them."""

    user: str
    transfer: bool = True
    edit: bool = True


class Writing:
    """Writes rows for callers of the API."""

    def __init__(self, store: Store, automation: Automation) -> None:
        self._store = store
        self._automation = automation

    # --- create -------------------------------------------------------------------------------------------

    def create(self, kind: Kind, sent: Mapping[str, Any], orders: Orders, access: Rights) -> Row:
        """Store a new row; refuses what an object, a rule or a trigger does not take."""
        values = checked(self._store, kind, sent, creating=True)
        self._default(kind, values, access.user)
        self._refuse_owner(kind, values)
        self._refuse_taken(kind, values, "")
        self._automation.refuse(kind, values, "", orders)
        if kind.name == "Lead":
            given = self._automation.owner(orders, values, creating=True)
            values["OwnerId"] = given or values["OwnerId"]
        row = self._store.put(kind.name, values, by=access.user)
        self.note_created(kind, row, access.user)
        return row

    def _default(self, kind: Kind, values: Values, user: str) -> None:
        """Fill what an object fills by itself."""
        if "OwnerId" in kind.fields and not values.get("OwnerId"):
            values["OwnerId"] = user
        for name, value in _DEFAULTS.get(kind.name, {}).items():
            if values.get(name) is None:
                values[name] = value
        self.derive(kind, values)

    def derive(self, kind: Kind, values: Values) -> None:
        """Add what an object derives from its other fields."""
        _compute(kind, values, values)

    def note_created(self, kind: Kind, row: Row, user: str) -> None:
        """Do what follows a new row: history of a lead, the last activity of whom a task is about."""
        if kind.name == "Lead" and self._store.settings.tracked:
            self._store.put("LeadHistory", _entry(row.id, "created", "Text", None, None), by=user)
        if kind.name == "Task":
            self._note_activity(row)

    def _note_activity(self, task: Row) -> None:
        about = self._store.find(task.get("WhoId"))
        table = self._store.by_prefix(about.id) if about else None
        if about is None or table is None or "LastActivityDate" not in table.kind.fields:
            return
        day = task.get("ActivityDate") or self._store.now[:10]
        if str(day) > str(about.get("LastActivityDate") or ""):
            table.write(about, {"LastActivityDate": day})

    # --- update -------------------------------------------------------------------------------------------

    def update(self, table: Table, key: str, sent: Mapping[str, Any], orders: Orders, access: Rights) -> Row:
        """Change a row; refuses as `create` does, and rows that are gone, locked or converted."""
        row = self.existing(table, key)
        kind = table.kind
        changed = checked(self._store, kind, sent, creating=False)
        self._refuse_row(kind, row, changed, access)
        self._refuse_owner(kind, changed)
        self._refuse_taken(kind, changed, row.id)
        after = {**row.values, **changed}
        self._automation.refuse(kind, after, row.id, orders)
        if kind.name == "Lead":
            given = self._automation.owner(orders, after, creating=False)
            if given:
                changed["OwnerId"] = given
        self.change(table, row, changed, access.user)
        return row

    def change(
        self, table: Table, row: Row, changed: Values, user: str | None, *, at: str | None = None
    ) -> None:
        """Change a row whatever rules say, with its stamps and history."""
        before = {name: row.get(name) for name in changed}
        _compute(table.kind, {**row.values, **changed}, changed)
        self._store.touch(row, changed, by=user, at=at)
        if table.kind.name == "Lead":
            self._note_changes(row, before, user, at)

    def _note_changes(self, row: Row, before: Values, user: str | None, at: str | None) -> None:
        for name in self._store.settings.tracked & before.keys():
            old, new = before[name], row.get(name)
            if old == new:
                continue
            if name != "OwnerId":
                self._store.put("LeadHistory", _entry(row.id, name, "Text", old, new), by=user, at=at)
                continue
            names = [getattr(self._store.find(key), "values", {}).get("Name") for key in (old, new)]
            self._store.put("LeadHistory", _entry(row.id, "Owner", "Text", *names), by=user, at=at)
            self._store.put("LeadHistory", _entry(row.id, "Owner", "EntityId", old, new), by=user, at=at)

    # --- delete -------------------------------------------------------------------------------------------

    def delete(self, table: Table, key: str, access: Rights) -> Row:
        row = self.existing(table, key)
        self._refuse_locked(row)
        self._automation.refuse(table.kind, row.values, row.id, Orders("FALSE", allow_save=True))
        self._store.touch(row, {"IsDeleted": True}, by=access.user)
        return row

    # --- refusals -----------------------------------------------------------------------------------------

    def existing(self, table: Table, key: str) -> Row:
        """Return a row by its id of 15 or 18 characters; refuses one that is malformed, missing or deleted."""
        known = full(key)
        if known is None or not known.startswith(table.kind.prefix):
            raise Problem("MALFORMED_ID", fields=["Id"], label=f"{table.kind.name} ID", value=key)
        row = table.rows.get(known)
        if row is None:
            raise Problem("INVALID_CROSS_REFERENCE_KEY")
        if row.deleted:
            raise Problem("ENTITY_IS_DELETED")
        return row

    def _refuse_row(self, kind: Kind, row: Row, changed: Values, access: Rights) -> None:
        self._refuse_locked(row)
        if not access.edit:
            raise Problem("INSUFFICIENT_ACCESS_OR_READONLY")
        if row.values.get("IsConverted") and not self._store.settings.converted_updates:
            raise Problem("CANNOT_UPDATE_CONVERTED_LEAD")
        moves = kind.name == "Lead" and changed.get("OwnerId", row.get("OwnerId")) != row.get("OwnerId")
        if moves and not access.transfer and row.get("OwnerId") != access.user:
            raise Problem("INSUFFICIENT_ACCESS_OR_READONLY")

    def _refuse_locked(self, row: Row) -> None:
        if row.locked_until > self._store.timeline.now:
            raise Problem("UNABLE_TO_LOCK_ROW", id=row.id)

    def _refuse_owner(self, kind: Kind, values: Values) -> None:
        """Refuse a new owner who is inactive, may not read leads, or is a queue for other objects."""
        owner = self._store.find(values.get("OwnerId"))
        if owner is None:
            return
        if owner.id.startswith("00G"):
            queues = self._store.tables["queuesobject"].equal("QueueId", owner.id)
            if not any(one.get("SobjectType") == kind.name for one in queues):
                raise Problem("FIELD_INTEGRITY_EXCEPTION", "queue", fields=["OwnerId"])
        elif not owner.get("IsActive"):
            raise Problem("INACTIVE_OWNER_OR_USER", fields=["OwnerId"], id=owner.id, kind=kind.name.lower())
        elif owner.values.get("_reads_leads") is False and kind.name == "Lead":
            raise Problem("TRANSFER_REQUIRES_READ", fields=["OwnerId"])

    def _refuse_taken(self, kind: Kind, values: Values, key: str) -> None:
        """Refuse a value of a unique field that another row has."""
        for name, value in values.items():
            if value is None or not kind.fields[name].unique:
                continue
            for row in self._store.table(kind.name).equal(name, value):
                if row.id != key and not row.deleted:
                    raise Problem("DUPLICATE_VALUE", fields=[name], name=name, id=row.id)


_DEFAULTS: Mapping[str, Values] = {
    "Lead": {"Status": "Open - Not Contacted", "IsUnreadByOwner": True, "CleanStatus": "Pending"},
    "Task": {"Status": "Not Started", "Priority": "Normal", "TaskSubtype": "Task"},
    "User": {"IsActive": True, "UserType": "Standard"},
}


def _compute(kind: Kind, after: Values, into: Values) -> None:
    """Add what an object derives from its other fields."""
    if kind.name in _PEOPLE and {"FirstName", "LastName"} & into.keys():
        into["Name"] = " ".join(str(part) for part in (after.get("FirstName"), after.get("LastName")) if part)
    if kind.name == "Task" and "Status" in into:
        into["IsClosed"] = after.get("Status") == "Completed"


def _entry(lead: str, name: str, kind: str, old: object, new: object) -> dict[str, Any]:
    return {"LeadId": lead, "Field": name, "DataType": kind, "OldValue": old, "NewValue": new}
