"""Imported rules send every generated lead where Salesforce's own semantics send it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from config.importing.salesforce import Status
from tests.importing.leads import Imported, aimed
from tests.importing.oracle import NS, active, every, outcome

SAMPLES = sorted((Path(__file__).parents[1] / "data" / "assignment_rules").glob("*/*.xml"))
NAMES = [sample.parent.name for sample in SAMPLES]


def differences(
    raw: bytes, rule: ElementTree.Element, *, wanted: str | None = None, count: int = 150
) -> list[object]:
    imported = Imported.of(raw, wanted=wanted)
    assert imported.translated.rule is not None
    left = [e.entry.number for e in imported.translated.rule.entries if e.status is Status.NOT]
    records = list(aimed(rule, count, seed=len(raw)))
    expected = [outcome(rule, record, without=left) for record in records]
    got = imported.outcomes(records)
    return [(r, e, g) for r, e, g in zip(records, expected, got, strict=True) if e != g]


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_every_lead_goes_where_salesforce_sends_it(sample: Path) -> None:
    raw = sample.read_bytes()
    rule = active(raw)
    if rule is None:
        rule = every(raw)[1]
        assert not differences(raw, rule, wanted="Standard")
    else:
        assert not differences(raw, rule)


def test_the_generated_leads_reach_most_entries_and_the_default() -> None:
    reached: Counter[str] = Counter()
    for sample in SAMPLES[:3]:
        rule = active(sample.read_bytes())
        assert rule is not None
        found = Counter(outcome(rule, record) for record in aimed(rule, 150, seed=1))
        assert len(found) >= 5
        reached.update(kind for kind, _ in found.elements())
    assert reached["owner"] > 100
    assert reached["queue"] > 20
    assert reached["default"] > 10


# --- rules that nobody wrote ------------------------------------------------------------------------------

TEXTS = (
    "City",
    "Company",
    "PostalCode",
    "State",
    "Email",
    "Rating",
    "Any__c",
    "LeadSource",
    "Website",
    "Phone",
)
PLACES = ("Rome", "New York", "a", "10", "B-2", "Korea, Republic of", "é", "NO", "null")
OPERATIONS = ("equals", "notEqual", "contains", "notContain", "startsWith", "includes", "excludes")
ORDERS = ("lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual")


def criterion(chance: random.Random) -> tuple[str, str, str]:
    kind = chance.random()
    if kind < 0.6:
        values = [chance.choice((*PLACES, "")) for _ in range(chance.randint(1, 3))]
        quoted = ",".join(f'"{value}"' if "," in value else value for value in values)
        return chance.choice(TEXTS), chance.choice(OPERATIONS), quoted
    if kind < 0.7:
        return chance.choice(TEXTS[:6]), chance.choice(ORDERS), chance.choice(("10", "b-2", "rome", "6001"))
    if kind < 0.8:
        return "CountryCode", chance.choice(("equals", "notEqual")), chance.choice(("US,CA", ",DE", "", "NO"))
    if kind < 0.9:
        return "Flag__c", chance.choice(("equals", "notEqual")), chance.choice(("True", "False"))
    name = chance.choice(("NumberOfEmployees", "AnnualRevenue", "Number__c"))
    operations = ORDERS if name == "Number__c" else (*ORDERS, "equals", "notEqual")
    return name, chance.choice(operations), chance.choice(("10", "50", "-3"))


def combination(chance: random.Random, numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"{chance.choice(('', '', 'NOT '))}{numbers[0]}"
    at = chance.randint(1, len(numbers) - 1)
    parts = [combination(chance, numbers[:at]), combination(chance, numbers[at:])]
    joined = f" {chance.choice(('AND', 'OR', 'and', 'or'))} ".join(f"({part})" for part in parts)
    return f"NOT ({joined})" if chance.random() < 0.2 else joined


def entries(chance: random.Random) -> Iterator[str]:
    for number in range(chance.randint(1, 5)):
        criteria = [criterion(chance) for _ in range(chance.randint(1, 5))]
        to = f"<assignedTo>u{number}@example.com</assignedTo><assignedToType>User</assignedToType>"
        how = f"<booleanFilter>{combination(chance, list(range(1, len(criteria) + 1)))}</booleanFilter>"
        items = "".join(
            f"<criteriaItems><field>Lead.{field}</field><operation>{operation}</operation>"
            f"<value>{escape(value)}</value></criteriaItems>"
            for field, operation, value in criteria
        )
        yield f"<ruleEntry>{chance.choice((to, to, ''))}{chance.choice((how, ''))}{items}</ruleEntry>"


@pytest.mark.parametrize("seed", range(40))
def test_rules_that_nobody_wrote_send_leads_as_salesforce_would(seed: int) -> None:
    inside = "".join(entries(random.Random(seed)))
    raw = (
        f'<AssignmentRules xmlns="{NS[1:-1]}"><assignmentRule><fullName>r</fullName><active>true</active>'
        f"{inside}</assignmentRule></AssignmentRules>"
    ).encode()
    rule = active(raw)
    assert rule is not None
    imported = Imported.of(raw)
    assert imported.translated.rule is not None
    assert {each.status for each in imported.translated.rule.entries} == {Status.TRANSLATED}
    assert not differences(raw, rule, count=25)
