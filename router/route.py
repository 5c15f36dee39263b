"""The router: one rulebook, compiled once, asked of one lead after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from router.blanks import Blanks
from router.capacity import added, counted
from router.case import Asked
from router.choose import Chooser
from router.crew import Crew
from router.match import Rules
from router.model import (
    Action,
    Decision,
    Lead,
    Load,
    RepId,
    State,
    Sticky,
    TeamName,
    TeamTurns,
    person_keys,
)
from router.quick import quick
from router.rules import Rule, Rulebook, follows_accounts
from router.trace import Attempt, Considered, Trace, Why

_sticky = quick(Sticky)
_new = tuple.__new__  # as in `conditions`: one for each member of a team


class Router:
    """Decides who gets a lead. The same input gives the same decision, in any process and in any order of teams.

    `counted` are the reps whose loads it asks for; `follows_accounts` says whether the account of any lead may matter.
    `now` is aware UTC throughout. A router may be asked from several threads at once.
    """

    def __init__(self, book: Rulebook) -> None:
        """Compile; raises ValueError for a condition or a `by` that cannot be."""
        self.book = book
        self._rules = Rules(book.rules)
        self._chooser = Chooser(book, Crew(book))
        self._blanks = Blanks(book.bands, book.points)
        self.counted = counted(book)
        self.follows_accounts = follows_accounts(book)

    def filled(self, lead: Lead, now: datetime) -> Lead:
        """Return the lead as rules see it: with a customer type and a score where the CRM gives none."""
        return self._blanks.filled(lead, now)

    def match(self, lead: Lead, now: datetime) -> Rule:
        """Return the first rule that matches; needs no state. Raises NoRule without a catch-all."""
        return self._rules.first(self.filled(lead, now), now)

    def choose(self, rule: Rule, lead: Lead, state: State, now: datetime) -> Decision:
        """Decide for a lead and the rule it matched."""
        decision, _ = self._chooser.decide(rule, self.filled(lead, now), state, now)
        return decision

    def route(self, lead: Lead, state: State, now: datetime) -> Decision:
        """Match and choose."""
        return self.choose(self.match(lead, now), lead, state, now)

    def explain(self, lead: Lead, state: State, now: datetime) -> Trace:
        """Return the decision `route` gives, with every condition tried and every rep considered."""
        filled = self._blanks.tried(lead, now)
        rule, names, found = self._rules.tried(filled.lead, now)
        decision, asked = self._chooser.decide(rule, filled.lead, state, now)
        attempts = tuple(_attempt(one, state) for one in asked)
        return Trace(decision, names, found, attempts, lead.unread, filled)


def effects(decision: Decision, lead: Lead, now: datetime) -> State:
    """Return what a decision changes, and nothing else: the turns of its team, the owner of its person."""
    turn = decision.turn
    turns = {} if turn is None else {turn.team: turn.after}
    return State(turns, _owned(decision, lead, now))


@dataclass(frozen=True, slots=True)
class Running:
    """The parts of a state that decisions change. They are the caller's own and change in place: they grow with the
    leads, and a copy for each would take for ever. `counted` False: no rep has a capacity, and loads are left out.
    """

    turns: dict[TeamName, TeamTurns]
    persons: dict[str, Sticky]
    loads: dict[RepId, Load]
    counted: bool = True

    def take(self, decision: Decision, lead: Lead, now: datetime) -> None:
        """Write what a decision changes, so that the next lead sees it."""
        if decision.turn is not None:
            self.turns[decision.turn.team] = decision.turn.after
        self.persons.update(_owned(decision, lead, now))
        if self.counted:
            self.loads.update(added(self.loads, decision))


def _owned(decision: Decision, lead: Lead, now: datetime) -> dict[str, Sticky]:
    if decision.action is not Action.ASSIGN or decision.owner is None:
        return {}
    return dict.fromkeys(person_keys(lead), _sticky(decision.owner, now))


def advance(state: State, decision: Decision, lead: Lead, now: datetime) -> State:
    """Return the state that the next lead must see, as a new one."""
    running = Running(dict(state.turns), dict(state.persons), dict(state.loads))
    running.take(decision, lead, now)
    return replace(state, turns=running.turns, persons=running.persons, loads=running.loads)


def _attempt(asked: Asked, state: State) -> Attempt:
    turns = TeamTurns() if asked.team is None else state.turns.get(asked.team, TeamTurns())
    whys: dict[RepId, Why | None] = {**dict.fromkeys(asked.found.candidates), **asked.found.barred}
    credit = turns.credits.get
    reps = tuple([_new(Considered, (rep, why, credit(rep, 0))) for rep, why in whys.items()])
    return Attempt(asked.team, reps, asked.found.waived)
