"""What the demo's runs left in the store and in the CRM, read for telling. Every number shown comes from here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from connectors.contract import Connector, User
from connectors.memory.crm import MemoryCrm
from connectors.memory.rows import Row as CrmRow
from router.model import Action, Decision, Lead, LeadRef, OwnerId, RepId, TeamName, Turn, person_keys
from router.rules import Rulebook
from router.turns import LEAD
from sync import schema
from sync.codec import turn_from_text
from sync.ledger import rows_of, values_of
from sync.notes import stored_decisions
from sync.steps import Row, Step
from sync.store import Store

WAITING = (Step.PARKED, Step.HELD)


@dataclass(frozen=True, slots=True)
class Told:
    """One lead: its entry of the ledger, its values, the decision (None: not ours to assign), the CRM's record."""

    row: Row
    lead: Lead
    decision: Decision | None
    record: CrmRow


@dataclass(slots=True)
class Tally:
    """One rep's turns in one team: leads taken, the sum of the shares by weight (in leads)."""

    taken: int = 0
    share: float = 0.0

    @property
    def deviation(self) -> float:
        return self.taken - self.share


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is told. `beside` counts leads a rep got without a turn, by what gave them."""

    book: Rulebook
    leads: Sequence[Told]
    users: Mapping[OwnerId, User]
    turns: Mapping[TeamName, Mapping[RepId, Tally]]
    absent: Mapping[RepId, str]
    beside: Counter[RepId] = field(default_factory=Counter)

    def at(self, *steps: Step) -> list[Told]:
        return [told for told in self.leads if told.row.step in steps]


def read_outcome(book: Rulebook, store: Store, connector: Connector, crm: MemoryCrm) -> Outcome:
    """Read the ledger and the CRM's records as they stand now."""
    records = {row.id: row for row in crm.rows()}
    with store.reading() as connection, connection.begin():
        rows = list(rows_of(connection, sa.select(schema.leads).order_by(schema.leads.c.stamp)))
        values = values_of(connection, [row.values_id for row in rows if row.values_id])
        stored = stored_decisions(connection, [row.decision for row in rows if row.decision is not None])
        turns = _turns(connection, book)
    leads = [
        Told(
            row,
            values[row.values_id] if row.values_id else Lead(ref=row.ref),
            stored[row.decision].decision(row.ref) if row.decision is not None else None,
            records[row.ref.record],
        )
        for row in rows
    ]
    beside = Counter(
        told.decision.owner
        for told in leads
        if told.decision and told.decision.owner and told.decision.turn is None and told.row.rep
    )
    users = {user.id: user for user in connector.owners()}
    return Outcome(book, leads, users, turns, {}, beside)
