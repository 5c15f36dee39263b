from datetime import timedelta
from decimal import Decimal
from typing import Any as Anything

import pytest

from router.match import holds
from router.model import Band, Money, Unread
from router.rules import ALWAYS, All, Any, Condition, Named, Not, Op, Operand
from tests.router.build import NOW, ask, equals, lead

UNKNOWN = None


def band(low: int, high: int | None) -> Band:
    return Band(Decimal(low), None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("fields", "condition", "expected"),
    [
        # text without case
        ({"city": "Köln"}, equals("city", "KÖLN"), True),
        ({"city": "STRASSE"}, equals("city", "straße"), True),
        ({"city": "Bonn"}, equals("city", "Köln", "Bonn"), True),
        ({"city": "Bonn"}, equals("city", "Köln"), False),
        ({"city": "Bonn"}, ask("city", Op.NOT_IN, "Köln"), True),
        ({"city": "Bonn"}, ask("city", Op.NOT_IN, "Köln", "bonn"), False),
        ({"title": "VP of Sales"}, ask("title", Op.CONTAINS, "chief", "sales"), True),
        ({"title": "VP of Sales"}, ask("title", Op.CONTAINS, "chief"), False),
        ({"postcode": "01234"}, ask("postcode", Op.STARTS_WITH, "01", "02"), True),
        ({"postcode": "10123"}, ask("postcode", Op.STARTS_WITH, "01"), False),
        ({"email": "a@b.EDU"}, ask("email", Op.ENDS_WITH, ".edu"), True),
        ({"email": "a@edu.com"}, ask("email", Op.ENDS_WITH, ".edu"), False),
        ({"title": "SVP, Sales"}, ask("title", Op.WORD, "vp"), False),
        ({"title": "Sales VP"}, ask("title", Op.WORD, "vp"), True),
        ({"title": "svp (vp)"}, ask("title", Op.WORD, "vp"), True),
        ({"title": "vice president, EMEA"}, ask("title", Op.WORD, "Vice President"), True),
        ({"title": "C++ developer"}, ask("title", Op.WORD, "c++"), True),
        ({"title": "C developer"}, ask("title", Op.WORD, "c++"), False),
        # languages cover their variants
        ({"language": "es-MX"}, equals("language", "es"), True),
        ({"language": "es"}, equals("language", "es-MX"), False),
        ({"language": "est"}, equals("language", "es"), False),
        ({"language": "es-MX"}, ask("language", Op.NOT_IN, "es"), False),
        # numbers and bands
        ({"employees": Decimal(50)}, ask("employees", Op.GT, 50), False),
        ({"employees": Decimal(50)}, ask("employees", Op.GTE, 50), True),
        ({"employees": Decimal(50)}, ask("employees", Op.LT, 50), False),
        ({"employees": Decimal("50.0")}, equals("employees", 50), True),
        ({"employees": Decimal(50)}, ask("employees", Op.LTE, 50), True),
        ({"employees": Decimal(50)}, ask("employees", Op.BETWEEN, 50, 60), True),
        ({"employees": Decimal(61)}, ask("employees", Op.BETWEEN, 50, 60), False),
        ({"employees": band(51, 200)}, ask("employees", Op.GTE, 51), True),
        ({"employees": band(51, 200)}, ask("employees", Op.GT, 51), UNKNOWN),
        ({"employees": band(51, 200)}, ask("employees", Op.GT, 200), False),
        ({"employees": band(51, 200)}, ask("employees", Op.LT, 51), False),
        ({"employees": band(51, 200)}, ask("employees", Op.LTE, 100), UNKNOWN),
        ({"employees": band(51, 200)}, ask("employees", Op.BETWEEN, 51, 200), True),
        ({"employees": band(51, 200)}, ask("employees", Op.BETWEEN, 1, 50), False),
        ({"employees": band(51, 200)}, ask("employees", Op.BETWEEN, 100, 150), UNKNOWN),
        ({"employees": band(51, 200)}, ask("employees", Op.BETWEEN, 100, 900), UNKNOWN),
        ({"employees": band(51, 200)}, equals("employees", 100), UNKNOWN),
        ({"employees": band(51, 200)}, equals("employees", 10), False),
        ({"employees": band(7, 7)}, equals("employees", 7), True),
        ({"employees": band(51, 200)}, ask("employees", Op.NOT_IN, 100), UNKNOWN),
        ({"employees": band(1000, None)}, ask("employees", Op.GTE, 1000), True),
        ({"employees": band(1000, None)}, ask("employees", Op.LT, 1000), False),
        ({"employees": band(1000, None)}, ask("employees", Op.LT, 5000), UNKNOWN),
        ({"employees": band(1000, None)}, ask("employees", Op.BETWEEN, 1, 9999), UNKNOWN),
        # money by amount
        ({"revenue": Money(Decimal(5_000_000), "EUR")}, ask("revenue", Op.GTE, 1_000_000), True),
        ({"budget": Money(band(10, 20), None)}, ask("budget", Op.GTE, 15), UNKNOWN),
        # time
        ({"created": NOW}, ask("created", Op.AFTER, NOW - timedelta(seconds=1)), True),
        ({"created": NOW}, ask("created", Op.AFTER, NOW), False),
        ({"created": NOW}, ask("created", Op.BEFORE, NOW), False),
        ({"created": NOW}, ask("created", Op.BETWEEN, NOW, NOW), True),
        ({"created": NOW - timedelta(hours=1)}, ask("created", Op.WITHIN, 3600), True),
        ({"created": NOW - timedelta(seconds=3601)}, ask("created", Op.WITHIN, 3600), False),
        ({"created": NOW + timedelta(days=9)}, ask("created", Op.WITHIN, 3600), False),
        # where it came from, who has it
        ({}, equals("connection", "HS"), True),
        ({}, equals("object", "leads"), False),
        ({"owner": "511"}, equals("owner", "511"), True),
        # custom fields, of any sort
        ({"custom": {"plan": "Gold"}}, equals("custom.plan", "gold"), True),
        ({"custom": {"seats": Decimal(5)}}, ask("custom.seats", Op.GT, 4), True),
        ({"custom": {"seats": "5"}}, ask("custom.seats", Op.GT, 4), True),
        ({"custom": {"seats": "many"}}, ask("custom.seats", Op.GT, 4), UNKNOWN),
        ({"custom": {"seats": "nan"}}, ask("custom.seats", Op.GT, 4), UNKNOWN),
        ({"custom": {"seats": Decimal("5.0")}}, equals("custom.seats", "5"), True),
        ({"custom": {"seats": Decimal(500)}}, equals("custom.seats", "500"), True),
        ({"custom": {"vip": True}}, equals("custom.vip", True), True),
        ({"custom": {"vip": "TRUE"}}, equals("custom.vip", True), True),
        ({"custom": {"vip": True}}, equals("custom.vip", "true"), True),
        ({"custom": {"vip": "perhaps"}}, equals("custom.vip", True), UNKNOWN),
        ({"custom": {"seats": Decimal(5)}}, equals("custom.seats", "gold", 5), True),
        ({"custom": {}}, equals("custom.plan", "gold"), UNKNOWN),
        ({"custom": {"plan": ""}}, equals("custom.plan", "gold"), UNKNOWN),
        # blank
        ({}, ask("industry", Op.BLANK, True), True),
        ({}, ask("industry", Op.BLANK, False), False),
        ({"industry": "retail"}, ask("industry", Op.BLANK, True), False),
        ({"employees": Decimal(0)}, ask("employees", Op.BLANK, True), False),
        ({"custom": {"plan": ""}}, ask("custom.plan", Op.BLANK, True), True),
    ],
)
def test_a_comparison_is_what_a_reader_of_the_rule_expects(
    fields: dict[str, Anything], condition: Condition, expected: bool | None
) -> None:
    assert holds(condition, lead(**fields), NOW) is expected


