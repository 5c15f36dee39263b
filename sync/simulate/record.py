"""What happened, as a simulation is told of it: decisions with what they were made from, and what came from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from router.model import Action, Decision, KnownAccount, Lead, Sticky


class Kind(StrEnum):
    """What became of a lead; `held`, `parked` and `kept` wait, `taken` is a person's or gone."""

    REP = "rep"
    QUEUE = "queue"
    HELD = "held"
    PARKED = "parked"
    KEPT = "kept"
    TAKEN = "taken"
    NOBODY = "nobody"  # a file that says no owner
    OTHER = "other"  # a file that says an owner who is no rep


class Where(NamedTuple):
    """Where a lead stands: with a rep or in a queue, whose `name` is said, or elsewhere."""

    kind: Kind
    name: str = ""


TAKEN = Where(Kind.TAKEN)
WAITS = frozenset({Kind.HELD, Kind.PARKED})
GIVEN = frozenset({Kind.REP, Kind.QUEUE})


def where(decision: Decision) -> Where:
    """Return where a decision puts its lead."""
    match decision.action:
        case Action.ASSIGN if decision.owner:
            return Where(Kind.REP, decision.owner)
        case Action.QUEUE if decision.queue:
            return Where(Kind.QUEUE, decision.queue)
        case Action.KEEP:
            return Where(Kind.KEPT)
    # A stored decision has no deadline: what it is called by says whether it waits for people.
    alert = decision.parked.alert if decision.parked else decision.by != "hold"
    return Where(Kind.PARKED if alert else Kind.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One decision of the ledger, with what it was made from and what became of it.

    `lead` None: its values are gone. `last`: the entry has no later decision, and it ended `stands` (None while it is
    not the last). `over` is when people ended it by then: took the lead, deleted it, took the run back.
    """

    number: int
    key: str
    run: str
    at: datetime
    config: str
    position: int
    values_id: str
    lead: Lead | None
    held_since: datetime | None
    known: Mapping[int, Sticky]
    account: KnownAccount | None
    decision: Decision
    stands: Where | None
    over: datetime | None
    closed: datetime | None

    @property
    def last(self) -> bool:
        return self.stands is not None


class Noted(NamedTuple):
    """An entry of the store's log."""

    position: int
    at: datetime
    kind: str
    subject: str
    lead: str | None
    body: str


class Passed(NamedTuple):
    """A pass over a connection began."""

    run: str
    connection: str
    at: datetime


Event = Recorded | Noted | Passed
