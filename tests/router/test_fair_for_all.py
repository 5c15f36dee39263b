"""What no list, name, joiner, hole or trick may change: who gets how many leads."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.model import LEAD, Days, Member, Rep, RepId, State, Team, TeamTurns, Turn
from router.route import Router, advance
from router.rules import ALWAYS, Rule, Rulebook, ToTeam
from router.turns import FREE_REJECTS, Portions, rejected, reverse, take
from tests.router.build import NOW, TEAM, lead, rep

Weights = Mapping[RepId, int]
NAMES = tuple(RepId(name) for name in ("ana", "bo", "cy", "dee", "eve", "flo", "gus"))
weights = st.lists(st.sampled_from((1, 1, 2, 3, 10, 50)), min_size=2, max_size=7)


def played(members: Weights, able: Iterable[Sequence[RepId]], turns: TeamTurns | None = None) -> list[Turn]:
    """Give one lead after another, each to one of those able to take it."""
    log, at = list[Turn](), turns or TeamTurns()
    for some in able:
        log.append(take(TEAM, at, members, Portions(LEAD, {one: members[one] for one in some})))
        at = log[-1].after
    return log


def counts(log: Iterable[Turn]) -> Counter[RepId]:
    return Counter(turn.taker for turn in log)


# --- order, names, seniority ------------------------------------------------------------------------------


def owners(members: Sequence[Rep], order: Sequence[Rep], leads: int) -> list[RepId | None]:
    book = Rulebook(
        rules=(Rule("all", ALWAYS, ToTeam(TEAM)),),
        reps={one.id: one for one in members},
        teams={TEAM: Team(TEAM, tuple(Member(one.id) for one in order))},
    )
    router, state, got = Router(book), State(), list[RepId | None]()
    for number in range(leads):
        it = lead(str(number))
        decision = router.route(it, state, NOW)
        state = advance(state, decision, it, NOW)
        got.append(decision.owner)
    return got


@settings(max_examples=30, deadline=None)
@given(weights, st.data())
def test_the_order_of_a_list_and_seniority_change_not_one_lead(weigh: list[int], data: st.DataObject) -> None:
    people = [rep(name, weights=((None, weight),)) for name, weight in zip(NAMES, weigh, strict=False)]
    joined = data.draw(st.permutations(range(len(people))))
    seniors = [
        rep(one.id, weights=one.weights, works=(Days(date(2020, 1, 1 + day), None),))
        for one, day in zip(people, joined, strict=True)
    ]
    expected = owners(people, people, 40)
    assert owners(data.draw(st.permutations(people)), data.draw(st.permutations(people)), 40) == expected
    assert owners(seniors, seniors, 40) == expected


@settings(max_examples=80, deadline=None)
@given(weights, st.data(), st.integers(1, 120))
def test_a_name_changes_nobodys_share(weigh: list[int], data: st.DataObject, leads: int) -> None:
    names = data.draw(st.permutations(NAMES))
    first = dict(zip(NAMES, weigh, strict=False))
    second = dict(zip(names, weigh, strict=False))
    one, other = counts(played(first, [list(first)] * leads)), counts(played(second, [list(second)] * leads))
    bound = 1 - 1 / (2 * len(weigh) - 2)
    assert all(abs(one[a] - other[b]) <= 2 * bound for a, b in zip(first, second, strict=True))


# --- joiners and holes ------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(weights, st.integers(0, 60))
def test_a_joiner_gets_no_flood(weigh: list[int], before: int) -> None:
    members = dict(zip(NAMES, weigh, strict=False))
    joiner, old = NAMES[0], dict(zip(NAMES[1:], weigh[1:], strict=False))
    log = played(old, [list(old)] * before)
    after = played(members, [list(members)] * 60, log[-1].after if log else None)
    share, got = members[joiner] / sum(members.values()), 0
    for number, turn in enumerate(after, 1):
        got += turn.taker == joiner
        assert got <= number * share + 1
    assert got >= 60 * share - 2


@settings(max_examples=80, deadline=None)
@given(st.integers(3, 7), st.lists(st.booleans(), min_size=20, max_size=120))
def test_leads_that_some_may_not_take_leave_the_others_equal(reps: int, holes: list[bool]) -> None:
    members = dict.fromkeys(NAMES[:reps], 1)
    few = list(members)[:2]
    got = counts(played(members, [few if hole else list(members) for hole in holes]))
    assert max(got[one] for one in few) - min(got[one] for one in few) <= 3
    others = [got[one] for one in list(members)[2:]]
    assert max(others) - min(others) <= 3
    assert all(abs(got[one] - holes.count(False) / reps) <= 2 for one in list(members)[2:])


# --- given back and rejected ------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(weights, st.data())
def test_turns_given_back_in_any_order_leave_nothing_behind(weigh: list[int], data: st.DataObject) -> None:
    members = dict(zip(NAMES, weigh, strict=False))
    log = played(members, [list(members)] * data.draw(st.integers(1, 12)))
    turns = log[-1].after
    for turn in data.draw(st.permutations(log)):
        turns = reverse(turns, turn)
        assert sum(turns.credits.values()) == 0
    assert set(turns.credits.values()) == {0}


@pytest.mark.parametrize(
    ("before", "moved"), [(0, LEAD), (FREE_REJECTS - 1, LEAD), (FREE_REJECTS, 0), (9, 0)]
)
def test_a_reject_moves_one_lead_and_from_the_fourth_in_a_week_on_nothing(before: int, moved: int) -> None:
    turns = TeamTurns(7, {NAMES[0]: -5, NAMES[1]: 5}, {NAMES[0]: 7})
    after = rejected(turns, NAMES[0], NAMES[1], before=before)
    assert (after.number, after.last) == (7, turns.last)
    assert after.credits == {NAMES[0]: moved - 5, NAMES[1]: 5 - moved}


@settings(max_examples=100, deadline=None)
@given(weights, st.lists(st.booleans(), min_size=20, max_size=80))
def test_nobody_gains_turns_by_rejecting(weigh: list[int], rejects: list[bool]) -> None:
    """Of the leads that somebody keeps there are never more than their shares, and one."""
    members = dict(zip(NAMES, weigh, strict=False))
    choosy, turns, kept, owed = NAMES[0], TeamTurns(), 0, 0
    given_away, now = list[datetime](), NOW
    for reject in rejects:
        turn = take(TEAM, turns, members, Portions(LEAD, members))
        turns, owed, now = turn.after, owed + turn.shares[choosy], now + timedelta(hours=6)
        if turn.taker == choosy and reject:
            others = {one: weight for one, weight in members.items() if one != choosy}
            next_one = take(TEAM, turns, members, Portions(LEAD, others)).taker
            recent = sum(now - at < timedelta(days=7) for at in given_away)
            turns = rejected(turns, choosy, next_one, before=recent)
            given_away.append(now)
        else:
            kept += turn.taker == choosy
        assert kept * LEAD <= owed + LEAD + len(rejects)
        assert sum(turns.credits.values()) == 0
