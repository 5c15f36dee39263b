"""The example set-ups route as a reader of their files expects."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any as Anything

import pytest

import config
from config.loader import load
from router.model import Action, Band, Decision, State
from router.route import Router, advance
from router.rules import Rulebook
from router.trace import Bar
from sync.wiring import vocabulary
from tests.router.build import lead

EXAMPLES = Path(config.__file__).parent / "examples"
WEDNESDAY = "2026-11-18T12:00"


def rules(example: str) -> Rulebook:
    return load(EXAMPLES / example, vocabulary(), environ={"HUBSPOT_TOKEN": "x"}).rulebook


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spread(example: str, now: str, count: int, **fields: Anything) -> dict[str | None, int]:
    """Route so many leads one after another and count who got them."""
    router, state, at, got = Router(rules(example)), State(), utc(now), Counter[str | None]()
    for number in range(count):
        it = lead(str(number), email=f"p{number}@x.com", **fields)
        decision = router.route(it, state, at)
        state = advance(state, decision, it, at)
        got[decision.owner] += 1
    return dict(got)


def one(example: str, now: str = WEDNESDAY, **fields: Anything) -> Decision:
    return Router(rules(example)).route(lead(**fields), State(), utc(now))


@pytest.mark.parametrize(
    ("example", "fields", "rule", "owners"),
    [
        ("by_state", {"region": "US-CA"}, "West coast", {"ana"}),
        ("by_state", {"region": "US-NY"}, "East coast", {"bo"}),
        ("by_state", {"region": "US-IL"}, "Everywhere else", {"cy"}),
        ("by_state", {"country": "DE"}, "Everywhere else", {"cy"}),
        ("size_bands", {"employees": Decimal(12)}, "Small", {"ana"}),
        ("size_bands", {"employees": Band(Decimal(51), Decimal(200))}, "Middle", {"bo"}),
        ("size_bands", {"employees": Band(Decimal(10_001), None)}, "Large", {"cy"}),
        (
            "size_bands",
            {"employees": Band(Decimal(500), Decimal(1500))},
            "Size unknown, or across two bands",
            {"bo"},
        ),
        ("size_bands", {"employees": Decimal(1000)}, "Large", {"cy"}),
        ("size_bands", {}, "Size unknown, or across two bands", {"bo"}),
        ("language_match", {"language": "es-MX"}, "Everyone, in their language", {"ana"}),
        ("language_match", {"language": "de"}, "Everyone, in their language", {"bo"}),
        ("language_match", {"language": "en-GB"}, "Everyone, in their language", {"ana", "bo", "cy"}),
        ("language_match", {"language": "nb"}, "Everyone, in their language", {"ana", "bo", "cy"}),
        ("language_match", {}, "Everyone, in their language", {"ana", "bo", "cy"}),
        ("named_accounts", {"domain": "globex.com"}, "Named accounts", {"ana"}),
        ("named_accounts", {"domain": "FinchPaper.com"}, "Named accounts", {"bo"}),
        ("named_accounts", {"domain": "ortega-foods.com"}, "Everyone else", {"bo", "cy"}),
        ("named_accounts", {}, "Everyone else", {"bo", "cy"}),
        ("partner_stays", {"source": "Web"}, "Everyone else", {"ana", "bo"}),
        ("partner_stays", {}, "Everyone else", {"ana", "bo"}),
        ("account_owner", {}, "Owner of the account, or the next in turn", {"ana", "bo"}),
    ],
)
def test_a_lead_goes_where_the_file_says(
    example: str, fields: dict[str, Anything], rule: str, owners: set[str]
) -> None:
    decision = one(example, **fields)
    assert decision.rule == rule
    assert set(spread(example, WEDNESDAY, 9, **fields)) == owners


@pytest.mark.parametrize(
    ("example", "fields"),
    [
        ("partner_stays", {"source": "Partner Referral"}),
        ("partner_stays", {"source": "partner"}),
        ("partner_stays", {"source": "Event", "campaign": "Alliance 2026"}),
        ("named_accounts", {"domain": "tyrell.com"}),
        ("design", {"source": "partner"}),
    ],
)
def test_a_lead_that_stays_is_kept(example: str, fields: dict[str, Anything]) -> None:
    assert one(example, **fields).action is Action.KEEP


def test_round_robin_gives_the_half_timer_half_as_many() -> None:
    assert spread("round_robin", WEDNESDAY, 50) == {"ana": 20, "bo": 20, "cy": 10}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-10-31T12:00", {"ana": 45, "bo": 45}),
        ("2026-11-01T12:00", {"ana": 40, "bo": 40, "dee": 10}),
        ("2026-12-01T12:00", {"ana": 36, "bo": 36, "dee": 18}),
        ("2027-01-01T12:00", {"ana": 30, "bo": 30, "dee": 30}),
    ],
)
def test_a_new_hire_grows_into_a_full_share(now: str, expected: dict[str, int]) -> None:
    assert spread("new_hires", now, 90) == expected


@pytest.mark.parametrize(
    ("now", "owners"),
    [
        ("2026-07-05T21:00", {"ana", "bo", "cy"}),
        ("2026-07-05T22:00", {"ana", "cy"}),  # midnight in Stockholm
        ("2026-08-21T21:59", {"bo", "cy"}),
        ("2026-08-21T22:00", {"ana", "bo", "cy"}),
        ("2026-12-24T12:00", {"bo", "cy"}),
        ("2030-01-01T12:00", {"ana", "bo"}),
    ],
)
def test_who_is_on_vacation_gets_none(now: str, owners: set[str]) -> None:
    assert set(spread("vacation", now, 9)) == owners


@pytest.mark.parametrize(
    ("now", "owners"),
    [
        ("2026-11-26T07:59", {"ana", "bo", "cy"}),
        ("2026-11-26T08:00", {"bo", "cy"}),  # midnight in Los Angeles, Thanksgiving begins
        ("2026-11-27T07:59", {"bo", "cy"}),
        ("2026-04-05T22:59", {"ana", "bo", "cy"}),
        ("2026-04-05T23:00", {"ana", "cy"}),  # Easter Monday begins in England, under daylight saving time
        ("2026-12-25T12:00", {None}),
    ],
)
def test_a_public_holiday_is_one_on_the_clock_of_the_rep(now: str, owners: set[str | None]) -> None:
    assert set(spread("public_holidays", now, 9)) == owners


def test_the_reason_names_the_holiday() -> None:
    trace = Router(rules("public_holidays")).explain(lead(), State(), utc("2026-11-26T12:00"))
    whys = {str(each.rep): each.why for each in trace.attempts[0].reps}
    assert whys["ana"] == (Bar.AWAY, "public holiday in US-CA: Thanksgiving Day")
    assert whys["bo"] is None


@pytest.mark.parametrize(
    ("now", "owners"),
    [
        ("2026-11-18T09:30", {"ana", "bo"}),
        ("2026-11-18T11:30", {"ana"}),  # lunch in Stockholm
        ("2026-11-18T18:30", {"nia"}),  # the day team is off
        ("2026-11-19T01:59", {"nia"}),  # over midnight
        ("2026-11-19T03:00", {None}),  # nobody
        ("2026-11-21T20:00", {"nia"}),  # a Saturday
    ],
)
def test_after_hours_the_night_team_takes_it(now: str, owners: set[str | None]) -> None:
    assert set(spread("after_hours", now, 6)) == owners


def test_with_nobody_at_work_a_lead_waits_for_the_first_who_begins() -> None:
    decision = one("after_hours", "2026-11-19T03:00")
    assert decision.parked is not None
    assert (decision.by, decision.parked.until, decision.parked.alert) == (
        "hold",
        utc("2026-11-19T07:00"),  # 8:00 in Stockholm
        False,
    )


def test_a_person_who_comes_back_goes_to_the_same_owner() -> None:
    router, state = Router(rules("account_owner")), State()
    tom = [lead(str(n), email=mail) for n, mail in enumerate(("tom@x.com", "joy@x.com", "Tom@X.com"))]
    owners = []
    for it in tom:
        decision = router.route(it, state, utc(WEDNESDAY))
        state = advance(state, decision, it, utc(WEDNESDAY))
        owners.append((decision.owner, decision.by))
    assert owners[0][0] == owners[2][0] != owners[1][0]
    assert [by for _, by in owners] == ["round_robin", "round_robin", "same_person"]


@pytest.mark.parametrize(
    ("now", "fields", "rule", "owners"),
    [
        (WEDNESDAY, {"domain": "acme.com"}, "Named accounts", {"ana"}),
        (WEDNESDAY, {"domain": "globex.com"}, "Named accounts", {"bo"}),
        ("2026-12-30T16:00", {"domain": "acme.com"}, "Named accounts", {None}),  # Ana is away: held
        ("2026-11-18T16:00", {}, "Everyone else", {"ana", "bo"}),
        ("2026-11-18T03:00", {}, "Everyone else", {"bo"}),
        (
            "2026-11-18T16:00",
            {
                "country": "US",
                "region": "US-CA",
                "employees": Decimal(5000),
                "language": "es",
                "source": "web",
            },
            "Big in the west",
            {"ana"},
        ),
        # Whether the source is a partner is not known, so the rule that excludes partners does not match.
        (
            "2026-11-18T16:00",
            {"country": "US", "region": "US-CA", "employees": Decimal(5000)},
            "Everyone else",
            {"ana", "bo"},
        ),
    ],
)
def test_the_design_example_routes(
    now: str, fields: dict[str, Anything], rule: str, owners: set[str | None]
) -> None:
    assert one("design", now, **fields).rule == rule
    assert set(spread("design", now, 9, **fields)) == owners


def test_a_big_lead_whose_speaker_sleeps_is_held_and_then_queued() -> None:
    fields = {"country": "US", "region": "US-CA", "language": "es", "source": "web"}
    big = lead(employees=Decimal(5000), **fields)
    asleep = "2026-11-18T03:00"
    decision = Router(rules("design")).route(big, State(), utc(asleep))
    assert decision.parked is not None
    assert decision.parked.until == utc("2026-11-18T14:00")  # 9:00 in New York
    over = State(held={big.ref: utc("2026-11-15T03:00")})
    later = Router(rules("design")).route(big, over, utc(asleep))
    assert (later.action, later.queue) == (Action.QUEUE, "backup")
