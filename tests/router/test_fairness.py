"""How far reps get from their shares when availability is drawn at random, beside smooth weighted round robin.

No online rule has a bound here; what is measured is printed (`pytest -s`). Longer streams, and more rules, are in
`python -m bench fairness` and docs/routing.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random

import pytest

from router.model import LEAD, RepId, TeamName, TeamTurns
from router.turns import Portions, take

TEAM = TeamName("team")
LEADS = 2000
Take = Callable[[Mapping[RepId, int], Mapping[RepId, int]], tuple[RepId, Mapping[RepId, int]]]


def ours() -> Take:
    turns = TeamTurns()

    def one(members: Mapping[RepId, int], able: Mapping[RepId, int]) -> tuple[RepId, Mapping[RepId, int]]:
        nonlocal turns
        turn = take(TEAM, turns, members, Portions(LEAD, able))
        turns = turn.after
        return turn.taker, turn.shares

    return one


def most_credit() -> Take:
    credit: dict[RepId, float] = {}

    def one(members: Mapping[RepId, int], able: Mapping[RepId, int]) -> tuple[RepId, Mapping[RepId, int]]:
        total = sum(able.values())
        shares = {rep: LEAD * weight // total for rep, weight in able.items()}
        for rep, share in shares.items():
            credit[rep] = credit.get(rep, 0) + share
        taker = max(able, key=lambda rep: credit[rep])
        credit[taker] -= LEAD
        return taker, shares

    return one


WEIGHTS = {"equal": (1,), "near": (1, 1, 2, 4), "far": (1, 2, 50)}


def crowds(
    reps: int, weights: tuple[int, ...], available: float, seed: int
) -> Iterator[tuple[dict[RepId, int], dict[RepId, int]]]:
    """Give the weights of a team, and of those who may take the lead, for one lead after the other."""
    random = Random(seed)
    members = {RepId(f"r{n}"): random.choice(weights) for n in range(reps)}
    for _ in range(LEADS):
        able = {rep: weight for rep, weight in members.items() if random.random() < available}
        if able:
            yield members, able


def distance(rule: Take, crowd: Iterable[tuple[Mapping[RepId, int], Mapping[RepId, int]]]) -> float:
    """Return the greatest distance, in leads, of anybody from the sum of their shares at any time."""
    owed: dict[RepId, int] = {}
    most = 0
    for members, able in crowd:
        taker, shares = rule(members, able)
        for rep, share in shares.items():
            owed[rep] = owed.get(rep, 0) + share
        owed[taker] -= LEAD
        most = max(most, *map(abs, owed.values()))
    return most / LEAD


def furthest_credit(crowd: Iterable[tuple[Mapping[RepId, int], Mapping[RepId, int]]]) -> float:
    """Return the greatest credit or debt of anybody at any time, in leads, as the team keeps it."""
    turns, most = TeamTurns(), 0
    for members, able in crowd:
        turns = take(TEAM, turns, members, Portions(LEAD, able)).after
        most = max(most, *map(abs, turns.credits.values()))
    return most / LEAD


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("available", [0.3, 0.7])
@pytest.mark.parametrize("reps", [2, 5, 10, 50])
def test_with_random_availability_nobody_is_owed_or_owes_more_than_two_leads(
    reps: int, available: float, weights: str
) -> None:
    crowd = list(crowds(reps, WEIGHTS[weights], available, seed=reps))
    credit = furthest_credit(crowd)
    print(
        f"\n{reps} reps, {weights} weights, {available:.0%} there: credit {credit:.2f}, "
        f"from the shares {distance(ours(), crowd):.2f}, most credit {distance(most_credit(), crowd):.2f} leads"
    )
    assert credit <= 2


@pytest.mark.parametrize(
    ("weights", "behind"),
    [
        ((2, 1, 2, 50, 50, 2, 2, 2, 1, 50), 1.28),
        ((50,) * 15 + (2,) * 17 + (1,) * 18, 1.45),
    ],
    ids=["10 reps", "50 reps"],
)
def test_with_everybody_there_most_credit_falls_further_behind_than_the_turn_rule(
    weights: tuple[int, ...], behind: float
) -> None:
    members = {RepId(f"r{n}"): weight for n, weight in enumerate(weights)}
    crowd = [(members, members)] * LEADS
    turn_rule, beside = distance(ours(), crowd), distance(most_credit(), crowd)
    print(f"\n{len(weights)} reps, all there: turn rule {turn_rule:.2f}, most credit {beside:.2f} leads")
    assert turn_rule <= 1 - 1 / (2 * len(weights) - 2)
    assert beside > behind


def test_who_was_away_takes_up_where_they_stood() -> None:
    members = {RepId(f"r{n}"): 1 for n in range(5)}
    rule, takers = ours(), list[RepId]()
    for number in range(1000):
        able = members if not 200 <= number < 400 else dict.fromkeys(list(members)[:4], 1)
        takers.append(rule(members, able)[0])
    last = list(members)[4]
    assert last not in takers[200:400]
    assert 9 <= takers[400:450].count(last) <= 11
    assert takers.count(last) == pytest.approx(160, abs=1)


def test_a_lead_that_only_some_may_take_is_shared_by_these_alone() -> None:
    members = {RepId(f"r{n}"): 1 for n in range(5)}
    rule, takers, random = ours(), list[RepId](), Random(7)
    for _ in range(2000):
        able = members if random.random() < 0.5 else dict.fromkeys(list(members)[:2], 1)
        takers.append(rule(members, able)[0])
    counts = [takers.count(rep) for rep in members]
    assert max(counts[2:]) - min(counts[2:]) <= 2
    assert abs(counts[0] - counts[1]) <= 3
