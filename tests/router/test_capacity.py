"""Capacity: windows of the rep's own calendar, who is full, and what comes otherwise."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.capacity import WINDOWS, added, counted, full, window_start
from router.model import Action, Days, State, Sticky
from router.route import Router, advance
from router.rules import (
    Alert,
    By,
    Hold,
    If,
    Require,
    SamePerson,
    Step,
    ToOwner,
    ToTeam,
)
from router.trace import Bar
from tests.router.build import ANA, BO, LEE, NIGHT_SHIFT, NOW, TEAM, book, lead, rep, route, team

ZONES = st.sampled_from(
    ["UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
)
DAY = timedelta(days=1)
TIMES = st.integers(1_577_836_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("window", "zone", "now", "start"),
    [
        ("hour", "UTC", "2026-11-18T12:34", "2026-11-18T12:00"),
        ("hour", "Asia/Kolkata", "2026-11-18T12:34", "2026-11-18T12:30"),
        ("day", "UTC", "2026-11-18T12:34", "2026-11-18T00:00"),
        ("day", "America/New_York", "2026-11-18T04:59", "2026-11-17T05:00"),
        ("day", "Australia/Sydney", "2026-11-18T13:00", "2026-11-18T13:00"),
        ("week", "UTC", "2026-11-22T23:59", "2026-11-16T00:00"),  # an ISO week begins on Monday
        ("week", "UTC", "2026-11-23T00:00", "2026-11-23T00:00"),
        ("week", "UTC", "2027-01-01T12:00", "2026-12-28T00:00"),  # over new year
        ("month", "Europe/Berlin", "2026-11-30T22:59", "2026-10-31T23:00"),
        ("month", "Europe/Berlin", "2026-11-30T23:00", "2026-11-30T23:00"),
        # the hour that comes twice is two hours; the day of the change is one of 25 hours
        ("hour", "America/New_York", "2026-11-01T05:30", "2026-11-01T05:00"),
        ("hour", "America/New_York", "2026-11-01T06:30", "2026-11-01T06:00"),
        ("day", "America/New_York", "2026-11-02T04:59", "2026-11-01T04:00"),
        ("day", "America/New_York", "2026-03-09T03:59", "2026-03-08T05:00"),
        # the other hemisphere: the gap in October, the hour twice in April
        ("hour", "Australia/Sydney", "2026-10-03T16:30", "2026-10-03T16:00"),  # 03:30, from 01:59 to 03:00
        ("day", "Australia/Sydney", "2026-10-04T12:59", "2026-10-03T14:00"),  # 23 hours long
        ("hour", "Australia/Sydney", "2026-04-04T15:30", "2026-04-04T15:00"),
        ("hour", "Australia/Sydney", "2026-04-04T16:30", "2026-04-04T16:00"),
        ("day", "Australia/Sydney", "2026-04-05T13:59", "2026-04-04T13:00"),  # 25 hours long
        ("week", "Australia/Sydney", "2026-04-05T13:59", "2026-03-29T13:00"),
        ("month", "Australia/Sydney", "2026-04-30T13:59", "2026-03-31T13:00"),
        (
            "hour",
            "Australia/Lord_Howe",
            "2026-04-04T15:15",
            "2026-04-04T14:00",
        ),  # 90 minutes are one hour there
        ("day", "America/Santiago", "2026-09-06T05:00", "2026-09-06T04:00"),  # midnight itself is in the gap
        ("day", "Europe/London", "2026-03-29T22:59", "2026-03-29T00:00"),
        # a rolling window is as long as it says, whatever the clocks do
        ("86400s", "America/New_York", "2026-11-01T12:00", "2026-10-31T12:00"),
        ("86400s", "Australia/Sydney", "2026-10-04T12:00", "2026-10-03T12:00"),
    ],
)
def test_a_window_begins_on_the_clock_of_the_rep(window: str, zone: str, now: str, start: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert window_start(window, zone, at).astimezone(UTC) == datetime.fromisoformat(start).replace(tzinfo=UTC)


@given(TIMES, ZONES)
def test_windows_lie_in_each_other_and_hold_the_moment(now: datetime, zone: str) -> None:
    starts = [window_start(window, zone, now).astimezone(UTC) for window in ("hour", "day", "month")]
    assert starts == sorted(starts, reverse=True)
    assert all(start <= now for start in starts)
    week = window_start("week", zone, now)
    assert week.weekday() == 0
    assert timedelta() <= now - week.astimezone(UTC) < timedelta(days=7, hours=2)
    assert starts[0] > now - timedelta(hours=2)
    assert window_start("month", zone, now).astimezone(ZoneInfo(zone)).day in (1, 2)  # Apia skipped a day


@pytest.mark.parametrize(
    ("capacity", "load", "why"),
    [
        ({"day": 2}, {"day": 1}, None),
        ({"day": 2}, {"day": 2}, "full: 2 leads today, at most 2"),
        ({"day": 2}, {"hour": 9, "week": 9, "month": 9, "open": 9}, None),
        ({"hour": 1}, {"hour": 1}, "full: 1 lead this hour, at most 1"),
        ({"week": 5, "open": 3}, {"week": 4, "open": 4}, "full: 4 leads open, at most 3"),
        ({"month": 5}, {"month": 6}, "full: 6 leads this month, at most 5"),
        ({"86400s": 5}, {"86400s": 4}, None),
        ({"86400s": 5}, {"86400s": 3, "since": 2}, "full: 5 leads in the last 24h, at most 5"),
        ({"90000s": 1}, {"since": 1}, "full: 1 lead in the last 25h, at most 1"),
        ({"604800s": 2, "5400s": 1}, {"604800s": 2}, "full: 2 leads in the last 7d, at most 2"),
        ({"5400s": 1}, {"5400s": 1}, "full: 1 lead in the last 90m, at most 1"),
        ({"60s": 1}, {"60s": 1}, "full: 1 lead in the last 60s, at most 1"),
        ({"day": 2}, {"since": 5}, None),
        ({}, {"day": 1000}, None),
    ],
)
def test_each_limit_counts_by_itself(capacity: dict[str, int], load: dict[str, int], why: str | None) -> None:
    found = full(rep("ana", capacity=capacity), {ANA: load})
    assert found == (None if why is None else (Bar.FULL, why))


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/New_York", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T06:00"),
        ("Australia/Sydney", "2026-10-03T16:00"),
        ("Australia/Sydney", "2026-04-04T16:00"),
    ],
)
def test_over_a_change_of_the_clocks_each_window_is_full_once_and_then_free_again(
    zone: str, change: str
) -> None:
    start = datetime.fromisoformat(change).replace(tzinfo=UTC) - timedelta(hours=3)
    given: list[datetime] = []
    for now in (start + timedelta(minutes=10 * n) for n in range(6 * 30)):
        since = window_start("hour", zone, now)
        load = {
            "hour": sum(since <= at for at in given),
            "86400s": len([at for at in given if at > now - DAY]),
        }
        if full(rep("ana", capacity={"hour": 2, "86400s": 40}), {ANA: load}) is None:
            given.append(now)
    by_hour = Counter(at.replace(minute=0) for at in given)
    assert set(by_hour.values()) == {2}
    assert [sum(at - DAY < each <= at for each in given) for at in given][-1] == 40


def test_leads_of_one_transaction_count_for_the_next() -> None:
    rules = book(rep("ana", capacity={"day": 2}), rep("bo", capacity={"open": 1}), rep("lee"))
    router, state, got = Router(rules), State(loads={ANA: {"day": 1}}), []
    for number in range(6):
        decision = router.route(lead(str(number)), state, NOW)
        state = advance(state, decision, lead(str(number)), NOW)
        got.append(decision.owner)
    assert (got.count(ANA), got.count(BO), got.count(LEE)) == (1, 1, 4)
    assert state.loads[ANA] == {"hour": 1, "day": 2, "week": 1, "month": 1, "open": 1, "since": 1}


def test_who_is_full_is_said_with_the_reason_and_gets_no_share() -> None:
    rules = book(rep("ana", capacity={"day": 1}), rep("bo"))
    trace = Router(rules).explain(lead(), State(loads={ANA: {"day": 1}}), NOW)
    [attempt] = trace.attempts
    assert {each.rep: each.why and each.why.text for each in attempt.reps} == {
        ANA: "full: 1 lead today, at most 1",
        BO: None,
    }
    assert trace.turn is not None
    assert set(trace.turn.shares) == {BO}
    assert trace.decision.reasons == ("1 of 2 may take it: 1 at capacity",)


@pytest.mark.parametrize(
    ("ana", "loads", "state", "by"),
    [
        ({"capacity": {"day": 1}}, {ANA: {"day": 1}}, {}, "alert"),  # if: full
        ({"capacity": {"day": 1}}, {}, {}, "round_robin"),
        ({"capacity": {"day": 1}, "hours": NIGHT_SHIFT}, {ANA: {"day": 1}}, {}, "hold"),  # off now: closed
        ({"capacity": {"day": 1}}, {ANA: {"day": 1}}, {"absent": {ANA: "inactive"}}, "hold"),
        ({"capacity": {"day": 1}}, {ANA: {"day": 1}}, {"away": {ANA: None}}, "hold"),
    ],
)
def test_if_full_is_for_those_who_could_take_it_otherwise(
    ana: dict[str, object], loads: dict[str, dict[str, int]], state: dict[str, object], by: str
) -> None:
    rules = book(rep("ana", **ana), otherwise=(Step(Alert(), If.FULL), Step(Hold(3600.0))))
    assert route(rules, state=State(loads=loads, **state)).by == by  # type: ignore[arg-type]


def test_a_full_team_is_not_a_team_that_nobody_suits() -> None:
    rules = book(
        rep("ana", capacity={"day": 1}, attributes={"language": ("de",)}),
        rep("bo"),
        assign=ToTeam(TEAM, require={"language": Require(("de",))}),
        otherwise=(Step(Alert(), If.NOBODY), Step(Hold(60.0), If.FULL)),
    )
    assert route(rules, state=State(loads={ANA: {"day": 1}})).by == "hold"


@pytest.mark.parametrize("named", [True, False])
def test_an_owner_by_name_or_by_person_is_not_overfilled(named: bool) -> None:
    assign = ToOwner(rep=ANA) if named else None
    rules = book(rep("ana", capacity={"day": 1}), rep("bo"), assign=assign, same_person=SamePerson(9e9, 0.0))
    known = {} if named else {"email:eve@x.com": Sticky(ANA, NOW)}
    it = lead(email="eve@x.com")
    free = route(rules, it, State(persons=known))
    taken = route(rules, it, State(persons=known, loads={ANA: {"day": 1}}))
    assert (free.owner, taken.owner) == (ANA, None if named else BO)
    assert "ana: full: 1 lead today, at most 1" in taken.reasons


def test_away_is_said_before_full() -> None:
    away = (Days(NOW.date(), NOW.date()),)
    rules = book(rep("ana", capacity={"day": 1}, away=away), assign=ToOwner(rep=ANA))
    assert route(rules, state=State(loads={ANA: {"day": 1}})).reasons == (f"ana: away until {NOW.date()}",)


def test_only_reps_who_may_be_asked_for_are_counted() -> None:
    reps = [rep("ana", capacity={"day": 1}), rep("bo"), rep("lee")]
    assert counted(book(*reps[1:])) == set()
    assert counted(book(*reps)) == {ANA}
    teams = {TEAM: team("bo"), "other": team("ana", "lee", name="other")}
    assert counted(book(*reps, teams=teams, assign=ToTeam(TEAM, by=By.LEAST_LOADED))) == {ANA, BO}


def test_a_lead_that_nobody_got_adds_nothing() -> None:
    parked = route(book(rep("ana", weights=((None, 0),))))
    assert parked.action is Action.PARK
    assert added({}, parked) == {}
    assert {*WINDOWS, "open", "since"} == added({}, route(book(rep("ana"))))[ANA].keys()
