"""Who was away catches up, within limits: shares without leads, paid after the return, and then spread."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.absence import Away
from router.model import LEAD, Absence, Days, Missed, Rep, RepId, State, TeamTurns, Turn
from router.route import Router, advance
from router.rules import By, Require, Rulebook, ToTeam
from router.turns import Portions, reverse, take
from sync.codec import turn_from_text, turn_to_text
from tests.router.build import ANA, BO, DAY_SHIFT, LEE, NOW, TEAM, book, lead, rep, team

THREE = Absence(at_most=3, within=7 * 86_400.0)
DAY = timedelta(days=1)
VACATION = (Days(date(2026, 11, 18), date(2026, 11, 20)),)  # back on Saturday at midnight
BACK = datetime(2026, 11, 21, tzinfo=NOW.tzinfo)
HALF, THIRD = LEAD // 2, LEAD // 3


def rules(*reps: Rep, policy: Absence | None = THREE, **assign: Anything) -> Rulebook:
    """Return a rulebook of one team that lets its reps catch up."""
    them = replace(team(*(one.id for one in reps)), catch_up=policy)
    return book(*reps, assign=ToTeam(TEAM, **assign), teams={TEAM: them})


def routed(
    rulebook: Rulebook, times: Iterable[datetime], state: State | None = None, **fields: Anything
) -> tuple[list[RepId | None], State]:
    """Route a lead at each of the times; return who got them, and the state after."""
    router, state, takers = Router(rulebook), state or State(), list[RepId | None]()
    for number, now in enumerate(times):
        it = lead(f"{now}{number}", **fields)
        decision = router.route(it, state, now)
        state = advance(state, decision, it, now)
        takers.append(decision.owner)
    return takers, state


def credit(state: State, of: RepId) -> float:
    return state.turns[TEAM].credits[of] / LEAD


AWAY_THREE_DAYS = (rep("ana", away=VACATION), rep("bo"), rep("lee"))


# --- while away -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "state", "missed"),
    [
        ({"away": VACATION}, State(), 3.0),
        ({"hours": DAY_SHIFT, "zone": "Asia/Tokyo"}, State(), 3.0),  # it is 21:00 there
        ({"holidays": "FR"}, State(), 3.0),
        ({}, State(away={ANA: None}), 3.0),
        ({}, State(away={ANA: NOW + 2 * DAY}), 3.0),
        ({"capacity": {"day": 1}, "away": VACATION}, State(loads={ANA: {"day": 1}}), 0.0),
        ({"capacity": {"day": 1}}, State(away={ANA: None}, loads={ANA: {"day": 1}}), 0.0),
        ({"away": VACATION}, State(absent={ANA: "inactive in hs"}), 0.0),
        ({"away": VACATION, "attributes": {"language": ("en",)}}, State(), 0.0),
        ({"away": VACATION, "weights": ((None, 0),)}, State(), 0.0),
        ({"works": (Days(None, date(2026, 11, 1)),)}, State(), 0.0),
    ],
)
def test_only_who_is_missing_for_time_alone_gets_a_share(
    fields: dict[str, Anything], state: State, missed: float
) -> None:
    german = {"attributes": {"language": ("de",)}}
    reps = (rep("ana", **{**german, **fields}), rep("bo", **german), rep("lee", **german))
    asks = {"language": Require(values=("de",))}
    people = replace(
        rules(*reps, require=asks), holidays=lambda code, _: "a holiday" if code == "FR" else None
    )
    _, after = routed(people, [NOW] * 30, state)
    assert after.turns[TEAM].credits.get(ANA, 0) / LEAD == pytest.approx(missed)
    assert sum(after.turns[TEAM].credits.values()) == 0


def test_who_keeps_their_place_gets_none() -> None:
    _, after = routed(rules(*AWAY_THREE_DAYS, policy=None), [NOW] * 30)
    assert ANA not in after.turns[TEAM].credits
    assert not after.turns[TEAM].missed


@pytest.mark.parametrize(("at_most", "owed"), [(1, 1), (2, 2), (3, 3), (9, 9)])
def test_no_more_is_owed_than_the_policy_says(at_most: int, owed: int) -> None:
    policy = Absence(at_most, THREE.within)
    _, after = routed(rules(*AWAY_THREE_DAYS, policy=policy), [NOW] * 60)
    assert credit(after, ANA) == owed
    assert sum(one.units for one in after.turns[TEAM].missed[ANA]) == owed * LEAD


def test_the_candidates_share_among_themselves_as_if_nobody_were_away() -> None:
    takers, _ = routed(rules(*AWAY_THREE_DAYS), [NOW] * 60)
    assert Counter(takers) == {BO: 30, LEE: 30}
    assert all(len(list(run)) <= 2 for _, run in groupby(takers))


@pytest.mark.parametrize("by", [By.ORDERED, By.LEAST_LOADED])
def test_where_no_turn_decides_nothing_is_missed(by: By) -> None:
    _, after = routed(rules(*AWAY_THREE_DAYS, by=by), [NOW] * 10)
    assert not after.turns[TEAM].missed


# --- back -------------------------------------------------------------------------------------------------


def test_who_is_back_catches_up_and_no_more() -> None:
    takers, after = routed(rules(*AWAY_THREE_DAYS), [*([NOW] * 60), *([BACK] * 60)])
    assert Counter(takers[60:])[ANA] == 20 + 3
    assert len(next(list(run) for taker, run in groupby(takers[60:]) if taker == ANA)) <= 5
    assert not after.turns[TEAM].missed


@pytest.mark.parametrize(
    ("later", "caught_up"), [(6 * DAY, 3), (7 * DAY - timedelta(seconds=1), 3), (7 * DAY, 0)]
)
def test_what_is_unpaid_some_time_after_the_return_is_spread(later: timedelta, caught_up: int) -> None:
    takers, after = routed(rules(*AWAY_THREE_DAYS), [*([NOW] * 60), *([BACK + later] * 60)])
    assert Counter(takers[60:])[ANA] == 20 + caught_up
    assert not after.turns[TEAM].missed


def test_what_was_made_up_for_is_not_taken_away_again() -> None:
    """A lead in turn, owed when the time is over, stays owed."""
    early = [NOW] * 60 + [BACK] * 9
    _, state = routed(rules(*AWAY_THREE_DAYS), early)
    before = dict(state.turns[TEAM].credits)
    turn = Router(rules(*AWAY_THREE_DAYS)).route(lead("x"), state, BACK + 8 * DAY).turn
    assert turn is not None
    assert turn.lapsed == {}
    paid = {**dict.fromkeys(before, 0), turn.taker: LEAD}
    assert {each: turn.after.credits[each] - before[each] + paid[each] for each in before} == turn.shares


def test_each_absence_has_its_own_time_whatever_nights_come_after() -> None:
    """Nights are absences too: they do not put off what was missed in a vacation."""
    nights = rep("ana", away=VACATION, hours=DAY_SHIFT, attributes={})
    turns = TeamTurns(60, {ANA: 2 * LEAD, BO: -2 * LEAD}, {}, {ANA: (Missed(2 * LEAD, BACK + 7 * DAY),)})
    night = BACK + 7 * DAY - timedelta(hours=1)
    _, state = routed(rules(nights, rep("bo")), [night], State({TEAM: turns}))
    assert [one.units for one in state.turns[TEAM].missed[ANA]] == [2 * LEAD, HALF]
    decision = Router(rules(nights, rep("bo"))).route(lead("x"), state, night + 2 * timedelta(hours=1))
    assert decision.turn is not None
    assert decision.turn.lapsed == {ANA: 2 * LEAD}


def test_the_time_after_an_open_mark_begins_with_the_first_lead_after_it() -> None:
    people = rules(rep("ana"), rep("bo"), rep("lee"))
    _, state = routed(people, [NOW] * 60, State(away={ANA: None}))
    assert state.turns[TEAM].missed[ANA] == (Missed(3 * LEAD, None),)
    back = replace(state, away={})
    _, later = routed(people, [BACK], back)
    assert {one.until for one in later.turns[TEAM].missed[ANA]} == {BACK + 7 * DAY}


def test_who_is_back_early_has_the_time_from_then_on() -> None:
    people = rules(rep("ana"), rep("bo"), rep("lee"))
    _, state = routed(people, [NOW] * 60, State(away={ANA: NOW + 30 * DAY}))
    assert state.turns[TEAM].missed[ANA][0].until == NOW + 37 * DAY
    _, state = routed(people, [BACK], replace(state, away={}))
    assert state.turns[TEAM].missed[ANA][0].until == BACK + 7 * DAY


def test_a_lead_the_absent_one_could_not_take_says_nothing_of_the_return() -> None:
    asks = {"language": Require(values=("de",))}
    reps = (rep("ana", away=VACATION), rep("bo", attributes={"language": ("de",)}), rep("lee"))
    _, state = routed(rules(*reps), [NOW] * 60)
    _, after = routed(rules(*reps, require=asks), [NOW] * 3, state)
    assert after.turns[TEAM].missed == state.turns[TEAM].missed


# --- said, kept, given back -------------------------------------------------------------------------------


def test_the_decision_says_who_may_catch_up_who_does_and_who_is_too_late() -> None:
    people = rules(*AWAY_THREE_DAYS)
    router = Router(people)
    away = router.route(lead(), State(), NOW)
    assert away.reasons[-1] == "ana is away and may catch up on a share of it"
    _, state = routed(people, [NOW] * 60)
    back = router.route(lead(), state, BACK)
    assert back.owner == ANA
    assert back.reasons[-1] == "ana catches up: 3.00 leads were missed"
    late = router.route(lead(), state, BACK + 8 * DAY)
    assert "ana did not catch up in time: 3.00 leads go to the others" in late.reasons


def test_the_log_keeps_what_was_missed() -> None:
    _, state = routed(rules(*AWAY_THREE_DAYS), [NOW] * 5)
    turn = Turn(TEAM, BO, {ANA: THIRD, BO: LEAD - THIRD}, state.turns[TEAM], (ANA,))
    assert turn_from_text(TEAM, turn_to_text(turn)) == turn
    unknown = replace(turn, after=replace(turn.after, missed={ANA: (Missed(7, None),)}))
    assert turn_from_text(TEAM, turn_to_text(unknown)) == unknown


def test_a_turn_given_back_is_not_missed_any_more() -> None:
    members = {ANA: 1, BO: 1, LEE: 1}
    away = Away(THREE, NOW, {ANA: BACK})
    first = take(TEAM, TeamTurns(), members, Portions(LEAD, members), away=away)
    second = take(TEAM, first.after, members, Portions(LEAD, members), away=away)
    back = reverse(second.after, second)
    assert (back.credits, back.missed) == (first.after.credits, first.after.missed)
    assert reverse(back, first).missed == {}


# --- whatever happens -------------------------------------------------------------------------------------

some = st.lists(st.sampled_from(["lead", "night", "weekend", "given back"]), max_size=40)


@settings(max_examples=120, deadline=None)
@given(some, st.integers(1, 4), st.integers(0, 3), st.integers(0, 9))
def test_credits_sum_to_nothing_and_stay_below_the_limit_whatever_is_missed(
    events: list[str], at_most: int, days: int, share: int
) -> None:
    members, policy = {ANA: share, BO: 3, LEE: 5}, Absence(at_most, days * 86_400.0)
    turns, log, now = TeamTurns(), list[Turn](), NOW
    for event in events:
        if event == "given back" and log:
            turns = reverse(turns, log.pop(len(log) // 2))
        back: dict[RepId, datetime | None] = {}
        if event == "night":
            back = {BO: now + DAY / 2}
        elif event == "weekend":
            back = {ANA: None, LEE: now + 2 * DAY}
        away = Away(policy, now, back)
        log.append(take(TEAM, turns, members, Portions(LEAD, members), away=away))
        turns, now = log[-1].after, now + DAY / 3
        assert log[-1].taker not in back
        assert sum(turns.credits.values()) == 0
        assert max(turns.credits.values()) <= at_most * LEAD
        owed = {r: sum(one.units for one in absences) for r, absences in turns.missed.items()}
        assert all(0 < units <= turns.credits[r] for r, units in owed.items())


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from((1, 2, 5, 50)), min_size=2, max_size=7),
    st.integers(0, 80),
    st.sampled_from((None, 1, 2, 3, 5)),
)
def test_no_return_floods_anybody(weigh: list[int], leads: int, at_most: int | None) -> None:
    """In no stretch after the return does who was away get more than the policy, and one, above their shares."""
    members = {RepId(f"r{n}"): weight for n, weight in enumerate(weigh)}
    gone = RepId("r0")
    others = {r: weight for r, weight in members.items() if r != gone}
    policy = None if at_most is None else Absence(at_most, 7 * 86_400.0)
    turns = TeamTurns()
    for _ in range(leads):
        sharing = Portions(LEAD, others if policy is None else members)
        missing = None if policy is None else Away(policy, NOW, {gone: BACK})
        turns = take(TEAM, turns, members, sharing, away=missing).after
    above, most, run, longest = 0, 0, 0, 0
    for _ in range(40):
        here = None if policy is None else Away(policy, BACK, {})
        turn = take(TEAM, turns, members, Portions(LEAD, members), away=here)
        above = max(above, 0) + (LEAD if turn.taker == gone else 0) - turn.shares[gone]
        run = run + 1 if turn.taker == gone else 0
        most, longest, turns = max(most, above), max(longest, run), turn.after
    allowed = (at_most or 1) + 1
    assert most <= allowed * LEAD
    own = members[gone] / sum(members.values())
    assert longest <= allowed / (1 - own) + 1
