"""Entries at the edges: contradictions, ends of the order of text, ids for names, names that are taken."""

from __future__ import annotations

import pytest

from tests.importing.leads import Imported
from tests.importing.test_command import ROOT, criterion, rules, user


@pytest.mark.parametrize(
    ("entry", "holds", "fails"),
    [
        (criterion("Lead.PostalCode", "greaterOrEqual", "-"), {"PostalCode": "1"}, {}),
        (
            criterion("Lead.NumberOfEmployees", "greaterThan", "500")
            + criterion("Lead.NumberOfEmployees", "lessThan", "100"),
            None,
            {"NumberOfEmployees": "300"},
        ),
        (
            criterion("Lead.City", "startsWith", "x") + criterion("Lead.City", "equals", ""),
            None,
            {"City": "x"},
        ),
        (
            criterion("Lead.RecordTypeId", "equals", "012000000000001"),
            {"RecordTypeId": "012000000000001AAA"},
            {"RecordTypeId": "012000000000002AAA"},
        ),
        ("<formula>RecordTypeId = '012000000000001'</formula>", {"RecordTypeId": "012000000000001AAA"}, {}),
        (
            criterion("Lead.NumberOfEmployees", "greaterThan", "5")
            + criterion("Lead.NumberOfEmployees", "lessOrEqual", "9"),
            {"NumberOfEmployees": "9"},
            {"NumberOfEmployees": "5"},
        ),
    ],
)
def test_what_is_at_an_edge_becomes_a_rule_that_check_takes(
    entry: str, holds: dict[str, str] | None, fails: dict[str, str]
) -> None:
    found = Imported.of(f"{ROOT}{rules(user('a@x.com') + entry)}</AssignmentRules>".encode())
    assert found.translated.rule is not None
    assert found.translated.rule.entries[0].status.value == "translated"
    assert found.outcomes([fails]) == [("default", None)]
    assert holds is None or found.outcomes([holds]) == [("owner", "a@x.com")]


def test_a_user_by_id_is_one_rep_in_both_spellings_with_the_id_as_owner() -> None:
    entries = (user("005000000000001AAA") + criterion("Lead.City", "equals", "x"), user("005000000000001"))
    found = Imported.of(f"{ROOT}{rules(*entries)}</AssignmentRules>".encode())
    assert found.outcomes([{"City": "x"}, {}]) == [("owner", "005000000000001")] * 2
    assert "  - {id: '005000000000001', owner: {sf: '005000000000001'}}\n" in found.texts["teams.yaml"]


def test_the_queue_of_the_rest_has_a_name_of_its_own() -> None:
    queue = "<assignedTo>{}</assignedTo><assignedToType>Queue</assignedToType>"
    names = ("default", "default lead owner", "default lead owner 2")
    entries = [queue.format(name) + criterion("Lead.City", "equals", name) for name in names]
    found = Imported.of(f"{ROOT}{rules(*entries)}</AssignmentRules>".encode())
    assert found.outcomes([{"City": "default"}, {}]) == [("queue", "default"), ("default", None)]
    assert "  default lead owner 3: {}" in found.texts["teams.yaml"]


def test_a_custom_field_that_may_hold_days_is_said_to_be_compared_as_text() -> None:
    for value, count in (("TODAY", 1), ("31.1.2026", 1), ("2026-01-31", 0), ("Gold", 0)):
        entry = criterion("Lead.Since__c", "equals", value)
        found = Imported.of(f"{ROOT}{rules(entry)}</AssignmentRules>".encode()).translated.rule
        assert found is not None
        assert "".join(found.entries[0].why).count("compared as text: if it holds days") == count
