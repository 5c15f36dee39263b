"""What is over leaves the store after a time: personal values, decisions, turns, runs. A lead's row stays.

It is done in small transactions, so many rows a pass; where a pass got to is kept beside the cursors. What is moved to
the archive is there before it is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from config.settings import Retention
from router.model import ConnectionName
from sync import schema
from sync.archive import Entry, append, name_of
from sync.ledger import Cursor, Ledger
from sync.steps import ENDED
from sync.store import Session

LEADS, LOG = "@leads", "@log"
"""The walks of retention; no date field has such a name."""

AGAIN = timedelta(days=1)
A_PASS = 5_000
_CHUNK = 500
_ORDER = sorted(ENDED)


@dataclass(slots=True)
class Trimmed:
    """What was looked at and what left the store. `done`: all that is old enough did."""

    looked_at: int = 0
    values: int = 0
    leads: int = 0
    decisions: int = 0
    log: int = 0
    runs: int = 0
    configurations: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Trim:
    """Keeps the store short for one connection, in the session that holds its lock."""

    session: Session
    connection: ConnectionName
    retention: Retention
    now: datetime
    trimmed: Trimmed = field(default_factory=Trimmed)

    def run(self, *, at_most: int | None = A_PASS, stopping: Callable[[], bool] = lambda: False) -> Trimmed:
        """Go on from where the last one got to, for so many rows; None: to the end, whenever the last one was."""
        self._log_until(at_most)
        cursor = self._cursor(LEADS)
        if self.retention.values is None or (at_most is not None and self._rests(cursor)):
            self.trimmed.done = True
            return self.trimmed
        cursor = replace(cursor, started=cursor.started if cursor.position else self.now)
        while not stopping() and (at_most is None or self.trimmed.looked_at < at_most):
            cursor = self._chunk(cursor)
            if cursor.position is None:
                self._runs_and_configurations()
                self.trimmed.done = True
                break
        return self.trimmed

    def _cursor(self, walk: str) -> Cursor:
        with self.session.transaction("retention") as tx:
            return self._ledger().cursor(tx, walk)

    def _ledger(self) -> Ledger:
        return Ledger(self.connection, "retention")

    def _rests(self, cursor: Cursor) -> bool:
        return cursor.position is None and cursor.floor is not None and self.now - cursor.floor < AGAIN

    def _cutoff(self, seconds: float | None) -> datetime | None:
        return None if seconds is None else self.now - timedelta(seconds=seconds)

    # --- leads --------------------------------------------------------------------------------------------

    def _chunk(self, cursor: Cursor) -> Cursor:
        """Take the next leads that ended, by step and key; return the cursor behind them."""
        step, _, after = (cursor.position or f"{_ORDER[0]}:").partition(":")
        with self.session.transaction("retention") as tx:
            rows = _ended(tx, self.connection, step, after)
            self._trim(tx, rows)
            cursor = replace(cursor, position=_next(step, rows))
            if cursor.position is None:
                cursor = replace(cursor, floor=cursor.started, started=None)
            self._ledger().save_cursor(tx, cursor)
        self.trimmed.looked_at += len(rows)
        return cursor

    def _trim(self, tx: sa.Connection, rows: Sequence[sa.RowMapping]) -> None:
        values, history = (self._cutoff(kept) for kept in (self.retention.values, self.retention.history))
        old = [row for row in rows if _is_whole(row) and _before(row, values)]
        keys = [row["key"] for row in old]
        self.trimmed.values += _without_values(tx, keys)
        tx.execute(schema.persons.delete().where(schema.persons.c.lead.in_(keys)))
        last = tx.scalar(sa.select(sa.func.max(schema.decisions.c.id)))  # numbers go on from it
        over = [row["key"] for row in old if _before(row, history) and row["decision"] != last]
        if over:
            self._archive(tx, over)

    def _archive(self, tx: sa.Connection, keys: Sequence[str]) -> None:
        decisions, leads = schema.decisions, schema.leads
        gone = list(tx.execute(sa.select(decisions).where(decisions.c.lead.in_(keys))).mappings())
        name = self._move(self.connection, (("decisions", dict(row)) for row in gone))
        tx.execute(decisions.delete().where(decisions.c.lead.in_(keys)))
        self.trimmed.log += self._drop(tx, schema.log, _left_behind(tx, [row["turn"] for row in gone]))
        tx.execute(leads.update().where(leads.c.key.in_(keys)).values(archived=name, config=None, run=None))
        self.trimmed.leads += len(keys)
        self.trimmed.decisions += len(gone)

    def _move(self, what: str, entries: Iterable[Entry]) -> str:
        """Write rows into the archive, if there is one; return the file's name, empty without."""
        if self.retention.archive is None:
            return ""
        name = name_of(what, self.now)
        append(self.retention.archive, name, entries)
        return name

    # --- what no lead needs any more ----------------------------------------------------------------------

    def _log_until(self, at_most: int | None) -> None:
        before = self._cutoff(self.retention.history)
        chunks = count() if at_most is None else range(at_most // _CHUNK)
        for _ in chunks:
            if before is None or not self._log(before):
                return

    def _runs_and_configurations(self) -> None:
        before = self._cutoff(self.retention.history)
        if before is None:
            return
        while self._runs(before):
            pass
        with self.session.routing("retention") as tx:
            self.trimmed.configurations += self._drop(tx, schema.configurations, _old_configurations(before))

    def _runs(self, before: datetime) -> bool:
        with self.session.routing("retention") as tx:
            query = sa.select(schema.runs.c.id).where(_old_run(self.connection, before)).limit(_CHUNK)
            ids = list(tx.scalars(query))
            self.trimmed.runs += self._drop(tx, schema.runs, schema.runs.c.id.in_(ids))
        return len(ids) == _CHUNK

    def _log(self, before: datetime) -> bool:
        """Move the next old entries of the log, but the newest of each subject and those of leads still open.

        Returns whether there may be more.
        """
        log = schema.log
        with self.session.routing("retention") as tx:
            start = log_from(tx)
            query = sa.select(log).where(log.c.seq >= start).order_by(log.c.seq).limit(_CHUNK)
            met = [row for row in tx.execute(query).mappings() if row["at"] < before]
            newest = {row["subject"]: row["seq"] for row in met}
            before_it = [_last_before(tx, subject, start) for subject in newest]
            gone = [row["seq"] for row in met if row["seq"] != newest[row["subject"]]] + before_it
            self.trimmed.log += self._drop(tx, log, sa.and_(log.c.seq.in_(gone), ~_is_open))
            if met:
                _set_log_from(tx, met[-1]["seq"] + 1)
        return len(met) == _CHUNK

    def _drop(self, tx: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
        rows = list(tx.execute(sa.select(table).where(where)).mappings())
        self._move("store", ((table.name, dict(row)) for row in rows))
        return tx.execute(table.delete().where(where)).rowcount if rows else 0


def _ended(tx: sa.Connection, connection: str, step: str, after: str) -> Sequence[sa.RowMapping]:
    leads = schema.leads
    columns = (leads.c[name] for name in ("key", "stamp", "intent_at", "decision", "archived", "config"))
    query = sa.select(*columns).where(
        leads.c.connection == connection, leads.c.step == step, leads.c.key > after
    )
    return tx.execute(query.order_by(leads.c.key).limit(_CHUNK)).mappings().all()


def _next(step: str, rows: Sequence[sa.RowMapping]) -> str | None:
    if len(rows) == _CHUNK:
        return f"{step}:{rows[-1]['key']}"
    later = [other for other in _ORDER if other > step]
    return f"{later[0]}:" if later else None


def _is_whole(row: Mapping[Any, Any]) -> bool:
    """Say whether a lead was not archived, or was decided again since."""
    return row["archived"] is None or row["config"] is not None


def _before(row: Mapping[Any, Any], cutoff: datetime | None) -> bool:
    """Say whether the last that is known to have happened to a lead was before."""
    times = [at for at in (row["stamp"], row["intent_at"]) if at is not None]
    return cutoff is not None and bool(times) and max(times) < cutoff


def _without_values(tx: sa.Connection, keys: Sequence[str]) -> int:
    """Delete all that was known of these entries, whichever version."""
    values = schema.lead_values
    records = {key.rpartition("#")[0] for key in keys}
    found = tx.execute(sa.select(values.c.id).where(values.c.record.in_(records))).scalars()
    wanted = set(keys)
    ids = [i for i in found if i.rpartition(".")[0] in wanted]
    return tx.execute(values.delete().where(values.c.id.in_(ids))).rowcount if ids else 0


def _old_run(connection: str, before: datetime) -> sa.ColumnElement[bool]:
    runs, decisions = schema.runs, schema.decisions
    used = sa.exists().where(decisions.c.run == runs.c.id)
    of_it = runs.c.connection == connection
    others = runs.alias()
    newest = sa.select(sa.func.max(others.c.started)).where(others.c.connection == connection)
    last = runs.c.started == newest.scalar_subquery()  # it says that the connection is there
    return sa.and_(of_it, runs.c.started < before, runs.c.ended.is_not(None), ~used, ~last)


def _old_configurations(before: datetime) -> sa.ColumnElement[bool]:
    table = schema.configurations
    used = [sa.select(each.c.config).distinct() for each in (schema.decisions, schema.runs)]
    return sa.and_(table.c.first_used < before, *(table.c.hash.not_in(configs) for configs in used))


_is_open = sa.exists().where(
    schema.decisions.c.lead == schema.log.c.lead, schema.decisions.c.turn == schema.log.c.seq
)


def _last_before(tx: sa.Connection, subject: str, seq: int) -> int:
    """Return the newest entry of a subject before a position, 0 for none."""
    log = schema.log
    query = sa.select(sa.func.max(log.c.seq)).where(log.c.subject == subject, log.c.seq < seq)
    return int(tx.scalar(query) or 0)


def _left_behind(tx: sa.Connection, turns: Sequence[int | None]) -> sa.ColumnElement[bool]:
    """Return which turns the log kept for these leads only, when it was cut."""
    log, later = schema.log, schema.log.alias()
    start = log_from(tx)
    newer = sa.exists().where(later.c.subject == log.c.subject, later.c.seq > log.c.seq, later.c.seq < start)
    return sa.and_(log.c.seq.in_([turn for turn in turns if turn]), log.c.seq < start, newer)


# --- what is known of what is gone --------------------------------------------------------------------------


def log_from(tx: sa.Connection) -> int:
    """Return the position from which on the log is whole."""
    found = tx.scalar(sa.select(schema.meta.c.value).where(schema.meta.c.name == "log_from"))
    return 1 if found is None else int(found)


def _set_log_from(tx: sa.Connection, seq: int) -> None:
    meta = schema.meta
    changed = tx.execute(meta.update().where(meta.c.name == "log_from").values(value=str(seq)))
    if changed.rowcount == 0:
        tx.execute(meta.insert().values(name="log_from", value=str(seq)))
