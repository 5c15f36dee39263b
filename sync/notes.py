"""The audit notes of decided leads, as stored decisions say them, each ending in its key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

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
from sync.bulk import Lookup
from sync.steps import Row

_LONGEST_WHY = 1000
TRACE: Mapping[str, int] = {
    "leadswitch_rule": 80,
    "leadswitch_team": 80,
    "leadswitch_by": 20,
    "leadswitch_why": _LONGEST_WHY,
    "leadswitch_at": 25,
    "leadswitch_key": 20,
}
"""The fields that `audit: [properties]` writes, for an admin to make in the CRM, and how long what is written gets.

A name of a rule or a team may be longer: they are as the configuration has them.
"""

_COLUMNS = tuple(schema.decisions.c.keys())
_DECISIONS = Lookup(schema.decisions, "id", _COLUMNS)


class Made(NamedTuple):
    """A decision as its note tells it. Of `lead` only the names of the fields that could not be read are told."""

    decision: Decision
    lead: Lead
    at: datetime


def note_bodies(
    tx: sa.Connection, book: Rulebook, rows: Sequence[Row], known: Mapping[int, Made]
) -> dict[str, Note]:
    """Return each row's note by the row's key; decisions that are not `known` are read from the store."""
    made = _made(tx, rows, known)
    notes = {}
    for row in rows:
        decision, lead, _ = made[row.decision or 0]
        key = row.note_key
        body = _undone_body(row, decision, book) if row.undoes else note_body(decision, lead, book)
        notes[row.key] = Note(row.ref, key, f"{body}\n{key}")
    return notes


def _undone_body(row: Row, decision: Decision, book: Rulebook) -> str:
    rep = book.reps.get(decision.owner) if decision.owner else None
    given = rep.name if rep else decision.owner or f"the queue {decision.queue}"
    again = f"the owner before, {row.owner_id}" if row.owner_id else "nobody, as before"
    return f"Leadswitch took back the assignment to {given}.\nOwner: {again}\nUndone: run {row.undoes}"


def trace_fields(
    tx: sa.Connection, rows: Sequence[Row], known: Mapping[int, Made]
) -> dict[str, Mapping[str, RawValue]]:
    """Return each decided row's trace as fields of its record, by the row's key; a put-back choice has none."""
    ours = [row for row in rows if (row.over is None or row.undoes) and row.decision is not None]
    made = _made(tx, ours, known)
    return {row.key: _fields(row, made[row.decision or 0]) for row in ours}


def _fields(row: Row, made: Made) -> Mapping[str, RawValue]:
    decision = made.decision
    values = (
        decision.rule,
        decision.team or "",
        "undone" if row.undoes else decision.by,
        f"undone: run {row.undoes}" if row.undoes else _why(decision),
        made.at.isoformat(timespec="seconds"),
        row.note_key,
    )
    return dict(zip(TRACE, values, strict=True))


def _why(decision: Decision) -> str:
    return "; ".join(decision.reasons)[:_LONGEST_WHY]


def _made(tx: sa.Connection, rows: Sequence[Row], known: Mapping[int, Made]) -> Mapping[int, Made]:
    missing = {
        row.decision: row.ref for row in rows if row.decision is not None and row.decision not in known
    }
    if not missing:
        return known
    stored = stored_decisions(tx, missing)
    return {**known, **{number: stored[number].made(ref) for number, ref in missing.items()}}


@dataclass(frozen=True, slots=True)
class Stored:
    """A decision as the ledger has it, with what it was made from."""

    row: Mapping[str, Any]

    @property
    def values_id(self) -> str:
        return str(self.row["values_id"])

    def made(self, ref: LeadRef) -> Made:
        unread = tuple(Unread(field, "", "", "") for field in json.loads(self.row["unread"]))
        return Made(self.decision(ref), Lead(ref=ref, unread=unread), self.row["at"])

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


def stored_decisions(tx: sa.Connection, ids: Iterable[int]) -> dict[int, Stored]:
    """Return decisions by id."""
    found = (dict(zip(_COLUMNS, values, strict=True)) for values in _DECISIONS(tx, ids))
    return {row["id"]: Stored(row) for row in found}
