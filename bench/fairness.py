"""Who gets how many leads: the router beside models of other programs, on the same streams of leads.

The models must first give the figures that were published of them. Then come the situations in which rotations go
wrong (`bench/fairness_cases.py` says what each is), and how far reps get from the sum of their shares while each is
there at random, beside rules of the literature.

Leads that come at the same time are one after the other for us: the engine has one lock for routing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from random import Random
from typing import Literal, NamedTuple

from bench.fairness_cases import (
    CASES,
    REPS,
    A,
    B,
    C,
    Crowd,
    D,
    E,
    Pick,
    at_random,
    change,
    deviation,
    equal,
    takers,
)
from bench.fairness_ours import Ours, Turns
from bench.fairness_peers import PUBLISHED, ROTATIONS, measured, off
from bench.fairness_rules import RULES
from bench.rows import Row
from router.model import LEAD, Absence, RepId
from router.turns import Weights

UNIT = "leads"
MOST = 2
LEADS = {2: 20_000, 5: 20_000, 10: 20_000, 50: 5_000}
ALL = 1.0
THERE = (0.3, 0.7, ALL)
CATCH_UP = Absence(at_most=3, within=7 * 86_400.0)


def run(*, leads: Mapping[int, int] = LEADS) -> Sequence[Row]:
    """Measure every case; raises AssertionError where a model does not give what was published of it."""
    if wrong := off():
        raise AssertionError("models are off, the comparison would mean nothing: " + "; ".join(wrong))
    return [*_situations(), *_besides(), *_deviations(leads)]


# --- situations -------------------------------------------------------------------------------------------


class _Ours(NamedTuple):
    """Ours in one case: how it starts, and the most that is allowed of the figures, in their order."""

    start: Callable[[], Pick]
    goals: tuple[float | None, ...]
    label: str = ""


OURS: Mapping[str, Sequence[_Ours]] = {
    "absence": (
        _Ours(Ours, (0, 1, 10)),
        _Ours(partial(Ours, catch_up=CATCH_UP), (0, 4, 13), f" (catches up on {CATCH_UP.at_most})"),
    ),
    "joiner": (_Ours(Ours, (1,)),),
    "leaver": (_Ours(Ours, (1, 1)),),
    "weights": (_Ours(Ours, (1 - 1 / 8, 2)),),
    "hole": (_Ours(partial(Ours, speakers=(A, B)), (None,) * 5 + (2, 2)),),
    "hole of one": (_Ours(partial(Ours, speakers=(A, C, D, E)), ()),),
}


def _situations() -> Iterator[Row]:
    for case, (names, measure) in CASES.items():
        for ours in OURS[case]:
            goals = (*ours.goals, *[None] * len(names))
            for name, value, goal in zip(names, measure(ours.start()), goals, strict=False):
                yield Row(f"{case}: {name}{ours.label}", round(value, 2), UNIT, goal, better="less")
        for peer in PUBLISHED.get(case, ROTATIONS):
            for name, value in zip(names, measure(ROTATIONS[peer]()), strict=True):
                yield Row(f"{case}: {name}, {peer}", round(value, 2), UNIT, peer=peer)


# --- what surrounds the rule ------------------------------------------------------------------------------

Count = Callable[[Sequence[float]], float]


class _Beside(NamedTuple):
    """What is counted of the leads that each rep gets of so many, and the models that do the same."""

    name: str
    leads: int
    figure: Count
    goal: float
    better: Literal["more", "less"]
    peers: Mapping[str, tuple[str, str]]


def _spread(counts: Sequence[float]) -> float:
    return max(counts) - min(counts)


_BESIDES = (
    _Beside(
        "three leads a day for 30 days: fewest to anybody",
        90,
        min,
        18,
        "more",
        {"Odoo before the fix": ("odoo", "Odoo before the fix"), "Odoo": ("odoo", "Odoo")},
    ),
    _Beside(
        "1,000 leads and one's own between them: fewest to anybody",
        1000,
        min,
        200,
        "more",
        {"EspoCRM": ("espo", "own leads")},
    ),
    _Beside("ten leads in one second: most to one", 10, max, 2, "less", {"EspoCRM": ("espo", "one second")}),
    _Beside("four leads at once: most to one", 4, max, 1, "less", {"EspoCRM": ("espo", "at once")}),
    _Beside(
        "1,000 leads, saved by three logins: most less fewest",
        1000,
        _spread,
        0,
        "less",
        {"SuiteCRM": ("suite", "logins")},
    ),
)


def _besides() -> Iterator[Row]:
    for name, leads, figure, goal, better, peers in _BESIDES:
        them = Counter(takers(Ours(), [(team, team) for team in [equal()] * leads]))
        yield Row(name, figure([them[rep] for rep in REPS]), UNIT, goal, better)
        for peer, (case, model) in peers.items():
            yield Row(f"{name}, {peer}", figure(measured(case, model)), UNIT, peer=peer)
    name = "one who joins four with 40 open leads each: of the next 50"
    after = takers(Ours(), change(equal(REPS[:4]), equal(), at=160, leads=210))[160:]
    yield Row(name, after.count(E), UNIT, 10, better="less")
    peer = "EspoCRM's least busy"
    yield Row(f"{name}, {peer}", max(measured("espo", "least busy")), UNIT, peer=peer)


# --- who is there changes ---------------------------------------------------------------------------------


def _weights(reps: int) -> Mapping[str, Weights]:
    draw, names = Random(reps), [RepId(f"r{number}") for number in range(reps)]
    return {
        "equal": dict.fromkeys(names, 1),
        "1:2:50": {rep: (50, 1, 2)[at % 3] for at, rep in enumerate(names)},
        "random": {rep: draw.randint(1, 100) for rep in names},
    }


def _deviations(leads: Mapping[int, int]) -> Iterator[Row]:
    """Measure each rule on each stream, then say the worst of each over all streams of one availability."""
    worst: dict[tuple[float, str], float] = defaultdict(float)
    for there, reps in product(THERE, leads):
        bound = 1 - 1 / (2 * reps - 2) + leads[reps] / LEAD if there == ALL else MOST
        for kind, weights in _weights(reps).items():
            crowd = at_random(weights, there, leads=leads[reps], seed=reps)
            case = f"{there:.0%} there, {reps} reps, {kind}"
            for rule, value in _apart(crowd):
                worst[there, rule] = max(worst[there, rule], value)
                yield _row(f"{case}: {rule}", value, rule, bound)
    for (there, rule), value in worst.items():
        yield _row(f"{there:.0%} there, the most of all: {rule}", value, rule, 1 if there == ALL else MOST)


CREDIT, RAW = "credit or debt", "deviation from shares"


def _apart(crowd: Crowd) -> Iterator[tuple[str, float]]:
    ours = Turns()
    yield RAW, deviation(ours, crowd)
    yield CREDIT, ours.credit
    for name, start in RULES.items():
        yield f"{RAW}, {name}", deviation(start(), crowd)


def _row(case: str, value: float, rule: str, goal: float) -> Row:
    if rule in (RAW, CREDIT):
        return Row(case, value, UNIT, goal, better="less")
    return Row(case, value, UNIT, peer=rule.removeprefix(f"{RAW}, "))
