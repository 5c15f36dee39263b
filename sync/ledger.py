"""The ledger of one connection's pass: every read and write of it, through the session that holds the lock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from router.model import ConnectionName, Lead, LeadRef, OwnerId, RecordId
from sync import schema
from sync.bulk import Lookup, inserting, updating, updating_together, upserting
from sync.codec import lead_from_text, lead_to_text
from sync.steps import (
    ENDED,
    NOTE_WINDOW,
    ZOMBIE_WINDOW,
    Row,
    Step,
    entry_key,
    quoted,
    readable,
    record_key,
    unquoted,
)

_FIRST_SAVED = Row._fields.index("step")
_SAVED = Row._fields[_FIRST_SAVED:]
_OF_A_STEP = ("step", "reason", "seen_owner", "due", "attempts", "intent_at")
_MOVED = itemgetter(*map(Row._fields.index, _OF_A_STEP))
_READ = ("key", "connection", "object", "record_id", "entry", *_SAVED)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk stands. `position` None: no walk is under way; `since`, `newest`, `started` are that walk's."""

    walk: str
    watermark: datetime | None = None
    floor: datetime | None = None
    position: str | None = None
    since: datetime | None = None
    newest: datetime | None = None
    started: datetime | None = None


def rows_of(
    connection: sa.Connection, query: sa.Select[Any], asked: Mapping[str, Any] | None = None
) -> Iterator[Row]:
    """Yield the rows that `query` over `schema.leads` selects; `asked` are its parameters."""
    for found in connection.execute(query, asked).mappings():
        yield _row(*(found[name] for name in _READ))


def _row(key: str, connection: str, kind: str, record: str, entry: int, step: str, *rest: Any) -> Row:
    """Return the row of these values of the columns `_READ`."""
    ref = LeadRef(ConnectionName(connection), kind, RecordId(unquoted(record)))
    return Row(key, ref, entry, Step(step), *rest)


