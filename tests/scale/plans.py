"""Which way PostgreSQL goes for each statement of a pass: captured from real passes, explained, judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

READ_AT_MOST = 5_000
"""How many rows of a table a statement may look at: a batch's, or all that are under way; never a connection's."""

_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH")


@dataclass
class Captured:
    """Each statement once, with parameters that were used for it."""

    statements: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def listening(self, engine: sa.Engine) -> Iterator[None]:
        def heard(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
            if statement.lstrip().upper().startswith(_EXPLAINED):
                self.statements.setdefault(statement, parameters[0] if many else parameters)

        sa.event.listen(engine, "before_cursor_execute", heard)
        try:
            yield
        finally:
            sa.event.remove(engine, "before_cursor_execute", heard)


@dataclass(frozen=True, slots=True)
class Touched:
    """A table that a plan reads: how, and how many rows it looked at to find those it wanted."""

    table: str
    how: str
    index: str
    rows: float


def explained(tx: sa.Connection, statement: str, parameters: Any) -> Sequence[Touched]:
    """Run a statement, take it back, and return what it touched."""
    with tx.begin() as transaction:
        found = tx.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
        transaction.rollback()
    [plan] = json.loads(found) if isinstance(found, str) else found
    return list(touched(plan["Plan"]))


def touched(node: Mapping[str, Any]) -> Iterator[Touched]:
    """Yield each table that a node of a plan and those below it read."""
    if "Relation Name" in node and "Scan" in node["Node Type"]:
        looked_at = node["Actual Rows"] + sum(
            node.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        )
        rows = looked_at * node["Actual Loops"]
        yield Touched(node["Relation Name"], node["Node Type"], node.get("Index Name", ""), rows)
    for below in node.get("Plans", ()):
        yield from touched(below)


def wrong(found: Sequence[Touched], sizes: Mapping[str, int]) -> list[str]:
    """Return a sentence for each large table that is read as a whole, or in too large a part."""
    lines = []
    for one in found:
        if sizes.get(one.table, 0) <= READ_AT_MOST:
            continue
        if one.how == "Seq Scan":
            lines.append(f"{one.table} is read from end to end: {one.rows:,.0f} rows")
        elif one.rows > READ_AT_MOST:
            lines.append(f"{one.rows:,.0f} rows of {one.table} are read by {one.how} {one.index}".rstrip())
    return lines
