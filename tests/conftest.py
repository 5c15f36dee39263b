"""Stores for tests: a fresh SQLite file, and an emptied database of a real PostgreSQL from PyPI."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from sync.store import open_store
from tests.databases import ReusedDatabase, execute, running_postgres

_MEMORY = Path("/dev/shm")  # noqa: S108 - each test makes a folder of its own there
_ROOM = 2**30

settings.register_profile("leadswitch", deadline=None)  # a busy machine is no failure
settings.load_profile("leadswitch")


def pytest_configure() -> None:
    """Look for garbage rarely: there are 6,000 tests that stay.

    Keep files in memory where it has room: a store waits for the disk at each commit, and no test cuts the power.
    """
    gc.set_threshold(50_000, 20, 20)
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def pytest_collection_finish() -> None:
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.URL]:
    """A running PostgreSQL with a migrated database named `template_leads`; returns the server's URL."""
    with running_postgres() as url:
        execute(url, "ALTER SYSTEM SET fsync = off")
        execute(url, "SELECT pg_reload_conf()")
        yield url


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


@pytest.fixture(scope="session")
def reused_database(postgres: sa.URL) -> Iterator[ReusedDatabase]:
    database = ReusedDatabase(postgres, "leads")
    yield database
    database.drop()


@pytest.fixture
def postgresql_url(reused_database: ReusedDatabase) -> str:
    return reused_database.as_new()
