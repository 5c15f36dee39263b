"""The language of `when`: what it means, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from router.match import holds
from router.model import ConnectionName, Lead, LeadRef, RecordId
from router.rules import ALWAYS, All, Any, Comparison, Condition, Named, Not, Op
from tests.config.world import condition, configured, notices, problems, ruled


def equal(field: str, *values: str) -> Comparison:
    return Comparison(field, Op.IS, values)


D = Decimal
MIDNIGHT = datetime(2026, 1, 31, tzinfo=UTC)
LAST = datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "meant"),
    [
        ("{}", ALWAYS),
        ("", ALWAYS),
        ("{source: Partner}", equal("source", "Partner")),
        ("{source: [Web, Event]}", equal("source", "Web", "Event")),
        ("{source: [Web, Web]}", equal("source", "Web")),
        ("{country: NO}", equal("country", "NO")),
        ("{country: [us, gb]}", equal("country", "US", "GB")),
        ("{region: us-ca}", equal("region", "US-CA")),
        ("{language: ES_mx}", equal("language", "es-MX")),
        ("{language: zh-hant-tw}", equal("language", "zh-Hant-TW")),
        ("{postcode: 01234}", equal("postcode", "01234")),
        ("{connection: crm, object: leads}", All((equal("connection", "crm"), equal("object", "leads")))),
        ("{employees: 50}", Comparison("employees", Op.IS, (D(50),))),
        ("{employees: {gte: 1_000}}", Comparison("employees", Op.GTE, (D(1000),))),
        (
            "{employees: {gt: 10, lte: 50}}",
            All((Comparison("employees", Op.GT, (D(10),)), Comparison("employees", Op.LTE, (D(50),)))),
        ),
        ("{revenue: {between: [1000, 2000.5]}}", Comparison("revenue", Op.BETWEEN, (D(1000), D("2000.5")))),
        ("{source: {not_in: [a, b]}}", Comparison("source", Op.NOT_IN, ("a", "b"))),
        ("{title: {contains: VP}}", Comparison("title", Op.CONTAINS, ("VP",))),
        ("{title: {word: [VP, CEO]}}", Comparison("title", Op.WORD, ("VP", "CEO"))),
        ("{postcode: {starts_with: 01}}", Comparison("postcode", Op.STARTS_WITH, ("01",))),
        ("{domain: {ends_with: .edu}}", Comparison("domain", Op.ENDS_WITH, (".edu",))),
        ("{created: {before: 2026-01-31}}", Comparison("created", Op.BEFORE, (MIDNIGHT,))),
        ("{created: {after: 2026-01-31}}", Comparison("created", Op.AFTER, (LAST,))),
        (
            "{created: {between: [2026-01-31, 2026-01-31]}}",
            Comparison("created", Op.BETWEEN, (MIDNIGHT, LAST)),
        ),
        ("{modified: {after: '2026-01-31T01:00:00+01:00'}}", Comparison("modified", Op.AFTER, (MIDNIGHT,))),
        ("{created: {within: 7d}}", Comparison("created", Op.WITHIN, (D(604800),))),
        ("{phone: {blank: true}}", Comparison("phone", Op.BLANK, (True,))),
        ("{custom.plan: gold}", equal("custom.plan", "gold")),
        ("{custom.seats: {gte: 5}}", Comparison("custom.seats", Op.GTE, (D(5),))),
        ("{custom.vip: yes}", Comparison("custom.vip", Op.IS, (True,))),
        ("{not: {source: a}}", Not(equal("source", "a"))),
        ("{not: [{source: a}, {city: b}]}", Not(Any((equal("source", "a"), equal("city", "b"))))),
        ("{any: [{source: a}, {city: b}]}", Any((equal("source", "a"), equal("city", "b")))),
        ("{all: [{source: a}, {city: b}]}", All((equal("source", "a"), equal("city", "b")))),
        (
            "{source: a, not: {any: [{city: b}, {city: c}]}}",
            All((equal("source", "a"), Not(Any((equal("city", "b"), equal("city", "c")))))),
        ),
    ],
)
def test_when_means(when: str, meant: Condition) -> None:
    rules = ruled(when) if meant is not ALWAYS else f"rules: [{{name: One, assign: keep, when: {when}}}]"
    assert configured(rules=rules).rulebook.rules[0].when == meant


def test_a_date_is_meant_in_the_timezone_of_the_configuration() -> None:
    zoned = "timezone: America/New_York\nconnections: [{name: crm, kind: memory, file: x, mapping: map.yaml}]"
    rule = configured(leadswitch=zoned, rules=ruled("{created: {before: 2026-01-31}}")).rulebook.rules[0]
    assert rule.when == Comparison("created", Op.BEFORE, (datetime(2026, 1, 31, 5, tzinfo=UTC),))


TERRITORIES = """
territories:
  west: {country: US, region: [US-CA, US-OR]}
  dach: [{country: [DE, AT]}, {country: CH, language: de}]
