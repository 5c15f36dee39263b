"""The audit notes of decided leads, as stored decisions say them, each ending in its key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from router.note import note_body

from connectors.contract import Note
from router.model import Action, Decision, LeadRef, QueueName, RepId, TeamName
from router.rules import Rulebook
from sync import schema
from sync.steps import Row


def note_bodies(tx: sa.Connection, book: Rulebook, rows: Sequence[Row]) -> dict[str, Note]:
    """Return each row's note by the row's key."""
    decisions = stored_decisions(tx, [row.decision for row in rows if row.decision is not None])
    return {
        row.key: Note(
            row.ref, row.note_key, f"{note_body(decisions[row.decision](row.ref), book)}\n{row.note_key}"
        )
        for row in rows
        if row.decision is not None
    }


class Stored:
    """A decision as the ledger has it; called with the lead's ref it is the value again, without its turn."""

    __slots__ = ("_row",)

    def __init__(self, row: sa.RowMapping) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return self._row[name]

    def __call__(self, ref: LeadRef) -> Decision:
        row = self._row
        return Decision(
            lead=ref,
            action=Action(row["action"]),
            rule=row["rule"],
            by=row["by"],
            reasons=tuple(json.loads(row["reasons"])),
            owner=RepId(row["rep"]) if row["rep"] else None,
            queue=QueueName(row["queue"]) if row["queue"] else None,
            team=TeamName(row["team"]) if row["team"] else None,
        )


def stored_decisions(tx: sa.Connection, ids: Sequence[int]) -> dict[int, Stored]:
    found = tx.execute(sa.select(schema.decisions).where(schema.decisions.c.id.in_(list(ids)))).mappings()
    return {row["id"]: Stored(row) for row in found}
