"""What stands open in the ledger, read without a lock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from sync import schema
from sync.ledger import rows_of
from sync.steps import Row, Step, quoted
from sync.store import Store


def entries_at(store: Store, steps: Iterable[Step]) -> list[Row]:
    """Return the entries of all connections at `steps`, the next due first."""
    leads = schema.leads
    with store.reading() as connection, connection.begin():
        query = sa.select(leads).where(leads.c.step.in_(list(steps))).order_by(leads.c.due, leads.c.key)
        return list(rows_of(connection, query))


def calls_made(store: Store, connections: Sequence[str], since: datetime) -> list[tuple[datetime, int]]:
    """Return when the passes over connections to one account began, oldest first, and how many calls each made."""
    runs = schema.runs
    query = sa.select(runs.c.started, runs.c.counts).where(
        runs.c.connection.in_(connections), runs.c.started >= since, runs.c.counts.is_not(None)
    )
    with store.reading() as database, database.begin():
        found = database.execute(query.order_by(runs.c.started)).all()
    return [(started, int(json.loads(counts)["api_calls"])) for started, counts in found]


def entries_of(store: Store, lead: str) -> list[Row]:
    """Return the entries of a lead, the newest last. `lead` is CONNECTION/OBJECT/ID, or the record's id alone."""
    leads = schema.leads
    with store.reading() as connection, connection.begin():
        found = sa.or_(
            leads.c.record == lead.partition("#")[0], leads.c.record_id == quoted(lead), leads.c.key == lead
        )
        return list(
            rows_of(connection, sa.select(leads).where(found).order_by(leads.c.record, leads.c.entry))
        )
