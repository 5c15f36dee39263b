"""What `explain` shows of a decision: each condition tried, each rep considered, the turn.

The leaves are named tuples: some fifty of them are made per lead, and a tuple costs a third of a frozen
dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from router.model import Decision, Lead, RepId, TeamName, Turn, Unread, Value
from router.rules import Comparison


class Asked(NamedTuple):
    """One comparison and the value it saw. `holds` None is unknown; `seen` None is blank or unreadable."""

    condition: Comparison
    seen: Value | None
    holds: bool | None


class Group(NamedTuple):
    """Conditions under one word: `all`, `any`, `not`, `territory NAME`, `list NAME`.

    `parts` are those that were tried: the rest could not change the result any more. A group that its first
    part decided is shown as that part alone.
    """

    word: str
    holds: bool | None
    parts: tuple[Asked | Group, ...]


class Tried(NamedTuple):
    """One rule that was tried; the last one of a trace is the rule that matched."""

    rule: str
    found: Asked | Group


class Banded(NamedTuple):
    """One band that was tried for the customer type; the last one of a trace is it, if it holds."""

    name: str
    found: Asked | Group


class Scored(NamedTuple):
    """One line of the score table: its points, and what they count for this lead at its age (0: does not hold)."""

    found: Asked | Group
    points: Decimal
    counts: Decimal


class Filled(NamedTuple):
    """The lead as rules saw it, and what the configuration filled of it; both empty where the CRM says it."""

    lead: Lead
    bands: tuple[Banded, ...] = ()
    scored: tuple[Scored, ...] = ()


class Bar(StrEnum):
    """Why a rep may not take a lead; the value is how a note says it of several reps."""

    LEFT = "left or not started"
    AWAY = "away"
    CLOSED = "outside working hours"
    WEIGHT = "without weight today"
    FULL = "at capacity"
    ABSENT = "not available"  # the reason comes from outside of the configuration
    ATTRIBUTE = "without the required attributes"


class Why(NamedTuple):
    """One reason of one rep, e.g. CLOSED and "outside working hours (it is Sat 23:10 in Europe/London)"."""

    bar: Bar
    text: str


class Considered(NamedTuple):
    """One rep: eligible (`why` None) or why not, and the credit before the turn in 10^-12 lead."""

    rep: RepId
    why: Why | None
    credit: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One team, or one named or known owner (`team` None), asked whether somebody may take the lead."""

    team: TeamName | None
    reps: tuple[Considered, ...]
    waived: tuple[str, ...] = ()  # attributes not asked for, because the lead's own value is blank


@dataclass(frozen=True, slots=True)
class Trace:
    """How a decision came about. `decision` is the one `route` gives for the same input.

    `found` holds what each rule came to, from the first one down to the one that matched, `names` their names.
    `unread` are the lead's values that could not be understood: a condition on them saw None. `filled` is what was
    worked out for it before any rule was tried.
    """

    decision: Decision
    names: tuple[str, ...]
    found: tuple[Asked | Group, ...]
    attempts: tuple[Attempt, ...]
    unread: tuple[Unread, ...]
    filled: Filled

    @property
    def rules(self) -> tuple[Tried, ...]:
        """The rules tried, in order."""
        return tuple(map(Tried, self.names, self.found))

    @property
    def turn(self) -> Turn | None:
        return self.decision.turn
