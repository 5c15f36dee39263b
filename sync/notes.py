"""The audit notes of decided leads, as stored decisions say them, each ending in its key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.contract import Note, RawValue
from router.model import (
    Action,
    Decision,
    Lead,
    LeadRef,
    QueueName,
    RepId,
    TeamName,
    TeamTurns,
    Turn,
    Unread,
)
from router.note import note_body
from router.rules import Rulebook
from sync import schema
from sync.steps import Row

_LONGEST_WHY = 1000


def note_bodies(tx: sa.Connection, book: Rulebook, rows: Sequence[Row]) -> dict[str, Note]:
    """Return each row's note by the row's key."""
    decided = stored_decisions(tx, [row.decision for row in rows if row.decision is not None])
    notes = {}
    for row in rows:
        stored = decided[row.decision or 0]
        body = note_body(stored.decision(row.ref), stored.unread_only(row.ref), book)
        notes[row.key] = Note(row.ref, row.note_key, f"{body}\n{row.note_key}")
    return notes


def trace_fields(tx: sa.Connection, rows: Sequence[Row]) -> dict[str, Mapping[str, RawValue]]:
    """Return each decided row's trace as fields of its record, by the row's key; a put-back choice has none."""
    ours = [row for row in rows if row.over is None and row.decision is not None]
    decided = stored_decisions(tx, [row.decision for row in ours if row.decision is not None])
    return {row.key: _fields(row, decided[row.decision or 0]) for row in ours}


def _fields(row: Row, stored: Stored) -> Mapping[str, RawValue]:
    decision = stored.decision(row.ref)
    return {
        "leadswitch_rule": decision.rule,
        "leadswitch_team": decision.team or "",
        "leadswitch_by": decision.by,
        "leadswitch_why": "; ".join(decision.reasons)[:_LONGEST_WHY],
        "leadswitch_at": stored.row["at"].isoformat(timespec="seconds"),
        "leadswitch_key": row.note_key,
    }


@dataclass(frozen=True, slots=True)
class Stored:
    """A decision as the ledger has it, with what it was made from."""

    row: sa.RowMapping

    @property
    def values_id(self) -> str:
        return str(self.row["values_id"])

    def unread_only(self, ref: LeadRef) -> Lead:
        """Return the lead with nothing but the names of its fields that could not be understood."""
        fields = json.loads(self.row["unread"])
        return Lead(ref=ref, unread=tuple(Unread(field, "", "", "") for field in fields))

    def decision(self, ref: LeadRef) -> Decision:
        """Return the decision; of its turn there is the number alone."""
        row = self.row
        team = TeamName(row["team"]) if row["team"] else None
        owner = RepId(row["rep"]) if row["rep"] else None
        number = row["turn_number"]
        return Decision(
            lead=ref,
            action=Action(row["action"]),
            rule=row["rule"],
            by=row["by"],
            reasons=tuple(json.loads(row["reasons"])),
            owner=owner,
            queue=QueueName(row["queue"]) if row["queue"] else None,
            team=team,
            turn=Turn(team, owner, {}, TeamTurns(number)) if team and owner and number else None,
        )


def stored_decisions(tx: sa.Connection, ids: Sequence[int]) -> dict[int, Stored]:
    """Return decisions by id."""
    decisions = schema.decisions
    query = sa.select(decisions).where(decisions.c.id.in_(list(ids)))
    return {row["id"]: Stored(row) for row in tx.execute(query).mappings()}
