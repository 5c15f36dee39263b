"""Customer type and score, where the CRM gives none: by bands and by points, and the same in every way of asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any as Anything

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.blanks import worth
from router.model import Band, State, Unread
from router.route import Router
from router.rules import ALWAYS, All, Any, Condition, Named, Op, Points, Rule, ToTeam
from tests.router.build import NOW, TEAM, ask, book, equals, lead, rep

SMB, BIG = ask("employees", Op.LTE, 199), ask("employees", Op.GTE, 200)
RICH = ask("revenue", Op.GTE, 1_000_000)
BANDS: dict[str, Condition] = {"smb": SMB, "big": Any((BIG, RICH))}
TABLE = (
    Points(ALWAYS, Decimal(1)),
    Points(equals("customer_type", "big"), Decimal(30)),
    Points(equals("source", "web"), Decimal("20.5"), half_life=86_400.0),
    Points(equals("country", "XX"), Decimal(-40)),
)


def router(**fields: Anything) -> Router:
    rules = (Rule("hot", ask("score", Op.GTE, 30), ToTeam(TEAM)), Rule("all", ALWAYS, ToTeam(TEAM)))
    return Router(book(rep("ana"), rules=rules, bands=BANDS, points=TABLE, **fields))


@pytest.mark.parametrize(
    ("fields", "customer_type"),
    [
        ({"employees": Decimal(12)}, "smb"),
        ({"employees": Decimal(200)}, "big"),
        ({"employees": Band(Decimal(51), Decimal(200))}, None),  # across the edge of both
        ({"employees": Band(Decimal(51), Decimal(199))}, "smb"),
        ({}, None),
        ({"employees": Decimal(12), "customer_type": "Reseller"}, "Reseller"),
        ({"employees": Decimal(12), "customer_type": ""}, "smb"),
        ({"employees": Decimal(12), "unread": (Unread("customer_type", "type", "?", "unclear"),)}, None),
    ],
)
def test_the_first_band_that_holds_is_the_customer_type(
    fields: dict[str, Anything], customer_type: str | None
) -> None:
    assert router().filled(lead(**fields), NOW).customer_type == customer_type


@pytest.mark.parametrize(
    ("fields", "score"),
    [
        ({}, "1"),
        ({"employees": Decimal(500)}, "31"),
        ({"employees": Decimal(500), "country": "XX"}, "-9"),
        ({"source": "web"}, "21.5"),
        ({"source": "web", "created": NOW}, "21.5"),
        ({"source": "web", "created": NOW + timedelta(days=9)}, "21.5"),
        ({"source": "web", "created": NOW - timedelta(days=1)}, "11.25"),
        ({"source": "web", "created": NOW - timedelta(days=2)}, "6.12"),
        ({"source": "web", "created": NOW - timedelta(hours=12)}, "15.50"),
        ({"source": "web", "created": datetime(1970, 1, 1, tzinfo=UTC)}, "1"),
        ({"source": "web", "score": Decimal(7)}, "7"),
        ({"source": "web", "score": Decimal(0)}, "0"),
    ],
)
def test_points_sum_up_and_fade_with_age(fields: dict[str, Anything], score: str) -> None:
    assert router().filled(lead(**fields), NOW).score == Decimal(score)


def test_a_score_that_could_not_be_understood_stays_unknown() -> None:
    it = lead(unread=(Unread("score", "hs_score", "high", "no number"),))
    assert router().filled(it, NOW).score is None


def test_without_bands_and_points_a_lead_stays_as_it_is() -> None:
    it = lead(employees=Decimal(5))
    assert Router(book(rep("ana"))).filled(it, NOW) is it


def test_rules_see_the_score_and_the_trace_says_of_what_it_is_made() -> None:
    it = lead(employees=Decimal(500), source="web", created=NOW - timedelta(days=1))
    trace = router().explain(it, State(), NOW)
    assert trace.decision == router().route(it, State(), NOW)
    assert trace.decision.rule == "hot"
    assert trace.filled.lead.score == Decimal("41.25")
    assert [(band.name, band.found.holds) for band in trace.filled.bands] == [("smb", False), ("big", True)]
    counts = [(each.found.holds, str(each.points), str(each.counts)) for each in trace.filled.scored]
    assert counts == [(True, "1", "1"), (True, "30", "30"), (True, "20.5", "10.25"), (None, "-40", "0")]


def test_nothing_is_tried_where_the_crm_says_it() -> None:
    filled = router().explain(lead(customer_type="x", score=Decimal(1)), State(), NOW).filled
    assert (filled.bands, filled.scored) == ((), ())


def test_a_rep_may_be_required_for_a_customer_type() -> None:
    from router.rules import Require

    asked = ToTeam(TEAM, require={"customer_type": Require(same=True)})
    fit = {"attributes": {"customer_type": ("Big",)}}
    rules = book(rep("ana"), rep("bo", **fit), assign=asked, bands=BANDS)
    assert Router(rules).route(lead(employees=Decimal(900)), State(), NOW).owner == "bo"


def test_a_band_is_asked_by_name_whatever_the_customer_type() -> None:
    rules = (Rule("big", Named("band", "big", BANDS["big"]), ToTeam(TEAM)), Rule("all", ALWAYS, ToTeam(TEAM)))
    it = lead(employees=Decimal(900), customer_type="Reseller")
    assert Router(book(rep("ana"), rules=rules, bands=BANDS)).match(it, NOW).name == "big"


@given(
    st.integers(-1000, 1000),
    st.floats(1, 1e9),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=20_000)),
)
def test_points_never_grow_with_age_and_halve(points: int, half_life: float, age: timedelta) -> None:
    line = Points(All(()), Decimal(points), half_life)
    at, later = (
        worth(line, lead(created=NOW - old), NOW) for old in (age, age + timedelta(seconds=half_life))
    )
    assert 0 <= abs(later) <= abs(at) <= abs(points)
    assert abs(later * 2 - at) <= Decimal("0.03")
