"""What other programs do, each modelled in a few lines after its published semantics, and the figures it must give.

They are models, not runs of those programs. Each figure was measured before on
models of the same semantics and is compared in the digits in which it was published: a model that is off ends the
bench, as nothing could be said beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from bench.fairness_cases import CASES, Pick, Rule, behind
from bench.fairness_programs import BESIDES
from router.model import RepId
from router.turns import Weights

# --- rotation ---------------------------------------------------------------------------------------------


def blind_pointer() -> Pick:
    """Take the next of the list, there or not (Frappe, SuiteCRM)."""
    last: RepId | None = None

    def pick(team: Weights, _able: Weights) -> RepId:
        nonlocal last
        last = behind(last, list(team))[0]
        return last

    return pick


def pointer() -> Pick:
    """Take the next of the list who may."""
    last: RepId | None = None

    def pick(team: Weights, able: Weights) -> RepId:
        nonlocal last
        last = next(rep for rep in behind(last, list(team)) if rep in able)
        return last

    return pick


def least_recent() -> Pick:
    """Take who has waited longest (NC-Squared)."""
    last: dict[RepId, int] = {}
    number = 0

    def pick(_team: Weights, able: Weights) -> RepId:
        nonlocal number
        number += 1
        taker = min(able, key=lambda rep: last.get(rep, 0))
        last[taker] = number
        return taker

    return pick


def fewest() -> Pick:
    """Take who has the fewest leads by weight: a count, or stride scheduling (LeanData, Chili Piper's levels)."""
    count: Counter[RepId] = Counter()

    def pick(_team: Weights, able: Weights) -> RepId:
        taker = min(able, key=lambda rep: count[rep] / able[rep])
        count[taker] += 1
        return taker

    return pick


def calibrated() -> Pick:
    """Count, but who joins starts at the mean, and who is away is given the mean of what the others get (cal.com)."""
    count: dict[RepId, float] = {}

    def pick(team: Weights, able: Weights) -> RepId:
        mean = sum(count.values()) / max(len(count), 1)
        for rep in team:
            count.setdefault(rep, mean)
            if rep not in able:
                count[rep] += 1 / (len(team) - 1)
        taker = min(able, key=count.__getitem__)
        count[taker] += 1
        return taker

    return pick


def smooth() -> Pick:
    """Take the most credit, kept in weights: each gains its own, the taker pays those of all who may (nginx).

    So a lead that few may take costs less than one that many may.
    """
    credit: Counter[RepId] = Counter()

    def pick(_team: Weights, able: Weights) -> RepId:
        credit.update(able)
        taker = max(able, key=credit.__getitem__)
        credit[taker] -= sum(able.values())
        return taker

    return pick


def weighted_random() -> Pick:
    """Draw by weight (Odoo's choice of a team)."""
    draw = Random(7)
    return lambda _team, able: draw.choices(list(able), list(able.values()))[0]


ROTATIONS: Mapping[str, Rule] = {
    "pointer blind to absence": blind_pointer,
    "pointer": pointer,
    "least recently assigned": least_recent,
    "smooth weighted round robin": smooth,
    "calibrated count": calibrated,
    "count": fewest,
    "weighted random": weighted_random,
}


# --- the figures ------------------------------------------------------------------------------------------

PUBLISHED: Mapping[str, Mapping[str, str]] = {
    "absence": {
        "pointer blind to absence": "40 1 10 200 200 200",
        "pointer": "0 1 10 160 210 210",
        "least recently assigned": "0 1 10 160 210 210",
        "smooth weighted round robin": "0 1 10 160 210 210",
        "calibrated count": "0 1 10 160 210 210",
        "count": "0 50 50 200 200 200",
        "weighted random": "0 4 8 161 186 239",
    },
    "joiner": {"count": "100", "calibrated count": "1"},
    "weights": {"smooth weighted round robin": "0.71 2", "count": "1.14 3", "weighted random": "20.6 11"},
    "hole": {
        "pointer": "701 700 349 171 79",
        "least recently assigned": "579 578 281 281 281",
        "count": "507 507 329 329 328",
        "smooth weighted round robin": "710 697 198 198 197",
    },
    "hole of one": {
        "pointer": "268 683",
        "smooth weighted round robin": "236 697",
        "least recently assigned": "449 638",
        "count": "600 600",
    },
    "odoo": {
        "Odoo before the fix": "30 30 30 0 0",
        "Odoo": "19 19 16 19 17",
        "quotas": "0 0 1 1 1 1 2 2 3",
    },
    "espo": {
        "steady": "200 200 200 200 200",
        "own leads": "1 333 333 333 0",
        "one second": "10",
        "at once": "4",
        "least busy": "42",
    },
    "suite": {"first seven": "1 2 1 2 3 2 3", "logins": "198 201", "the last one left": "2"},
}


def measured(case: str, model: str) -> Sequence[float]:
    """Return the figures that a model gives."""
    if case in BESIDES:
        return BESIDES[case][model]()
    return CASES[case].measure(ROTATIONS[model]())


def off(published: Mapping[str, Mapping[str, str]] = PUBLISHED) -> list[str]:
    """Return which models do not give the published figures, and what they give."""
    return [
        f"{case}, {model}: {' '.join(given)} where {said} was published"
        for case, models in published.items()
        for model, said in models.items()
        if (given := _in_digits_of(said, measured(case, model))) != said.split()
    ]


def _in_digits_of(said: str, figures: Sequence[float]) -> list[str]:
    """Write the first figures, as many as were published, with as many decimals as those have."""
    return [
        f"{figure:.{len(one.partition('.')[2])}f}" for one, figure in zip(said.split(), figures, strict=False)
    ]
