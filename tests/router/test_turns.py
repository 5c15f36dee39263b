"""The turn rule: against a slow reading of it in fractions, its bound, and what may never happen."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.model import LEAD, RepId, TeamName, TeamTurns, Turn
from router.turns import AT_MOST, Portions, lot, reverse, settled, take

TEAM = TeamName("team")
REPS = tuple(RepId(f"r{n}") for n in range(12))


def turn(turns: TeamTurns, members: Mapping[RepId, int], candidates: Sequence[RepId] | None = None) -> Turn:
    among = {rep: members[rep] for rep in (members if candidates is None else candidates) if members[rep] > 0}
    return take(TEAM, turns, members, Portions(LEAD, among))


def after(turns: TeamTurns, members: Mapping[RepId, int], count: int) -> TeamTurns:
    for _ in range(count):
        turns = turn(turns, members).after
    return turns


# --- a slow reading of the rule ---------------------------------------------------------------------------


def shares_by_the_rule(weights: Mapping[RepId, int], number: int) -> dict[RepId, int]:
    exact = {rep: Fraction(LEAD * weight, sum(weights.values())) for rep, weight in weights.items()}
    floors = {rep: int(share) for rep, share in exact.items()}
    draw = lot(TEAM, number)
    order = sorted(exact, key=lambda rep: (floors[rep] - exact[rep], draw(rep)))
    for rep in order[: LEAD - sum(floors.values())]:
        floors[rep] += 1
    return floors


def taker_by_the_rule(
    credits_before: Mapping[RepId, int], shares: Mapping[RepId, int], last: Mapping[RepId, int], number: int
) -> RepId:
    count, one = len(shares), Fraction(1)
    credit = {rep: Fraction(credits_before.get(rep, 0) + share, LEAD) for rep, share in shares.items()}
    draw = lot(TEAM, number)
    if count == 1:
        return next(iter(shares))
    owed = [rep for rep in shares if credit[rep] > one / (2 * count - 2)]
    if owed:
        slack = {rep: 1 - one / (2 * count - 2) - credit[rep] for rep in owed}
        due = {
            rep: left if left < 0 else left / Fraction(max(shares[rep], 1), LEAD)
            for rep, left in slack.items()
        }
        return min(owed, key=lambda rep: (due[rep], last.get(rep, 0), draw(rep)))
    return min(shares, key=lambda rep: (-credit[rep], last.get(rep, 0), draw(rep)))


weights = st.one_of(
    st.integers(1, 4),
    st.integers(1, 100),
    st.just(1),
    st.integers(1, 10**14),
    st.sampled_from((1, 10**13, 10**30)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(weights, min_size=1, max_size=7), st.data())
def test_every_turn_is_what_a_slow_reading_of_the_rule_gives(weigh: list[int], data: st.DataObject) -> None:
    members = dict(zip(REPS, weigh, strict=False))
    turns = TeamTurns()
    for number in range(1, 30):
        candidates = data.draw(st.lists(st.sampled_from(list(members)), min_size=1, unique=True))
        shares = shares_by_the_rule({rep: members[rep] for rep in candidates}, number)
        expected = taker_by_the_rule(turns.credits, shares, turns.last, number)
        taken = turn(turns, members, candidates)
        assert (taken.taker, taken.shares, taken.after.number) == (expected, shares, number)
        turns = taken.after


# --- the bound --------------------------------------------------------------------------------------------


@settings(max_examples=250, deadline=None)
@given(st.lists(weights, min_size=1, max_size=12), st.integers(1, 300))
def test_with_fixed_eligibility_nobody_leaves_the_bound(weigh: list[int], leads: int) -> None:
    members = dict(zip(REPS, weigh, strict=False))
    count, total = len(members), sum(weigh)
    bound = Fraction(0) if count == 1 else 1 - Fraction(1, 2 * count - 2)
    turns, got = TeamTurns(), Counter[RepId]()
    for number in range(1, leads + 1):
        taken = turn(turns, members)
        got[taken.taker] += 1
        turns = taken.after
        for rep, weight in members.items():
            deviation = abs(Fraction(number * weight, total) - got[rep])
            assert deviation <= bound + Fraction(number, LEAD)
        assert sum(turns.credits.values()) == 0


@pytest.mark.parametrize(("few", "many"), [(1, 1), (1, 2), (1, 99), (1, 10**12), (1, 10**18)])
def test_two_reps_are_never_half_a_lead_from_their_shares(few: int, many: int) -> None:
    members = {REPS[0]: few, REPS[1]: many}
    turns = TeamTurns()
    for _ in range(400):
        turns = turn(turns, members).after
        assert max(map(abs, turns.credits.values())) <= LEAD // 2


def test_a_weight_too_small_for_one_unit_gets_its_first_lead_when_it_is_owed_one() -> None:
    members = {REPS[0]: 1, REPS[1]: 10**30}
    assert Counter(turns_taken(members, 500)) == {REPS[1]: 500}
    owed = TeamTurns(500, {REPS[0]: LEAD - 1, REPS[1]: 1 - LEAD})
    assert turn(owed, members).taker == REPS[0]


def test_of_two_weights_too_small_for_one_unit_the_one_owed_more_comes_first() -> None:
    members = {REPS[0]: 1, REPS[1]: 1, REPS[2]: 10**30}
    owed = TeamTurns(9, {REPS[0]: LEAD // 2, REPS[1]: LEAD // 2 + 1, REPS[2]: -LEAD - 1}, {REPS[1]: 9})
    assert turn(owed, members).taker == REPS[1]


def turns_taken(members: Mapping[RepId, int], count: int) -> list[RepId]:
    turns, takers = TeamTurns(), []
    for _ in range(count):
        taken = turn(turns, members)
        takers.append(taken.taker)
        turns = taken.after
    return takers


def test_equal_weights_take_turns() -> None:
    takers = turns_taken(dict.fromkeys(REPS[:5], 1), 500)
    assert all(len(set(takers[at : at + 5])) == 5 for at in range(0, 500, 5))


def test_no_place_in_a_list_and_no_name_is_preferred() -> None:
    members = dict.fromkeys(REPS[:4], 1)
    firsts = Counter(
        take(TeamName(f"team {n}"), TeamTurns(), members, Portions(LEAD, members)).taker for n in range(2000)
    )
    assert all(400 < count < 600 for count in firsts.values())
    backwards = dict(reversed(members.items()))
    assert turns_taken(members, 200) == turns_taken(backwards, 200)


def test_ties_go_to_the_longest_without_a_turn() -> None:
    members = dict.fromkeys(REPS[:4], 1)
    turns = TeamTurns(9, dict.fromkeys(members, 0), {REPS[0]: 9, REPS[1]: 7, REPS[2]: 8, REPS[3]: 6})
    assert turn(turns, members).taker == REPS[3]
    assert turn(TeamTurns(9, turns.credits, {**turns.last, REPS[2]: 2}), members).taker == REPS[2]
    without = {rep: at for rep, at in turns.last.items() if rep != REPS[0]}
    assert turn(TeamTurns(9, turns.credits, without), members).taker == REPS[0]


# --- who comes, goes and gives back -----------------------------------------------------------------------


def test_who_joins_starts_at_nothing_and_is_not_flooded() -> None:
    old = dict.fromkeys(REPS[:4], 1)
    turns = after(TeamTurns(), old, 403)
    members, takers = dict.fromkeys(REPS[:5], 1), []
    for _ in range(50):
        taken = turn(turns, members)
        takers.append(taken.taker)
        turns = taken.after
    assert 9 <= Counter(takers)[REPS[4]] <= 11
    assert all(pair != (REPS[4], REPS[4]) for pair in pairwise(takers))


def test_the_credit_of_who_leaves_goes_to_the_others_by_weight() -> None:
    credit = {REPS[0]: LEAD // 2, REPS[1]: -LEAD // 4, REPS[2]: -LEAD // 4}
    left = settled(credit, {REPS[1]: 3, REPS[2]: 1}, lot(TEAM, 1))
    assert left == {REPS[1]: LEAD // 8, REPS[2]: -LEAD // 8}
    debt = settled({REPS[0]: -LEAD, REPS[1]: LEAD}, {REPS[1]: 1}, lot(TEAM, 1))
    assert debt == {REPS[1]: 0}
    assert settled({REPS[0]: 5, REPS[1]: -5}, {}, lot(TEAM, 1)) == {}


def test_credit_above_two_leads_is_spread_until_nobody_is_above() -> None:
    credit = {REPS[0]: 5 * LEAD, REPS[1]: AT_MOST - 1, REPS[2]: -7 * LEAD + 1}
    kept = settled(credit, dict.fromkeys(REPS[:3], 1), lot(TEAM, 1))
    assert kept == {REPS[0]: AT_MOST, REPS[1]: AT_MOST, REPS[2]: -2 * AT_MOST}


def test_nobody_without_weight_inherits_unless_nobody_has_any() -> None:
    credit = {REPS[0]: 100, REPS[1]: -50, REPS[2]: -50}
    assert settled(credit, {REPS[1]: 0, REPS[2]: 1}, lot(TEAM, 1)) == {REPS[1]: -50, REPS[2]: 50}
    assert settled(credit, {REPS[1]: 0, REPS[2]: 0}, lot(TEAM, 1)) == {REPS[1]: 0, REPS[2]: 0}


def test_a_changed_weight_changes_later_shares_only() -> None:
    turns = after(TeamTurns(), {REPS[0]: 1, REPS[1]: 3}, 5)
    taken = turn(turns, {REPS[0]: 1, REPS[1]: 1})
    assert taken.shares == {REPS[0]: LEAD // 2, REPS[1]: LEAD // 2}
    paid = {rep: LEAD if rep == taken.taker else 0 for rep in taken.shares}
    expected = {rep: turns.credits[rep] + LEAD // 2 - paid[rep] for rep in taken.shares}
    assert taken.after.credits == expected


def test_a_turn_given_back_at_once_leaves_the_credits_as_they_were() -> None:
    members = {REPS[0]: 2, REPS[1]: 3, REPS[2]: 7}
    turns = after(TeamTurns(), members, 17)
    taken = turn(turns, members)
    back = reverse(taken.after, taken)
    assert back.credits == turns.credits
    assert back.number == taken.after.number


def test_turns_can_be_given_back_in_any_order_and_after_the_taker_left() -> None:
    members = dict.fromkeys(REPS[:3], 1)
    first = turn(TeamTurns(), members)
    second = turn(first.after, members)
    assert (
        reverse(reverse(second.after, first), second).credits
        == reverse(reverse(second.after, second), first).credits
    )
    others = {rep: 1 for rep in members if rep != first.taker}
    moved = turn(second.after, others)
    back = reverse(moved.after, first)
    assert sum(back.credits.values()) == 0
    assert set(turn(back, others).after.credits) == set(others)


@pytest.mark.parametrize("seed", range(60))
def test_credits_sum_to_nothing_and_stay_below_the_limit_whatever_happens(seed: int) -> None:
    random = Random(seed)
    members: dict[RepId, int] = dict.fromkeys(REPS[:3], 1)
    turns, log = TeamTurns(), list[Turn]()
    for _ in range(120):
        if random.random() < 0.2:
            members[random.choice(REPS)] = random.choice((0, 1, 5, 10**12))
        if random.random() < 0.1:
            members.pop(random.choice(REPS), None)
        able = [rep for rep in members if members[rep] and random.random() < 0.5]
        if able:
            log.append(turn(turns, members, able))
            turns = log[-1].after
            assert max(turns.credits.values()) <= AT_MOST
            assert turns.credits.keys() <= members.keys()
        if log and random.random() < 0.2:
            turns = reverse(turns, log.pop(random.randrange(len(log))))
        assert sum(turns.credits.values()) == 0


@given(st.lists(st.integers(0, 10**20), min_size=1, max_size=9), st.integers(0, 10**15), st.integers(0, 99))
def test_portions_sum_to_the_amount_and_are_a_unit_from_exact(
    weigh: list[int], amount: int, number: int
) -> None:
    given_ = dict(zip(REPS, weigh, strict=False))
    portions = Portions(amount, given_).dealt(lot(TEAM, number))
    total = sum(weigh) or len(weigh)
    exact = {rep: Fraction(amount * (weight if sum(weigh) else 1), total) for rep, weight in given_.items()}
    assert sum(portions.values()) == amount
    assert all(abs(portions[rep] - exact[rep]) < 1 for rep in given_)
