"""Records as the primary store keeps them, with their history, and the search index that runs behind."""

from __future__ import annotations

import heapq
import itertools
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.hubspot.fields import Property
from sandbox.hubspot.kinds import Kind
from sandbox.timeline import iso

Values = Mapping[str, str]
"""Property to value. Never changed in place: a write makes a new one, so older ones may be kept."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who changed something: CRM_UI and a user, INTEGRATION and an app, AUTOMATION_PLATFORM and a workflow."""

    type: str
    id: str = ""
    label: str = ""
    user: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One value in a property's history. `at` is milliseconds since 1970."""

    value: str
    at: int
    source: Source


@dataclass(slots=True)
class Record:
    """One object. `indexed` is what the search index holds of it, None where it does not find it.

    Search does not show it before `hidden`, seconds since 1970.
    """

    id: str
    number: int
    values: Values
    created: int
    updated: int
    changes: list[tuple[int, Values, Source]] = field(default_factory=list)
    archived: bool = False
    hidden: float = 0.0
    version: int = 0
    indexed: Values | None = None
    indexed_version: int = -1

    def history(self, name: str) -> tuple[Entry, ...]:
        """Return what a property was, newest first."""
        return tuple(
            Entry(changed[name], at, source)
            for at, changed, source in reversed(self.changes)
            if name in changed
        )


class Index:
    """What search filters by: a copy of the records, each change of it some seconds late."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.changed: Counter[str] = Counter()
        """How often a property changed in the index; "" counts records that came or went."""
        self._due: list[tuple[float, int, Record, int, Values | None, tuple[str, ...]]] = []
        self._numbers = itertools.count()

    def push(self, due: float, record: Record, names: Iterable[str] = ()) -> None:
        """Let the record's present state be found from `due` on; `names` are the properties that changed."""
        values = None if record.archived else record.values
        item = (due, next(self._numbers), record, record.version, values, tuple(names))
        heapq.heappush(self._due, item)

    def settle(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            _, _, record, version, values, names = heapq.heappop(self._due)
            if version >= record.indexed_version:
                self._take(record, version, values, names)

    def _take(self, record: Record, version: int, values: Values | None, names: tuple[str, ...]) -> None:
        known = record.indexed is not None
        record.indexed, record.indexed_version = values, version
        if known and values is not None:
            self.changed.update(names)
            return
        self.changed[""] += 1
        if values is None and known:
            del self.records[bisect_left(self.records, record.number, key=_number)]
        elif values is not None:
            self._insert(record)

    def _insert(self, record: Record) -> None:
        if not self.records or self.records[-1].number < record.number:
            self.records.append(record)
        else:
            insort(self.records, record, key=_number)


def _number(record: Record) -> int:
    return record.number


class Table:
    """All records of one kind, their aliases after merges, and its property definitions."""

    def __init__(self, kind: Kind, properties: dict[str, Property]) -> None:
        self.kind = kind
        self.properties = properties
        self.records: dict[str, Record] = {}
        self.gone: dict[str, Record] = {}
        self.aliases: dict[str, str] = {}
        self.merges: Counter[str] = Counter()
        self.index = Index()
        self._order: list[int] = []
        self._unique: dict[str, dict[str, str]] = {"email": {}} if kind.name == "contacts" else {}
        self._next = kind.first

    # --- reading ------------------------------------------------------------------------------------------

    def find(self, key: str) -> Record | None:
        """Return a record by its id or by one it had before a merge."""
        record = self.records.get(key)
        if record is None and key in self.aliases:
            return self.find(self.aliases[key])
        return record

    def by_unique(self, name: str, value: str) -> Record | None:
        """Return a record by a unique property, secondary e-mail addresses included."""
        key = self._unique.get(name, {}).get(value.strip().casefold())
        return self.find(key) if key else None

    def is_unique(self, name: str) -> bool:
        return name in self._unique

    def walk(self, start: int, *, archived: bool = False) -> Iterator[Record]:
        """Yield records by id, from the id `start` on."""
        if archived:
            yield from sorted((r for r in self.gone.values() if r.number >= start), key=_number)
            return
        for place in range(bisect_left(self._order, start), len(self._order)):
            yield self.records[str(self._order[place])]

    # --- changing -----------------------------------------------------------------------------------------

    def define(self, found: Property) -> None:
        """Add a property; a unique one is indexed from now on."""
        self.properties[found.name] = found
        if found.unique:
            index = self._unique.setdefault(found.name, {})
            index.update(
                (record.values[found.name].casefold(), key)
                for key, record in self.records.items()
                if record.values.get(found.name)
            )

    def new_id(self) -> str:
        self._next += 50
        return str(self._next - 50)

    def insert(self, values: dict[str, str], *, id: str, created: int, source: Source) -> Record:  # noqa: A002
        """Store a new record; its id and stamps are added to `values`."""
        stamp = iso(created)
        values |= {"hs_object_id": id, self.kind.created: stamp, self.kind.modified: stamp}
        record = Record(id, int(id), values, created, created, [(created, values, source)])
        self.records[id] = record
        self._next = max(self._next, record.number + 50)
        if not self._order or self._order[-1] < record.number:
            self._order.append(record.number)
        else:
            insort(self._order, record.number)
        self._claim(record, values)
        return record

    def write(self, record: Record, changes: dict[str, str], *, at: int, source: Source) -> None:
        """Change a record; the modified stamp moves with it."""
        self._release(record, changes)
        changes[self.kind.modified] = iso(at)
        record.values = {**record.values, **changes}
        record.updated = at
        record.version += 1
        record.changes.append((at, changes, source))
        self._claim(record, changes)

    def remove(self, record: Record) -> None:
        """Take a record out of sight: only a list of archived ones still shows it."""
        record.archived = True
        record.version += 1
        self.gone[record.id] = self.records.pop(record.id)
        del self._order[bisect_left(self._order, record.number)]
        self._release(record, record.values)

    def merge(self, old: Record, new: Record) -> None:
        """Let the id of `old` lead to `new`."""
        record = self.records.get(old.id)
        if record is not None:
            self.remove(record)
        del self.gone[old.id]
        self.aliases[old.id] = new.id
        self._claim(new, new.values)

    def _claim(self, record: Record, changed: Values) -> None:
        for name, index in self._unique.items():
            if changed.get(name):
                index[changed[name].strip().casefold()] = record.id
        if changed.get("hs_additional_emails"):
            for email in changed["hs_additional_emails"].split(";"):
                self._unique["email"].setdefault(email.strip().casefold(), record.id)

    def _release(self, record: Record, changed: Values) -> None:
        for name, index in self._unique.items():
            if name in changed:
                value = record.values.get(name, "").strip().casefold()
                if index.get(value) == record.id:
                    del index[value]
