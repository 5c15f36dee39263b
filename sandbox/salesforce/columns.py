"""Names of a query to what reads their values: fields, and fields of what a reference leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.salesforce.fields import Field, Kind
from sandbox.salesforce.grammar import Name, query_problem
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Row, Value

Get = Callable[[Row], Value]

OWNER = Kind("Name", "")
"""What is known of a reference that may lead to several objects, before it is followed."""
for _name in ("Id", "Name", "Type", "FirstName", "LastName", "Email", "Username", "Alias", "Title"):
    OWNER.add(Field(_name, "id" if _name == "Id" else "string", 255))
OWNER.add(Field("IsActive", "boolean"))
OWNER.add(Field("ProfileId", "reference", 18, relation="Profile", refers=("Profile",)))
OWNER.add(Field("UserRoleId", "reference", 18, relation="UserRole", refers=("UserRole",)))


@dataclass(frozen=True, slots=True)
class Column:
    """A name that was found: how to read it, its definition, the references that lead to it."""

    get: Get
    field: Field
    through: tuple[Field, ...] = ()


class Columns:
    """The names that a query on one object may use."""

    def __init__(self, store: Store, kind: Kind, text: str, alias: str = "") -> None:
        self._store = store
        self.kind = kind
        self.text = text
        self._alias = {alias.lower(), kind.name.lower()} - {""}

    def find(self, name: Name) -> Column:
        """Return what a name means; refuses one that does not exist as INVALID_FIELD."""
        path = name.path[1:] if len(name.path) > 1 and name.path[0].lower() in self._alias else name.path
        kind, through = self.kind, []
        for part in path[:-1]:
            relation = kind.relations.get(part.lower())
            if relation is None:
                raise self._missing(name, f"Didn't understand relationship '{part}' in field path.")
            through.append(relation)
            kind = self.target(relation)
        field = kind.names.get(path[-1].lower())
        if field is None:
            raise self._missing(name, _no_column(path[-1], kind))
        return Column(self._reader(field, through), field, tuple(through))

    def target(self, relation: Field) -> Kind:
        """Return what a reference leads to: an object, or the little that several have in common."""
        if len(relation.refers) == 1 and relation.refers[0].lower() in self._store.tables:
            return self._store.tables[relation.refers[0].lower()].kind
        return OWNER

    def _reader(self, field: Field, through: list[Field]) -> Get:
        name = field.name
        if not through:
            return lambda row: row.values.get(name)
        keys, follow = [one.name for one in through], self.follow

        def read(row: Row) -> Value:
            found = row
            for key in keys:
                following = follow(found, key)
                if following is None:
                    return None
                found = following
            return of_reference(found, name)

        return read

    def follow(self, row: Row, key: str) -> Row | None:
        """Return the row that a reference of another leads to."""
        return self._store.find(row.values.get(key))

    def _missing(self, name: Name, message: str) -> Problem:
        return query_problem("INVALID_FIELD", self.text, name.at, message)


def of_reference(row: Row, name: str) -> Value:
    """Return a field of what a reference leads to; its `Type` says which object that is, Queue for a group."""
    if name == "Type" and row.id.startswith("005"):
        return "User"
    return row.values.get(name)


def _no_column(name: str, kind: Kind) -> str:
    return (
        f"No such column '{name}' on entity '{kind.name}'. If you are attempting to use a custom field, be sure "
        "to append the '__c' after the custom field name. Please reference your WSDL or the describe call for "
        "the appropriate names."
    )
