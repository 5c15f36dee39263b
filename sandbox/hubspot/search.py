"""Search: filters run on the index, which is late; what is returned is fresh."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.hubspot.account import Account
from sandbox.hubspot.filters import Filter, groups_of
from sandbox.hubspot.records import Record, Table
from sandbox.hubspot.refusals import bad_request
from sandbox.hubspot.shapes import shown, shown_names
from sandbox.timeline import millis_of

_CAP = 10_000
_LONGEST_BODY = 3_000
_BIGGEST_PAGE = 200
_ID = "hs_object_id"
_KEPT_QUERIES = 64

_Found = tuple[list[Record], list[int]]
"""Records that match, in the order asked for, and their numbers."""


class Searches:
    """Answers searches over one account; remembers what a query matched until the index changes."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._kept: dict[str, tuple[tuple[int, ...], _Found]] = {}

    def answer(self, table: Table, body: Mapping[str, Any], size: int) -> dict[str, Any]:
        """Return one page: `total` counts what the index finds, archived records included."""
        if size > _LONGEST_BODY:
            raise bad_request(f"The request body may not exceed {_LONGEST_BODY} characters")
        limit, after = _number(body, "limit", 10), _number(body, "after", 0)
        if not 0 <= limit <= _BIGGEST_PAGE:
            raise bad_request(f"limit must be at most {_BIGGEST_PAGE}, was {limit}")
        if after + limit > _CAP:
            raise bad_request(f"Paging through more than {_CAP} results is not supported: after was {after}")
        table.index.settle(self._account.timeline.now)
        matches = self._matches(table, body)
        names = shown_names(table, body.get("properties") or ())
        page = matches[after : after + limit]
        results = [shown(self._account, table, record, names) for record in page if not record.archived]
        found: dict[str, Any] = {"total": len(matches), "results": results}
        if after + limit < len(matches):
            found["paging"] = {"next": {"after": str(after + limit)}}
        return found

    def _matches(self, table: Table, body: Mapping[str, Any]) -> Sequence[Record]:
        groups = groups_of(table, body)
        name, direction = _sort(body)
        floor = _floor(groups) if name == _ID and direction == 1 else None
        if floor is not None:
            groups = [[item for item in groups[0] if not item.is_floor]]
        records, numbers = self._find(table, groups, str(body.get("query") or ""), (name, direction))
        if floor is None:
            return records
        return records[bisect_left(numbers, floor) :]

    def _find(self, table: Table, groups: list[list[Filter]], query: str, sort: tuple[str, int]) -> _Found:
        asked = json.dumps([table.kind.name, [[f.key for f in g] for g in groups], query, sort])
        changed = table.index.changed
        used = sorted({item.name for group in groups for item in group} | {sort[0]})
        joined = any(name.startswith("associations.") for name in used) or bool(query)
        state = (changed[""], *(changed[name] for name in used))
        kept = self._kept.get(asked)
        if kept is not None and kept[0] == state and not joined:
            return kept[1]
        records = self._scan(table, groups, query)
        _ordered(table, records, sort)
        found = records, [record.number for record in records]
        if len(self._kept) >= _KEPT_QUERIES:
            self._kept.clear()
        self._kept[asked] = state, found
        return found

    def _scan(self, table: Table, groups: list[list[Filter]], query: str) -> list[Record]:
        every = table.index.records
        if query:
            every = [record for record in every if _mentions(record, table.kind.shown, query.casefold())]
        if not groups:
            return list(every)
        found = [self._narrow(table, every, group) for group in groups]
        if len(found) == 1:
            return found[0]
        numbers = {record.number: record for group in found for record in group}
        return [numbers[number] for number in sorted(numbers)]

    def _narrow(self, table: Table, records: list[Record], group: list[Filter]) -> list[Record]:
        for item in group:
            if item.name.startswith("associations."):
                records = self._joined(table, records, item)
            else:
                test = item.test
                records = [record for record in records if test(record.indexed or {})]
        return list(records)

    def _joined(self, table: Table, records: list[Record], item: Filter) -> list[Record]:
        """Keep what is associated with one record: `associations.contact EQ 1451`."""
        other = self._account.table(item.name.partition(".")[2])
        links, now = self._account.links, self._account.timeline.now
        near = links.of((other.kind.type_id, item.value), table.kind.type_id, now=now)
        wanted = {link.to for link in near}
        return [record for record in records if record.id in wanted]


def _number(body: Mapping[str, Any], name: str, default: int) -> int:
    """Return a number that may come as a string."""
    value = body.get(name)
    if value is None or value == "":
        return default
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise bad_request(f"{name} must be an integer, was {value!r}") from None
    if number < 0:
        raise bad_request(f"{name} must not be negative, was {number}")
    return number


def _sort(body: Mapping[str, Any]) -> tuple[str, int]:
    """Return the property and the direction; without a sort it is the order of creation, which is the id's."""
    sorts = body.get("sorts") or []
    if len(sorts) > 1:
        raise bad_request("Only one sort may be given")
    if not sorts:
        return _ID, 1
    (sort,) = sorts
    if isinstance(sort, str):
        return sort.lstrip("-"), -1 if sort.startswith("-") else 1
    direction = -1 if str(sort.get("direction", "")).upper().startswith("DESC") else 1
    return str(sort.get("propertyName")), direction


def _floor(groups: list[list[Filter]]) -> int | None:
    """Return the lowest id that the filters allow, None where there is no such filter."""
    if len(groups) != 1:
        return None
    floors = [int(item.value) + (item.operator == "GT") for item in groups[0] if item.is_floor]
    return max(floors, default=None)


def _ordered(table: Table, records: list[Record], sort: tuple[str, int]) -> None:
    name, direction = sort
    if name == _ID:
        if direction < 0:
            records.reverse()
        return
    found = table.properties.get(name)
    key: Callable[[str], Any] = str.casefold
    if found is not None and found.is_date:
        key = millis_of
    elif found is not None and found.type == "number":
        key = float
    have = [record for record in records if (record.indexed or {}).get(name)]
    lack = [record for record in records if not (record.indexed or {}).get(name)]
    have.sort(key=lambda record: key((record.indexed or {})[name]), reverse=direction < 0)
    records[:] = have + lack


def _mentions(record: Record, names: Sequence[str], query: str) -> bool:
    values = record.indexed or {}
    return any(query in values.get(name, "").casefold() for name in names)
