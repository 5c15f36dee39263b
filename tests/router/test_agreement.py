"""The index, the plain closures, the trace and a slow reading of the rules agree on every lead."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.match import Needs, NoRule, Rules, holds, needs
from router.model import Band, Lead, Money, Value
from router.rules import ALWAYS, All, Any, Comparison, Condition, Keep, Named, Not, Op, Rule
from router.trace import Asked, Group
from tests.router.build import NOW, equals, lead

TEXTS = ("a", "A", "ab", "ß", "SS", "es", "es-MX", "5", "true")
NUMBERS = tuple(map(Decimal, (0, 1, 5, 10)))
TIMES = tuple(NOW + timedelta(hours=h) for h in (-2, 0, 2))
BANDS = (Band(NUMBERS[0], NUMBERS[1]), Band(NUMBERS[1], NUMBERS[2]), Band(NUMBERS[2], None))

texts = st.sampled_from(TEXTS)
values: st.SearchStrategy[Value] = st.one_of(
    texts, st.sampled_from(NUMBERS), st.sampled_from(BANDS), st.sampled_from(TIMES), st.booleans()
)


def some(
    of: st.SearchStrategy[str] | st.SearchStrategy[Decimal], most: int = 3
) -> st.SearchStrategy[tuple[str]]:
    return st.lists(of, min_size=1, max_size=most).map(tuple)  # type: ignore[arg-type]


text_fields = st.sampled_from(("city", "country", "language", "custom.x", "connection"))
equalities = st.builds(
    Comparison, st.sampled_from(("city", "country", "custom.x")), st.just(Op.IS), some(texts)
)
comparisons: st.SearchStrategy[Comparison] = st.one_of(
    equalities,
    equalities,
    st.builds(Comparison, st.just("language"), st.just(Op.IS), some(texts)),
    st.builds(
        Comparison,
        text_fields,
        st.sampled_from((Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.WORD)),
        some(texts),
    ),
    st.builds(
        Comparison,
        st.sampled_from(("employees", "revenue", "custom.x")),
        st.sampled_from((Op.IS, Op.NOT_IN, Op.GT, Op.GTE, Op.LT, Op.LTE)),
        some(st.sampled_from(NUMBERS), 2),
    ),
    st.builds(Comparison, text_fields, st.just(Op.BLANK), st.booleans().map(lambda flag: (flag,))),
    st.builds(
        Comparison, st.sampled_from(("created", "custom.y")), st.just(Op.WITHIN), st.just((Decimal(7200),))
    ),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts))),
        st.builds(Not, inner),
        st.builds(Named, st.just("territory"), st.just("t"), inner),
    ),
    max_leaves=8,
)
maybe_text = st.none() | texts
leads: st.SearchStrategy[Lead] = st.builds(
    lead,
    city=maybe_text,
    country=maybe_text,
    language=maybe_text,
    employees=st.none() | st.sampled_from((*NUMBERS, *BANDS)),
    revenue=st.none() | st.builds(Money, st.sampled_from((*NUMBERS, *BANDS))),
    created=st.none() | st.sampled_from(TIMES),
    custom=st.dictionaries(st.sampled_from(("x", "y")), values),
)


def slow_first(conditions: list[Condition], it: Lead) -> int | None:
    return next((at for at, condition in enumerate(conditions) if holds(condition, it, NOW)), None)


def result(found: Asked | Group, it: Lead) -> bool | None:
    """Work the result of a trace out again from its parts."""
    if isinstance(found, Asked):
        return holds(found.condition, it, NOW)
    parts = [result(part, it) for part in found.parts]
    if found.word == "all":
        return False if False in parts else None if None in parts else True
    if found.word == "any":
        return True if True in parts else None if None in parts else False
    (part,) = parts
    return (None if part is None else not part) if found.word == "not" else part


@settings(max_examples=400, deadline=None)
@given(st.lists(conditions, max_size=8), st.lists(leads, min_size=1, max_size=4))
def test_index_closures_and_trace_agree_on_every_lead(listed: list[Condition], them: list[Lead]) -> None:
    rules = Rules(tuple(Rule(str(at), condition, Keep()) for at, condition in enumerate(listed)))
    for it in them:
        expected = slow_first(listed, it)
        if expected is None:
            for route in (rules.first, rules.tried):
                with pytest.raises(NoRule):
                    route(it, NOW)
            continue
        rule, names, found = rules.tried(it, NOW)
        assert rules.first(it, NOW) is rule
        assert rule.name == str(expected)
        assert names == tuple(map(str, range(expected + 1)))
        assert [result(one, it) for one in found] == [
            holds(condition, it, NOW) for condition in listed[: expected + 1]
        ]
        assert [one.holds for one in found] == [result(one, it) for one in found]


@settings(max_examples=300, deadline=None)
@given(conditions, leads)
def test_the_opposite_of_a_condition_is_never_true_together_with_it(condition: Condition, it: Lead) -> None:
    one, other = holds(condition, it, NOW), holds(Not(condition), it, NOW)
    assert (one, other) in {(True, False), (False, True), (None, None)}


@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        (equals("city", "Bonn", "KÖLN"), {"city": {"bonn", "köln"}}),
        (equals("language", "es"), {}),
        (equals("employees", 5), {}),
        (ALWAYS, {}),
        (Any(()), {}),
        (Not(equals("city", "Bonn")), {}),
        (Named("territory", "x", equals("city", "Bonn")), {"city": {"bonn"}}),
        (All((equals("city", "a", "b"), equals("city", "b", "c"))), {"city": {"b"}}),
        (All((equals("city", "a"), equals("source", "b"))), {"city": {"a"}, "source": {"b"}}),
        (Any((equals("city", "a"), equals("city", "b"))), {"city": {"a", "b"}}),
        (Any((equals("city", "a"), equals("source", "b"))), {}),
        (Any((equals("city", "a"), All((equals("city", "b"), equals("source", "c"))))), {"city": {"a", "b"}}),
    ],
)
def test_the_index_knows_what_a_rule_needs_at_the_least(condition: Condition, needed: Needs) -> None:
    assert needs(condition) == needed


def test_the_first_matching_rule_wins_also_past_a_machine_word_of_rules() -> None:
    listed = [Rule(f"r{at}", equals("city", f"c{at % 90}"), Keep()) for at in range(200)]
    rules = Rules((*listed, Rule("rest", ALWAYS, Keep())))
    assert rules.first(lead(city="C89"), NOW).name == "r89"
    assert rules.first(lead(city="c90"), NOW).name == "rest"
    assert rules.first(lead(), NOW).name == "rest"


def test_no_blank_value_equals_an_empty_text() -> None:
    rules = Rules((Rule("empty", equals("city", ""), Keep()), Rule("rest", ALWAYS, Keep())))
    assert [rules.first(it, NOW).name for it in (lead(), lead(city=""))] == ["rest", "rest"]


def test_a_lead_that_no_rule_wants_says_which_rule_is_missing() -> None:
    with pytest.raises(NoRule, match="the last rule must be one without `when`"):
        Rules((Rule("us", equals("country", "US"), Keep()),)).first(lead(country="DE"), NOW)


def test_a_trace_shows_the_value_seen_and_stops_where_the_result_is_certain() -> None:
    first = equals("country", "US")
    rules = Rules(
        (
            Rule("us", All((first, equals("city", "Bonn"))), Keep()),
            Rule("known", Any((Not(equals("city", "Bonn")), equals("source", "web"))), Keep()),
        )
    )
    _, names, found = rules.tried(lead(country="DE", source="Web"), NOW)
    assert names == ("us", "known")
    assert found[0] == Asked(first, "DE", False)
    assert found[1] == Group(
        "any",
        True,
        (
            Group("not", None, (Asked(equals("city", "Bonn"), None, None),)),
            Asked(equals("source", "web"), "Web", True),
        ),
    )
