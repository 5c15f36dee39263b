"""A lead waits for the owner it has, in the hours of that owner, and then for nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any as Anything

import pytest

from router.hours import after_work
from router.model import Action, KnownAccount, RepId, State, Sticky
from router.route import Router
from router.rules import Hold, SamePerson, Step, ToTeam
from tests.router.build import ANA, AWAY, BO, DAY_SHIFT, GONE, NOW, TEAM, book, lead, rep, route

IT = lead(email="eve@acme.com")
HOUR = 3_600.0
SAME = SamePerson(within=86_400.0, wait=4 * HOUR)
PERSON = State(persons={"email:eve@acme.com": Sticky(ANA, NOW - timedelta(hours=1))})
ACCOUNT = State(accounts={IT.ref: KnownAccount(ANA, "the same domain as company 7", 0.99)})


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("state", "target", "until"),
    [
        (PERSON, ToTeam(TEAM), NOW + hours(4)),
        (PERSON, ToTeam(TEAM, wait=HOUR), NOW + hours(1)),  # the rule's own goes first
        (PERSON, ToTeam(TEAM, wait=0), None),
        (ACCOUNT, ToTeam(TEAM, follow_account=True), NOW + hours(4)),
        (ACCOUNT, ToTeam(TEAM, follow_account=True, wait=2 * HOUR), NOW + hours(2)),
        (ACCOUNT, ToTeam(TEAM, follow_account=True, wait=0), None),
    ],
)
def test_a_lead_waits_for_its_owner_who_is_away(state: State, target: ToTeam, until: datetime | None) -> None:
    decision = route(book(rep("ana", away=AWAY), rep("bo"), assign=target, same_person=SAME), IT, state)
    if until is None:
        assert (decision.owner, decision.by) == (BO, "round_robin")
        return
    assert decision.parked is not None
    assert (decision.action, decision.by) == (Action.PARK, "hold")
    assert (decision.parked.reason, decision.parked.until, decision.parked.alert) == (
        "waits for ana: away until 2026-11-20",
        until,
        False,
    )


@pytest.mark.parametrize(
    ("fields", "more", "reason"),
    [
        ({"works": GONE}, {}, "ana: does not work on 2026-11-18"),
        ({}, {"absent": {ANA: "inactive in hs"}}, "ana: inactive in hs"),
        ({}, {"absent": {ANA: "no user with their e-mail in hs"}}, "ana: no user with their e-mail in hs"),
    ],
)
def test_who_is_gone_is_not_waited_for(
    fields: dict[str, Anything], more: dict[str, Anything], reason: str
) -> None:
    rules = book(rep("ana", **fields), rep("bo"), same_person=SAME)
    decision = route(rules, IT, replace(PERSON, **more))
    assert (decision.owner, decision.by) == (BO, "round_robin")
    assert reason in decision.reasons


def test_who_is_marked_away_is_waited_for_and_gets_the_lead_when_back() -> None:
    rules = book(rep("ana"), rep("bo"), same_person=SAME)
    away = route(rules, IT, replace(PERSON, away={ANA: None}))
    assert away.parked is not None
    assert away.parked.reason == "waits for ana: marked away"
    back = route(rules, IT, replace(PERSON, held={IT.ref: NOW}), NOW + hours(3))
    assert (back.owner, back.by) == (ANA, "same_person")


def test_after_the_wait_it_is_routed_and_says_for_whom_it_waited() -> None:
    router = Router(book(rep("ana", away=AWAY), rep("bo"), same_person=SAME))
    held = replace(PERSON, held={IT.ref: NOW})
    assert router.route(IT, held, NOW + hours(4) - timedelta(seconds=1)).by == "hold"
    decision = router.route(IT, held, NOW + hours(4))
    assert (decision.owner, decision.by) == (BO, "round_robin")
    assert "it waited for ana until 2026-11-18 16:00 UTC" in decision.reasons


def test_a_person_and_an_account_of_one_owner_are_waited_for_once() -> None:
    state = replace(PERSON, accounts=ACCOUNT.accounts, held={IT.ref: NOW})
    rules = book(rep("ana", away=AWAY), rep("bo"), assign=ToTeam(TEAM, follow_account=True), same_person=SAME)
    assert route(rules, IT, state, NOW + hours(4)).owner == BO


def test_a_hold_begins_when_the_wait_is_over() -> None:
    steps = (Step(Hold(2 * HOUR)),)
    rules = book(rep("ana", away=AWAY), rep("bo", away=AWAY), same_person=SAME, otherwise=steps)
    held = replace(PERSON, held={IT.ref: NOW})
    decision = route(rules, IT, held, NOW + hours(5))
    assert decision.parked is not None
    assert (decision.parked.until, decision.parked.alert) == (NOW + hours(6), False)
    assert route(rules, IT, held, NOW + hours(6)).by == "alert"


def test_while_it_waits_the_trace_shows_for_whom() -> None:
    trace = Router(book(rep("ana", away=AWAY), rep("bo"), same_person=SAME)).explain(IT, PERSON, NOW)
    assert [[each.rep for each in attempt.reps] for attempt in trace.attempts] == [[RepId("ana")]]


BERLIN = rep("ana", zone="Europe/Berlin", hours=tuple(one for one in DAY_SHIFT if one.weekday < 5))


@pytest.mark.parametrize(
    ("since", "count", "until"),
    [
        ("2026-11-18T08:00", 4, "2026-11-18T12:00"),  # Wednesday from 9:00
        ("2026-11-18T05:00", 4, "2026-11-18T12:00"),  # before work
        ("2026-11-18T14:00", 4, "2026-11-19T10:00"),  # two hours today, two tomorrow
        ("2026-11-18T14:00", 2, "2026-11-18T16:00"),  # to the very end
        ("2026-11-20T20:00", 4, "2026-11-23T12:00"),  # over the weekend
        ("2026-10-23T14:00", 4, "2026-10-26T11:00"),  # over the end of summer time
        ("2026-03-27T15:00", 4, "2026-03-30T10:00"),  # and its beginning
        ("2026-11-18T14:00", 80, "2026-12-02T14:00"),
        ("2026-11-18T20:00", 0, "2026-11-18T20:00"),
    ],
)
def test_working_hours_are_those_of_the_week_on_the_reps_clock(since: str, count: int, until: str) -> None:
    began, ends = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, until))
    assert after_work(BERLIN, began, count * HOUR) == ends


def test_who_has_no_hours_works_always_and_leave_does_not_stop_the_clock() -> None:
    assert after_work(rep("bo"), NOW, HOUR) == NOW + hours(1)
    assert after_work(replace(BERLIN, away=AWAY), NOW, HOUR) == after_work(BERLIN, NOW, HOUR)


def test_who_is_full_is_waited_for_too() -> None:
    rules = book(rep("ana", capacity={"day": 1}), rep("bo"), same_person=SAME)
    decision = route(rules, IT, replace(PERSON, loads={ANA: {"day": 1}}))
    assert decision.parked is not None
    assert decision.parked.reason == "waits for ana: full: 1 lead today, at most 1"
    after = route(rules, IT, replace(PERSON, held={IT.ref: NOW}, loads={ANA: {"day": 0}}), NOW + hours(3))
    assert after.owner == ANA
