"""Many rows in one statement, handed to the driver as they are.

SQLAlchemy writes the SQL, once for each database; preparing every value of every row costs more than the writing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

_ANY: Any = None  # our column types write the same on every database


class Bulk:
    """An INSERT or UPDATE with one parameter for each of `columns`; rows give their values in that order.

    `ending` is SQL behind the statement, the same for each database.
    """

    def __init__(
        self, statement: sa.Insert | sa.Update, table: sa.Table, columns: Sequence[str], *, ending: str = ""
    ) -> None:
        self._statement, self._ending = statement, ending
        self._columns = tuple(columns)
        self._own = [(at, kind.process_bind_param) for at, kind in _own_types(table, columns)]
        self._sql: dict[str, tuple[str, Callable[[list[Any]], Any]]] = {}

    def __call__(self, tx: sa.Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Execute for all rows; none is no statement."""
        sql, parameters = self._compiled(tx.dialect)
        ready = [parameters(self._plain(row)) for row in rows]
        if ready:
            tx.exec_driver_sql(sql, ready)

    def _plain(self, row: Sequence[Any]) -> list[Any]:
        plain = list(row)
        for at, plainly in self._own:
            if plain[at] is not None:
                plain[at] = plainly(plain[at], _ANY)
        return plain

    def _compiled(self, dialect: sa.Dialect) -> tuple[str, Callable[[list[Any]], Any]]:
        """Return the SQL, and what makes the driver's parameters of a row: by name, or in their order."""
        if dialect.name not in self._sql:
            compiled: Any = self._statement.compile(dialect=dialect, column_keys=list(self._columns))
            parameters: Callable[[list[Any]], Any] = self._named
            if compiled.positional:  # at least two: a key and a value
                parameters = itemgetter(*map(self._columns.index, compiled.positiontup))
            self._sql[dialect.name] = (str(compiled) + self._ending, parameters)
        return self._sql[dialect.name]

    def _named(self, row: list[Any]) -> dict[str, Any]:
        return dict(zip(self._columns, row, strict=True))


class Lookup:
    """A SELECT of `columns` where the column `by` is one of many keys, given as one parameter however many."""

    def __init__(self, table: sa.Table, by: str, columns: Sequence[str]) -> None:
        self._own = _own_types(table, columns)
        chosen = sa.select(*(table.c[name] for name in columns))
        here = table.c[by]
        self._statements = {
            "sqlite": chosen.where(here.in_(sa.text("SELECT value FROM json_each(:keys)"))),
            "postgresql": chosen.where(here == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(here.type)))),
        }
        self._sql: dict[str, str] = {}

    def __call__(self, tx: sa.Connection, keys: Iterable[str | int]) -> list[list[Any]]:
        """Return the rows found, in any order, their values in the order of `columns`."""
        wanted = list(keys)
        if not wanted:
            return []
        name = tx.dialect.name
        if name not in self._sql:
            self._sql[name] = str(self._statements[name].compile(dialect=tx.dialect))
        keys_at_once = (json.dumps(wanted),) if name == "sqlite" else {"keys": wanted}
        return [self._read(row) for row in tx.exec_driver_sql(self._sql[name], keys_at_once)]

    def _read(self, row: sa.Row[Any]) -> list[Any]:
        values = list(row)
        for at, kind in self._own:
            values[at] = kind.process_result_value(values[at], _ANY)
        return values


def _own_types(table: sa.Table, columns: Sequence[str]) -> list[tuple[int, sa.types.TypeDecorator[Any]]]:
    return [
        (at, kind)
        for at, name in enumerate(columns)
        if name in table.c and isinstance(kind := table.c[name].type, sa.types.TypeDecorator)
    ]


def inserting(table: sa.Table, *columns: str) -> Bulk:
    """Return an INSERT of these columns."""
    return Bulk(table.insert(), table, columns)


def updating(table: sa.Table, key: str, *columns: str) -> Bulk:
    """Return an UPDATE of these columns by the key, which comes first in each row."""
    values: dict[str, Any] = {name: sa.bindparam(name) for name in columns}
    statement = table.update().where(table.c[key] == sa.bindparam(f"_{key}")).values(values)
    return Bulk(statement, table, (f"_{key}", *columns))


def upserting(table: sa.Table, key: str, *columns: str) -> Bulk:
    """Return an INSERT of these columns that replaces the row of the same key; the key comes first in each row."""
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns)
    ending = f' ON CONFLICT ("{key}") DO UPDATE SET {changes}'
    return Bulk(table.insert(), table, (key, *columns), ending=ending)
