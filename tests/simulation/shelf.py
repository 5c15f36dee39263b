"""Stores in memory: one database in each process, filled anew for each seed from a template that was migrated once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from sync.store import Gate, LockMaker, Store, open_store, sqlite_pragmas

_TEMPLATE = "template.db"
_KEY = bytes(range(32))  # a seed must repeat to the letter


@dataclass(frozen=True, slots=True)
class Shelf:
    """The database of this process, and what an empty store looks like. Statements are compiled once for all seeds."""

    empty: sqlite3.Connection
    raw: sqlite3.Connection
    engine: sa.Engine
    folder: Path

    def store(self, make_lock: LockMaker, gate: Gate) -> Store:
        """Return an empty store; the one before it is gone."""
        self.raw.rollback()
        self.empty.backup(self.raw)
        return Store(self.engine, _KEY, make_lock, gate)

    @property
    def writing(self) -> bool:
        """Whether a transaction is open: nobody else may run, since all share one database session."""
        return self.raw.in_transaction


def template(folder: Path) -> None:
    """Make the empty store that each seed starts from."""
    open_store(f"sqlite:///{folder / _TEMPLATE}", create=True).close()


@cache
def shelf(folder: Path) -> Shelf:
    """Open this process's database; `folder` holds the template, and the lock files."""
    empty = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(folder / _TEMPLATE)) as file:
        file.backup(empty)
    raw = sqlite3.connect(":memory:", check_same_thread=False)
    engine = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool, hide_parameters=True)
    sqlite_pragmas(engine)
    return Shelf(empty, raw, engine, folder)
