"""`charge_turn: true`: a lead that goes to its owner out of turn costs a turn of the team."""

from dataclasses import replace
from typing import Any as Anything

import pytest

from router.model import LEAD, Decision, KnownAccount, RepId, State, Sticky, TeamName, Turn
from router.route import Router, advance
from router.rules import (
    ALWAYS,
    Alert,
    NamedList,
    Require,
    Rule,
    Rulebook,
    SamePerson,
    Step,
    Target,
    ToOwner,
    ToTeam,
)
from router.turns import reverse
from tests.router.build import ANA, AWAY, BO, DAY_SHIFT, LEE, NOW, TEAM, book, lead, rep, route, team
from tests.router.test_catching_up import THREE

OTHER = TeamName("other")
IT = lead(email="eve@acme.com", domain="acme.com")
PERSON = State(persons={"email:eve@acme.com": Sticky(ANA, NOW)})
ACCOUNT = State(accounts={IT.ref: KnownAccount(ANA, "the same domain as company 7", 0.99)})
CHARGED = ToTeam(TEAM, charge_turn=True, follow_account=True)
NAMED = ToOwner(rep=ANA, charge_turn=True)
LISTED = ToOwner(list="named", charge_turn=True)
PEOPLE = (rep("ana"), rep("bo"), rep("lee"))


def rules(assign: Target, *steps: Step, reps: Anything = PEOPLE, **fields: Anything) -> Rulebook:
    named = NamedList("named", "domain", {"acme.com": ANA})
    rule = Rule("all", ALWAYS, assign, (*steps, Step(Alert())))
    them = {one.id: one for one in reps}
    more = {"rules": (rule,), "teams": {TEAM: team(*them)}, "lists": {"named": named}, **fields}
    return book(*reps, same_person=SamePerson(86_400.0, 0.0), **more)


def turn_of(decision: Decision) -> Turn:
    assert decision.owner == ANA
    assert decision.turn is not None
    return decision.turn


@pytest.mark.parametrize(
    ("assign", "state", "by"),
    [
        (CHARGED, PERSON, "same_person"),
        (CHARGED, ACCOUNT, "account"),
        (NAMED, State(), "owner"),
        (LISTED, State(), "owner"),
    ],
)
def test_the_owner_pays_for_it_like_for_a_lead_in_turn(assign: Target, state: State, by: str) -> None:
    decision = route(rules(assign), IT, state)
    assert (decision.by, decision.team) == (by, TEAM)
    assert turn_of(decision).after.credits[ANA] == pytest.approx(-2 * LEAD / 3)
    assert sum(turn_of(decision).after.credits.values()) == 0
    assert decision.reasons[-1] == "it counts as a turn of ana in team"


@pytest.mark.parametrize(
    ("assign", "state"),
    [
        (replace(CHARGED, charge_turn=False), PERSON),
        (ToOwner(rep=ANA), State()),
        (ToOwner(list="named"), State()),
    ],
)
def test_without_it_nothing_is_charged(assign: Target, state: State) -> None:
    decision = route(rules(assign), IT, state)
    assert (decision.owner, decision.turn, decision.team) == (ANA, None, None)


def test_turns_come_out_even_over_both_kinds_of_leads() -> None:
    router, state, got = Router(rules(CHARGED)), State(), dict.fromkeys((ANA, BO, LEE), 0)
    for number in range(90):
        it = lead(str(number), email="eve@acme.com" if number % 5 == 0 else None)
        decision = router.route(it, state, NOW)
        state = advance(state, decision, it, NOW)
        assert decision.owner is not None
        got[decision.owner] += 1
    assert got == {ANA: 30, BO: 30, LEE: 30}


@pytest.mark.parametrize(
    ("fields", "share"),
    [
        ({"hours": DAY_SHIFT, "zone": "Asia/Tokyo"}, LEAD // 3),  # the lead is hers at night too
        ({"weights": ((None, 2),)}, LEAD // 2),
    ],
)
def test_the_owner_has_a_share_of_it_whether_at_work_or_not(fields: dict[str, Anything], share: int) -> None:
    decision = route(rules(NAMED, reps=(rep("ana", **fields), rep("bo"), rep("lee"))), IT)
    assert turn_of(decision).shares[ANA] == pytest.approx(share)


def test_who_may_not_take_it_has_no_share_of_it() -> None:
    reps = (
        rep("ana", attributes={"language": ("de",)}),
        rep("bo", away=AWAY, attributes={"language": ("de",)}),
        rep("lee"),
    )
    german = replace(CHARGED, require={"language": Require(values=("de",))})
    assert turn_of(route(rules(german, reps=reps), IT, PERSON)).shares == {ANA: LEAD}


@pytest.mark.parametrize(
    ("teams", "reason"),
    [
        ({TEAM: team("bo", "lee")}, "no turn is charged: ana is in no teams"),
        (
            {TEAM: team("ana", "bo"), OTHER: team("ana", "lee", name=OTHER)},
            "no turn is charged: ana is in 2 teams",
        ),
        (
            {TEAM: team("ana", "bo", weights={"ana": "0"})},
            "no turn is charged: ana has no share in team today",
        ),
    ],
)
def test_where_no_team_can_be_charged_the_decision_says_why(teams: Anything, reason: str) -> None:
    decision = route(rules(NAMED, teams=teams), IT)
    assert (decision.owner, decision.turn, decision.reasons[-1]) == (ANA, None, reason)


def test_the_rules_own_team_is_charged_also_by_a_step_that_names_an_owner() -> None:
    two = {TEAM: team("ana", "bo"), OTHER: team("ana", "lee", name=OTHER)}
    busy = (rep("ana"), rep("bo"), rep("lee"))
    speaks = replace(CHARGED, require={"language": Require(values=("de",))})
    decision = route(rules(speaks, Step(ToOwner(rep=ANA)), reps=busy, teams=two), IT)
    assert decision.team == TEAM
    elsewhere = route(rules(replace(speaks, team=OTHER), Step(ToOwner(rep=BO)), reps=busy, teams=two), IT)
    assert (elsewhere.owner, elsewhere.turn) == (BO, None)


def test_it_is_given_back_like_any_turn() -> None:
    turn = turn_of(route(rules(NAMED), IT))
    assert set(reverse(turn.after, turn).credits.values()) == {0}


def test_a_charged_lead_makes_up_for_what_was_missed() -> None:
    teams = {TEAM: replace(team("ana", "bo", "lee"), catch_up=THREE)}
    people = (rep("ana", away=AWAY), rep("bo"), rep("lee"))
    router, state = Router(rules(CHARGED, reps=people, teams=teams)), State()
    for number in range(12):
        state = advance(state, router.route(lead(str(number)), state, NOW), lead(str(number)), NOW)
    assert sum(one.units for one in state.turns[TEAM].missed[ANA]) == pytest.approx(3 * LEAD)
    known = replace(state, persons=PERSON.persons)
    decision = Router(rules(CHARGED, teams=teams)).route(IT, known, NOW)
    assert sum(one.units for one in turn_of(decision).after.missed[RepId("ana")]) == pytest.approx(2 * LEAD)
