"""SELECT, compiled once: a row becomes the object that an answer holds of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.salesforce.columns import OWNER, Columns, of_reference
from sandbox.salesforce.fields import Field
from sandbox.salesforce.found import Json, Shape
from sandbox.salesforce.grammar import Every, Name, Query, Selected, TypeOf, query_problem
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Row

_ADDRESS = ("City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street")
_MOST_OF_ALL = 200


def reader(field: Field) -> Callable[[Row], Any]:
    """Return what reads a field of a row as an answer shows it."""
    name = field.name
    if field.type != "address":
        return lambda row: row.values.get(name)
    return lambda row: {part[0].lower() + part[1:]: row.values.get(part) for part in _ADDRESS}


def attributes(row: Row, kind: str, version: str) -> Json:
    return {"type": kind, "url": f"/services/data/v{version}/sobjects/{kind}/{row.id}"}


class Projection:
    """Shapes the rows of one query, or of one object's fields."""

    def __init__(self, store: Store, columns: Columns, version: str) -> None:
        self._store = store
        self._columns = columns
        self._version = version
        self.long_text = False
        """Whether a field longer than the org's bound for full pages is among the selected."""

    def compiled(self, query: Query) -> Shape:
        selected = query.selected
        parts: list[tuple[str, Callable[[Row], Any]]] = []
        joined: dict[str, list[Name]] = {}
        for one in selected:
            if isinstance(one, Every):
                parts += self._every(query, one)
            elif isinstance(one, TypeOf):
                parts.append(self._typeof(one))
            elif isinstance(one, Name):
                self._name(one, parts, joined)
            else:
                raise query_problem(
                    "MALFORMED_QUERY", query.text, one.at, "Grouped query is not supported here"
                )
        return self._shape(parts)

    def fields(self, names: Iterable[str]) -> Shape:
        """Return the shape of a row with these fields; refuses names that do not exist."""
        parts: list[tuple[str, Callable[[Row], Any]]] = []
        for name in names:
            self._name(Name((name,), 0), parts, {})
        return self._shape(parts)

    def _shape(self, parts: list[tuple[str, Callable[[Row], Any]]]) -> Shape:
        kind, version = self._columns.kind.name, self._version
        start = f"/services/data/v{version}/sobjects/{kind}/"

        def shape(row: Row) -> Json:
            found: Json = {"attributes": {"type": kind, "url": start + row.id}}
            for name, read in parts:
                found[name] = read(row)
            return found

        return shape

    def _name(
        self, name: Name, parts: list[tuple[str, Callable[[Row], Any]]], joined: dict[str, list[Name]]
    ) -> None:
        column = self._columns.find(name)
        self.long_text |= column.field.length > self._store.settings.long_text
        if not column.through:
            parts.append((column.field.name, reader(column.field)))
            return
        relation = column.through[0]
        known = joined.get(relation.relation)
        if known is not None:
            known.append(name)
            return
        names = joined[relation.relation] = [name]
        parts.append((relation.relation, self._related(relation, names)))

    def _related(self, relation: Field, names: list[Name]) -> Callable[[Row], Any]:
        """Return what shapes the row behind a reference; `names` grows until the query is compiled."""
        several = self._columns.target(relation) is OWNER

        def read(row: Row) -> Json | None:
            found = self._columns.follow(row, relation.name)
            if found is None:
                return None
            kind = self._store.kind_of(found).name
            shaped: Json = {"attributes": attributes(found, kind, self._version)}
            if several:
                shaped["attributes"]["type"] = "Name"
            for name in names:
                self._into(shaped, found, self._past(name, relation))
            return shaped

        return read

    def _past(self, name: Name, relation: Field) -> tuple[str, ...]:
        """Return what of a path follows a relationship, an alias before it left out."""
        lower = [part.lower() for part in name.path]
        return name.path[lower.index(relation.relation.lower()) + 1 :]

    def _into(self, shaped: Json, row: Row, path: tuple[str, ...]) -> None:
        kind = self._store.kind_of(row)
        if len(path) == 1:
            known = kind.names.get(path[0].lower()) or OWNER.names[path[0].lower()]
            shaped[known.name] = of_reference(row, known.name)
            return
        relation = kind.relations.get(path[0].lower())
        following = self._columns.follow(row, relation.name) if relation else None
        if following is None:
            shaped[path[0]] = None
            return
        inner = shaped.setdefault(
            relation.relation if relation else path[0],
            {"attributes": attributes(following, self._store.kind_of(following).name, self._version)},
        )
        self._into(inner, following, path[1:])

    def _typeof(self, one: TypeOf) -> tuple[str, Callable[[Row], Any]]:
        relation = self._columns.kind.relations.get(one.relation.path[-1].lower())
        if relation is None:
            text = f"Didn't understand relationship '{one.relation}' in field path."
            raise query_problem("INVALID_FIELD", self._columns.text, one.relation.at, text)
        cases = {kind.lower(): names for kind, names in one.cases}

        def read(row: Row) -> Json | None:
            found = self._columns.follow(row, relation.name)
            if found is None:
                return None
            kind = self._store.kind_of(found)
            shaped: Json = {"attributes": attributes(found, kind.name, self._version)}
            for name in cases.get(kind.name.lower(), one.otherwise):
                self._into(shaped, found, name.path)
            return shaped

        return relation.relation, read

    def _every(self, query: Query, one: Every) -> list[tuple[str, Callable[[Row], Any]]]:
        if one.which != "standard" and (query.limit is None or query.limit > _MOST_OF_ALL):
            text = "The SOQL FIELDS function must have a LIMIT of at most 200"
            raise query_problem("MALFORMED_QUERY", query.text, one.at, text)
        wanted = {"all": (True, False), "custom": (True,), "standard": (False,)}[one.which]
        fields = [field for field in self._columns.kind.fields.values() if field.custom in wanted]
        self.long_text |= any(field.length > self._store.settings.long_text for field in fields)
        return [(field.name, reader(field)) for field in fields]


def is_grouped(selected: Iterable[Selected]) -> bool:
    return any(not isinstance(one, Name | TypeOf | Every) for one in selected)
