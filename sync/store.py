"""The store: opens SQLite or PostgreSQL, brings its schema up to date, hands out locked sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from sync.locks import AdvisoryLock, AllLocks, FileLock, Held, PassLock
from sync.schema import runs
from sync.upgrade import HEAD, StoreError, bring_up_to_date, key_of, migrate, revision_of

_ROUTING_LOCK = 0x6C73_7700
_BUSY_SECONDS = 60

Edge = Literal["begin", "commit", "committed"]
Gate = Callable[[Edge, str], None]
LockMaker = Callable[[sa.Connection, str], PassLock]

__all__ = [
    "HEAD",
    "Held",
    "LockLost",
    "Session",
    "Store",
    "StoreDown",
    "StoreError",
    "migrate",
    "open_store",
    "schema_of",
]


class LockLost(StoreError):
    """The session that held the pass lock is gone, or its lock is: nothing may be written any more."""


class StoreDown(StoreError):
    """The store was opened and does not serve now: full, away, busy for too long. A later pass may find it well."""


def _no_gate(edge: Edge, name: str) -> None:  # noqa: ARG001
    return


@dataclass(frozen=True, slots=True)
class Session:
    """The one database session of a pass: it holds the pass lock, and only through it the ledger is written."""

    connection: sa.Connection
    lock: PassLock
    gate: Gate

    @contextmanager
    def transaction(self, name: str) -> Iterator[sa.Connection]:
        """One transaction, begun only while the lock is ours; `LockLost` otherwise."""
        self.gate("begin", name)
        self.confirm()
        with _translated(), self.connection.begin():
            yield self.connection
            self.gate("commit", name)
        self.gate("committed", name)

    @contextmanager
    def routing(self, name: str) -> Iterator[sa.Connection]:
        """A transaction under the store's one routing lock: decisions of all passes come one after another."""
        with self.transaction(name) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ROUTING_LOCK)))
            yield connection

    def confirm(self) -> None:
        """Raise `LockLost` unless the lock is still ours."""
        with _translated():
            if self.connection.invalidated or not self.lock.held():
                raise LockLost(
                    "the session that held the pass lock is gone; nothing more was written, the next pass goes on "
                    "from here"
                )


