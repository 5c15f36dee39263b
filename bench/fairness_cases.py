"""Streams of leads, each with who may take it, and what is counted of who got them.

Teams are reps A to E. The draws are those behind the published figures: seeds that give all of them at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from random import Random
from typing import NamedTuple

from router.model import RepId
from router.turns import Weights

Crowd = Iterable[tuple[Weights, Weights]]
"""For each lead the weights of the whole team, in its order, and of those who may take the lead."""

Pick = Callable[[Weights, Weights], RepId]
"""Gives one lead away: it is told the weights of the team, and of those who may take the lead."""

Rule = Callable[[], Pick]
"""Starts with a team that has taken no turn."""

A, B, C, D, E = REPS = tuple(RepId(name) for name in "ABCDE")


class Case(NamedTuple):
    """One stream, and what is counted of it: one figure, in leads, for each of `names`."""

    names: tuple[str, ...]
    measure: Callable[[Pick], Sequence[float]]


def equal(reps: Iterable[RepId] = REPS) -> Weights:
    return dict.fromkeys(reps, 1)


def behind(last: RepId | None, reps: list[RepId]) -> list[RepId]:
    """Return the list from the place behind `last`; from its start, where they are not in it."""
    at = reps.index(last) + 1 if last in reps else 0
    return reps[at:] + reps[:at]


# --- streams ----------------------------------------------------------------------------------------------


def absence() -> Crowd:
    """E is away for the leads 200 to 400 of 1,000."""
    team, others = equal(), equal(REPS[:4])
    return [(team, others if 200 <= number < 400 else team) for number in range(1000)]


def change(before: Weights, after: Weights, *, at: int, leads: int) -> Crowd:
    """Somebody joins or leaves behind the lead `at`; all are there."""
    return [(before, before)] * at + [(after, after)] * (leads - at)


def hole(some: Iterable[RepId], *, chance: float, leads: int, seed: int) -> Crowd:
    """Only `some` may take a lead, with that chance."""
    draw, team, few = Random(seed), equal(), equal(some)
    return [(team, few if draw.random() < chance else team) for _ in range(leads)]


def at_random(weights: Weights, there: float, *, leads: int, seed: int) -> Crowd:
    """Each rep is there with that chance, anew for each lead; leads at which nobody is there do not count."""
    draw = Random(seed)
    return [(weights, _some(weights, there, draw)) for _ in range(leads)]


def _some(weights: Weights, there: float, draw: Random) -> Weights:
    while not (some := {rep: weight for rep, weight in weights.items() if draw.random() < there}):
        pass
    return some


# --- what is counted --------------------------------------------------------------------------------------


def takers(pick: Pick, crowd: Crowd) -> list[RepId]:
    return [pick(team, able) for team, able in crowd]


def longest_run(them: Iterable[RepId], rep: RepId) -> int:
    """Return the longest row of leads that the rep got one after the other."""
    return max((sum(1 for _ in run) for taker, run in groupby(them) if taker == rep), default=0)


def deviation(pick: Pick, crowd: Crowd) -> float:
    """Return how far anybody ever was from the sum of their shares, in leads.

    A share is a rep's part, by weight, of a lead that they may take. Nothing is forgiven: what a rule spreads or
    forgets counts all the same.
    """
    return max(map(abs, _apart(pick, crowd)))


def _apart(pick: Pick, crowd: Crowd) -> Iterator[float]:
    owed: dict[RepId, float] = defaultdict(float)
    for team, able in crowd:
        total = sum(able.values())
        for rep, weight in able.items():
            owed[rep] += weight / total
        owed[pick(team, able)] -= 1
        yield from map(owed.__getitem__, able)


def _absence(pick: Pick) -> Sequence[float]:
    them = takers(pick, absence())
    back, others = them[400:], [them.count(rep) for rep in REPS[:4]]
    figures = them[200:400].count(E), longest_run(back, E), back[:50].count(E), them.count(E)
    return *figures, min(others), max(others)


def _joiner(pick: Pick) -> Sequence[float]:
    return (longest_run(takers(pick, change(equal(REPS[:4]), equal(), at=400, leads=1000)), E),)


def _leaver(pick: Pick) -> Sequence[float]:
    them = takers(pick, change(equal(), equal(REPS[:4]), at=403, leads=503))[403:]
    counts = [them.count(rep) for rep in REPS[:4]]
    return max(longest_run(them, rep) for rep in REPS), max(counts) - min(counts)


def _weights(pick: Pick) -> Sequence[float]:
    team = {**equal(), A: 3}
    given: list[RepId] = []

    def noted(team: Weights, able: Weights) -> RepId:
        given.append(pick(team, able))
        return given[-1]

    return deviation(noted, [(team, team)] * 700), longest_run(given, A)


def _hole(pick: Pick) -> Sequence[float]:
    them = Counter(takers(pick, hole((A, B), chance=0.5, leads=2000, seed=3)))
    alike = [them[rep] for rep in (C, D, E)]
    return *(them[rep] for rep in REPS), abs(them[A] - them[B]), max(alike) - min(alike)


def _hole_of_one(pick: Pick) -> Sequence[float]:
    them = Counter(takers(pick, hole((A, C, D, E), chance=0.6, leads=3000, seed=5)))
    return them[B], max(them.values())


CASES = {
    "absence": Case(
        (
            "to E while away",
            "longest run of E on return",
            "of the next 50 to E",
            "to E in all",
            "fewest to another",
            "most to another",
        ),
        _absence,
    ),
    "joiner": Case(("longest run of who joined",), _joiner),
    "leaver": Case(("longest run of anybody after it", "most less fewest of the next 100"), _leaver),
    "weights": Case(("largest deviation", "longest run of who has three times the weight"), _weights),
    "hole": Case(
        (*(f"to {rep}" for rep in REPS), "most less fewest of A and B", "most less fewest of C, D and E"),
        _hole,
    ),
    "hole of one": Case(("to who lacks 60 %", "most to another"), _hole_of_one),
}
"""`absence`: E is away for the leads 200 to 400 of 1,000. `joiner`: E joins after 400 leads. `leaver`: E leaves after
403. `weights`: 3:1:1:1:1, 700 leads. `hole`: of 2,000 leads half admit only A and B. `hole of one`: 60 % of 3,000
leads do not admit B.
"""
