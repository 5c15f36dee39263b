"""COUNT, MIN, MAX, SUM, AVG and GROUP BY."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.salesforce.columns import Columns
from sandbox.salesforce.grammar import Aggregate, Name, Query, query_problem
from sandbox.salesforce.tables import Row, Value

Json = dict[str, Any]


def aggregated(query: Query, columns: Columns, rows: Sequence[Row]) -> list[Json] | int:
    """Return the rows of an aggregate query, or the number alone of `SELECT COUNT()`."""
    first = query.selected[0]
    if isinstance(first, Aggregate) and first.field is None and len(query.selected) == 1 and not query.group:
        return len(rows) if query.limit is None else min(len(rows), query.limit)
    grouped = [columns.find(name).get for name in query.group]
    groups: dict[tuple[Value, ...], list[Row]] = {} if grouped else {(): []}
    for row in rows:
        groups.setdefault(tuple(get(row) for get in grouped), []).append(row)
    found = [_one(query, columns, members) for members in groups.values()]
    return found[query.offset :][: query.limit] if query.limit is not None else found[query.offset :]


def _one(query: Query, columns: Columns, rows: Sequence[Row]) -> Json:
    found: Json = {"attributes": {"type": "AggregateResult"}}
    unnamed = 0
    for selected in query.selected:
        if isinstance(selected, Aggregate):
            found[selected.alias or f"expr{unnamed}"] = _value(selected, columns, rows)
            unnamed += not selected.alias
        elif isinstance(selected, Name) and str(selected).lower() in {
            str(name).lower() for name in query.group
        }:
            column = columns.find(selected)
            found[column.field.name] = column.get(rows[0])
        else:
            at = getattr(selected, "at", 0)
            text = f"Field must be grouped or aggregated: {selected}"
            raise query_problem("MALFORMED_QUERY", query.text, at, text)
    return found


def _value(one: Aggregate, columns: Columns, rows: Sequence[Row]) -> Value:
    if one.field is None:
        return len(rows)
    get = columns.find(one.field).get
    values: list[Any] = [value for row in rows if (value := get(row)) is not None]
    match one.function:
        case "count":
            return len(values)
        case "count_distinct":
            return len(set(values))
        case "max":
            return max(values, default=None)
        case "min":
            return min(values, default=None)
    total = float(sum(values))
    if one.function == "sum":
        return total
    return total / len(values) if values else None
