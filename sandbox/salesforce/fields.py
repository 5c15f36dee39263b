"""What an object of the org consists of: fields, their types and lengths, what may be done with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TEXTUAL = frozenset({"string", "email", "phone", "url", "textarea", "picklist", "combobox", "multipicklist"})
_UNSEARCHED = 4000
"""Textareas longer than 255 can be neither filtered nor sorted by."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field. `raw` is its recorded description; `refers` are the objects that a reference may lead to."""

    name: str
    type: str = "string"
    length: int = 0
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted: bool = False
    filterable: bool = True
    sortable: bool = True
    id_lookup: bool = False
    external: bool = False
    unique: bool = False
    restricted: bool = False
    relation: str = ""
    refers: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    label: str = ""
    raw: Mapping[str, Any] | None = None

    @property
    def required(self) -> bool:
        """Whether a record cannot be created without it."""
        return self.createable and not self.nillable and not self.defaulted

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")


@dataclass(slots=True)
class Kind:
    """An object: Lead, Task, My_Object__c. `names` leads from lower-case names to fields, `relations` from theirs."""

    name: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    name_field: str = "Name"
    raw: Mapping[str, Any] | None = None
    names: dict[str, Field] = field(default_factory=dict)
    relations: dict[str, Field] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    """Without which no record is created."""
    flags: tuple[str, ...] = ()
    """Fields that are true or false and never empty."""

    def add(self, one: Field) -> None:
        """Add a field or replace the one of its name."""
        self.fields[one.name] = one
        self.names[one.name.lower()] = one
        if one.relation:
            self.relations[one.relation.lower()] = one
        self._sum_up()

    def take(self, name: str) -> None:
        """Remove a field."""
        one = self.names.pop(name.lower())
        del self.fields[one.name]
        self.relations.pop(one.relation.lower(), None)
        self._sum_up()

    def _sum_up(self) -> None:
        self.required = tuple(name for name, one in self.fields.items() if one.required)
        self.flags = tuple(name for name, one in self.fields.items() if one.type == "boolean")


def recorded(raw: Mapping[str, Any]) -> Field:
    """Return a field of a recorded describe."""
    long = raw["type"] == "textarea" and raw["length"] > 255
    return Field(
        raw["name"],
        raw["type"],
        raw["length"],
        createable=raw["createable"],
        updateable=raw["updateable"],
        nillable=raw["nillable"],
        defaulted=raw["defaultedOnCreate"],
        filterable=raw["filterable"] and not long,
        sortable=raw["sortable"] and not long,
        id_lookup=raw["idLookup"],
        external=raw["externalId"],
        unique=raw["unique"],
        restricted=raw["restrictedPicklist"],
        relation=raw["relationshipName"] or "",
        refers=tuple(raw["referenceTo"]),
        values=tuple(one["value"] for one in raw["picklistValues"]),
        label=raw["label"],
        raw=raw,
    )


def written(text: str) -> Field:
    """Return a field from a line such as `OwnerId reference Group,User Owner`, `Name string 80 !`.

    After the type follow a length, or what a reference leads to and the name of the relationship; marks are `!`
    required, `r` read-only, `d` defaulted, `l` an id lookup, `x` an external id.
    """
    name, kind, *rest = text.split()
    marks = {word for word in rest if word in ("!", "r", "d", "l", "x")}
    rest = [word for word in rest if word not in marks]
    length = int(rest.pop(0)) if rest and rest[0].isdecimal() else 18 if kind in ("id", "reference") else 0
    refers = tuple(rest[0].split(",")) if rest else ()
    writable = "r" not in marks and kind != "id"
    long = kind == "textarea" and length > 255
    return Field(
        name,
        kind,
        length,
        createable=writable,
        updateable=writable,
        nillable="!" not in marks and "d" not in marks and kind not in ("boolean", "id"),
        defaulted="d" in marks or kind in ("boolean", "id"),
        filterable=not long,
        sortable=not long,
        id_lookup="l" in marks or "x" in marks,
        external="x" in marks,
        unique="x" in marks,
        relation=rest[1] if len(rest) > 1 else "",
        refers=refers,
    )


SYSTEM = """
Id id
IsDeleted boolean r
CreatedDate datetime r
CreatedById reference User CreatedBy r
LastModifiedDate datetime r
LastModifiedById reference User LastModifiedBy r
SystemModstamp datetime r
"""


def kind_of(name: str, prefix: str, lines: Iterable[str], name_field: str = "Name") -> Kind:
    """Return an object of written fields, the system's own added."""
    made = Kind(name, prefix, name_field=name_field)
    for line in [*SYSTEM.strip().splitlines(), *lines]:
        if line.strip():
            made.add(written(line))
    return made