@dataclass(frozen=True, slots=True)
class Rehearsal(Session):
    """A session whose transactions see each other and are all taken back at its end."""

    @contextmanager
    def transaction(self, name: str) -> Iterator[sa.Connection]:  # noqa: ARG002 - as Session's
        with _translated(), self.connection.begin_nested():
            yield self.connection

    def confirm(self) -> None:
        """Nothing is sent or kept, so nothing depends on the lock."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open store. `key` is its own secret, for hashes of personal values."""

    engine: sa.Engine
    key: bytes
    make_lock: LockMaker
    gate: Gate = _no_gate

    @contextmanager
    def session(self, connection: str) -> Iterator[Session]:
        """Lock `connection` for one pass; `Held` if another pass has it."""
        with (
            _translated(),
            self.engine.connect() as database,
            _held(self.make_lock(database, connection)) as lock,
        ):
            yield Session(database, lock, self.gate)

    @contextmanager
    def alone(self) -> Iterator[Session]:
        """Lock every connection that has had a pass, for what no pass may see half done; `Held` if one has a pass."""
        with _translated(), self.engine.connect() as database:
            names = _connections(database)
            with _held(AllLocks([self.make_lock(database, name) for name in names])) as lock:
                yield Session(database, lock, self.gate)

    @contextmanager
    def beside(self) -> Iterator[Session]:
        """Lock no connection: for an entry of the ordered log, which passes under way heed from their next leads on."""
        with _translated(), self.engine.connect() as database:
            yield Session(database, AllLocks(()), self.gate)

    @contextmanager
    def rehearsal(self, connection: str) -> Iterator[Rehearsal]:
        """Lock `connection` as for a pass, and write nothing."""
        with self.session(connection) as session:
            outer = session.connection.begin()
            try:
                yield Rehearsal(session.connection, session.lock, session.gate)
            finally:
                outer.rollback()

    def connections(self) -> list[str]:
        """Return the connections that have had a pass."""
        with self.reading() as database:
            return _connections(database)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection for looking only."""
        with _translated(), self.engine.connect() as database:
            database.execution_options(leadswitch_reads=True)
            yield database

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _held(lock: PassLock) -> Iterator[PassLock]:
    lock.acquire()
    try:
        yield lock
    finally:
        lock.release()


def _connections(database: sa.Connection) -> list[str]:
    with database.begin():
        return list(database.scalars(sa.select(runs.c.connection).distinct().order_by(runs.c.connection)))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError) as error:
        cause = str(error.orig).strip().partition("\n")[0]
        if error.connection_invalidated:
            raise LockLost(f"the database closed the session: {cause}") from error
        raise StoreDown(
            f"the store refused: {cause}. Nothing confirmed is lost; the next pass goes on."
        ) from error


def open_store(url: str, *, create: bool) -> Store:
    """Open the store at `url`, sqlite:///FILE or postgresql+psycopg://...

    With `create` a missing one is made and an older schema migrated; without, a missing store is a `StoreError`.
    """
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreError(
            "the store's URL is not readable; write sqlite:///FILE or postgresql+psycopg://..."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, create=create)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgres(parsed, create=create)
    raise StoreError(
        f"no store for {parsed.get_backend_name()}: write sqlite:///FILE or postgresql+psycopg://..."
    )


def schema_of(url: str) -> str | None:
    """Return the schema that the store at `url` has, None where there is no store yet."""
    parsed = sa.make_url(url)
    file = parsed.get_backend_name() == "sqlite" and parsed.database
    if file and not Path(file).exists():
        return None
    engine = sa.create_engine(parsed, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    except sa.exc.DBAPIError as error:
        cause = str(error.orig).strip().partition("\n")[0]
        raise StoreError(f"the store cannot be opened: {cause}") from error
    finally:
        engine.dispose()


def _open_sqlite(url: sa.URL, *, create: bool) -> Store:
    if not url.database or url.database == ":memory:":
        raise StoreError("a store in memory would forget every lead; name a file: sqlite:///leadswitch.db")
    file = Path(url.database)
    if not file.exists() and not create:
        raise StoreError(f"there is no store at {file} yet: run `leadswitch sync` first")
    if not file.parent.is_dir():
        raise StoreError(f"the store {file} cannot be made: there is no directory {file.parent}")
    engine = sa.create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS}
    )
    sqlite_pragmas(engine)
    guard = FileLock(file.with_name(file.name + ".lock"))
    return _opened(
        engine, str(file), lambda _, name: FileLock(_lock_file(file, name)), create=create, guard=guard
    )


def _lock_file(file: Path, connection: str) -> Path:
    safe = "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):x}" for c in connection)
    return file.with_name(f"{file.name}.{safe}.lock")


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "wal_autocheckpoint=4000",  # pages: a commit that moves the log into the database waits for the disk
)


def sqlite_pragmas(engine: sa.Engine) -> None:
    """Make SQLite durable, and every writing transaction take the write lock at its start."""

    @sa.event.listens_for(engine, "connect")
    def _connect(database: Any, _record: object) -> None:
        database.isolation_level = None
        for pragma in _PRAGMAS:
            database.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get("leadswitch_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _open_postgres(url: sa.URL, *, create: bool) -> Store:
    try:
        engine = sa.create_engine(url, poolclass=NullPool, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise StoreError("PostgreSQL needs its driver: pip install 'leadswitch[postgres]'") from error
    where = f"postgresql://{url.host or ''}/{url.database or ''}"  # a query may hold a password too
    return _opened(engine, where, AdvisoryLock, create=create, guard=None)


def _opened(
    engine: sa.Engine, where: str, make_lock: LockMaker, *, create: bool, guard: PassLock | None
) -> Store:
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
            if revision != HEAD:
                bring_up_to_date(connection, revision, where, create=create, guard=guard)
            key = key_of(connection)
    except sa.exc.DBAPIError as error:
        cause = str(error.orig).strip().partition("\n")[0]
        raise StoreError(f"the store {where} cannot be opened: {cause}") from error
    except PermissionError as error:
        raise StoreError(f"the store {where} cannot be opened: {error.strerror}: {error.filename}") from error
    return Store(engine, key, make_lock)
