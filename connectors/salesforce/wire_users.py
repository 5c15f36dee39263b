"""Who can own leads in Salesforce, and who has owned one (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.contract import OwnerChange, User
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire import ID, Rows, Table
from connectors.salesforce.wire_dates import moment
from connectors.salesforce.wire_ids import SHORT, full, is_id
from router.model import LeadRef, OwnerId

PEOPLE = frozenset({"Standard", "PowerPartner", "CspLitePortal", "CustomerSuccess", "PowerCustomerSuccess"})
"""Types of users who are people; each other one is a program's, and so is one without a profile."""

_OWNERS = ("005", "00G")
_HISTORIES = {
    "lead": "Lead",
    "contact": "Contact",
    "account": "Account",
    "case": "Case",
    "opportunity": "Opportunity",
}
_OWNER_FIELDS = ("Owner", "ownerAssignment", "ownerAccepted")


# --- users and queues -------------------------------------------------------------------------------------


def queries(table: Table) -> tuple[str, str, str]:
    """Return the queries for users, for queues, and for which queues may own records of this object."""
    return (
        soql.select((ID, "Name", "Email", "IsActive", "UserType", "ProfileId"), "User"),
        soql.select((ID, "Name", "Email"), "Group", ["Type = 'Queue'"]),
        soql.select(("QueueId",), "QueueSobject", [f"SobjectType = {soql.text(table.object)}"]),
    )


def owners(users: Rows, queues: Rows, supported: Rows | None) -> list[User]:
    """Return users and queues. Of users who share an e-mail a person who is active comes last.

    `supported` says which queues may own; where nobody may read that (None), each may, as far as we know.
    """
    ours = None if supported is None else {full(str(row.get("QueueId"))) for row in supported}
    people = sorted(map(_user, users), key=lambda user: (user.active, not user.integration))
    may = [row for row in queues if ours is None or full(str(row.get(ID))) in ours]
    return list({one.id: one for one in [*map(_queue, may), *people]}.values())


def _user(row: Mapping[str, Any]) -> User:
    name, email = str(row.get("Name") or ""), str(row.get("Email") or "") or None
    person = str(row.get("UserType")) in PEOPLE and bool(row.get("ProfileId"))
    record = full(str(row.get(ID)))
    return User(
        OwnerId(record),
        name or email or record,
        email,
        active=row.get("IsActive") is True,
        integration=not person,
        aliases=(OwnerId(record[:SHORT]),),
    )


def _queue(row: Mapping[str, Any]) -> User:
    record, email = full(str(row.get(ID))), str(row.get("Email") or "") or None
    name = str(row.get("Name") or record)
    return User(OwnerId(record), name, email, queue=True, aliases=(OwnerId(record[:SHORT]),))


# --- history ----------------------------------------------------------------------------------------------


def histories(table: Table, ids: Sequence[str]) -> Iterator[str]:
    """Yield the queries for the owners that records had; an org keeps them where the admin has switched that on."""
    parent, kind = _history_of(table.object)
    fields = (parent, "OldValue", "NewValue", "CreatedById", "CreatedDate")

    def query(some: Sequence[str]) -> str:
        where = [f"{parent} IN {soql.texts(some)}", f"Field IN {soql.texts(_OWNER_FIELDS)}"]
        return soql.select(fields, kind, where, f"ORDER BY CreatedDate, {ID}")

    yield from soql.filled(ids, query)


def any_history(table: Table) -> str:
    """Return the query that finds out whether the org keeps a history of owners."""
    where = [f"Field IN {soql.texts(_OWNER_FIELDS)}"]
    return soql.select((ID,), _history_of(table.object)[1], where, "LIMIT 1")


def without_history(table: Table, found: Rows | None) -> Iterator[str]:
    """Say what is not found out where a history is not to be read (None) or empty, as that of a new org is too."""
    kind = _history_of(table.object)[1]
    way_out = f"switch on Field History Tracking for the owner of {table.object}"
    lost = "a person's choice made in the instant of a write is not found"
    if found is None:
        yield f"the org keeps no {kind}, or hides it from this user: {lost}; {way_out}, and let the user see it"
    elif not found:
        yield f"no owner change is in {kind}: if the org does not keep them, {lost}; {way_out}"


def _history_of(kind: str) -> tuple[str, str]:
    if kind.lower().endswith("__c"):
        return "ParentId", f"{kind[:-3]}__History"
    name = _HISTORIES.get(kind.lower(), kind)
    return f"{name}Id", "OpportunityFieldHistory" if name == "Opportunity" else f"{name}History"


def changes(
    rows: Rows, table: Table, refs: Iterable[LeadRef], us: str
) -> dict[LeadRef, Sequence[OwnerChange]]:
    """Return each ref's owners, oldest first. A change is told twice, by names and by ids: the ids count."""
    parent, _ = _history_of(table.object)
    found: dict[str, list[OwnerChange]] = {}
    for row in rows:
        owner, at = full(str(row.get("NewValue") or "")), moment(row.get("CreatedDate"))
        if at is not None and is_id(owner) and owner.startswith(_OWNERS):
            ours = full(str(row.get("CreatedById") or "")) == full(us)
            found.setdefault(full(str(row.get(parent))), []).append(OwnerChange(OwnerId(owner), at, ours))
    return {ref: sorted(found.get(full(ref.record), ()), key=lambda change: change.at) for ref in refs}
