"""Where a rep stands in a team now: whether they could take a lead, when they can again, and who comes before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from router.asks import NOTHING
from router.eligible import Roster
from router.model import ConnectionName, Missed, RepId, State, Team, TeamName, TeamTurns
from router.outside import NOTHING_KNOWN, outside
from router.route import Router, effects
from router.rules import Rulebook
from router.trace import Bar, Why
from sync.explain.anyone import ANYONE, router_for

FURTHEST = 2_000
"""So many turns are looked ahead at most."""

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A rep's place for a lead of one CRM that asks for nothing. `why` None: they may take it.

    `behind` is how many turns come before theirs if all stays as it is, `FURTHEST` for that many or more; `takers` are
    those of the first few. `until` is when the reason ends by itself, as far as is known; not of capacity.
    """

    connections: tuple[ConnectionName, ...]
    why: Why | None
    until: datetime | None = None
    behind: int = 0
    takers: tuple[RepId, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A rep in one team: `share` of the turns by today's weights, `owed` in leads (+: the team owes them), and turns
    taken by all. `last` is the number of the rep's own last one; `catching_up` the part of `owed` from absences.
    """

    team: TeamName
    share: float
    owed: int
    turns: int
    last: int | None
    catching_up: tuple[Missed, ...]
    lines: tuple[Line, ...]


def place(
    book: Rulebook, team: Team, rep: RepId, states: Mapping[ConnectionName, State], now: datetime
) -> Place:
    """Look at a rep in a team; `states` are those that a lead of each CRM would meet."""
    turns = next(iter(states.values())).turns.get(team.name, TeamTurns())
    asked = [(name, _line(book, team, rep, state, now)) for name, state in states.items()]
    return Place(
        team.name,
        _share(book, team, rep, now),
        turns.credits.get(rep, 0),
        turns.number,
        turns.last.get(rep),
        turns.missed.get(rep, ()),
        _together(asked),
    )


def _together(asked: Iterable[tuple[ConnectionName, Line]]) -> tuple[Line, ...]:
    """Put CRMs together in which it is the same."""
    names: dict[Line, list[ConnectionName]] = {}
    for name, line in asked:
        names.setdefault(line, []).append(name)
    return tuple(replace(line, connections=tuple(same)) for line, same in names.items())


def _share(book: Rulebook, team: Team, rep: RepId, now: datetime) -> float:
    weights = Roster(team, book.reps, book.holidays).find(now, NOTHING, NOTHING_KNOWN).members
    total = sum(weights.values())
    return weights[rep] / total if total else 0.0


def _line(book: Rulebook, team: Team, rep: RepId, state: State, now: datetime) -> Line:
    router = router_for(book, team)
    [attempt, *_] = router.explain(ANYONE, state, now).attempts
    why = next(each.why for each in attempt.reps if each.rep == rep)
    if why is not None:
        return Line((), why, _ends(book, team, rep, why, state, now))
    before = _before(router, rep, state, now)
    return Line((), None, None, len(before), tuple(before[:_NAMED]))


def _before(router: Router, rep: RepId, state: State, now: datetime) -> list[RepId]:
    """Take turns on a copy of the team's, by the rule itself, until it is the rep's."""
    turns = dict(state.turns)
    ahead, takers = replace(state, turns=turns), list[RepId]()
    while len(takers) < FURTHEST:
        decision = router.route(ANYONE, ahead, now)
        if decision.owner is None or decision.owner == rep:
            break
        takers.append(decision.owner)
        turns.update(effects(decision, ANYONE, now).turns)
    return takers


def _ends(book: Rulebook, team: Team, rep: RepId, why: Why, state: State, now: datetime) -> datetime | None:
    if why.bar in (Bar.FULL, Bar.ABSENT):
        return None
    alone = tuple(member for member in team.members if member.rep == rep)
    marked = replace(state, away=outside(state, now, ()).marked)
    return Roster(replace(team, members=alone), book.reps, book.holidays).opening(NOTHING, now, marked)
