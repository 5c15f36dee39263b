"""Ours over one team: the whole router, and the turn rule alone for long streams."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from router.model import (
    LEAD,
    Absence,
    ConnectionName,
    Lead,
    LeadRef,
    Member,
    RecordId,
    Rep,
    RepId,
    State,
    Team,
    TeamName,
    TeamTurns,
)
from router.route import Router, Running
from router.rules import ALWAYS, Require, Rule, Rulebook, ToTeam
from router.turns import Portions, Weights, take

TEAM = TeamName("team")
START = datetime(2026, 11, 18, tzinfo=UTC)
SPOKEN = "es"
EVERY = timedelta(minutes=1)
_REF = LeadRef(ConnectionName("crm"), "leads", RecordId("1"))


class Ours:
    """Decides lead by lead, one a minute: the engine has one lock for routing, so each decision sees the one before.

    Who may not take a lead is marked away; with `speakers`, they are those who do not speak the lead's language.
    """

    def __init__(self, *, catch_up: Absence | None = None, speakers: Collection[RepId] = ()) -> None:
        self._catch_up, self._speakers = catch_up, speakers
        self._running = Running({}, {}, {}, counted=False)
        self._team: Weights = {}
        self._now = START

    def __call__(self, team: Weights, able: Weights) -> RepId:
        if team is not self._team:
            self._team, self._router = team, Router(self._book(team))
        lead, state = self._lead(team.keys() - able.keys())
        decision = self._router.route(lead, state, self._now)
        self._running.take(decision, lead, self._now)
        self._now += EVERY
        if decision.owner is None:
            raise AssertionError(f"nobody got a lead: {decision.reasons}")
        return decision.owner

    def _lead(self, barred: Collection[RepId]) -> tuple[Lead, State]:
        spoken = SPOKEN if barred and self._speakers else None
        away = {} if spoken else dict.fromkeys(barred)
        return Lead(ref=_REF, language=spoken), State(self._running.turns, away=away)

    def _book(self, team: Weights) -> Rulebook:
        reps = {rep: self._rep(rep, weight) for rep, weight in team.items()}
        asks = {"language": Require(same=True)} if self._speakers else {}
        rule = Rule("Everyone", ALWAYS, ToTeam(TEAM, require=asks))
        members = tuple(map(Member, reps))
        return Rulebook(rules=(rule,), reps=reps, teams={TEAM: Team(TEAM, members, self._catch_up)})

    def _rep(self, rep: RepId, weight: int) -> Rep:
        spoken = {"language": (SPOKEN,)} if rep in self._speakers else {}
        return Rep(id=rep, name=rep, weights=((None, Decimal(weight)),), attributes=spoken)


class Turns:
    """The turn rule as the router asks it, without the rest. `credit` is the most, in leads, that a rep was ever owed
    or owed: what the team keeps, after spreading.
    """

    def __init__(self) -> None:
        self._turns = TeamTurns()
        self.credit = 0.0

    def __call__(self, team: Weights, able: Weights) -> RepId:
        turn = take(TEAM, self._turns, team, Portions(LEAD, able))
        self._turns = turn.after
        self.credit = max(self.credit, *(abs(its) / LEAD for its in self._turns.credits.values()))
        return turn.taker
