"""Locks that die with their holder: a file's on SQLite, the session's on PostgreSQL. No clock is involved."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa


class Held(Exception):
    """Another pass holds the connection."""

    def __init__(self, name: str) -> None:
        super().__init__(f"another pass holds {name}")
        self.name = name


class PassLock(Protocol):
    """One lock of one holder."""

    def acquire(self, *, wait: bool = False) -> None:
        """Take it; `Held` if another has it and `wait` is False."""

    def held(self) -> bool:
        """Say whether it is still ours, as seen from outside of this process."""

    def release(self) -> None: ...


class FileLock:
    """flock on a file that stays: the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, *, wait: bool = False) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            raise Held(self._path.name) from None
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def held(self) -> bool:
        """Compare the open file with the one at the path: someone may have removed it and locked another."""
        if self._descriptor is None:
            return False
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(os.fstat(self._descriptor), there)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class AllLocks:
    """Several locks as one: all of them, or `Held` and none."""

    def __init__(self, locks: Sequence[PassLock]) -> None:
        self._locks = locks

    def acquire(self, *, wait: bool = False) -> None:
        taken: list[PassLock] = []
        try:
            for lock in self._locks:
                lock.acquire(wait=wait)
                taken.append(lock)
        except BaseException:
            for lock in taken:
                lock.release()
            raise

    def held(self) -> bool:
        return all(lock.held() for lock in self._locks)

    def release(self) -> None:
        for lock in self._locks:
            lock.release()


class AdvisoryLock:
    """A session's advisory lock on PostgreSQL; needs a direct connection, not a transaction pool."""

    def __init__(self, connection: sa.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        digest = hashlib.blake2b(f"leadswitch pass {name}".encode(), digest_size=8).digest()
        self._key = int.from_bytes(digest, "big", signed=True)
        self._backend: int | None = None

    def acquire(self, *, wait: bool = False) -> None:
        take = sa.func.pg_advisory_lock if wait else sa.func.pg_try_advisory_lock
        with self._connection.begin():
            if self._connection.scalar(sa.select(take(self._key))) is False:
                raise Held(self._name)
            self._backend = self._connection.scalar(sa.select(sa.func.pg_backend_pid()))

    def held(self) -> bool:
        """Ask the database whether this very backend still has it: a pooler may have given us another."""
        high, low = (self._key >> 32) & 0xFFFF_FFFF, self._key & 0xFFFF_FFFF
        mine = sa.text(
            "SELECT pg_backend_pid() FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
            "AND pid = pg_backend_pid() AND classid = :high AND objid = :low "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self._connection.begin():
            return bool(self._connection.scalar(mine, {"high": high, "low": low}) == self._backend)

    def release(self) -> None:
        if self._backend is None or self._connection.invalidated:
            return
        self._backend = None
        with self._connection.begin():
            self._connection.execute(sa.select(sa.func.pg_advisory_unlock(self._key)))
