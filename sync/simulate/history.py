"""The ledger's history since a time, event by event in the order of then; a few hundred rows are in memory at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from router.model import Action, ConnectionName, Decision, Lead, LeadRef, RecordId, RepId
from sync import schema
from sync.codec import account_from_text, known_from_text
from sync.decide import sealed
from sync.ledger import values_of
from sync.notes import Stored
from sync.retention import log_from
from sync.simulate.record import TAKEN, Event, Kind, Noted, Passed, Recorded, Where, where
from sync.steps import Step, unquoted
from sync.store import Store

T = TypeVar("T")
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of the ledger is looked at: decisions by number, and the position of the log before them.

    `began` is the time of the first one; `whole` False: what the ledger had from before then has left the store.
    """

    first: int
    last: int
    position: int
    began: datetime
    leads: int
    whole: bool


def span(store: Store, since: datetime) -> Span | None:
    """Find the decisions since a time; None where there are none that can be made again."""
    table = schema.decisions
    with store.reading() as tx, tx.begin():
        whole_from = log_from(tx) - 1
        recent = sa.and_(table.c.at >= since, table.c.position >= whole_from)
        count, last = tx.execute(
            sa.select(sa.func.count(sa.distinct(table.c.lead)), sa.func.max(table.c.id)).where(recent)
        ).one()
        if last is None:
            return None
        first = tx.execute(
            sa.select(table.c.id, table.c.position, table.c.at).where(recent).order_by(table.c.id).limit(1)
        ).one()
        cut = tx.scalar(sa.select(sa.func.count()).where(table.c.at >= since, table.c.position < whole_from))
    return Span(first.id, last, first.position, first.at, count, not cut)


def newest_config(store: Store) -> str | None:
    """Return the configuration of the newest pass."""
    runs = schema.runs
    with store.reading() as tx, tx.begin():
        found = tx.scalar(sa.select(runs.c.config).order_by(runs.c.started.desc()).limit(1))
    return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class History:
    """The events of a span of the ledger, to be gone through once."""

    store: Store
    span: Span

    def events(self) -> Iterator[Event]:
        """Yield the events in the order in which they took effect; passes stand before what they did."""
        notes: _Ahead[Noted] = _Ahead(self._notes(), lambda one: one.position)
        passes: _Ahead[Passed] = _Ahead(self._passes(), lambda one: one.at)
        for decided in self._decisions():
            for note in notes.until(decided.position):
                yield from passes.until(note.at)
                yield note
            yield from passes.until(decided.at)
            yield decided
        for note in notes:
            yield from passes.until(note.at)
            yield note
        yield from passes

    def values(self, ids: Sequence[str]) -> Mapping[str, Lead]:
        """Return normalised leads by the id of their values; those that are gone are missing."""
        with self.store.reading() as tx, tx.begin():
            return values_of(tx, ids)

    # --- accounts, as they were known before the span ---

    def seal(self, key: str) -> str:
        return sealed(self.store.key, key)

    def owners(self, keys: Collection[str]) -> Mapping[str, RepId]:
        """Return the owners of earlier leads' accounts by key; those learned since are another history's."""
        persons = schema.persons
        query = sa.select(persons.c.hash, persons.c.rep).where(
            persons.c.hash.in_(sorted(keys)), persons.c.since < self.span.began
        )
        with self.store.reading() as tx, tx.begin():
            return {hashed: RepId(rep) for hashed, rep in tx.execute(query)}

    # --- what is read -------------------------------------------------------------------------------------

    def _chunks(self, ask: Callable[[Any], sa.Select[Any]], after: Any, of: str) -> Iterator[list[Any]]:
        while True:
            with self.store.reading() as tx, tx.begin():
                rows = list(tx.execute(ask(after).limit(_CHUNK)).mappings())
            if not rows:
                return
            yield rows
            after = rows[-1][of]

    def _notes(self) -> Iterator[Noted]:
        log = schema.log
        columns = (log.c.seq, log.c.at, log.c.kind, log.c.subject, log.c.lead, log.c.body)

        def ask(after: int) -> sa.Select[Any]:
            return sa.select(*columns).where(log.c.seq > after).order_by(log.c.seq)

        for rows in self._chunks(ask, self.span.position, "seq"):
            yield from (Noted(*row.values()) for row in rows)

    def _passes(self) -> Iterator[Passed]:
        runs = schema.runs

        def ask(after: datetime) -> sa.Select[Any]:
            later = sa.and_(runs.c.started > after, runs.c.undoes.is_(None))
            return (
                sa.select(runs.c.id, runs.c.connection, runs.c.started).where(later).order_by(runs.c.started)
            )

        for rows in self._chunks(ask, self.span.began, "started"):
            yield from (Passed(*row.values()) for row in rows)

    def _decisions(self) -> Iterator[Recorded]:
        for rows in self._chunks(self._ask_decisions, self.span.first - 1, "id"):
            leads = self.values([row["values_id"] for row in rows])
            yield from (_recorded(row, leads.get(row["values_id"])) for row in rows)

    def _ask_decisions(self, after: int) -> sa.Select[Any]:
        table, leads, claims, runs = schema.decisions, schema.leads, schema.claims, schema.runs
        later = schema.decisions.alias()
        newest = sa.select(sa.func.max(later.c.id)).where(later.c.lead == table.c.lead)
        entry = (leads.c.connection, leads.c.object, leads.c.record_id, leads.c.step)
        facts = (
            newest.scalar_subquery().label("newest"),
            claims.c.decision.label("claim"),
            claims.c.closed,
            runs.c.started.label("last_run"),
        )
        return (
            sa.select(table, *entry, *facts)
            .join(leads, leads.c.key == table.c.lead)
            .outerjoin(claims, claims.c.lead == table.c.lead)
            .outerjoin(runs, runs.c.id == leads.c.run)
            .where(table.c.id > after, table.c.id <= self.span.last)
            .order_by(table.c.id)
        )


