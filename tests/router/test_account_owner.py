"""`follow_account` in a decision: the owner of the account, and what comes when that is not possible."""

from typing import Any as Anything

import pytest

from router.model import Action, KnownAccount, Member, RepId, State, Sticky, Team, TeamName
from router.route import Router, effects
from router.rules import (
    ALWAYS,
    Rule,
    Rulebook,
    SamePerson,
    Step,
    Target,
    ToOwner,
    ToTeam,
    follows_account,
    follows_accounts,
)
from tests.router.build import ANA, AWAY, BO, GONE, NOW, TEAM, book, lead, rep, route, team

FOLLOW = ToTeam(TEAM, follow_account=True)
IT = lead(email="eve@acme.com")


def of(owner: str | None) -> State:
    known = KnownAccount(RepId(owner) if owner else None, "the same domain as company 7", 0.99)
    return State(accounts={IT.ref: known})


@pytest.mark.parametrize(
    ("state", "ana", "owner", "by", "reason"),
    [
        (
            of("ana"),
            {},
            "ana",
            "account",
            "the account is with ana: the same domain as company 7, confidence 0.99",
        ),
        (of("ana"), {"works": GONE}, "bo", "round_robin", "ana: does not work on 2026-11-18"),
        (of("zoe"), {}, None, "round_robin", "zoe: is not in the configuration any more"),
        (of(None), {}, None, "round_robin", "the account has an owner who is no rep here"),
        (State(), {}, None, "round_robin", "2 of 2 may take it"),
    ],
)
def test_a_lead_goes_to_the_owner_of_its_account_or_says_why_not(
    state: State, ana: dict[str, Anything], owner: str | None, by: str, reason: str
) -> None:
    decision = route(book(rep("ana", **ana), rep("bo"), assign=FOLLOW), IT, state)
    assert decision.by == by
    assert owner is None or decision.owner == owner
    assert any(reason in said for said in decision.reasons)


def test_it_counts_for_no_turn_and_no_team() -> None:
    decision = route(book(rep("ana"), rep("bo"), assign=FOLLOW), IT, of("ana"))
    assert (decision.turn, decision.team) == (None, None)
    assert effects(decision, IT, NOW).turns == {}


def test_the_same_person_comes_before_the_account() -> None:
    state = State(persons={"email:eve@acme.com": Sticky(BO, NOW)}, accounts=of("ana").accounts)
    decision = route(book(rep("ana"), rep("bo"), assign=FOLLOW, same_person=SamePerson(1e6, 0)), IT, state)
    assert (decision.owner, decision.by) == (BO, "same_person")


def test_a_rule_that_does_not_ask_for_it_takes_the_turn() -> None:
    decision = route(book(rep("bo"), rep("ana"), assign=ToTeam(TEAM)), IT, of("ana"))
    assert decision.by == "round_robin"


def test_a_later_step_may_follow_the_account() -> None:
    others = TeamName("others")
    rules = book(
        rep("ana"),
        rep("bo", away=AWAY),
        assign=ToTeam(TEAM),
        teams={TEAM: team("bo"), others: Team(others, (Member(ANA),))},
        otherwise=(Step(ToTeam(others, follow_account=True)),),
    )
    decision = route(rules, IT, of("ana"))
    assert (decision.action, decision.owner, decision.by) == (Action.ASSIGN, ANA, "account")


def test_the_trace_shows_that_the_owner_was_asked() -> None:
    trace = Router(book(rep("ana"), rep("bo"), assign=FOLLOW)).explain(IT, of("ana"), NOW)
    assert [(attempt.team, [each.rep for each in attempt.reps]) for attempt in trace.attempts] == [
        (None, ["ana"])
    ]


@pytest.mark.parametrize(
    ("assign", "otherwise", "follows"),
    [
        (FOLLOW, None, True),
        (ToTeam(TEAM), None, False),
        (ToOwner(ANA), (Step(FOLLOW),), True),
        (ToOwner(ANA), (), False),
    ],
)
def test_accounts_are_looked_for_only_where_a_rule_may_follow_them(
    assign: Target, otherwise: tuple[Step, ...] | None, follows: bool
) -> None:
    rule = Rule("all", ALWAYS, assign, otherwise)
    rules = Rulebook(rules=(rule,))
    assert follows_account(rule, rules) is follows_accounts(rules) is follows
    assert Router(rules).follows_accounts is follows
