"""Many rows in one statement, handed to the driver as they are.

SQLAlchemy writes the SQL, once for each database; preparing every value of every row costs more than the writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

_ANY: Any = None  # our column types write the same on every database
_KEYS = "keys"


class Bulk:
    """An INSERT or UPDATE with one parameter for each of `columns`; rows give their values in that order.

    A member of an enumeration is given as bare text: drivers look long for how another type is to be written.
    `statements` is the statement by the database's name, or the same for all; `ending` is SQL behind it.
    """

    def __init__(
        self,
        statements: sa.Insert | sa.Update | Mapping[str, sa.Update],
        table: sa.Table,
        columns: Sequence[str],
        *,
        ending: str = "",
    ) -> None:
        self._statements, self._ending = statements, ending
        self._columns = tuple(columns)
        self._own = {columns[at]: kind for at, kind in _own_types(table, columns)}
        self._sql: dict[str, tuple[str, Sequence[str]]] = {}

    def __call__(self, tx: sa.Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Execute for all rows; none is no statement."""
        columns = list(zip(*rows, strict=True))
        if columns:
            self.by_column(tx, dict(zip(self._columns, columns, strict=True)))

    def by_column(self, tx: sa.Connection, values: Mapping[str, Sequence[Any]]) -> None:
        """Execute for the rows whose values these are, by column; there may be more columns than are written."""
        sql, order = self._compiled(tx.dialect)
        ready = zip(*(self._plain(name, values[name], tx.dialect.name) for name in order), strict=True)
        tx.exec_driver_sql(sql, list(ready))

    def _plain(self, name: str, values: Sequence[Any], database: str) -> Sequence[Any]:
        """Return the values of a column as the driver takes them; the same one again is prepared once."""
        if name == _KEYS:
            return [_packed(keys, database) for keys in values]
        if name not in self._own:
            return values
        plainly, last, plain, found = self._own[name].process_bind_param, None, None, []
        for value in values:
            if value is not last:
                last, plain = value, None if value is None else plainly(value, _ANY)
            found.append(plain)
        return found

    def _compiled(self, dialect: sa.Dialect) -> tuple[str, Sequence[str]]:
        """Return the SQL, and the columns in the order of its parameters."""
        if dialect.name not in self._sql:
            statement = self._statements
            if isinstance(statement, Mapping):
                statement = statement[dialect.name]
            in_order: Any = type(dialect)
            compiled: Any = statement.compile(dialect=in_order(paramstyle=_PLACES[dialect.name]))
            order = [name.removeprefix(_OLD) for name in compiled.positiontup]
            self._sql[dialect.name] = (str(compiled) + self._ending, order)
        return self._sql[dialect.name]


_PLACES = {"sqlite": "qmark", "postgresql": "format"}
_OLD = "_"
"""What an UPDATE's key begins with: a parameter of the column's own name would be its new value."""


class Lookup:
    """A SELECT of `columns` where the column `by` is one of many keys, given as one parameter however many."""

    def __init__(self, table: sa.Table, by: str, columns: Sequence[str]) -> None:
        self._own = _own_types(table, columns)
        chosen = sa.select(*(table.c[name] for name in columns))
        self._statements = {database: chosen.where(among) for database, among in _among(table.c[by]).items()}
        self._sql: dict[str, str] = {}

    def __call__(self, tx: sa.Connection, keys: Iterable[str | int]) -> list[list[Any]]:
        """Return the rows found, in any order, their values in the order of `columns`."""
        wanted = list(keys)
        if not wanted:
            return []
        name = tx.dialect.name
        if name not in self._sql:
            self._sql[name] = str(self._statements[name].compile(dialect=tx.dialect))
        packed = _packed(wanted, name)
        keys_at_once = (packed,) if name == "sqlite" else {_KEYS: packed}
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


def _among(column: sa.Column[Any]) -> Mapping[str, sa.ColumnElement[bool]]:
    """Return, by database, that a column is one of many keys, which are one parameter: `_packed`."""
    return {
        "sqlite": column.in_(sa.text("SELECT value FROM json_each(:keys)")),
        "postgresql": column == sa.any_(sa.bindparam(_KEYS, type_=sa.ARRAY(column.type))),
    }


def _packed(keys: Sequence[str | int], database: str) -> object:
    return orjson.dumps(keys).decode() if database == "sqlite" else keys


def inserting(table: sa.Table, *columns: str) -> Bulk:
    """Return an INSERT of these columns."""
    return Bulk(table.insert().values(_parameters(columns)), table, columns)


def updating(table: sa.Table, key: str, *columns: str) -> Bulk:
    """Return an UPDATE of these columns by the key, which comes first in each row."""
    update = table.update().values(_parameters(columns))
    return Bulk(update.where(table.c[key] == sa.bindparam(_OLD + key)), table, (key, *columns))


def updating_together(table: sa.Table, key: str, *columns: str) -> Bulk:
    """Return an UPDATE of these columns to the same values for many keys, whose list comes first."""
    update = table.update().values(_parameters(columns))
    statements = {database: update.where(among) for database, among in _among(table.c[key]).items()}
    return Bulk(statements, table, (_KEYS, *columns))


def _parameters(columns: Sequence[str]) -> dict[str, Any]:
    return {name: sa.bindparam(name) for name in columns}


def upserting(table: sa.Table, keys: Sequence[str], *columns: str) -> Bulk:
    """Return an INSERT of these columns that replaces the row of the same keys, which come first in each row."""
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns)
    ending = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    return Bulk(
        table.insert().values(_parameters((*keys, *columns))), table, (*keys, *columns), ending=ending
    )
