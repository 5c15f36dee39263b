"""The store: its schema, its locks, and what happens when it is not there."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from sync import schema
from sync.ledger import rows_of
from sync.locks import FileLock, Held
from sync.store import HEAD, LockLost, Session, StoreError, open_store


def test_the_migrations_make_the_tables_that_the_code_speaks_of(store_url: str) -> None:
    store = open_store(store_url, create=False)
    with store.engine.connect() as connection, connection.begin():
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    store.close()


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).get_heads() == [HEAD]


def test_a_second_pass_over_a_connection_is_refused_and_another_connection_is_not(store_url: str) -> None:
    first, second = open_store(store_url, create=False), open_store(store_url, create=False)
    with first.session("hs"), second.session("sf"), pytest.raises(Held, match="hs"), second.session("hs"):
        pass
    with second.session("hs"):
        pass
    first.close()
    second.close()


def test_all_connections_are_locked_together_or_not_at_all(store_url: str) -> None:
    store, other = open_store(store_url, create=False), open_store(store_url, create=False)
    with store.session("hs") as session, session.transaction("runs") as tx:
        for name in ("hs", "sf"):
            tx.execute(schema.runs.insert().values(id=name, connection=name, config="", started=schema.EPOCH))
    with other.session("sf"), pytest.raises(Held), store.alone():
        pass
    with other.session("hs"):
        pass
    with store.alone():
        for name in ("hs", "sf"):
            with pytest.raises(Held), other.session(name):
                pass
    store.close()
    other.close()


def test_a_transaction_that_fails_leaves_nothing(store_url: str) -> None:
    store = open_store(store_url, create=False)
    with store.session("hs") as session:
        with pytest.raises(ZeroDivisionError):
            _half_done(session)
        with session.transaction("test") as tx:
            assert tx.scalar(sa.select(schema.meta.c.value).where(schema.meta.c.name == "half")) is None
    store.close()


def _half_done(session: Session) -> None:
    with session.transaction("test") as tx:
        tx.execute(schema.meta.insert().values(name="half", value="done"))
        raise ZeroDivisionError


def test_a_rehearsal_sees_its_own_writes_and_keeps_none(store_url: str) -> None:
    store = open_store(store_url, create=False)
    query = sa.select(schema.meta.c.value).where(schema.meta.c.name == "tried")
    with store.rehearsal("hs") as session:
        with session.routing("write") as tx:
            tx.execute(schema.meta.insert().values(name="tried", value="yes"))
        with session.transaction("read") as tx:
            assert tx.scalar(query) == "yes"
    with store.reading() as connection, connection.begin():
        assert connection.scalar(query) is None
    store.close()


def test_whoever_lost_the_lock_cannot_write_on_sqlite(sqlite_url: str) -> None:
    store = open_store(sqlite_url, create=False)
    lock_file = Path(f"{sqlite_url.removeprefix('sqlite:///')}.hs.lock")
    with store.session("hs") as session:
        lock_file.unlink()
        with pytest.raises(LockLost), session.transaction("test"):
            raise AssertionError
    store.close()


def test_whoever_lost_the_session_cannot_write_on_postgresql(postgresql_url: str) -> None:
    store = open_store(postgresql_url, create=False)
    with store.session("hs") as session:
        with store.reading() as other, other.begin():
            other.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            )
        with pytest.raises(LockLost), session.transaction("test"):
            raise AssertionError
        with store.session("hs"):
            pass  # the lock died with the session
        with pytest.raises(LockLost), session.transaction("test"):
            raise AssertionError
    store.close()


def test_a_lock_taken_back_from_outside_is_noticed_on_postgresql(postgresql_url: str) -> None:
    store = open_store(postgresql_url, create=False)
    with store.session("hs") as session:
        with session.connection.begin():
            session.connection.execute(sa.text("SELECT pg_advisory_unlock_all()"))
        with pytest.raises(LockLost), session.transaction("test"):
            raise AssertionError
    store.close()


_HOLD = """
import sys, time
from sync.store import open_store
with open_store(sys.argv[1], create=False).session("hs"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_lock_dies_with_its_holder_and_not_before(store_url: str, end: signal.Signals) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLD, store_url], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    store = open_store(store_url, create=False)
    with pytest.raises(Held), store.session("hs"):
        pass
    os.kill(holder.pid, signal.SIGSTOP)
    with pytest.raises(Held), store.session("hs"):
        pass  # a frozen process keeps its lock
    os.kill(holder.pid, signal.SIGCONT)
    holder.send_signal(end)
    holder.wait()
    holder.stdout.close()
    _eventually_free(store_url)
    store.close()


