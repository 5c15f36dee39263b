"""Filters of a search, compiled to tests on the values in the index."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.hubspot.fields import Property, text_of
from sandbox.hubspot.records import Table
from sandbox.hubspot.refusals import bad_request
from sandbox.timeline import millis_of

_MOST_GROUPS, _MOST_IN_GROUP, _MOST = 5, 6, 18

Test = Callable[[Mapping[str, str]], bool]
_Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. A record without a value passes NOT_HAS_PROPERTY only."""

    name: str
    operator: str
    value: str
    key: tuple[str, ...]
    test: Test

    @property
    def is_floor(self) -> bool:
        """Whether it bounds the id from below, which needs no scan."""
        return self.name == "hs_object_id" and self.operator in ("GT", "GTE")


def groups_of(table: Table, body: Mapping[str, Any]) -> list[list[Filter]]:
    """Return the filter groups of a search; refuses more than the documented number of them."""
    raw = [group.get("filters") or [] for group in body.get("filterGroups") or []]
    raw += [body["filters"]] if body.get("filters") else []
    if (
        len(raw) > _MOST_GROUPS
        or max(map(len, raw), default=0) > _MOST_IN_GROUP
        or sum(map(len, raw)) > _MOST
    ):
        limits = f"{_MOST_GROUPS} groups of {_MOST_IN_GROUP} filters, {_MOST} in all"
        raise bad_request(f"Too many filters: at most {limits}")
    return [[_compiled(table, item) for item in group] for group in raw if group]


def _compiled(table: Table, raw: Mapping[str, Any]) -> Filter:
    name, operator = str(raw.get("propertyName")), str(raw.get("operator"))
    value, high = text_of(raw.get("value", "")), text_of(raw.get("highValue", ""))
    values = [text_of(item) for item in raw.get("values") or []]
    found = table.properties.get(name)
    if found is None and not name.startswith("associations."):
        raise bad_request(f"There was a problem with the request: no property {name!r}")
    try:
        test = _test(found or Property(name), operator, [value, high], values)
    except ValueError as wrong:
        raise bad_request(f"invalid value for {name} {operator}: {wrong}") from None
    return Filter(name, operator, value, (name, operator, value, high, *values), test)


def _test(found: Property, operator: str, bounds: list[str], values: list[str]) -> Test:
    name, read = found.name, _reader(found)
    if operator == "HAS_PROPERTY":
        return lambda record: bool(record.get(name))
    if operator == "NOT_HAS_PROPERTY":
        return lambda record: not record.get(name)
    if operator in ("IN", "NOT_IN"):
        return _among(found, values, wanted=operator == "IN")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _token(name, bounds[0], wanted=operator == "CONTAINS_TOKEN")
    if operator == "BETWEEN":
        low, high = read(bounds[0]), read(bounds[1])
        return lambda record: bool(value := record.get(name, "")) and low <= read(value) <= high
    compare = _COMPARISONS.get(operator)
    if compare is None:
        raise bad_request(f"Unknown operator {operator!r}")
    bound = millis_of(bounds[0]) if found.is_date else read(bounds[0])
    return compare(name, read, bound)


_COMPARISONS: dict[str, Callable[[str, _Reader, Any], Test]] = {
    "EQ": lambda name, read, bound: lambda r: bool(v := r.get(name, "")) and read(v) == bound,
    "NEQ": lambda name, read, bound: lambda r: bool(v := r.get(name, "")) and read(v) != bound,
    "GT": lambda name, read, bound: lambda r: bool(v := r.get(name, "")) and read(v) > bound,
    "GTE": lambda name, read, bound: lambda r: bool(v := r.get(name, "")) and read(v) >= bound,
    "LT": lambda name, read, bound: lambda r: bool(v := r.get(name, "")) and read(v) < bound,
    "LTE": lambda name, read, bound: lambda r: bool(v := r.get(name, "")) and read(v) <= bound,
}


def _reader(found: Property) -> _Reader:
    """Return how values compare: dates as milliseconds, enumerations by case, other text without."""
    if found.is_date:
        return _moment
    if found.name == "hs_object_id":
        return int
    if found.type == "number":
        return float
    return str if found.type == "enumeration" else str.casefold


def _moment(text: str) -> float:
    """Read a date; one that is none, which only a test can put there, is on no side of any bound."""
    try:
        return millis_of(text)
    except ValueError:
        return float("nan")


def _among(found: Property, values: list[str], *, wanted: bool) -> Test:
    """IN on text compares lower case with the values as they come, so an upper-case one finds nothing."""
    name = found.name
    read: _Reader = str if found.type in ("enumeration", "number") else str.lower
    if found.is_date:
        read = _moment
    among = {millis_of(value) for value in values} if found.is_date else set(values)
    return lambda record: bool(value := record.get(name, "")) and (read(value) in among) is wanted


def _token(name: str, value: str, *, wanted: bool) -> Test:
    words = re.escape(value.casefold()).replace(r"\*", r"\S*")
    found = re.compile(rf"(?<![^\W_]){words}(?![^\W_])").search
    return lambda record: bool(text := record.get(name, "")) and bool(found(text.casefold())) is wanted
