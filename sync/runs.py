"""The runs that the store remembers: passes over connections, and what was taken back of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sync import schema
from sync.store import Store


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `ended` and `counts` are missing where it was cut; `undone` is how many leads of it were taken back."""

    id: str
    connection: str
    started: datetime
    ended: datetime | None
    counts: Mapping[str, int]
    undoes: str | None
    undone: int


def latest(store: Store, connection: str | None, *, limit: int) -> list[Run]:
    """Return the newest runs, the newest first."""
    return _found(store, _of(connection), limit)


def named(store: Store, name: str, connection: str | None) -> list[Run]:
    """Return the runs whose id begins with `name`; the one whose id it is, if there is one."""
    runs = schema.runs
    begins = sa.func.substr(runs.c.id, 1, len(name)) == name
    found = _found(store, sa.and_(_of(connection), begins), limit=10)
    return [run for run in found if run.id == name] or found


def _of(connection: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if connection is None else schema.runs.c.connection == connection


def _found(store: Store, where: sa.ColumnElement[bool], limit: int) -> list[Run]:
    runs, leads = schema.runs, schema.leads
    newest = sa.select(runs).where(where).order_by(runs.c.started.desc(), runs.c.id).limit(limit)
    undone = sa.select(leads.c.undoes, sa.func.count()).where(leads.c.undoes.is_not(None))
    with store.reading() as connection, connection.begin():
        back = {str(run): int(count) for run, count in connection.execute(undone.group_by(leads.c.undoes))}
        return [_run(row, back.get(row["id"], 0)) for row in connection.execute(newest).mappings()]


def _run(row: Mapping[Any, Any], undone: int) -> Run:
    counts = json.loads(row["counts"] or "{}")
    return Run(row["id"], row["connection"], row["started"], row["ended"], counts, row["undoes"], undone)
