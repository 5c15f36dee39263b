"""What stands open in the ledger, read without a lock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from config.settings import Configuration, Connection
from connectors.registry import find
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


def entries_of(store: Store, lead: str, found: Configuration | None = None) -> list[Row]:
    """Return the entries of a lead, the newest last. `lead` is CONNECTION/OBJECT/ID, or the record's id alone.

    What the connections of a configuration would call it is looked for first: by an id alone the whole ledger is read.
    """
    leads = schema.leads
    records = {lead.partition("#")[0], *(_records(found.connections, lead) if found else ())}
    known = leads.c.record.in_(sorted(records))
    with store.reading() as connection, connection.begin():
        for meant in (known, leads.c.record_id == quoted(lead)):
            query = sa.select(leads).where(meant).order_by(leads.c.record, leads.c.entry)
            if rows := list(rows_of(connection, query)):
                return rows
    return []


def _records(connections: Iterable[Connection], lead: str) -> Iterator[str]:
    """Yield what each connection would call the record of this id, as it is given and as its CRM spells it."""
    place, _, record = lead.partition("#")[0].rpartition("/")
    for settings in connections:
        own, spelled = f"{quoted(settings.name)}/{quoted(settings.object)}", find(settings.kind).spelled
        if not place:
            yield from (f"{own}/{quoted(each)}" for each in (lead, spelled(lead)))
        elif place == own:
            yield f"{own}/{spelled(record)}"
