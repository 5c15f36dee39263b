"""What people, forms, imports and automations do in an org, and what a test may look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.salesforce.admin import Admin
from sandbox.salesforce.checks import checked
from sandbox.salesforce.ids import full
from sandbox.salesforce.stamps import day, stamp
from sandbox.salesforce.tables import Table, Value, Values


class Desk(Admin):
    """The org without its API. Every method first lets happen what has fallen due."""

    # --- records ------------------------------------------------------------------------------------------

    def add_lead(self, *, created: float | None = None, visible_in: float = 0.0, **fields: Value) -> str:
        """Add a lead as a form does and return its id; raises Problem for a value that Salesforce would refuse.

        `created` is seconds since 1970, now unless given. With `visible_in` seconds the transaction is committed
        that much later: until then nobody sees the lead, and its stamps are old when it appears. A lead without
        an owner goes to the default owner. LastName and Company are made up unless given.
        """
        with self.lock:
            usual: Values = {"LastName": "Doe", "Company": "Example Inc", "Status": "Open - Not Contacted"}
            usual |= {"IsUnreadByOwner": True, "CleanStatus": "Pending", "OwnerId": self.default_owner}
            return self._add("Lead", {**usual, **fields}, created=created, visible_in=visible_in)

    def add_leads(self, rows: Iterable[Mapping[str, Value]], **how: Any) -> list[str]:
        """Add many leads, each as `add_lead` does; `how` is the same for all."""
        return [self.add_lead(**{**how, **row}) for row in rows]

    def add_account(self, *, created: float | None = None, **fields: Value) -> str:
        """Add an account and return its id; without an owner it is the integration user's."""
        usual: Values = {"Name": "Example Inc", "OwnerId": self.integration.id}
        return self._add("Account", {**usual, **fields}, created=created)

    def add(self, kind: str, *, created: float | None = None, **fields: Value) -> str:
        """Add a record of any object and return its id."""
        return self._add(kind, fields, created=created)

    def _add(
        self, kind: str, fields: Mapping[str, Value], *, created: float | None = None, visible_in: float = 0.0
    ) -> str:
        with self.lock:
            timeline = self.store.timeline
            timeline.settle()
            table = self.store.table(kind)
            values = self._known(table, fields)
            began = timeline.now if created is None else created
            key, at = self.store.new_id(table.kind.prefix), stamp(int(began))

            def commit() -> None:
                row = self.store.put(kind, values, id=key, by=self.integration.id, at=at)
                self.writing.note_created(table.kind, row, self.integration.id)
                if visible_in:
                    self.store.transactions.remove(began)

            if not visible_in:
                commit()
            else:
                self.store.transactions.append(began)
                timeline.later(visible_in, commit)
            return key

    def _known(self, table: Table, fields: Mapping[str, Value]) -> Values:
        """Return values as they are stored; read-only fields may be given here."""
        names = table.kind.names
        fixed = {
            names[name.lower()].name: value
            for name, value in fields.items()
            if name.lower() in names and not names[name.lower()].createable
        }
        rest = {name: value for name, value in fields.items() if name not in fixed}
        values = checked(self.store, table.kind, rest, creating=True)
        self.writing.derive(table.kind, values)
        return {**values, **fixed}

    def edit(
        self,
        key: str,
        *,
        by: str | None = None,
        visible_in: float = 0.0,
        at: float | None = None,
        **fields: Value,
    ) -> None:
        """Change a record as a person does (`by`, a user's id), whatever rules say.

        With `visible_in` the change appears that much later under the stamp of its start, `at` or now.
        """
        began = self.store.timeline.now if at is None else at

        def commit() -> None:
            self._edit(key, fields, by=by, at=stamp(int(began)))

        with self.lock:
            self.store.timeline.settle()
            if visible_in:
                self.store.timeline.later(visible_in, commit)
            else:
                commit()

    def _edit(
        self, key: str, fields: Mapping[str, Value], *, by: str | None = None, at: str | None = None
    ) -> None:
        row = self.row(key)
        table = self.table_of(row)
        given = {table.kind.names[name.lower()].name: value for name, value in fields.items()}
        self.writing.change(table, row, given, by or self.integration.id, at=at)

    def delete(self, key: str) -> None:
        """Put a record into the recycle bin: `queryAll` still finds it."""
        with self.lock:
            self.store.timeline.settle()
            self.store.touch(self.row(key), {"IsDeleted": True}, by=self.integration.id)

    def purge(self, key: str) -> None:
        """Remove a record for good."""
        with self.lock:
            row = self.row(key)
            self.table_of(row).remove(row)

    def merge(self, survivor: str, *losers: str) -> str:
        """Merge leads as a person does: the losers are deleted and name the survivor, whose stamp moves."""
        with self.lock:
            self.store.timeline.settle()
            kept = self.row(survivor)
            for key in losers:
                gone: Values = {"IsDeleted": True, "MasterRecordId": kept.id}
                self.store.touch(self.row(key), gone, by=self.integration.id)
            self.store.touch(kept, {}, by=self.integration.id)
            return kept.id

    def convert(self, key: str, *, account: str | None = None) -> str:
        """Convert a lead to account and contact; returns the contact. The lead stays in query results."""
        with self.lock:
            self.store.timeline.settle()
            lead = self.row(key)
            owner = str(lead.get("OwnerId"))
            owner = owner if owner.startswith("005") else self.integration.id
            account = account or self.add_account(Name=lead.get("Company"), OwnerId=owner)
            names = {name: lead.get(name) for name in ("FirstName", "LastName", "Email", "Phone")}
            contact = self._add("Contact", {**names, "AccountId": account, "OwnerId": owner})
            done: Values = {
                "IsConverted": True,
                "Status": "Closed - Converted",
                "ConvertedDate": day(self.store.timeline.now),
                "ConvertedAccountId": account,
                "ConvertedContactId": contact,
            }
            self._edit(lead.id, done)
            return contact

    def lock_row(self, key: str, seconds: float) -> None:
        """Let another transaction hold a record: writes fail with UNABLE_TO_LOCK_ROW meanwhile."""
        self.row(key).locked_until = self.store.timeline.now + seconds

    # --- looking ------------------------------------------------------------------------------------------

    def lead(self, key: str) -> Mapping[str, Value]:
        """Return a lead's fields, deleted or not; raises KeyError where there is none."""
        return self.record(key)

    def record(self, key: str) -> Mapping[str, Value]:
        """Return the fields of any record, deleted or not; raises KeyError where there is none."""
        with self.lock:
            self.store.timeline.settle()
            return dict(self.row(key).values)

    def owner_of(self, key: str) -> str:
        return str(self.record(key)["OwnerId"])

    def leads(self) -> tuple[str, ...]:
        """Return the ids of all leads that are not deleted, in their order."""
        return self.ids("Lead")

    def ids(self, kind: str) -> tuple[str, ...]:
        with self.lock:
            self.store.timeline.settle()
            return tuple(row.id for row in self.store.table(kind).all() if not row.deleted)

    def tasks(self, lead: str | None = None) -> tuple[Mapping[str, Value], ...]:
        """Return the tasks on a lead, or all tasks, in the order in which they were written."""
        with self.lock:
            table = self.store.table("Task")
            rows = table.all() if lead is None else table.equal("WhoId", full(lead))
            return tuple(dict(row.values) for row in rows if not row.deleted)

    def history(self, lead: str, field: str = "Owner") -> tuple[Mapping[str, Value], ...]:
        """Return the LeadHistory rows of a field, oldest first."""
        with self.lock:
            rows = self.store.table("LeadHistory").equal("LeadId", full(lead))
            return tuple(dict(row.values) for row in rows if row.get("Field") == field)