lists:
  named: [acme.com, Globex.com]
"""


def test_a_territory_is_its_condition_under_its_name_and_a_list_of_mappings_is_or() -> None:
    book = configured(rules=TERRITORIES + ruled("{territory: [west, dach]}")).rulebook
    west = Named("territory", "west", All((equal("country", "US"), equal("region", "US-CA", "US-OR"))))
    swiss = All((equal("country", "CH"), equal("language", "de")))
    dach = Named("territory", "dach", Any((equal("country", "DE", "AT"), swiss)))
    assert book.rules[0].when == Any((west, dach))


def test_a_list_is_the_values_it_holds_under_its_name() -> None:
    book = configured(rules=TERRITORIES + ruled("{list: {not_in: named}}")).rulebook
    assert book.rules[0].when == Not(Named("list", "named", equal("domain", "acme.com", "globex.com")))


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("{contry: US}", "4:12: unknown field 'contry' (did you mean 'country'?)"),
        ("{country: UK}", "4:21: 'UK' is no country code (write the ISO code: GB)"),
        ("{country: Germany}", "4:21: 'Germany' is no country code (write the ISO code: DE)"),
        ("{country: [DE, XX]}", "4:26: 'XX' is no country code"),
        ("{region: CA}", "4:20: 'CA' is no region code (write the ISO code, country first: US-CA)"),
        ("{language: English}", "4:22: 'English' is no language code (write the ISO code: en)"),
        ("{zone: europe/london}", "4:18: unknown time zone 'europe/london' (did you mean 'Europe/London'?)"),
        ("{employees: many}", "4:23: 'many' is no number"),
        ("{title: {gte: 5}}", "4:20: 'gte' cannot be asked of title, which is text"),
        ("{employees: {contains: 5}}", "4:24: 'contains' cannot be asked of employees, which is a number"),
        ("{country: {starts_with: U}}", "4:22: 'starts_with' cannot be asked of country"),
        ("{source: {within: 7d}}", "4:21: 'within' cannot be asked of source"),
        ("{employees: {gte: [5, 6]}}", "4:29: one value is expected here"),
        ("{employees: {between: [200, 50]}}", "4:33: between ends before it begins"),
        ("{employees: {between: 50}}", "4:33: between needs two values"),
        ("{created: 2026-01-31}", "4:21: a time equals no other"),
        ("{created: {before: 2026-02-30}}", "4:30: '2026-02-30' is no date"),
        ("{created: {within: 7}}", "4:30: '7' is no duration (write 600s, 30m, 4h or 7d)"),
        (
            "{created: {before: 9999-12-31}}",
            "4:30: '9999-12-31' is later than the year 9000 (write a date before it)",
        ),
        (
            "{employees: {gt: 99999999999999999999}}",
            "4:28: '99999999999999999999' is too large (write at most",
        ),
        ("{created: {within: 9999999d}}", "4:30: '9999999d' is longer than 100 years (write a shorter time"),
        ("{phone: {blank: maybe}}", "4:27: 'maybe' is neither true nor false"),
        ("{source: {in: [a]}}", "4:21: unknown operator 'in' (write the value, or a list of values"),
        ("{source: {contain: a}}", "4:21: unknown operator 'contain' (did you mean 'contains'?)"),
        ("{source: {matches: a}}", "4:21: unknown operator 'matches' (write contains, starts_with"),
        ("{source: }", "4:20: has no value (ask for missing values with {blank: true})"),
        ('{source: ""}', "4:20: an empty value"),
        *(
            (f'{{source: {{{op}: [a, ""]}}}}', f"4:{len(op) + 27}: an empty value (ask for missing values")
            for op in ("contains", "starts_with", "ends_with", "word")
        ),
        ('{source: {contains: ""}}', "4:31: an empty value"),
        ("{source: []}", "4:20: an empty list"),
        ("{source: {}}", "4:20: no operator and no value"),
        ("{any: {source: a}}", "4:17: 'any' must be a list of conditions"),
        ("{all: []}", "4:17: an empty list of conditions"),
        ("[{source: a}]", "4:11: a condition must be a mapping"),
        ("{expr: 'employees > 5'}", "4:12: 'expr' is a reserved word"),
        (
            "{territory: west}",
            "4:23: unknown territory 'west' (declare it under territories in rules.yaml)",
        ),
        ("{list: named}", "4:18: unknown list 'named' (declare it under lists in rules.yaml)"),
        ("{any: [{country: DE}, {}]}", "4:33: an empty condition (every lead has it: write"),
        ("{not: {}}", "4:17: an empty condition"),
        ("{not: }", "4:17: an empty condition"),
        ("{not: [{country: DE}, null]}", "4:33: an empty condition"),
        ("{1: 2}", "4:12: unknown field '1' (a field of your own is 'custom.1')"),
        (
            "{employees: 0.1234567890123}",
            "4:23: '0.1234567890123' is too exact (write at most 12 digits behind the point)",
        ),
        ("{connection: hs}", "4:24: unknown connection 'hs' (known: crm)"),
        ("{custom.plann: a}", "4:12: unknown field 'custom.plann' (did you mean 'custom.plan'?)"),
        ("{custom.vip: a}", "4:24: 'a' is neither true nor false"),
        ("{custom.plan: {gt: 5}}", "4:26: 'gt' cannot be asked of custom.plan"),
    ],
)
def test_a_wrong_condition_is_refused_at_its_place(when: str, problem: str) -> None:
    found = problems(rules=ruled(when))
    assert len(found) == 1
    assert found[0].startswith(f"rules.yaml:{problem}")


def test_custom_fields_need_a_mapping() -> None:
    bare = "connections: [{name: crm, kind: memory, file: leads.csv}]"
    found = problems(leadswitch=bare, rules=ruled("{custom.plan: gold}"))
    hint = "write custom.plan: FIELD_OF_THE_CRM under fields in a mapping file"
    assert found == [f"rules.yaml:4:12: no mapping fills 'custom.plan' ({hint})"]


def test_conditions_nested_without_end_are_refused() -> None:
    found = problems(rules=ruled("{not: " * 60 + "{source: a}" + "}" * 60))
    assert found[0].endswith("(name parts as territories)")
    assert "nested deeper than 20 levels" in found[0]


def test_a_rule_with_another_problem_still_has_its_condition_checked() -> None:
    found = problems(
        rules="rules:\n  - {name: One, when: {contry: US}, assign: {team: smb, by: luck}}\n" + "    "
    )
    assert [line.split(": ", 1)[1][:20] for line in found] == ["unknown field 'contr", "'luck' is none of th"]


def test_a_domain_that_never_matches_is_noticed() -> None:
    found = notices(rules=ruled("{domain: [www.acme.com, acme.com]}"))
    assert found == ["rules.yaml:4:21: 'www.acme.com' never equals a domain (write it bare: example.com)"]


def test_spaces_and_invisible_characters_are_noticed() -> None:
    found = notices(rules=ruled('{source: ["Web ", "W\\u200beb", Web]}'))
    assert [line.split(" ")[0] for line in found] == ["rules.yaml:4:21:", "rules.yaml:4:29:"]


LEAD = Lead(
    ref=LeadRef(ConnectionName("crm"), "leads", RecordId("1")),
    source="PARTNER",
    country="NO",
    employees=D(1000),
    created=datetime(2026, 1, 31, 12, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("when", "holds_for_it"),
    [
        ("{source: partner}", True),
        ("{country: no}", True),
        ("{employees: {between: [1000, 2000]}}", True),
        ("{created: {after: 2026-01-31}}", False),
        ("{created: {after: 2026-01-30}}", True),
        ("{created: {before: 2026-01-31}}", False),
        ("{created: {gte: 2026-01-31, lte: 2026-01-31}}", True),
        ("{not: {city: Oslo}}", None),
        ("{city: {blank: true}}", True),
    ],
)
def test_the_router_understands_what_is_built(when: str, holds_for_it: bool | None) -> None:
    assert holds(condition(when), LEAD, datetime(2026, 2, 1, tzinfo=UTC)) is holds_for_it
