"""What two worlds did with the same leads, counted lead by lead; no lead is kept but a few examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.model import LEAD, RepId, TeamName, Turn
from sync.simulate.record import GIVEN, TAKEN, WAITS, Kind, Where
from sync.simulate.world import Case

EXAMPLES = 5


class Example(NamedTuple):
    """A lead that went elsewhere: by which rule each time, and when it was first decided."""

    lead: str
    at: datetime
    before: str
    after: str


@dataclass(slots=True)
class Fairness:
    """The turns of one team. `due` are the sums of the shares, `got` the leads taken in turn, in units of credit.

    `worst` is the furthest that anybody ever was from the sum of their shares.
    """

    due: Counter[RepId] = field(default_factory=Counter)
    got: Counter[RepId] = field(default_factory=Counter)
    worst: int = 0

    def take(self, turn: Turn, *, back: bool = False) -> None:
        """Count a turn that was taken, or given back."""
        sign = -1 if back else 1
        for rep, share in turn.shares.items():
            self.due[rep] += sign * share
        self.got[turn.taker] += sign * LEAD
        self.worst = max(self.worst, *(abs(self.got[rep] - self.due[rep]) for rep in turn.shares))


@dataclass(slots=True)
class Side:
    """One of the two worlds. `reps`, `in_turn`, `queues`, `rules` and `waiting` count leads as they stand at the end.

    `days` and `hours` count when leads were given, on the clocks of the configuration's zone; `delays` are how long
    those took that did not go out at once.
    """

    reps: Counter[str] = field(default_factory=Counter)
    in_turn: Counter[str] = field(default_factory=Counter)
    queues: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    waiting: Counter[Kind] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    teams: defaultdict[TeamName, Fairness] = field(default_factory=lambda: defaultdict(Fairness))
    waited: int = 0
    delay: timedelta = timedelta()
    longest: timedelta = timedelta()

    def count(self, case: Case, zone: ZoneInfo) -> None:
        """Count a lead where it stands."""
        stands = case.stands or TAKEN
        self.rules[case.rule] += bool(case.rule)
        if stands.kind in (*WAITS, Kind.KEPT):
            self.waiting[stands.kind] += 1
        if stands.kind not in GIVEN:
            return
        (self.reps if stands.kind is Kind.REP else self.queues)[stands.name] += 1
        self.in_turn[stands.name] += case.turn is not None
        if case.at is None:
            return
        local = case.at.astimezone(zone)
        self.days[local.date().isoformat()] += 1
        self.hours[local.hour] += 1
        if delay := case.at - case.began:
            self.waited += 1
            self.delay += delay
            self.longest = max(self.longest, delay)


@dataclass(slots=True)
class Tally:
    """Both worlds. `flows` counts leads by where they were and where they would be.

    `decisions` are those of the ledger that were made again, `otherwise` how many of them came out another way,
    `gone` those whose values have left the store.
    """

    zone: ZoneInfo
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    leads: int = 0
    decisions: int = 0
    otherwise: int = 0
    gone: int = 0
    flows: Counter[tuple[Where, Where]] = field(default_factory=Counter)
    examples: defaultdict[tuple[Where, Where], list[Example]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @property
    def differences(self) -> int:
        """How many leads went elsewhere."""
        return sum(count for (before, after), count in self.flows.items() if before != after)

    def close(self, before: Case, after: Case) -> None:
        """Count one lead in both worlds."""
        self.leads += 1
        self.before.count(before, self.zone)
        self.after.count(after, self.zone)
        flow = (before.stands or TAKEN, after.stands or TAKEN)
        self.flows[flow] += 1
        if flow[0] != flow[1] and len(self.examples[flow]) < EXAMPLES:
            self.examples[flow].append(Example(str(before.ref), before.began, before.rule, after.rule))
