"""What happens to a lead that nobody may take: the steps of `otherwise`."""

from datetime import timedelta
from typing import Any as Anything

import pytest

from router.model import Action, ConnectionName, Member, Queue, RepId, State, Team, TeamName
from router.rules import (
    ALWAYS,
    Alert,
    Hold,
    If,
    Require,
    Rule,
    Rulebook,
    Step,
    ToOwner,
    ToQueue,
    ToTeam,
)
from tests.router.build import (
    ANA,
    AWAY,
    BACKUP,
    BO,
    GONE,
    NIGHT_SHIFT,
    NOW,
    TEAM,
    book,
    lead,
    rep,
    route,
    team,
)


def otherwise(
    *steps: Step, members: tuple[Anything, ...] = (), require: dict[str, Require] | None = None
) -> Rulebook:
    reps = members or (rep("ana", hours=NIGHT_SHIFT),)
    backup = Team(TeamName("backup"), (Member(BO),))
    names = [one.id for one in reps]
    rule = Rule("all", ALWAYS, ToTeam(TEAM, require=require or {}), steps)
    people = {one.id: one for one in (*reps, rep("bo"))}
    return Rulebook(
        rules=(rule,),
        reps=people,
        teams={TEAM: team(*names), backup.name: backup},
        queues={BACKUP: Queue(BACKUP, {ConnectionName("hs"): "512"})},
    )


TO_BACKUP = ToTeam(TeamName("backup"))
GERMAN = {"language": Require(values=("de",))}


@pytest.mark.parametrize(
    ("steps", "action", "by"),
    [
        ((), Action.PARK, "alert"),
        ((Step(Alert()), Step(TO_BACKUP)), Action.PARK, "alert"),
        ((Step(TO_BACKUP),), Action.ASSIGN, "round_robin"),
        ((Step(ToOwner(rep=BO)),), Action.ASSIGN, "owner"),
        ((Step(ToQueue(BACKUP)),), Action.QUEUE, "queue"),
        ((Step(ToTeam(TEAM)), Step(ToQueue(BACKUP))), Action.QUEUE, "queue"),
        ((Step(TO_BACKUP, If.NOBODY), Step(ToQueue(BACKUP))), Action.QUEUE, "queue"),
        ((Step(TO_BACKUP, If.FULL), Step(ToQueue(BACKUP))), Action.QUEUE, "queue"),
        ((Step(TO_BACKUP, If.CLOSED), Step(ToQueue(BACKUP))), Action.ASSIGN, "round_robin"),
        ((Step(Hold(3600.0)), Step(TO_BACKUP)), Action.PARK, "hold"),
        ((Step(Hold(3600.0), If.NOBODY), Step(TO_BACKUP)), Action.ASSIGN, "round_robin"),
    ],
)
def test_the_steps_are_tried_in_turn(steps: tuple[Step, ...], action: Action, by: str) -> None:
    decision = route(otherwise(*steps))
    assert (decision.action, decision.by) == (action, by)
    assert (decision.parked is not None) is (action is Action.PARK)


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({"attributes": {"language": ("fr",)}}, BO),
        ({"attributes": {"language": ("fr",)}, "hours": NIGHT_SHIFT}, BO),
        ({"attributes": {"language": ("de",)}, "hours": NIGHT_SHIFT}, None),
        ({"attributes": {"language": ("de",)}, "away": AWAY}, None),
        ({"attributes": {"language": ("de",)}, "works": GONE}, BO),
    ],
)
def test_nobody_means_that_no_member_has_what_is_required(
    fields: dict[str, Anything], owner: RepId | None
) -> None:
    rules = otherwise(Step(TO_BACKUP, If.NOBODY), members=(rep("ana", **fields),), require=GERMAN)
    assert route(rules).owner == owner


def test_a_hold_ends_when_it_said_and_the_next_step_is_tried() -> None:
    rules = otherwise(Step(Hold(3600.0)), Step(TO_BACKUP))
    held = State(held={lead().ref: NOW - timedelta(minutes=50)})
    waiting = route(rules, state=held)
    assert waiting.parked is not None
    assert waiting.parked.until == NOW + timedelta(minutes=10)
    assert not waiting.parked.alert
    over = State(held={lead().ref: NOW - timedelta(hours=1)})
    assert route(rules, state=over).owner == BO


def test_a_held_lead_goes_to_the_first_who_may_take_it() -> None:
    rules = otherwise(Step(Hold(86_400.0)))
    held = State(held={lead().ref: NOW - timedelta(hours=12)})
    assert route(rules, state=held).action is Action.PARK
    assert route(rules, state=held, now=NOW + timedelta(hours=12)).owner == ANA


def test_without_steps_of_its_own_a_rule_takes_those_of_the_rulebook() -> None:
    decision = route(book(rep("ana", away=AWAY)))
    assert decision.parked is not None
    assert decision.parked.until == NOW + timedelta(hours=24)
    assert decision.by == "hold"


def test_an_alert_says_why_and_when_it_is_looked_at_again() -> None:
    decision = route(book(rep("ana", away=AWAY), rep("bo", works=GONE), otherwise=()))
    assert decision.parked is not None
    assert decision.parked.alert
    assert decision.parked.until == NOW + timedelta(hours=24)
    assert decision.parked.reason == "nobody takes it: 0 of 2 may take it: 1 left or not started, 1 away"


@pytest.mark.parametrize(
    ("steps", "team_name"),
    [
        ((Step(TO_BACKUP),), "backup"),
        ((Step(ToOwner(rep=BO)),), None),
        ((Step(ToQueue(BACKUP)),), None),
        ((Step(Hold(60.0)),), TEAM),
    ],
)
def test_a_decision_names_the_team_that_took_it_or_that_it_waits_for(
    steps: tuple[Step, ...], team_name: str | None
) -> None:
    assert route(otherwise(*steps)).team == team_name
