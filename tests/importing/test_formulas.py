"""Formulas: the idioms that are read, what of them is not exact, and what is left to people."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import pytest

from config.importing.salesforce import Status, Translation, translated
from config.importing.when import condition

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"


def read(formula: str) -> Translation:
    raw = (
        f'<AssignmentRules xmlns="{NAMESPACE}"><assignmentRule><fullName>r</fullName><active>true</active>'
        f"<ruleEntry><assignedTo>q</assignedTo><assignedToType>Queue</assignedToType>"
        f"<formula>{escape(formula)}</formula></ruleEntry></assignmentRule></AssignmentRules>"
    )
    rule = translated(raw.encode()).rule
    assert rule is not None
    [only] = rule.entries
    return only


BLANK: dict[str, Any] = {"email": {"blank": True}}
A_USER: dict[str, Any] = {"owner": {"starts_with": "005"}}


@pytest.mark.parametrize(
    ("formula", "when"),
    [
        ("TRUE", {}),
        ("ISNEW() && ISPICKVAL(LeadSource, 'Web')", {"source": "Web"}),
        ("ISPICKVAL(Rating, '')", {"custom.rating": {"blank": True}}),
        ("/* why */ ISBLANK(Email)", BLANK),
        ("NOT ISBLANK(Email)".replace("NOT ", "!"), {"email": {"blank": False}}),
        ("LEN(Email) = 0", BLANK),
        ('"" = Email', BLANK),
        ("OR(TEXT(Status) = 'Open', TEXT(Status) = 'New')", {"status": ["Open", "New"]}),
        ('TEXT(PRIORVALUE(Status)) == "Open"', {"status": "Open"}),
        ("LOWER(City) = 'rome'", {"city": "rome"}),
        ("BEGINS(PostalCode, '80')", {"postcode": {"starts_with": "80"}}),
        ("LEFT(PostalCode, 2) = '80'", {"postcode": {"starts_with": "80"}}),
        ("RIGHT(PostalCode, 1) = '0'", {"postcode": {"ends_with": "0"}}),
        ("Hot__c", {"custom.hot": True}),
        ("NOT(Hot__c)", {"any": [{"custom.hot": False}, {"custom.hot": {"blank": True}}]}),
        ("IF(Hot__c, ISBLANK(Email), FALSE)", {"custom.hot": True, **BLANK}),
        ("CASE(Status, 'Open', 1, 'New', 1, 0) = 1 || FALSE", None),
        ("ISBLANK(Owner:Queue.Id) && !ISBLANK(Owner:User.Id)", None),
        ("NOT(ISBLANK(Owner:User.Id))", A_USER),
        ("BEGINS(OwnerId, '005')", A_USER),
        ("NumberOfEmployees = 50", {"employees": 50}),
        ("City = ' '", {"city": {"blank": True}}),
        ("LEN(City) <= 0", {"city": {"blank": True}}),
        ("RecordTypeId = '012000000000001AAA'", {"custom.record_type": {"starts_with": "012000000000001"}}),
    ],
)
def test_an_idiom_becomes_a_condition(formula: str, when: dict[str, Any] | None) -> None:
    found = read(formula)
    assert found.when is not None, found.why
    assert when is None or condition(found.when) == when


@pytest.mark.parametrize(
    "formula",
    ["FALSE", "NOT(ISNEW())", "ISCHANGED(Status)", "NOT(ISNEW()) && $User.Id = 'x'", "LOWER(City) = 'Rome'"],
)
def test_what_is_never_true_of_a_new_lead_is_a_comment(formula: str) -> None:
    found = read(formula)
    assert (found.status, found.when) == (Status.TRANSLATED, None)
    assert "never true" in found.notes[0]


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("City = 'Rome'", "in any case"),
        ("CONTAINS(Company, 'Inc')", "in any case"),
        ("NumberOfEmployees < 50", "is blank"),
        ("ISNULL(Any__c)", "if that is text"),
    ],
)
def test_a_difference_is_said(formula: str, why: str) -> None:
    found = read(formula)
    assert found.status is Status.PARTLY
    assert why in found.why[0]


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("$User.Department = 'Sales'", "who saves the record"),
        ("$Profile.Name = 'x' && ISNEW()", "who saves the record"),
        ("Owner:User.IsActive", "replaces"),
        ("Partner__r.Name = 'x'", "related record"),
        ("City = State", "two fields"),
        ("REGEX(Phone, '[0-9]')", "REGEX"),
        ("NumberOfEmployees * 2 > 10", "computes with *"),
        ("City > 'm'", "orders text"),
        ("LEN(City) > 3", "computes with LEN"),
        ("LEN(City) = 0.5", "computes with LEN"),
        ("INCLUDES(Langs__c, '')", "INCLUDES of no choice"),
        ("ISBLANK(Email, City)", "2 values"),
        ("AND(ISBLANK(Email)", "before 'its end'"),
        ("ISBLANK(Email) ISBLANK(City)", "cannot be read from"),
        ("'open", "cannot be read at"),
        ("", "ends too early"),
        ("(" * 500, "nested deeper"),
        ("NOT(" * 500 + "TRUE" + ")" * 500, "nested deeper"),
        ("1", "true or false is needed"),
    ],
)
def test_what_cannot_be_said_is_left_to_people_with_the_reason(formula: str, why: str) -> None:
    found = read(formula or "/* nothing */")
    assert (found.status, found.when) == (Status.NOT, None)
    assert why in found.why[0]
