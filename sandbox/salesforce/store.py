"""What an org holds: its objects and their rows, its settings, its time."""

from __future__ import annotations

import random
from collections.abc import Mapping

from sandbox.salesforce.fields import Field, Kind
from sandbox.salesforce.ids import full, make
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.schema import standard
from sandbox.salesforce.settings import Settings
from sandbox.salesforce.stamps import stamp
from sandbox.salesforce.tables import Journal, Row, Table, Value
from sandbox.timeline import Span, Timeline


class Store:
    """The rows of an org. `journal` undoes what a transaction did."""

    def __init__(self, timeline: Timeline, settings: Settings, draw: random.Random) -> None:
        self.timeline = timeline
        self.settings = settings
        self.draw = draw
        self.journal = Journal()
        self.described = timeline.now
        """When an object was last changed by an admin."""
        self.transactions: list[float] = []
        """When transactions began that are not committed yet, seconds since 1970."""
        self.tables: dict[str, Table] = {}
        self._prefixes: dict[str, Table] = {}
        self._numbers: dict[str, int] = {}
        for kind in standard().values():
            self.open(kind)
        self.org_id = make("00D", 1)

    def open(self, kind: Kind) -> Table:
        """Add an object."""
        table = Table(kind, self.journal)
        self.tables[kind.name.lower()] = table
        self._prefixes[kind.prefix] = table
        return table

    def new_id(self, prefix: str) -> str:
        number = self._numbers[prefix] = self._numbers.get(prefix, 0x3000) + 1
        return make(prefix, number)

    @property
    def now(self) -> str:
        """The present second as a stamp."""
        return stamp(int(self.timeline.now))

    def span(self, given: Span) -> float:
        return self.draw.uniform(*given)

    # --- finding ------------------------------------------------------------------------------------------

    def table(self, name: str) -> Table:
        """Return the rows of an object; refuses one that is not there."""
        found = self.tables.get(name.lower())
        if found is None:
            raise Problem("NOT_FOUND", "resource", status=404)
        return found

    def by_prefix(self, key: str) -> Table | None:
        return self._prefixes.get(key[:3])

    def find(self, key: Value) -> Row | None:
        """Return a row of any object by its id of 15 or 18 characters, deleted ones too."""
        key = full(key) if isinstance(key, str) else None
        table = self._prefixes.get(key[:3]) if key else None
        return table.rows.get(key) if table and key else None

    def kind_of(self, row: Row) -> Kind:
        return self._prefixes[row.id[:3]].kind

    # --- changing -----------------------------------------------------------------------------------------

    def put(
        self,
        name: str,
        values: Mapping[str, Value],
        *,
        id: str | None = None,  # noqa: A002 - the API's own word
        by: str | None = None,
        at: str | None = None,
    ) -> Row:
        """Store a new row as it is, its system fields added; `at` is its stamp, now unless given."""
        table = self.tables[name.lower()]
        key = id or self.new_id(table.kind.prefix)
        at = at or self.now
        row = Row(
            key,
            {
                "Id": key,
                "IsDeleted": False,
                **_stamps(table.kind, at, by),
                **dict.fromkeys(table.kind.flags, False),
            },
        )
        row.values.update(values)
        table.insert(row)
        return row

    def touch(
        self, row: Row, changed: Mapping[str, Value], *, by: str | None = None, at: str | None = None
    ) -> None:
        """Change a row and its stamps."""
        table = self._prefixes[row.id[:3]]
        at = at or self.now
        system = {"LastModifiedDate": at, "LastModifiedById": by, "SystemModstamp": at}
        table.write(
            row, {**changed, **{name: value for name, value in system.items() if name in table.kind.fields}}
        )

    def define(self, kind: str, one: Field) -> None:
        """Add a field to an object."""
        self.described = self.timeline.now
        self.tables[kind.lower()].kind.add(one)


def _stamps(kind: Kind, at: str, by: str | None) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in (("Date", at), ("ById", by)):
        for verb in ("Created", "LastModified"):
            if verb + name in kind.fields:
                found[verb + name] = value
    if "SystemModstamp" in kind.fields:
        found["SystemModstamp"] = at
    return found