def _eventually_free(url: str) -> None:
    """PostgreSQL notices a dead client when it next reads from it, which takes it a moment."""
    store = open_store(url, create=False)
    for _ in range(200):
        try:
            with store.session("hs"):
                break
        except Held:
            subprocess.run([sys.executable, "-c", "import time; time.sleep(0.05)"], check=True)
    else:
        pytest.fail("the lock outlived its holder")
    store.close()


def test_a_file_lock_is_not_held_once_released(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.lock")
    assert not lock.held()
    lock.acquire()
    assert lock.held()
    lock.release()
    assert not lock.held()


# --- stores that cannot be used ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///:memory:", "would forget every lead"),
        ("sqlite:////nowhere/at/all/store.db", "there is no directory /nowhere/at/all"),
        ("mysql://root@localhost/leads", "no store for mysql"),
        ("leads.db", "not readable"),
        ("postgresql+psycopg://nobody:canary-secret@127.0.0.1:1/leads", "cannot be opened"),
    ],
)
def test_a_store_that_cannot_be_used_says_why(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as error:
        open_store(url, create=True)
    assert "canary-secret" not in str(error.value)


def test_a_store_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run `leadswitch sync` first"):
        open_store(f"sqlite:///{tmp_path}/store.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_text("id,name\n" * 1000)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{file}", create=True)
    assert file.read_text() == "id,name\n" * 1000


def test_a_directory_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}/store.db", create=True)


def test_a_newer_schema_is_refused(sqlite_url: str) -> None:
    store = open_store(sqlite_url, create=False)
    with store.session("x") as session, session.transaction("newer") as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match="newer Leadswitch"):
        open_store(sqlite_url, create=True)


def test_sqlite_is_durable(sqlite_url: str) -> None:
    store = open_store(sqlite_url, create=False)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    store.close()


def test_each_store_has_a_key_of_its_own(tmp_path: Path) -> None:
    stores = [open_store(f"sqlite:///{tmp_path}/{name}.db", create=True) for name in "ab"]
    assert len({store.key for store in stores}) == 2
    for store in stores:
        store.close()


def test_an_older_store_is_migrated_with_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with closing(sqlite3.connect(file)) as old:
        _make_the_first_schema(old)
    with pytest.raises(
        StoreError, match=f"has schema 0001, this version needs {HEAD}: run `leadswitch store"
    ):
        open_store(f"sqlite:///{file}", create=False)
    store = open_store(f"sqlite:///{file}", create=True)
    with store.reading() as connection, connection.begin():
        [row] = rows_of(connection, sa.select(schema.leads))
    assert (row.key, row.step, row.undoes, row.forgotten) == ("crm/leads/1#1", "settled", None, None)
    assert store.key == bytes.fromhex("ab" * 32)
    store.close()


def _make_the_first_schema(old: sqlite3.Connection) -> None:
    first = ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).get_revision("0001")
    engine = sa.create_engine("sqlite://", creator=lambda: old, poolclass=sa.pool.StaticPool)
    with engine.connect() as connection, connection.begin():
        with Operations.context(MigrationContext.configure(connection)):
            first.module.upgrade()
        for statement in (
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
            "INSERT INTO alembic_version VALUES ('0001')",
            "INSERT INTO meta VALUES ('key', '" + "ab" * 32 + "')",
            """INSERT INTO leads (key, record, connection, object, record_id, entry, step)
            VALUES ('crm/leads/1#1', 'crm/leads/1', 'crm', 'leads', '1', 1, 'settled')""",
        ):
            connection.exec_driver_sql(statement)
