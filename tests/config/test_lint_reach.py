"""Rules that no lead reaches: found in the usual shapes, and never said of a rule that a lead does reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.leads import rulebook as book
from config.lint.boxes import boxes
from config.lint.examples import NOW
from config.lint.reach import Dead, Impossible, Reach
from config.lint.taken import Taken
from router.comparisons import folded_text
from router.match import Rules, holds
from router.model import Band, ConnectionName, Lead, LeadRef, RecordId, Value
from router.rules import ALWAYS, All, Any, Comparison, Condition, Keep, Named, Not, Op, Operand, Rule
from tests.config.world import notices

TEXTS = ("a", "A", "ab", "b", "ba", "5")
LANGUAGES = ("es", "es-MX", "de")
NUMBERS = tuple(map(Decimal, (1, 5, 10)))
DATES = tuple(NOW + timedelta(days=days) for days in (-9, 0))

Asked = st.SearchStrategy[Comparison]
some_texts = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True).map(tuple)
some_numbers = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True).map(tuple)
one_number, one_date = st.tuples(st.sampled_from(NUMBERS)), st.tuples(st.sampled_from(DATES))
of_text = (Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.WORD)


def asks(name: str, ops: tuple[Op, ...], operands: st.SearchStrategy[tuple[Operand, ...]]) -> Asked:
    return st.builds(Comparison, st.just(name), st.sampled_from(ops), operands)


def texts(name: str) -> Asked:
    return asks(name, (Op.IS, Op.IS, Op.NOT_IN), some_texts) | asks(name, of_text, some_texts)


def numbers(name: str) -> Asked:
    ends = st.sampled_from([(NUMBERS[0], NUMBERS[1]), (NUMBERS[1], NUMBERS[2])])
    return st.one_of(
        asks(name, (Op.IS, Op.NOT_IN), some_numbers),
        asks(name, (Op.GT, Op.GTE, Op.LT, Op.LTE), one_number),
        asks(name, (Op.BETWEEN,), ends),
    )


def blank(name: str) -> Asked:
    return asks(name, (Op.BLANK,), st.tuples(st.booleans()))


OF_FIELD: Mapping[str, Asked] = {
    "city": texts("city") | blank("city"),
    "employees": numbers("employees") | blank("employees"),
    "custom.x": st.one_of(
        texts("custom.x"),
        numbers("custom.x"),
        asks("custom.x", (Op.IS,), st.tuples(st.booleans())),
        blank("custom.x"),
    ),
    "language": asks("language", (Op.IS, Op.NOT_IN), st.tuples(st.sampled_from(LANGUAGES)))
    | blank("language"),
    "created": asks("created", (Op.BEFORE, Op.AFTER), one_date)
    | asks("created", (Op.WITHIN,), st.just((Decimal(7 * 86_400),))),
}
comparisons = st.one_of(*OF_FIELD.values())
conditions: st.SearchStrategy[Condition] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts))),
        st.builds(Not, inner),
        st.builds(Named, st.just("territory"), st.just("t"), inner),
    ),
    max_leaves=5,
)


def parts(asked: Asked) -> st.SearchStrategy[Condition]:
    two = st.tuples(asked, asked)
    return st.one_of(asked, st.builds(Not, asked), two.map(All), two.map(lambda both: Not(Any(both))))


rules_of_one_field = st.sampled_from([*OF_FIELD.values()]).flatmap(
    lambda asked: st.lists(parts(asked), min_size=2, max_size=5)
)
"""They meet often: what is said of a rule depends on what the ones before it ask of the same field."""

CITIES = (None, "a", "AB", "ba", "x 5", "5")
SIZES = (None, Decimal(0), Decimal(5), Decimal(7), Band(NUMBERS[0], NUMBERS[1]), Band(NUMBERS[1], None))
OWN: tuple[Value | None, ...] = (None, "ab", "b", "5", Decimal(10), Band(NUMBERS[1], NUMBERS[2]), True)
SPOKEN = (None, "es", "es-MX", "de")
CREATED = (None, *DATES, NOW - timedelta(days=5))


def lead(**values: object) -> Lead:
    ref = LeadRef(ConnectionName("crm"), "leads", RecordId("1"))
    return Lead(ref=ref, **values)  # type: ignore[arg-type]


LEADS = [
    lead(
        city=city,
        employees=size,
        language=SPOKEN[at % 4],
        created=CREATED[at // 4 % 4],
        custom={} if own is None else {"x": own},
    )
    for at, (city, size, own) in enumerate(product(CITIES, SIZES, OWN))
]


def rulebook(listed: list[Condition]) -> tuple[Rule, ...]:
    rules = [Rule(str(at), condition, Keep()) for at, condition in enumerate(listed)]
    return (*rules, Rule("rest", ALWAYS, Keep()))


@settings(max_examples=200, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=6))
def test_what_is_called_unreached_no_lead_reaches_and_each_example_goes_where_it_says(
    listed: list[Condition],
) -> None:
    rules = rulebook(listed)
    matcher, found = Rules(rules), list(Reach(rules).unreached())
    came: dict[str, list[Lead]] = {}
    if found:
        for it in LEADS:
            came.setdefault(matcher.first(it, NOW).name, []).append(it)
    for one in found:
        own = rules[one.at]
        if not isinstance(one, Dead):
            assert own.name not in came
        if isinstance(one, Impossible):
            assert not any(holds(own.when, it, NOW) for it in LEADS[::5])
            continue
        if one.lead is not None:
            assert holds(own.when, one.lead, NOW)
            assert matcher.first(one.lead, NOW) is one.taker is not own
        if isinstance(one, Dead):
            dead = {text.casefold() for text in one.values}
            assert not [it for it in came.get(own.name, ()) if _text(it, one.field) in dead]


@settings(max_examples=300, deadline=None)
@given(rules_of_one_field)
def test_of_a_rule_of_which_nothing_is_left_no_lead_comes_whatever_example_there_is(
    listed: list[Condition],
) -> None:
    rules, taken = rulebook(listed), Taken()
    matcher = Rules(rules)
    came = {matcher.first(it, NOW).name for it in LEADS}
    for rule in rules:
        own = boxes(rule.when)
        if not any(taken.left_of(box) for box in own):
            assert rule.name not in came
        for box in own:
            taken.add(box)


def _text(it: Lead, field: str) -> str | None:
    value = it.custom.get("x") if field == "custom.x" else getattr(it, field)
    return None if value is None else folded_text(value)


# --- what is said -----------------------------------------------------------------------------------------


def between(*rules: str) -> str:
    """Return a rules.yaml: these rules from line 2 on, each `when` at column 25, and one for everyone."""
    named = [
        f"  - {{name: {name}, assign: keep, when: {when}}}"
        for name, when in zip("ABCDE", rules, strict=False)
    ]
    return "\n".join(["rules:", *named, "  - {name: Everyone, assign: {team: smb}}", ""])


def never(lead: str) -> str:
    return f"3:12: rule 'B' is never reached (earlier rules take all it asks for: 'A' takes {{{lead}}})"


@pytest.mark.parametrize(
    ("rules", "notice"),
    [
        (
            ("{country: DE}", "{country: DE}"),
            never("country: DE"),
        ),
        (
            ("{country: [DE, AT]}", "{country: DE, industry: Steel}"),
            never("industry: Steel, country: DE"),
        ),
        (
            ("{country: DE}", "{country: AT}", "{country: [DE, AT]}"),
            "4:12: rule 'C' is never reached (earlier rules take all it asks for: 'B' takes {country: AT})",
        ),
        (
            ("{employees: {gte: 100}}", "{employees: {between: [200, 500]}}"),
            never("employees: 200"),
        ),
        (
            ("{country: {blank: false}}", "{not: {country: US}}"),
            never("country: DE"),
        ),
        (
            ("{title: {contains: vp}}", "{title: {word: VP Sales}}"),
            never("title: VP Sales"),
        ),
        (
            ("{language: es}", "{language: es-MX, source: web}"),
            never("source: web, language: es-MX"),
        ),
        (
            ("{created: {within: 30d}}", "{created: {within: 7d}}"),
            never("created: 2026-01-01T00:00:00Z"),
        ),
        (
            ("{source: web}", "{not: {not: {source: [Web, web]}}}"),
            never("source: web"),
        ),
        (
            ("{country: DE}", "{country: [FR, DE, IT]}"),
            "3:50: country DE never comes here ('A' takes {country: DE})",
        ),
        (
            ("{any: [{source: web}, {source: event}]}", "{source: [Event, partner], city: Oslo}"),
            "3:45: source Event never comes here ('A' takes {city: Oslo, source: event})",
        ),
        (
            ("{country: [US, DE], not: {country: US}}",),
            "2:46: country US never matches here (another condition of this rule excludes it)",
        ),
        (
            ("{all: [{employees: {gte: 100}}, {employees: {lt: 50}}]}",),
            "2:12: rule 'A' can never match (employees gte 100 and employees lt 50 exclude each other)",
        ),
        (
            ("{country: DE, not: {country: [AT, DE]}}",),
            "2:12: rule 'A' can never match (country DE and not country AT, DE exclude each other)",
        ),
        (
            ("{custom.vip: true, not: {custom.vip: true}}",),
            "2:12: rule 'A' can never match (custom.vip True and not custom.vip True exclude each other)",
        ),
    ],
)
def test_what_no_lead_reaches_is_said_with_a_lead_that_shows_it(rules: tuple[str, ...], notice: str) -> None:
    assert notices(rules=between(*rules)) == [f"rules.yaml:{notice}"]


@pytest.mark.parametrize(
    "rules",
    [
        ("{employees: {lt: 100}}", "{employees: {gte: 100}}", "{employees: {between: [50, 200]}}"),  # 60-150
        ("{country: DE}", "{not: {country: DE}}", "{source: web}"),  # no country
        ("{employees: {gt: 50}}", "{employees: {gte: 50}}"),
        ("{employees: {lt: 50}}", "{employees: {lte: 50}}"),
        ("{not: {employees: {gte: 50}}}", "{employees: {lte: 50}}"),
        ("{employees: {gt: 10, lt: 50}}", "{employees: {between: [10, 50]}}"),
        ("{not: {country: DE, city: Bonn}}", "{country: DE}"),
        ("{title: {contains: vp}}", "{title: {starts_with: v}}"),
        ("{created: {within: 7d}}", "{created: {within: 30d}}"),
        ("{language: es-MX}", "{language: es}"),
        ("{custom.vip: true}", "{custom.vip: false}", "{custom.vip: {blank: false}}"),  # neither yes nor no
        ("{any: [{country: DE}, {source: web}]}", "{country: [DE, AT], source: [web, event]}"),
    ],
)
def test_rules_that_leads_reach_are_not_spoken_of(rules: tuple[str, ...]) -> None:
    assert [
        one for one in notices(rules=between(*rules)) if "never reached" in one or "can never" in one
    ] == []


def test_a_thousand_rules_are_looked_through() -> None:
    assert list(Reach(book(1_000).rules).unreached())


def test_thousands_of_patterns_are_looked_through_too() -> None:
    patterns = [Comparison("city", Op.CONTAINS, (f"x{number}",)) for number in range(4_000)]
    assert len(list(Reach(rulebook([*patterns])).unreached())) > 3_900  # what has "x10" has "x1"
