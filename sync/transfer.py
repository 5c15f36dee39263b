"""A store copied into an empty one, whole: every table, its key included, and compared before it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any

import sqlalchemy as sa

from sync import schema
from sync.store import Store, StoreError

_BATCH = 1000
_MODULUS = 1 << 128

Progress = Callable[[str, int, int], None]
"""Told the table, how many of its rows are copied, and how many there are."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One table: its rows, and a checksum over them in which their order plays no part."""

    table: str
    rows: int
    checksum: str


def copy(source: Store, target: Store, progress: Progress = lambda *_: None) -> list[Copied]:
    """Copy a store while no pass runs. Raises `Held`, or `StoreError` where the target is not empty.

    The target is written in one transaction: a copy that is cut leaves it empty.
    """
    if source.engine.url == target.engine.url:
        raise StoreError("a store cannot be copied into itself; name a new one")
    with target.reading() as looking, looking.begin():
        _refuse_unless_empty(looking)  # before its lock, which a pass may hold for long
    with (
        source.alone() as reading,
        reading.routing("copy") as from_,
        target.alone() as writing,
        writing.routing("copy") as to,
    ):
        _refuse_unless_empty(to)
        to.execute(schema.meta.delete())  # the target's own key: hashes were made with the source's
        copied = [_copy(table, from_, to, progress) for table in schema.metadata.sorted_tables]
        for one in copied:
            _compare(one, to)
    return copied


def _refuse_unless_empty(target: sa.Connection) -> None:
    for table in schema.metadata.sorted_tables:
        if table is not schema.meta and target.execute(sa.select(table).limit(1)).first():
            raise StoreError(f"the store to copy into is not empty: it has {table.name}; name a new one")


def _rows(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def _copy(table: sa.Table, from_: sa.Connection, to: sa.Connection, progress: Progress) -> Copied:
    plain, total = _plain(table), _rows(from_, table)
    done = checksum = 0
    for batch in _batches(from_, plain):
        to.execute(plain.insert(), [dict(zip(table.c.keys(), row, strict=True)) for row in batch])
        done, checksum = done + len(batch), checksum + _sum(batch)
        progress(table.name, done, total)
    return Copied(table.name, done, _shown(checksum))


def _plain(table: sa.Table) -> sa.TableClause:
    """Return the table without the types of its columns: values are taken as the database has them."""
    return sa.table(table.name, *(sa.column(column.name) for column in table.c))


def _batches(connection: sa.Connection, table: sa.TableClause) -> Iterator[Sequence[tuple[Any, ...]]]:
    streamed = connection.execute(sa.select(table), execution_options={"yield_per": _BATCH})
    rows = (tuple(row) for row in streamed)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _sum(rows: Sequence[tuple[Any, ...]]) -> int:
    return sum(int.from_bytes(blake2b(repr(row).encode(), digest_size=16).digest(), "big") for row in rows)


def _shown(checksum: int) -> str:
    return f"{checksum % _MODULUS:032x}"


def _compare(one: Copied, to: sa.Connection) -> None:
    rows = checksum = 0
    for batch in _batches(to, _plain(schema.metadata.tables[one.table])):
        rows, checksum = rows + len(batch), checksum + _sum(batch)
    if (rows, _shown(checksum)) != (one.rows, one.checksum):
        raise StoreError(
            f"the table {one.table} came out otherwise than it was; nothing was kept of the copy"
        )