def values_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Lead]:
    """Return the normalised leads by the id of their values; forgotten ones are missing."""
    bodies = _VALUES(connection, sorted(set(ids)))
    return {str(i): lead_from_text(body) for i, body in bodies if body is not None}


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one pass writes. The methods take the transaction, so that a caller says what commits together."""

    connection: ConnectionName
    run: str

    # --- rows ---

    def newest(self, tx: sa.Connection, refs: Iterable[LeadRef]) -> dict[LeadRef, Row]:
        """Return the newest entry of each ref that the ledger knows."""
        found = [_row(*values) for values in _BY_RECORD(tx, [record_key(ref) for ref in refs])]
        return {row.ref: row for row in sorted(found, key=lambda row: row.entry)}

    def at_steps(
        self,
        tx: sa.Connection,
        steps: Iterable[Step],
        *,
        limit: int,
        due: datetime | None = None,
        after: str = "",
    ) -> list[Row]:
        """Return rows at `steps` by key, behind the key `after`; with `due`, only those due by then."""
        asked = {"here": self.connection, "steps": list(steps), "after": after, "most": limit}
        query = _AT_STEPS if due is None else _DUE_AT_STEPS
        return list(rows_of(tx, query, asked | ({"by": due} if due is not None else {})))

    def waiting(self, tx: sa.Connection, *, limit: int) -> list[str]:
        """Return the keys of the leads without a decision, those that entered first coming first."""
        return list(tx.scalars(_IN_LINE, {"here": self.connection, "most": limit}))

    def rows(self, tx: sa.Connection, keys: Iterable[str]) -> Iterator[Row]:
        """Yield the rows of these keys, in any order."""
        yield from (_row(*values) for values in _BY_KEY(tx, keys))

    def standing(self, tx: sa.Connection) -> Counter[Step]:
        """Count the entries at each step that has something left to do; the many that ended are not counted."""
        found = tx.execute(_STANDING, {"here": self.connection})
        return Counter({Step(step): count for step, count in found})

    def insert(self, tx: sa.Connection, rows: Sequence[Row]) -> None:
        if rows:
            records = [row.key.rpartition("#")[0] for row in rows]
            connections, objects, ids = zip(*(row.ref for row in rows), strict=True)
            identity = {"record": records, "connection": connections, "object": objects}
            _INSERT.by_column(
                tx, {**self._saved(rows), **identity, "record_id": [quoted(record) for record in ids]}
            )

    def save(self, tx: sa.Connection, rows: Sequence[Row]) -> None:
        """Write rows that changed, by key."""
        if rows:
            _UPDATE_ALL.by_column(tx, self._saved(rows))

    def _saved(self, rows: Sequence[Row]) -> Mapping[str, Sequence[Any]]:
        """Return the values of the columns that are named as the fields of a row, and `run`."""
        values: dict[str, Sequence[Any]] = dict(
            zip(Row._fields, zip(*rows, strict=True), strict=True), run=[self.run] * len(rows)
        )
        values["step"] = [str(step) for step in values["step"]]
        values["reason"] = [readable(reason) for reason in values["reason"]]
        values["seen_owner"] = [_seen(owner) for owner in values["seen_owner"]]
        return values

    def move(self, tx: sa.Connection, rows: Sequence[Row]) -> None:
        """Write rows of which only the step changed, and what belongs to it.

        Most of them are at the same one since the same moment: together, they are a third of the work of `save`.
        """
        together: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for row in rows:
            together[_MOVED(row)].append(row.key)
        _UPDATE_STEP(
            tx,
            (
                (keys, str(step), readable(reason), _seen(owner), *rest, self.run)
                for (step, reason, owner, *rest), keys in together.items()
            ),
        )

    # --- values ---

    def keep_values(self, tx: sa.Connection, seen: Iterable[tuple[Row, Lead]]) -> None:
        """Write the normalised leads under the rows' `values_id`."""
        bodies = ((row.values_id, row.key.rpartition("#")[0], lead_to_text(lead)) for row, lead in seen)
        _INSERT_VALUES(tx, bodies)

    # --- intents left by a holder of the lock that is gone ---

    def recover(self, tx: sa.Connection) -> int:
        """Make every intent without an outcome doubtful, to be looked at after the window; return how many.

        A claim is such an intent only where its pass did not end: else nothing was sent for it.
        """
        left = [*self.at_steps(tx, (Step.WRITING, Step.NOTING), limit=_ALL), *self._claimed_by_the_dead(tx)]
        doubtful = (row._replace(step=_INTENTS[row.step]) for row in left)
        reason = "the pass ended before the answer came"
        self.save(tx, [row._replace(due=_landed_by(row), reason=reason) for row in doubtful])
        return len(left)

    def _claimed_by_the_dead(self, tx: sa.Connection) -> Iterator[Row]:
        leads, runs = schema.leads, schema.runs
        dead = sa.select(runs.c.id).where(runs.c.connection == self.connection, runs.c.ended.is_(None))
        query = sa.select(leads).where(
            leads.c.connection == self.connection, leads.c.step == Step.CLAIMED, leads.c.run.in_(dead)
        )
        return rows_of(tx, query)

    def wait_again(self, tx: sa.Connection, now: datetime) -> None:
        """Let what is in doubt wait its whole window from now on; not for ever: what waited long enough is left."""
        doubtful = self.at_steps(tx, (Step.DOUBTFUL, Step.NOTE_DOUBTFUL), limit=_ALL)
        soon = [
            row
            for row in doubtful
            if row.due and (landed := _landed_by(row)) and row.due <= landed + _WAITED_ENOUGH
        ]
        self.move(tx, [row._replace(due=now + _window(row)) for row in soon])

    # --- cursors ---

    def cursor(self, tx: sa.Connection, walk: str) -> Cursor:
        found = tx.execute(_CURSOR, {"here": self.connection, "walk": walk}).mappings().first()
        if found is None:
            return Cursor(walk)
        return Cursor(**{name: found[name] for name in Cursor.__slots__})

    def save_cursor(self, tx: sa.Connection, cursor: Cursor) -> None:
        _KEEP_CURSOR(tx, [(self.connection, *(getattr(cursor, name) for name in Cursor.__slots__))])


