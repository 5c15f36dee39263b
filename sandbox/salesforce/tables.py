"""Rows with what finds them quickly: by id, by a field's value, in the order of a time."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.fields import Kind

Value = str | int | float | bool | None
Values = dict[str, Value]


@dataclass(slots=True, eq=False)
class Row:
    """One record. Times are stored as they are sent, so that their text sorts like them."""

    id: str
    values: Values
    locked_until: float = 0.0

    @property
    def deleted(self) -> bool:
        return bool(self.values["IsDeleted"])

    def get(self, name: str) -> Value:
        return self.values.get(name)


class _Ordered:
    """Rows by one field and id. An entry whose row has another value by now is passed over."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.entries: list[tuple[str, str]] = []
        self.stale = 0

    def put(self, value: str, key: str) -> None:
        entry = (value, key)
        if not self.entries or entry >= self.entries[-1]:
            self.entries.append(entry)
        else:
            insort(self.entries, entry)

    def walk(self, rows: Mapping[str, Row], floor: str) -> Iterator[Row]:
        """Yield rows from the value `floor` on."""
        name, last = self.name, ""
        for place in range(bisect_left(self.entries, (floor, "")), len(self.entries)):
            value, key = self.entries[place]
            row = rows.get(key)
            if row is not None and key != last and row.values.get(name) == value:
                last = key
                yield row

    def tidy(self, rows: Mapping[str, Row]) -> None:
        """Drop what is passed over, once it is most of it."""
        if self.stale <= len(rows) + 1000:
            return
        self.entries = sorted(
            (str(row.values[self.name]), key) for key, row in rows.items() if row.get(self.name)
        )
        self.stale = 0


@dataclass(slots=True)
class Journal:
    """What undoes the changes of a transaction that is under way."""

    undo: list[Callable[[], object]] = field(default_factory=list)

    def mark(self) -> int:
        return len(self.undo)

    def back(self, mark: int) -> None:
        while len(self.undo) > mark:
            self.undo.pop()()


class Table:
    """All rows of one kind, deleted ones included."""

    def __init__(self, kind: Kind, journal: Journal) -> None:
        self.kind = kind
        self.rows: dict[str, Row] = {}
        self._journal = journal
        self._equal: dict[str, dict[Value, dict[str, None]]] = {}
        self._ordered: dict[str, _Ordered] = {}
        self._sorted = True
        self._last = ""

    def insert(self, row: Row) -> None:
        self._sorted = self._sorted and row.id > self._last
        self._last = max(self._last, row.id)
        self.rows[row.id] = row
        self._index(row, row.values)
        self._journal.undo.append(lambda: self.remove(row))

    def remove(self, row: Row) -> None:
        """Take a row away altogether, as a rollback or a purge does."""
        self._unindex(row, row.values)
        del self.rows[row.id]

    def write(self, row: Row, changed: Mapping[str, Any]) -> None:
        """Change a row's values."""
        before = {name: row.values.get(name) for name in changed}
        self._put(row, changed)
        self._journal.undo.append(lambda: self._put(row, before))

    def _put(self, row: Row, changed: Mapping[str, Any]) -> None:
        self._unindex(row, changed)
        row.values.update(changed)
        self._index(row, changed)

    def _index(self, row: Row, names: Mapping[str, Any]) -> None:
        for name, index in self._equal.items():
            if name in names:
                index.setdefault(folded(row.values.get(name)), {})[row.id] = None
        for name, ordered in self._ordered.items():
            if row.values.get(name) is not None and name in names:
                ordered.put(str(row.values[name]), row.id)

    def _unindex(self, row: Row, names: Mapping[str, Any]) -> None:
        for name, index in self._equal.items():
            if name in names:
                index.get(folded(row.values.get(name)), {}).pop(row.id, None)
        for name, ordered in self._ordered.items():
            if name in names:
                ordered.stale += 1

    # --- finding ------------------------------------------------------------------------------------------

    def all(self) -> Iterator[Row]:
        """Yield every row in the order of ids."""
        if not self._sorted:
            self.rows = dict(sorted(self.rows.items()))
            self._sorted = True
        yield from list(self.rows.values())

    def equal(self, name: str, value: Value) -> list[Row]:
        """Return the rows with a value, letters' case set aside, in the order of ids."""
        index = self._equal.get(name)
        if index is None:
            index = self._equal[name] = {}
            for row in self.rows.values():
                index.setdefault(folded(row.values.get(name)), {})[row.id] = None
        return [self.rows[key] for key in sorted(index.get(folded(value), ()))]

    def ordered(self, name: str, floor: str) -> Iterator[Row]:
        """Yield rows that have a value of `floor` or later, by value and id."""
        index = self._ordered.get(name)
        if index is None:
            index = self._ordered[name] = _Ordered(name)
            index.stale = len(self.rows) + 1001
        index.tidy(self.rows)
        return index.walk(self.rows, floor)


def folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value