class _Ahead(Iterator[T]):
    """An iterator that is asked for what comes up to a place."""

    def __init__(self, source: Iterator[T], place: Callable[[T], Any]) -> None:
        self._source, self._place = source, place
        self._next = next(source, None)

    def __next__(self) -> T:
        found = self._next
        if found is None:
            raise StopIteration
        self._next = next(self._source, None)
        return found

    def until(self, end: Any) -> Iterator[T]:
        while self._next is not None and self._place(self._next) <= end:
            yield next(self)


def _recorded(row: Mapping[str, Any], lead: Lead | None) -> Recorded:
    ref = LeadRef(ConnectionName(row["connection"]), row["object"], RecordId(unquoted(row["record_id"])))
    decision, is_last = Stored(row).decision(ref), row["newest"] == row["id"]
    stands = _stands(decision, Step(row["step"]), claimed=row["claim"] == row["id"]) if is_last else None
    return Recorded(
        number=row["id"],
        key=row["lead"],
        run=row["run"],
        at=row["at"],
        config=row["config"],
        position=row["position"],
        values_id=row["values_id"],
        lead=lead,
        held_since=row["held_since"],
        known=known_from_text(row["known"]),
        account=account_from_text(row["known"]),
        decision=decision,
        stands=stands,
        over=max(row["at"], row["last_run"] or row["at"]) if stands == TAKEN else None,
        closed=row["closed"],
    )


def _stands(decision: Decision, step: Step, *, claimed: bool) -> Where:
    """Say where the last decision of a lead left it, or who has taken it since."""
    if claimed or decision.action is Action.KEEP:
        return where(decision)
    return _WAITING.get(step, TAKEN)


_WAITING = {
    Step.HELD: Where(Kind.HELD),
    **dict.fromkeys((Step.PARKED, Step.KEPT), Where(Kind.PARKED)),
}
