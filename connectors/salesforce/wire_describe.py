"""What an org has and what its user may do, compared with what a connection needs (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from connectors.contract import Rights
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire import OWNER, Rows

TRANSFER = "PermissionsTransferAnyLead"
"""To give leads to others one must own them, or hold this, or may modify all leads."""

_ALL = ("PermissionsModifyAllData", "PermissionsViewAllData")
_PERMISSIONS = {
    "PermissionsTransferAnyLead": "Transfer Leads",
    "PermissionsModifyAllData": "Modify All Data",
    "PermissionsViewAllData": "View All Data",
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    length: int
    createable: bool
    updateable: bool
    external_id: bool


@dataclass(frozen=True, slots=True)
class Described:
    """An object as this user sees it: `fields` by name in lower case, `related` are the names of its relationships."""

    name: str
    createable: bool
    updateable: bool
    fields: Mapping[str, Field]
    related: Collection[str]

    def has(self, path: str) -> bool:
        """Return whether there is such a field, or such a relationship where the field is that of another object."""
        first, _, rest = path.lower().partition(".")
        return first in (self.related if rest else self.fields)

    def nearest(self, path: str) -> str:
        names = {each.name.lower(): each.name for each in self.fields.values()}
        close = get_close_matches(path.lower().partition(".")[0], names, 1, 0.6)
        return f"; did you mean {names[close[0]]}?" if close else ""


def described(body: Mapping[str, Any]) -> Described:
    """Return what an answer of `describe` says."""
    fields = body.get("fields")
    listed = [one for one in (fields if isinstance(fields, list) else ()) if isinstance(one, Mapping)]
    fields = {str(one.get("name")).lower(): _field(one) for one in listed}
    related = {str(one["relationshipName"]).lower() for one in listed if one.get("relationshipName")}
    name = str(body.get("name") or "")
    return Described(name, body.get("createable") is True, body.get("updateable") is True, fields, related)


def _field(one: Mapping[str, Any]) -> Field:
    flags = (one.get(name) is True for name in ("createable", "updateable", "externalId"))
    return Field(str(one.get("name")), _length(one.get("length")), *flags)


def _length(said: object) -> int:
    return said if isinstance(said, int) else 0


# --- fields -----------------------------------------------------------------------------------------------


def unknown(found: Described, mapped: Collection[str]) -> Iterator[str]:
    """Say which mapped fields there are not, or not for this user."""
    for name in sorted(mapped):
        if not found.has(name):
            yield f"{found.name} has no field {name}, or the user may not see it{found.nearest(name)}"


def unwritable(found: Described, names: Collection[str]) -> Iterator[str]:
    """Say which fields we write cannot be written."""
    for name in sorted(names):
        field = found.fields.get(name.lower())
        if field is None:
            yield f"{found.name} has no field {name}, or the user may not see it: make it, and let the user edit it"
        elif not field.updateable:
            yield f"the user may not edit {found.name}.{field.name}"


def too_short(found: Described, needed: Mapping[str, int]) -> Iterator[str]:
    """Say which fields of text hold less than what is written into them."""
    for name, length in needed.items():
        field = found.fields.get(name.lower())
        if field is not None and 0 < field.length < length:
            yield f"{found.name}.{field.name} holds {field.length} characters, and up to {length} are written"


def no_record(found: Described, key: str, others: Collection[str]) -> Iterator[str]:
    """Say what keeps audit records from being written into an object of the admin's own."""
    if not found.createable:
        yield f"the user may not create {found.name}"
    yield from unwritable(found, [key, *others])
    field = found.fields.get(key.lower())
    if field is not None and not field.external_id:
        yield f"{found.name}.{key} is no external id: a record cannot be found by it"


# --- rights -----------------------------------------------------------------------------------------------


def permissions(*, leads: bool) -> str:
    """Return the query for what the user may do; its answer is one row."""
    return soql.select((*((TRANSFER,) if leads else ()), *_ALL), "UserPermissionAccess")


def rights(found: Described, held: Rows, *, tasks: Described | None) -> Rights:
    """Return what the user lacks and has in vain; nothing of a permission that the org does not tell about."""
    owner = found.fields.get(OWNER.lower())
    missing = [] if found.updateable else [f"Edit on {found.name}"]
    if owner is not None and not owner.updateable and found.updateable:
        missing.append(f"Edit on the field {found.name}.{OWNER}")
    if tasks is not None and not tasks.createable:
        missing.append("Create on Task")
    told = next(iter(held), {})
    if told.get(TRANSFER) is False and told.get(_ALL[0]) is not True:
        missing.append(_PERMISSIONS[TRANSFER])
    return Rights(tuple(missing), tuple(_PERMISSIONS[name] for name in _ALL if told.get(name) is True))
