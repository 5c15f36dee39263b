"""How a query is answered: which rows are looked at, in which order, and what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sandbox.salesforce.aggregates import aggregated
from sandbox.salesforce.columns import Column, Columns
from sandbox.salesforce.conditions import Conditions, Test, floor, pinned
from sandbox.salesforce.found import Found
from sandbox.salesforce.grammar import Name, Order, Query, query_problem
from sandbox.salesforce.projection import Projection, is_grouped
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Row, Table, Value, folded

_SYSTEM = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
_EARLIEST = ""


class Plan:
    """One query against the rows of a store."""

    def __init__(self, store: Store, query: Query, version: str, *, deleted: bool) -> None:
        self._store = store
        self._query = query
        self._version = version
        self._deleted = deleted
        self._table = self._known(query)
        self._columns = Columns(store, self._table.kind, query.text, query.alias)
        self._conditions = Conditions(self._columns, self._nested, store.timeline.now)

    @property
    def name(self) -> str:
        """The name of the object that is asked for."""
        return self._table.kind.name

    def column(self, name: Name) -> Column:
        """Return what a name of this query means."""
        return self._columns.find(name)

    def run(self) -> Found:
        query = self._query
        where = self._conditions.compiled(query.where) if query.where else None
        if is_grouped(query.selected) or query.group:
            rows = list(self._passing(where, self._table.all() if where is None else self._candidates()[0]))
            return _grouped(aggregated(query, self._columns, rows))
        projection = Projection(self._store, self._columns, self._version)
        shape = projection.compiled(query)
        rows = self._sorted(where)
        return Found(len(rows), rows, shape, projection.long_text)

    def _known(self, query: Query) -> Table:
        table = self._store.tables.get(query.kind.lower())
        if table is None:
            text = (
                f"sObject type '{query.kind}' is not supported. If you are attempting to use a custom object, be "
                "sure to append the '__c' after the entity name. Please reference your WSDL or the describe call "
                "for the appropriate names."
            )
            raise query_problem("INVALID_TYPE", query.text, query.kind_at, text)
        return table

    def _nested(self, query: Query) -> list[Value]:
        inner = Plan(self._store, query, self._version, deleted=self._deleted)
        (name,) = query.selected
        assert isinstance(name, Name)  # noqa: S101 - the parser lets nothing else pass that has one column
        get = inner._columns.find(name).get
        return [get(row) for row in inner.run().rows]

    # --- rows ---------------------------------------------------------------------------------------------

    def _candidates(self) -> tuple[Iterable[Row], str]:
        """Return rows among which are all that pass, and the field by which they stand in order."""
        where, values = self._query.where, self._conditions.values
        for compare in pinned(where):
            column = self._columns.find(compare.field)
            if column.through:
                continue
            field = column.field
            if field.name == "Id":
                return [row for key in _unique(values(compare)) if (row := self._row(key))], ""
            if field.type == "reference" or field.id_lookup or field.external:
                return [
                    row for value in _unique(values(compare)) for row in self._table.equal(field.name, value)
                ], ""
        first = self._query.order[0].field if self._query.order else None
        for name in dict.fromkeys([*([str(first)] if first else []), *_SYSTEM]):
            field_ = self._table.kind.names.get(name.lower())
            if field_ is None or field_.type != "datetime":
                continue
            found = floor(where, name, values)
            if found is not None or (first and str(first).lower() == name.lower() and field_.name in _SYSTEM):
                return self._table.ordered(field_.name, found or _EARLIEST), field_.name
        least = floor(where, "Id", values)
        return (self._table.all() if least is None else self._table.ordered("Id", least)), "Id"

    def _row(self, key: Value) -> Row | None:
        return self._table.rows.get(key) if isinstance(key, str) else None

    def _passing(self, where: Test | None, rows: Iterable[Row]) -> Iterator[Row]:
        deleted = self._deleted
        for row in rows:
            if (deleted or not row.values["IsDeleted"]) and (where is None or where(row)):
                yield row

    def _sorted(self, where: Test | None) -> list[Row]:
        query = self._query
        candidates, by = self._candidates()
        passing = self._passing(where, candidates)
        end = None if query.limit is None else query.offset + query.limit
        if self._stands(by):
            return list(islice(passing, query.offset, end))
        rows = list(passing)
        for order in reversed(query.order):
            self._sort(rows, order)
        return rows[query.offset : end]

    def _stands(self, by: str) -> bool:
        """Say whether rows in the order of the field `by` stand in the order that is asked for."""
        order = self._query.order
        if not order:
            return True
        names = [str(one.field).lower() for one in order]
        if any(one.descending for one in order):
            return False
        return names == [by.lower()] or (by != "Id" and names == [by.lower(), "id"])

    def _sort(self, rows: list[Row], order: Order) -> None:
        column = self._columns.find(order.field)
        if not column.field.sortable:
            text = f"field '{order.field}' can not be sorted in a query call"
            raise query_problem("INVALID_FIELD", self._query.text, order.field.at, text)
        get, last = column.get, order.nulls_last is not order.descending

        def key(row: Row) -> tuple[bool, object]:
            value = get(row)
            exact = value if column.field.type in ("id", "reference") else folded(value)
            return ((value is None) is last, exact if value is not None else "")

        rows.sort(key=key, reverse=order.descending)


def _unique(values: Iterable[Value]) -> list[Value]:
    return list(dict.fromkeys(values))


def _grouped(found: Sequence[dict[str, Any]] | int) -> Found:
    if isinstance(found, int):
        return Found(found, (), None)
    return Found(len(found), (), None, done=found)