YES, NO, PERHAPS = equals("source", "web"), equals("source", "event"), equals("industry", "retail")


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (YES, YES, True, True),
        (YES, NO, False, True),
        (YES, PERHAPS, UNKNOWN, True),
        (NO, NO, False, False),
        (NO, PERHAPS, False, UNKNOWN),
        (PERHAPS, PERHAPS, UNKNOWN, UNKNOWN),
    ],
)
def test_unknown_spreads_as_kleene_says(
    one: Condition, other: Condition, both: bool | None, either: bool | None
) -> None:
    it = lead(source="web")
    for parts in ((one, other), (other, one)):
        assert holds(All(parts), it, NOW) is both
        assert holds(Any(parts), it, NOW) is either
        assert holds(Named("territory", "x", All(parts)), it, NOW) is both


@pytest.mark.parametrize(("part", "expected"), [(YES, False), (NO, True), (PERHAPS, UNKNOWN)])
def test_not_leaves_unknown_unknown(part: Condition, expected: bool | None) -> None:
    assert holds(Not(part), lead(source="web"), NOW) is expected


def test_no_parts_hold_always_and_no_alternatives_never() -> None:
    assert holds(ALWAYS, lead(), NOW) is True
    assert holds(Any(()), lead(), NOW) is False


@pytest.mark.parametrize("op", [op for op in Op if op is not Op.BLANK])
def test_a_blank_value_makes_every_comparison_unknown_also_under_not(op: Op) -> None:
    asked: dict[Op, tuple[str, tuple[Operand, ...]]] = {
        Op.BEFORE: ("created", (NOW,)),
        Op.AFTER: ("created", (NOW,)),
        Op.WITHIN: ("created", (Decimal(60),)),
        Op.BETWEEN: ("employees", (Decimal(1), Decimal(2))),
    }
    field, operands = asked.get(op, ("city", ("Bonn",)))
    condition = ask(field, op, *operands)
    assert holds(condition, lead(), NOW) is UNKNOWN
    assert holds(Not(condition), lead(), NOW) is UNKNOWN


def test_a_value_that_could_not_be_read_is_unknown_and_counts_as_blank() -> None:
    it = lead(unread=(Unread("employees", "numemployees", "about fifty", "no number"),))
    assert holds(ask("employees", Op.GT, 10), it, NOW) is UNKNOWN
    assert holds(Not(ask("employees", Op.GT, 10)), it, NOW) is UNKNOWN
    assert holds(ask("employees", Op.BLANK, True), it, NOW) is True


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (equals("contry", "US"), "contry"),
        (ask("employees", Op.BETWEEN, 1), "between needs two ends"),
        (ask("created", Op.WITHIN, "1h"), "length of time"),
        (ask("custom.vip", Op.GT), "compares with nothing"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused_when_it_is_compiled(
    condition: Condition, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        holds(condition, lead(), NOW)
