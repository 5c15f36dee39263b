"""WHERE, compiled once: a condition becomes a function of a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from sandbox.salesforce.columns import Column, Columns, Get
from sandbox.salesforce.fields import TEXTUAL
from sandbox.salesforce.grammar import Compare, Condition, Join, Literal, Name, Query, query_problem
from sandbox.salesforce.ids import full
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.stamps import canonical, is_day, named_days
from sandbox.salesforce.tables import Row, Value

Test = Callable[[Row], bool]
Nested = Callable[[Query], Sequence[Value]]
"""Answers a query inside another: the values of its only column."""

_NUMBERS = ("int", "double", "currency", "percent", "long")
_TIMES = ("datetime", "date")
_OTHERS = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Conditions:
    """Compiles the conditions of one query."""

    def __init__(self, columns: Columns, nested: Nested, now: float) -> None:
        self._columns = columns
        self._nested = nested
        self._now = now

    def compiled(self, condition: Condition) -> Test:
        """Return the test of a condition; refuses fields that cannot be filtered and values of a wrong type."""
        if isinstance(condition, Compare):
            return self._compare(condition)
        tests = [self.compiled(item) for item in condition.items]
        if condition.how == "not":
            (only,) = tests
            return lambda row: not only(row)
        return _all(tests) if condition.how == "and" else _any(tests)

    def values(self, compare: Compare) -> list[Value]:
        """Return the values that a comparison compares with, as they are stored."""
        column = self._columns.find(compare.field)
        found = compare.value
        if isinstance(found, Query):
            return list(self._nested(found))
        return [
            self._stored(column, one, compare) for one in (found if isinstance(found, tuple) else (found,))
        ]

    # --- one comparison -----------------------------------------------------------------------------------

    def _compare(self, compare: Compare) -> Test:
        column = self._columns.find(compare.field)
        if not column.field.filterable:
            raise self._wrong(compare.field, f"field '{compare.field}' can not be filtered in a query call")
        if isinstance(compare.value, Literal) and compare.value.type == "named":
            return self._relative(column, compare, compare.value)
        if compare.operator == "like" and column.field.type not in TEXTUAL:
            text = f"invalid operator on {column.field.type} field"
            raise self._wrong(compare.field, text, "INVALID_QUERY_FILTER_OPERATOR")
        values = self.values(compare)
        match compare.operator:
            case "=" | "!=":
                return _equal(column, values, negated=compare.operator == "!=")
            case "in" | "not in":
                return _equal(column, values, negated=compare.operator == "not in")
            case "like":
                return _like(column.get, str(values[0] or ""))
            case "includes" | "excludes":
                return _includes(column.get, values, negated=compare.operator == "excludes")
        return self._ordered(column, compare, values[0])

    def _ordered(self, column: Column, compare: Compare, value: Value) -> Test:
        if value is None or column.field.type == "boolean":
            text = (
                f"field '{compare.field}' does not support the operator '{compare.operator}' with this value"
            )
            raise self._wrong(compare.field, text, "INVALID_QUERY_FILTER_OPERATOR")
        folds = column.field.type in TEXTUAL
        return _sorted_test(column.get, compare.operator, value.casefold() if folds else value, folds=folds)  # type: ignore[union-attr]

    def _relative(self, column: Column, compare: Compare, literal: Literal) -> Test:
        """Compare with a relative date: it is the span from its first moment to the one after its last."""
        found = named_days(str(literal.value), self._now)
        if found is None or column.field.type not in _TIMES:
            raise self._wrong_type(column, compare)
        start, end = (_moment(day, column.field.type) for day in found)
        get = column.get

        def within(row: Row) -> bool:
            value = get(row)
            return value is not None and start <= str(value) < end

        match compare.operator:
            case "=":
                return within
            case "!=":
                return lambda row: not within(row)
            case ">" | "<=":
                flipped = ">=" if compare.operator == ">" else "<"
                return _sorted_test(get, flipped, end, folds=False)
        return _sorted_test(get, compare.operator, start, folds=False)

    # --- values -------------------------------------------------------------------------------------------

    def _stored(self, column: Column, literal: Literal, compare: Compare) -> Value:
        """Return a value of the query as the field would store it."""
        kind, value = column.field.type, literal.value
        if literal.type == "null":
            return None
        if kind in ("id", "reference") and literal.type == "string":
            return self._id(compare, str(value))
        fits = {
            "boolean": literal.type == "boolean",
            "datetime": literal.type == "datetime",
            "date": literal.type == "date" and is_day(str(value)),
        }.get(kind, literal.type == ("number" if kind in _NUMBERS else "string"))
        if not fits:
            raise self._wrong_type(column, compare)
        if kind != "datetime":
            return value
        try:
            return canonical(str(value))
        except (ValueError, OverflowError):
            raise self._wrong_type(column, compare) from None

    def _id(self, compare: Compare, value: str) -> str:
        key = full(value)
        if key is None and value:
            text = f"invalid ID field: {value}"
            raise self._wrong(compare.field, text, "INVALID_QUERY_FILTER_OPERATOR")
        return key or ""

    def _wrong_type(self, column: Column, compare: Compare) -> Problem:
        kind = {"datetime": "dateTime", "reference": "string"}.get(column.field.type, column.field.type)
        quotes = "should be" if kind not in (*_NUMBERS, "boolean", "dateTime", "date") else "should not be"
        text = (
            f"value of filter criterion for field '{compare.field}' must be of type {kind} and {quotes} "
            "enclosed in quotes"
        )
        return self._wrong(compare.field, text)

    def _wrong(self, name: Name, message: str, code: str = "INVALID_FIELD") -> Problem:
        return query_problem(code, self._columns.text, name.at, message)


# --- tests ------------------------------------------------------------------------------------------------


def _all(tests: Sequence[Test]) -> Test:
    return lambda row: all(test(row) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    return lambda row: any(test(row) for test in tests)


def _equal(column: Column, values: Sequence[Value], *, negated: bool) -> Test:
    get = column.get
    if column.field.type not in TEXTUAL:
        wanted = frozenset(values)
        return (lambda row: get(row) not in wanted) if negated else (lambda row: get(row) in wanted)
    texts = frozenset(value.casefold() if isinstance(value, str) else None for value in values)
    texts |= {None} if "" in texts else frozenset()

    def test(row: Row) -> bool:
        value = get(row)
        return ((value.casefold() if isinstance(value, str) else None) in texts) is not negated

    return test


def _like(get: Get, pattern: str) -> Test:
    matches = _pattern(pattern).match

    def test(row: Row) -> bool:
        value = get(row)
        return isinstance(value, str) and matches(value) is not None

    return test


def _sorted_test(get: Get, operator: str, wanted: Value, *, folds: bool) -> Test:
    """Compare by order; a row without a value never passes."""
    compare: dict[str, Callable[[object, object], bool]] = {
        "<": lambda one, two: one < two,  # type: ignore[operator]
        "<=": lambda one, two: one <= two,  # type: ignore[operator]
        ">": lambda one, two: one > two,  # type: ignore[operator]
        ">=": lambda one, two: one >= two,  # type: ignore[operator]
    }
    holds = compare[operator]

    def test(row: Row) -> bool:
        value = get(row)
        if value is None:
            return False
        return holds(value.casefold() if folds else value, wanted)  # type: ignore[union-attr]

    return test


def _includes(get: Get, values: Sequence[Value], *, negated: bool) -> Test:
    """Look into a multi-select picklist; `a;b` asks for both."""
    wanted = [frozenset(str(value).split(";")) for value in values]

    def test(row: Row) -> bool:
        has = frozenset(str(get(row) or "").split(";"))
        return any(one <= has for one in wanted) is not negated

    return test


def _pattern(like: str) -> re.Pattern[str]:
    parts = []
    for found in re.finditer(r"\\(.)|(%)|(_)|(.)", like, re.DOTALL):
        escaped, many, one, plain = found.groups()
        parts.append(".*" if many else "." if one else re.escape(escaped or plain))
    return re.compile("".join(parts) + r"\Z", re.IGNORECASE | re.DOTALL)


def _moment(day: date, kind: str) -> str:
    return day.isoformat() if kind == "date" else f"{day.isoformat()}T00:00:00.000+0000"


# --- what a condition says of a field ---------------------------------------------------------------------


def floor(condition: Condition | None, name: str, values: Callable[[Compare], list[Value]]) -> str | None:
    """Return a value below which no row can pass, by what the condition says of the field `name`."""
    if isinstance(condition, Compare):
        fits = condition.operator in ("=", ">", ">=") and str(condition.field).lower() == name.lower()
        if not fits or not isinstance(condition.value, Literal) or condition.value.type == "named":
            return None
        (value,) = values(condition)
        return value if isinstance(value, str) else None
    if not isinstance(condition, Join) or condition.how == "not":
        return None
    floors = [floor(item, name, values) for item in condition.items]
    known = [one for one in floors if one is not None]
    if condition.how == "and":
        return max(known, default=None)
    return min(known) if len(known) == len(floors) else None


def pinned(condition: Condition | None) -> list[Compare]:
    """Return the comparisons by = and IN that every row must pass."""
    if isinstance(condition, Compare):
        return [condition] if condition.operator in ("=", "in") else []
    if isinstance(condition, Join) and condition.how == "and":
        return [one for item in condition.items for one in pinned(item)]
    return []
