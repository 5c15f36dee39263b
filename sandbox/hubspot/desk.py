"""What people, forms, imports and workflows do in an account, and what a test may look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from sandbox.hubspot import writing
from sandbox.hubspot.account import Account, PortalRule
from sandbox.hubspot.fields import Property, Wrong
from sandbox.hubspot.hooks import Hooks
from sandbox.hubspot.kinds import custom
from sandbox.hubspot.objects import join
from sandbox.hubspot.people import Owners
from sandbox.hubspot.records import Entry, Record, Source, Table

FORM = Source("FORM", "sample-form")
IMPORT = Source("IMPORT", "1")
WORKFLOW = Source("AUTOMATION_PLATFORM", "workflow-1", "Rotate leads")


def person(user_id: int) -> Source:
    """Return a user at the screen as the source of a change."""
    return Source("CRM_UI", f"userId:{user_id}", user=user_id)


class Desk:
    """The account without its API. Every method first lets happen what has fallen due."""

    def __init__(self, account: Account, lock: AbstractContextManager[object]) -> None:
        self.account = account
        self.lock = lock or threading.RLock()

    @property
    def owners(self) -> Owners:
        return self.account.owners

    @property
    def hooks(self) -> Hooks:
        """Webhook events: `hooks.subscribe("contact.creation")`, later `hooks.deliveries(url, secret, at=...)`."""
        return self.account.hooks

    # --- looking ------------------------------------------------------------------------------------------

    def record(self, kind: str, key: str) -> Record | None:
        """Return a record as it is now, by its id or by one it had before a merge."""
        with self.lock:
            self.account.timeline.settle()
            return self.account.table(kind).find(key)

    def values(self, kind: str, key: str) -> Mapping[str, str]:
        """Return a record's properties; raises KeyError where there is no such record."""
        record = self.record(kind, key)
        if record is None:
            raise KeyError(f"{kind} {key}")
        return record.values

    def owner_of(self, key: str, kind: str = "contacts") -> str | None:
        """Return the owner's id, None for nobody."""
        return self.values(kind, key).get("hubspot_owner_id") or None

    def history(self, kind: str, key: str, name: str) -> tuple[Entry, ...]:
        """Return what a property was, newest first."""
        record = self.record(kind, key)
        return record.history(name) if record else ()

    def ids(self, kind: str = "contacts") -> tuple[str, ...]:
        """Return the ids of all records of a kind, in their order."""
        with self.lock:
            self.account.timeline.settle()
            return tuple(record.id for record in self.account.table(kind).walk(0))

    def notes(self, contact: str) -> tuple[str, ...]:
        """Return the bodies of the notes on a contact, in the order in which they were written."""
        return self._bodies(contact, "notes", "hs_note_body")

    def tasks(self, contact: str) -> tuple[str, ...]:
        """Return the subjects of the tasks on a contact."""
        return self._bodies(contact, "tasks", "hs_task_subject")

    def _bodies(self, contact: str, kind: str, name: str) -> tuple[str, ...]:
        with self.lock:
            record, table = self.record("contacts", contact), self.account.table(kind)
            if record is None:
                return ()
            links = self.account.links.of(("0-1", record.id), table.kind.type_id, now=float("inf"))
            found = sorted((table.records[link.to] for link in links), key=lambda item: item.number)
            return tuple(item.values.get(name, "") for item in found)

    # --- records ------------------------------------------------------------------------------------------

    def add(
        self,
        kind: str,
        properties: Mapping[str, object],
        *,
        id: str | None = None,  # noqa: A002 - the API's own word
        created: float | None = None,
        visible_in: float | None = None,
        source: Source = FORM,
    ) -> str:
        """Add a record and return its id.

        `created` is seconds since 1970, now unless given. `visible_in` is the seconds after which search finds
        it at the earliest, instead of the account's lag only; infinity for never. Raises ValueError for a value
        that HubSpot would refuse.
        """
        with self.lock:
            self.account.timeline.settle()
            table = self.account.table(kind)
            values = self._checked(table, properties)
            now = self.account.timeline.now
            at = None if created is None else round(created * 1000)
            hidden = 0.0 if visible_in is None else now + visible_in
            return writing.create(self.account, table, values, source, id=id, created=at, hidden=hidden).id

    def add_contacts(self, rows: Iterable[Mapping[str, object]], **how: object) -> list[str]:
        """Add many contacts, each as `add` does; `how` is the same for all."""
        return [self.add("contacts", row, **how) for row in rows]  # type: ignore[arg-type]

    def _checked(self, table: Table, properties: Mapping[str, object]) -> dict[str, str]:
        values, wrong = writing.checked(self.account, table, properties)
        if wrong:
            raise ValueError("; ".join(_told(item) for item in wrong))
        return values

    def edit(
        self, kind: str, key: str, properties: Mapping[str, object], *, by: Source | None = None
    ) -> None:
        """Change a record as a person does, or as the source `by`; raises KeyError where it is not there."""
        with self.lock:
            self.values(kind, key)
            table = self.account.table(kind)
            record = table.find(key)
            assert record is not None  # noqa: S101 - `values` found it
            source = by or person(2_506_672)
            writing.update(self.account, table, record, self._checked(table, properties), source)

    def merge(self, kind: str, primary: str, other: str) -> str:
        """Merge two records as a person does; returns the third id."""
        with self.lock:
            table, first, second = (
                self.account.table(kind),
                self.record(kind, primary),
                self.record(kind, other),
            )
            if first is None or second is None or first is second:
                raise KeyError(f"{kind} {primary} and {other} cannot be merged")
            return writing.merge(self.account, table, first, second, person(2_506_672)).id

    def archive(self, kind: str, key: str) -> None:
        """Delete a record; search counts it until its index follows."""
        with self.lock:
            record = self.record(kind, key)
            if record is not None:
                writing.archive(self.account, self.account.table(kind), record)

    def associate(self, start: tuple[str, str], end: tuple[str, str], types: Sequence[int] = ()) -> None:
        """Join two records, each (kind, id), by the default type unless types are given."""
        with self.lock:
            first, second = self.account.table(start[0]), self.account.table(end[0])
            join(self.account, (first.kind.type_id, start[1]), (second.kind.type_id, end[1]), list(types))

    # --- set-up -------------------------------------------------------------------------------------------

    def define(
        self,
        kind: str,
        name: str,
        type: str = "string",  # noqa: A002 - the API's own word
        *,
        options: Sequence[str] = (),
        unique: bool = False,
    ) -> None:
        """Add a property of the account's own: string, number, datetime, date, enumeration or bool."""
        made = Property(name, type, tuple(options), unique=unique, created=True)
        self.account.table(kind).define(made)

    def define_kind(self, type_id: str, singular: str, plural: str) -> None:
        """Add a custom object, such as 2-3604285."""
        self.account.open(custom(type_id, singular, plural))

    def rule(
        self, kind: str, message: str, refuses: Callable[[Mapping[str, str]], bool], *, whole: bool = True
    ) -> None:
        """Add an admin's validation rule. It holds from /2026-09/ on, for the batch or for its record only."""
        self.account.rules.append(PortalRule(self.account.table(kind).kind.name, message, refuses, whole))


def _told(wrong: Wrong) -> str:
    hint = "; define() adds one" if wrong.error == "PROPERTY_DOESNT_EXIST" else ""
    return f"{wrong.message}{hint}"
