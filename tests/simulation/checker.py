"""What must be true of every history, read from the history and the end state alone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa

from connectors.memory.events import Owned
from connectors.memory.rows import Row
from router.model import OwnerId, RecordId
from sync import schema
from tests.simulation.world import Looked, Sent, World

ENDED = {"settled", "skipped", "conflict", "gone"}


def violations(world: World) -> list[str]:
    """Return a sentence for each broken promise, none if all were kept."""
    return [*_looks_before_writes(world), *_records(world), *_ledger(world)]


def _looks_before_writes(world: World) -> Iterator[str]:
    """No owner that we could see is overwritten: the last look before a send shows nobody, or our own write."""
    seen: dict[RecordId, OwnerId | None] = {}
    looked: set[RecordId] = set()
    ours: dict[RecordId, set[OwnerId]] = defaultdict(set)
    for entry in world.history:
        match entry:
            case Looked(record, owner):
                seen[record] = owner
                looked.add(record)
            case Sent(record, owner):
                if record not in looked:
                    yield f"record {record}: {owner} was sent without a fresh look"
                elif seen[record] is not None and seen[record] not in ours[record] | {owner}:
                    yield f"record {record}: {owner} was sent over {seen[record]}, who was seen"
                looked.discard(record)
                ours[record].add(owner)


def _records(world: World) -> Iterator[str]:
    writes: dict[RecordId, list[Owned]] = defaultdict(list)
    for entry in world.history:
        if isinstance(entry, Owned):
            writes[entry.record].append(entry)
    for row in world.crm.rows():
        yield from _record(row, writes[row.id])


def _record(row: Row, writes: list[Owned]) -> Iterator[str]:
    if row.owner is None:
        yield f"record {row.id}: forgotten, it has no owner"
    chosen = [write.owner for write in writes if not write.ours]
    automatic = {write.owner for write in writes if write.ours and write.owner not in chosen}
    if len(automatic) > 1:
        yield f"record {row.id}: {len(automatic)} automatic owners"
    if chosen and row.owner != chosen[-1]:
        yield f"record {row.id}: a person chose {chosen[-1]}, and {row.owner} stands"
    if len(row.notes) > 1:
        yield f"record {row.id}: {len(row.notes)} notes"
    if not chosen and not row.notes:
        yield f"record {row.id}: no note"


def _ledger(world: World) -> Iterator[str]:
    with world.store.reading() as tx, tx.begin():
        rows = tx.execute(sa.select(schema.leads.c.record_id, schema.leads.c.step)).all()
        logged = tx.execute(sa.select(schema.log).order_by(schema.log.c.seq)).mappings().all()
        claims = tx.scalar(
            sa.select(sa.func.count())
            .select_from(schema.claims)
            .join(schema.decisions, schema.decisions.c.id == schema.claims.c.decision)
            .where(schema.decisions.c.turn.is_not(None))
        )
    for record, step in rows:
        if step not in ENDED:
            yield f"record {record}: still at the step {step}"
    teams = {
        row["subject"]: json.loads(row["body"])["after"]["credits"]
        for row in logged
        if row["kind"] != "owners"
    }
    for team, owed in teams.items():
        if sum(owed.values()):
            yield f"{team}: credits sum to {sum(owed.values())}"
    standing = sum({"turn": 1, "returned": -1}.get(row["kind"], 0) for row in logged)
    if standing != claims:
        yield f"{standing} turns stand for {claims} claims that took one"