_ALL = 1_000_000
_WAITED_ENOUGH = timedelta(minutes=2)
"""How far behind its window a row in doubt may be due to wait again: no clock that stands still keeps it for ever."""
_INTENTS = {
    Step.WRITING: Step.DOUBTFUL,
    Step.NOTING: Step.NOTE_DOUBTFUL,
    Step.CLAIMED: Step.DOUBTFUL,
}
_LEADS = schema.leads.c
_HERE = _LEADS.connection == sa.bindparam("here")
_AT_STEPS = (
    sa.select(schema.leads)
    .where(_HERE, _LEADS.step.in_(sa.bindparam("steps", expanding=True)), _LEADS.key > sa.bindparam("after"))
    .order_by(_LEADS.key)
    .limit(sa.bindparam("most"))
)
_DUE_AT_STEPS = _AT_STEPS.where(sa.or_(_LEADS.due.is_(None), _LEADS.due <= sa.bindparam("by")))
_SEEN: sa.ColumnElement[str] = sa.literal_column(f"'{Step.SEEN}'")
"""No parameter: the index of these leads alone is meant."""
_IN_LINE = (
    sa.select(_LEADS.key)
    .where(_HERE, _LEADS.step == _SEEN)
    .order_by(_LEADS.stamp, _LEADS.key)
    .limit(sa.bindparam("most"))
)
_STANDING = (
    sa.select(_LEADS.step, sa.func.count())
    .where(_HERE, _LEADS.step.in_([step for step in Step if step not in ENDED]))
    .group_by(_LEADS.step)
)
_CURSOR = sa.select(schema.cursors).where(
    schema.cursors.c.connection == sa.bindparam("here"), schema.cursors.c.walk == sa.bindparam("walk")
)
_KEEP_CURSOR = upserting(schema.cursors, ("connection", "walk"), *Cursor.__slots__[1:])
_BY_RECORD = Lookup(schema.leads, "record", _READ)
_BY_KEY = Lookup(schema.leads, "key", _READ)
_VALUES = Lookup(schema.lead_values, "id", ("id", "body"))
_INSERT = inserting(
    schema.leads, "key", "record", "connection", "object", "record_id", "entry", *_SAVED, "run"
)
_UPDATE_ALL = updating(schema.leads, "key", *_SAVED, "run")
_UPDATE_STEP = updating_together(schema.leads, "key", *_OF_A_STEP, "run")
_INSERT_VALUES = inserting(schema.lead_values, "id", "record", "body")


def _landed_by(row: Row) -> datetime | None:
    """Return when a write whose intent was left has landed or never will."""
    return row.intent_at and row.intent_at + _window(row)


def _window(row: Row) -> timedelta:
    return NOTE_WINDOW if row.step is Step.NOTE_DOUBTFUL else ZOMBIE_WINDOW


def _seen(owner: OwnerId | None) -> OwnerId | None:
    return owner and OwnerId(readable(owner))


def new_row(ref: LeadRef, entry: int, step: Step, **values: Any) -> Row:
    return Row(key=entry_key(ref, entry), ref=ref, entry=entry, step=step, **values)


def next_values(row: Row) -> str:
    """Return the id under which newer values of a row are kept."""
    version = int(row.values_id.rpartition(".")[2]) + 1 if row.values_id else 1
    return f"{row.key}.{version}"


def next_id(tx: sa.Connection, column: sa.Column[Any]) -> int:
    """Return the next free id; safe only under the routing lock."""
    return int(tx.scalar(_last(column)) or 0) + 1


@cache
def _last(column: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(sa.func.max(column))
