"""`by`: who is best among those who may take a lead, and whose turn it is among equals."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model import Decision, RepId, State, TeamTurns
from router.route import Router, advance
from router.rules import By, ToTeam
from tests.router.build import ANA, AWAY, BO, LEE, NOW, TEAM, book, lead, rep, route
from tests.router.test_examples import WEDNESDAY, one

SPEAKS = {
    "language": ("en", "es"),
    "industry": ("Food", "paper"),
    "plan": ("pro",),
    "experience": ("senior",),
}


def by(way: By, *reps: object, **fields: object) -> Decision:
    state = fields.pop("state", State())
    rules = book(*reps, assign=ToTeam(TEAM, by=way))  # type: ignore[arg-type]
    return route(rules, lead(**fields), state)  # type: ignore[arg-type]


def spread(way: By, loads: dict[RepId, dict[str, int]], count: int) -> tuple[Counter[RepId | None], State]:
    router = Router(book(rep("ana"), rep("bo"), rep("lee"), assign=ToTeam(TEAM, by=way)))
    state, got = State(loads=loads), Counter[RepId | None]()
    for number in range(count):
        it = lead(str(number))
        decision = router.route(it, state, NOW)
        state = advance(state, decision, it, NOW)
        got[decision.owner] += 1
    return got, state


def test_the_fewest_open_leads_come_first_and_then_equals_take_turns() -> None:
    got, state = spread(By.LEAST_LOADED, {ANA: {"open": 4}, BO: {"open": 1, "day": 99}}, 7)
    assert got == {LEE: 4, BO: 3}
    assert {rep: load["open"] for rep, load in state.loads.items()} == {ANA: 4, BO: 4, LEE: 4}
    assert spread(By.LEAST_LOADED, {}, 30)[0] == {ANA: 10, BO: 10, LEE: 10}


def test_the_first_of_the_list_who_may_take_it() -> None:
    assert spread(By.ORDERED, {}, 5)[0] == {ANA: 5}
    assert by(By.ORDERED, rep("lee"), rep("ana"), rep("bo")).owner == LEE
    decision = by(By.ORDERED, rep("lee", away=AWAY), rep("ana"), rep("bo"))
    assert decision.owner == ANA
    assert decision.reasons[-1] == "ana is the first available of the team"


@pytest.mark.parametrize(
    ("fields", "owner", "points"),
    [
        ({"language": "es-MX", "industry": "FOOD"}, {ANA}, 2),
        ({"industry": "steel"}, {BO}, 1),
        ({"industry": "paper"}, {ANA}, 1),
        ({"custom": {"plan": "Pro"}, "language": "en"}, {ANA}, 2),
        ({"language": "en"}, {ANA, BO}, 1),
        ({}, {ANA, BO, LEE}, 0),
        ({"industry": "mining"}, {ANA, BO, LEE}, 0),
    ],
)
def test_the_most_attributes_in_common(fields: dict[str, object], owner: set[RepId], points: int) -> None:
    reps = [
        rep("ana", attributes=SPEAKS),
        rep("bo", attributes={"language": ("en",), "industry": ("steel",)}),
        rep("lee"),
    ]
    decision = by(By.BEST_FIT, *reps, **fields)
    assert decision.owner in owner
    assert decision.turn is not None
    assert set(decision.turn.shares) == owner
    assert f" with {points} attribute" in decision.reasons[-1]


@pytest.mark.parametrize("way", [By.LEAST_LOADED, By.BEST_FIT, By.ORDERED])
def test_who_is_best_alone_neither_gains_nor_owes(way: By) -> None:
    before = TeamTurns(4, {ANA: 300, BO: -100, LEE: -200}, {ANA: 1, BO: 2, LEE: 3})
    state = State(turns={TEAM: before}, loads={BO: {"open": 1}, LEE: {"open": 1}})
    reps = [rep("ana", attributes={"industry": ("food",)}), rep("bo"), rep("lee")]
    turn = by(way, *reps, industry="food", state=state).turn
    assert turn is not None
    assert (turn.taker, turn.after.credits, turn.after.number) == (ANA, before.credits, 5)


@pytest.mark.parametrize("way", list(By))
def test_weight_0_gets_none_by_any_way(way: By) -> None:
    reps = [rep("ana", weights=((None, 0),), attributes={"industry": ("food",)}), rep("bo")]
    assert by(way, *reps, industry="food", state=State(loads={BO: {"open": 9}})).owner == BO


@given(st.lists(st.sampled_from(list(By)), max_size=40), st.permutations([ANA, BO, LEE]))
def test_credits_sum_to_0_whichever_ways_rule_over_one_team(ways: list[By], order: list[RepId]) -> None:
    routers = {way: Router(book(*map(rep, order), assign=ToTeam(TEAM, by=way))) for way in By}
    state = State()
    for number, way in enumerate(ways):
        it = lead(str(number))
        state = advance(state, routers[way].route(it, state, NOW), it, NOW)
    assert sum(state.turns[TEAM].credits.values() if ways else ()) == 0


@given(st.permutations([ANA, BO, LEE]), st.sampled_from([By.LEAST_LOADED, By.BEST_FIT]))
def test_the_order_of_the_list_means_nothing_but_for_ordered(order: list[RepId], way: By) -> None:
    def owners(names: list[RepId]) -> list[RepId | None]:
        router, state, got = Router(book(*map(rep, names), assign=ToTeam(TEAM, by=way))), State(), []
        for number in range(9):
            it = lead(str(number))
            decision = router.route(it, state, NOW)
            state = advance(state, decision, it, NOW)
            got.append(decision.owner)
        return got

    assert owners(order) == owners([ANA, BO, LEE])


@pytest.mark.parametrize(
    ("fields", "way", "owners"),
    [
        ({"source": "Referral"}, "ordered", {ANA}),
        ({"source": "Event"}, "least_loaded", {ANA, BO, "cy"}),
        ({"industry": "food", "language": "es"}, "best_fit", {ANA}),
        ({"industry": "steel", "language": "en-GB"}, "best_fit", {BO}),
    ],
)
def test_the_example_shows_all_three(fields: dict[str, object], way: str, owners: set[str]) -> None:
    decision = one("selection", WEDNESDAY, **fields)
    assert decision.by == way
    assert decision.owner in owners
