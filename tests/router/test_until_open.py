"""`hold: {until: open}`: the deadline is the moment at which the time of somebody who suits begins."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any as Anything

import pytest

from router.model import Action, Days, Decision, Hours, Rep, State, Team, TeamName
from router.openings import begins
from router.rules import ALWAYS, Alert, Hold, If, Require, Rule, Rulebook, Step, Target, ToOwner, ToTeam
from tests.router.build import ANA, BO, TEAM, lead, rep, route, team

NINE_TO_FIVE = tuple(Hours(day, time(9), time(17)) for day in range(5))
WEEK = timedelta(days=7)
BACKUP = TeamName("backup")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rules(
    *reps: Rep,
    at_most: timedelta = WEEK,
    before: tuple[Step, ...] = (),
    assign: Target | None = None,
    teams: tuple[Team, ...] = (),
) -> Rulebook:
    hold = Step(Hold(at_most.total_seconds(), until_open=True))
    rule = Rule("all", ALWAYS, assign or ToTeam(TEAM), (*before, hold, Step(Alert())))
    crews = {one.name: one for one in (team(*(one.id for one in reps)), *teams)}
    holidays = {date(2026, 11, 26): "Thanksgiving"}
    return Rulebook(
        rules=(rule,),
        reps={one.id: one for one in reps},
        teams=crews,
        holidays=lambda code, day: holidays.get(day) if code == "US" else None,
    )


def until(rulebook: Rulebook, now: str, state: State | None = None, **fields: Anything) -> datetime:
    decision = route(rulebook, lead(**fields), state, utc(now))
    assert decision.parked is not None
    assert not decision.parked.alert
    return decision.parked.until


@pytest.mark.parametrize(
    ("fields", "now", "opens"),
    [
        ({}, "2026-11-18T20:00", "2026-11-19T09:00"),
        ({}, "2026-11-18T08:59", "2026-11-18T09:00"),
        ({}, "2026-11-20T17:00", "2026-11-23T09:00"),  # over the weekend
        ({"zone": "America/New_York"}, "2026-11-18T23:00", "2026-11-19T14:00"),
        ({"zone": "America/New_York"}, "2026-10-30T23:00", "2026-11-02T14:00"),  # clocks go back on the way
        ({"zone": "America/New_York"}, "2026-03-06T23:00", "2026-03-09T13:00"),  # and forward
        ({"zone": "Australia/Sydney"}, "2026-10-02T12:00", "2026-10-04T22:00"),  # forward, in the south
        ({"zone": "Australia/Sydney"}, "2026-04-03T12:00", "2026-04-05T23:00"),  # and back
        ({"holidays": "US"}, "2026-11-25T20:00", "2026-11-27T09:00"),
        ({"away": (Days(date(2026, 11, 19), date(2026, 11, 20)),)}, "2026-11-18T20:00", "2026-11-23T09:00"),
        ({"away": (Days(date(2026, 11, 19), None),)}, "2026-11-18T20:00", "2026-11-25T20:00"),  # who knows
        ({"works": (Days(date(2026, 11, 20), None),)}, "2026-11-18T20:00", "2026-11-20T09:00"),
        ({"works": (Days(None, date(2026, 11, 18)),)}, "2026-11-18T20:00", "2026-11-25T20:00"),
        ({"weights": ((date(2026, 11, 20), 1),)}, "2026-11-18T20:00", "2026-11-20T09:00"),
    ],
)
def test_it_is_held_until_the_next_who_is_there(fields: dict[str, Anything], now: str, opens: str) -> None:
    assert until(rules(rep("ana", **{"hours": NINE_TO_FIVE, **fields})), now) == utc(opens)


def test_hours_that_begin_in_the_gap_of_a_night_begin_behind_it() -> None:
    early = tuple(Hours(day, time(2, 30), time(9)) for day in range(7))
    berlin = rep("ana", hours=early, zone="Europe/Berlin")
    assert until(rules(berlin), "2026-03-28T12:00") == utc(
        "2026-03-29T01:30"
    )  # 2:30 is not there, it is 3:30
    assert until(rules(berlin), "2026-10-24T12:00") == utc("2026-10-25T00:30")  # 2:30 is there twice


@pytest.mark.parametrize(
    ("marked", "opens"),
    [
        (utc("2026-11-19T12:30"), "2026-11-19T12:30"),  # in the middle of the day
        (utc("2026-11-19T20:00"), "2026-11-20T09:00"),
        (utc("2026-11-18T10:00"), "2026-11-19T09:00"),  # over
        (None, "2026-11-25T20:00"),
    ],
)
def test_a_mark_puts_it_off(marked: datetime | None, opens: str) -> None:
    people = rules(rep("ana", hours=NINE_TO_FIVE))
    assert until(people, "2026-11-18T20:00", State(away={ANA: marked})) == utc(opens)


def test_only_who_suits_is_waited_for() -> None:
    late = tuple(Hours(day, time(12), time(17)) for day in range(5))
    reps = (
        rep("ana", hours=NINE_TO_FIVE),
        rep("bo", hours=late, attributes={"language": ("de",)}),
        rep("lee", hours=NINE_TO_FIVE, attributes={"language": ("de",)}),
    )
    german = ToTeam(TEAM, require={"language": Require(same=True)})
    inactive = State(absent={reps[2].id: "inactive in hs"})
    now = "2026-11-18T20:00"
    assert until(rules(*reps, assign=german), now, inactive, language="de") == utc("2026-11-19T12:00")
    assert until(rules(*reps, assign=german), now, inactive) == utc("2026-11-19T09:00")
    assert until(rules(*reps, assign=german), now, language="fr") == utc("2026-11-25T20:00")


def test_at_most_is_the_deadline_where_it_is_earlier() -> None:
    people = rules(rep("ana", hours=NINE_TO_FIVE), at_most=timedelta(hours=3))
    assert until(people, "2026-11-18T20:00") == utc("2026-11-18T23:00")


def test_who_is_full_is_waited_for_until_the_next_day() -> None:
    people = rules(rep("ana", hours=NINE_TO_FIVE, capacity={"day": 1}))
    assert until(people, "2026-11-18T12:00", State(loads={ANA: {"day": 1}})) == utc("2026-11-19T09:00")


def test_a_team_that_never_closes_and_is_full_holds_it_as_long_as_said() -> None:
    people = rules(rep("ana", capacity={"open": 1}))
    assert until(people, "2026-11-18T12:00", State(loads={ANA: {"open": 1}})) == utc("2026-11-25T12:00")


def after(rulebook: Rulebook, since: str, now: str, state: State | None = None) -> Decision:
    held = replace(state or State(), held={lead().ref: utc(since)})
    return route(rulebook, lead(), held, utc(now))


def test_at_the_deadline_it_is_theirs_and_else_the_next_step_comes() -> None:
    people = rules(rep("ana", hours=NINE_TO_FIVE, capacity={"week": 1}))
    assert after(people, "2026-11-18T20:00", "2026-11-19T09:00").owner == ANA
    full = State(loads={ANA: {"week": 1}})
    waiting = after(people, "2026-11-18T20:00", "2026-11-19T08:59", full)
    assert (waiting.action, waiting.by) == (Action.PARK, "hold")
    over = after(people, "2026-11-18T20:00", "2026-11-19T09:00", full)
    assert over.parked is not None
    assert over.parked.alert
    assert "held until 2026-11-19 09:00 UTC, nobody took it" in over.reasons


def test_the_deadline_is_the_same_however_often_it_is_looked_at() -> None:
    people = rules(rep("ana", hours=NINE_TO_FIVE))
    for now in ("2026-11-20T17:01", "2026-11-21T12:00", "2026-11-23T08:59"):
        decision = after(people, "2026-11-20T17:00", now)
        assert decision.parked is not None
        assert decision.parked.until == utc("2026-11-23T09:00")
        assert decision.parked.reason.startswith("waits until somebody is there: 0 of 1 may take it")


def test_of_several_teams_asked_the_one_that_opens_first_counts() -> None:
    night = tuple(Hours(day, time(2), time(6)) for day in range(7))
    people = (rep("ana", hours=NINE_TO_FIVE), rep("bo", hours=night))
    backup = replace(team("bo"), name=BACKUP)
    only_ana = replace(team("ana"), name=TEAM)
    both = rules(*people, before=(Step(ToTeam(BACKUP), If.CLOSED),), teams=(backup, only_ana))
    assert until(both, "2026-11-18T20:00") == utc("2026-11-19T02:00")
    never = rules(*people, before=(Step(ToTeam(BACKUP), If.NOBODY),), teams=(backup, only_ana))
    assert until(never, "2026-11-18T20:00") == utc("2026-11-19T09:00")


def test_for_a_named_owner_it_ends_when_they_are_back() -> None:
    leave = (Days(date(2026, 11, 18), date(2026, 11, 19)),)
    people = rules(rep("ana", away=leave, hours=NINE_TO_FIVE), rep("bo"), assign=ToOwner(rep=ANA))
    assert until(people, "2026-11-18T20:00") == utc("2026-11-20T00:00")
    gone = rules(rep("bo"), assign=ToOwner(rep=ANA))
    assert until(gone, "2026-11-18T20:00") == utc("2026-11-25T20:00")
    marked = State(away={BO: utc("2026-11-19T10:00")})
    assert until(rules(rep("bo"), assign=ToOwner(rep=BO)), "2026-11-18T20:00", marked) == utc(
        "2026-11-19T10:00"
    )


def test_what_never_begins_is_not_looked_for_for_ever() -> None:
    from router.hours import Span

    asked = []

    def never(at: datetime) -> tuple[bool, Span]:
        asked.append(at)
        return False, Span(at, at + timedelta(days=1))

    assert begins(never, utc("2026-11-18T20:00")) is None
    assert len(asked) == 366
