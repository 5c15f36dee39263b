"""The one PostgreSQL database that tests share is to each of them as if it were its own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from sync.store import LockLost, open_store
from tests.databases import ReusedDatabase, execute

_COLUMNS = """
SELECT relname, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped ORDER BY 1, 2
"""


def seen(url: str) -> list[str]:
    """Return the columns of all tables and indexes, and the rows of some."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        queries = (_COLUMNS, "TABLE alembic_version", "TABLE meta ORDER BY 1", "TABLE runs")
        return [str(row) for query in queries for row in connection.exec_driver_sql(query)]


@pytest.mark.parametrize(
    "left",
    [
        "INSERT INTO runs (id, connection, config, started) VALUES ('1', 'hs', '', 0)",
        "INSERT INTO meta VALUES ('tried', 'yes')",
        "UPDATE meta SET value = '00'",
        "UPDATE alembic_version SET version_num = '9999'",
        "DELETE FROM alembic_version",
        "ALTER TABLE leads ADD COLUMN more text",
        "DROP TABLE cursors",
        "DROP INDEX log_subject",
    ],
)
def test_what_a_test_left_is_gone(left: str, reused_database: ReusedDatabase) -> None:
    url = reused_database.as_new()
    before = seen(url)
    execute(sa.make_url(url), left)
    assert seen(url) != before
    assert seen(reused_database.as_new()) == before


def test_a_session_that_a_test_left_open_is_ended_and_its_lock_with_it(
    reused_database: ReusedDatabase,
) -> None:
    store = open_store(reused_database.as_new(), create=False)
    with pytest.raises(LockLost), store.session("hs"):
        reused_database.as_new()
    with store.session("hs"):
        pass


def test_where_a_test_ended_all_sessions_there_is_a_database_none_the_less(
    reused_database: ReusedDatabase,
) -> None:
    url = reused_database.as_new()
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    execute(sa.make_url(url), others + " AND datname = current_database()")
    before = seen(url)
    assert seen(reused_database.as_new()) == before
