"""`sync --dry-run`: the real pass, whose writes to the CRM are not sent and whose ledger is taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import sqlalchemy as sa

from config.settings import Configuration, Connection
from connectors.contract import (
    Assignment,
    Company,
    Connector,
    Look,
    Note,
    Outcome,
    OwnerChange,
    Page,
    User,
    Verdict,
    Walk,
)
from router.model import LeadRef
from sync import schema
from sync.passes import Order, Summary, pass_in
from sync.seams import Seams, production
from sync.steps import Step
from sync.store import Store, open_store
from sync.wiring import wire


class Unsent(Connector):
    """A CRM that is looked at only: what would be written counts as done."""

    def __init__(self, crm: Connector) -> None:
        self._crm = crm
        self.features = crm.features

    def pages(self, walk: Walk, position: str | None) -> Page:
        return self._crm.pages(walk, position)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._crm.read(refs)

    def look(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._crm.look(refs)

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        return [Outcome(one.record.ref, Verdict.DONE) for one in batch]

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        return [Outcome(note.ref, Verdict.DONE) for note in batch]

    def owners(self) -> Sequence[User]:
        return self._crm.owners()

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        return self._crm.noted(notes)

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        return self._crm.history(refs)

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        return self._crm.accounts(domains, names)

    def close(self) -> None:
        self._crm.close()


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a pass would do: its summary, and each lead it would touch with where to and why."""

    summary: Summary
    leads: Sequence[tuple[str, str, str, str]]  # lead, step, goes to, rule or reason


def previewed(found: Configuration, chosen: Sequence[Connection], order: Order) -> list[Previewed]:
    """Rehearse a pass over each connection; `Held` when one is under way."""
    with _store(found) as store, ThreadPoolExecutor(4) as pool:
        seams = production(pool, Event())
        return [_one(found, settings, store, seams, order) for settings in chosen]


@contextmanager
def _store(found: Configuration) -> Iterator[Store]:
    """Open the store, or an empty one that is thrown away where there is none yet."""
    with tempfile.TemporaryDirectory(prefix="leadswitch-dry-run-") as folder:
        file = found.store.removeprefix("sqlite:///")
        missing = file != found.store and not Path(file).exists()
        store = open_store(f"sqlite:///{folder}/store.db" if missing else found.store, create=missing)
        try:
            yield store
        finally:
            store.close()


def _one(found: Configuration, settings: Connection, store: Store, seams: Seams, order: Order) -> Previewed:
    wired = wire(found, settings, seams, rehearsal=True)
    try:
        with store.rehearsal(settings.name) as session:
            unsent = replace(wired, connector=Unsent(wired.connector))
            summary = pass_in(session, unsent, store.key, seams, order)
            return Previewed(summary, _touched(session.connection, summary.run))
    finally:
        wired.connector.close()


def _touched(connection: sa.Connection, run: str) -> list[tuple[str, str, str, str]]:
    leads, decisions = schema.leads, schema.decisions
    query = (
        sa.select(leads, decisions.c.rule)
        .outerjoin(decisions, decisions.c.id == leads.c.decision)
        .where(leads.c.run == run)
        .order_by(leads.c.stamp, leads.c.key)
    )
    return [_told(row) for row in connection.execute(query).mappings()]


def _told(row: sa.RowMapping) -> tuple[str, str, str, str]:
    to = row["rep"] or row["queue"] or ""
    step = "assign" if to and row["step"] in (Step.VERIFY, Step.SETTLED) else row["step"]
    return row["record"], step, to, row["rule"] or row["reason"]
