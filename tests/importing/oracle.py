"""Salesforce's semantics of assignment rules, from the XML itself: shares no code with what it checks.

A record is a mapping of API names to text, as the CRM stores it; a field that is not in it is blank.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

NS = "{http://soap.sforce.com/2006/04/metadata}"
Record = Mapping[str, str]
Outcome = tuple[str, str | None]
"""`owner`, `queue`, `keep` or `default`, with the name behind it."""

NUMERIC = {"NumberOfEmployees", "AnnualRevenue", "Lead_Score__c", "Number__c"}
CHECKBOXES = {
    "IsConverted",
    "HasOptedOutOfEmail",
    "Owner_Locked__c",
    "Do_Not_Reassign__c",
    "Deal_Registered__c",
    "Flag__c",
}
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def language(*words: str) -> Callable[[Record], bool]:
    return lambda it: (
        it.get("Desk__c") == "Europe" and any(w in it.get("Contact_Language__c", "") for w in words)
    )


FORMULAS: Mapping[str, Callable[[Record], bool]] = {
    "NOT( ISNEW() ) && ( $User.Id": lambda _: False,
    "TEXT(LeadSource) = 'Webinar'": lambda it: (
        it.get("LeadSource") in ("Webinar", "Content Download", "Newsletter")
    ),
    "'Dutch'": language("Dutch"),
    "'Spanish'": language("Spanish"),
    "'Italian": language("Italian\ufeff\ufeff"),
    "'Danish'": language("Danish", "Norwegian", "Swedish", "Finnish"),
    'Country  = "Kenya"': lambda it: it.get("Country") == "Kenya",
    'NOT(Country = "Norway"': lambda it: it.get("Country") not in ("Norway", "Iceland", "Kenya"),
    "ISNEW()": lambda _: True,
    "True": lambda _: True,
    "true": lambda _: True,
}
"""The formulas of the samples, worked out by hand, by a part that only they have; the first that fits counts."""


def every(raw: bytes) -> list[ElementTree.Element]:
    """Return the rules of a file, which the tests wrote themselves."""
    return ElementTree.fromstring(raw).findall(f"{NS}assignmentRule")  # noqa: S314


def active(raw: bytes) -> ElementTree.Element | None:
    """Return the rule that is active."""
    rules = every(raw)
    return next((rule for rule in rules if rule.findtext(f"{NS}active") == "true"), None)


def outcome(rule: ElementTree.Element, record: Record, *, without: Sequence[int] = ()) -> Outcome:
    """Return where the first matching entry sends a record; entries of these numbers are left out."""
    for number, entry in enumerate(rule.findall(f"{NS}ruleEntry"), 1):
        if number not in without and _matches(entry, record):
            to = entry.findtext(f"{NS}assignedTo")
            if to is None:
                return "keep", None
            return ("queue" if entry.findtext(f"{NS}assignedToType") == "Queue" else "owner"), to
    return "default", None


def _matches(entry: ElementTree.Element, record: Record) -> bool:
    formula = entry.findtext(f"{NS}formula")
    if formula is not None:
        return next(ask for part, ask in FORMULAS.items() if part in formula)(record)
    results = [_holds(item, record) for item in entry.findall(f"{NS}criteriaItems")]
    how = entry.findtext(f"{NS}booleanFilter")
    if how is None:
        return all(results)
    said = re.sub(r"\d+", lambda number: str(results[int(number[0]) - 1]), how)
    said = re.sub(r"\b(AND|OR|NOT)\b", lambda word: word[0].lower(), said, flags=re.IGNORECASE)
    return bool(eval(said, {"__builtins__": {}}))  # noqa: S307 - only our own files are read so


def _holds(item: ElementTree.Element, record: Record) -> bool:
    field = (item.findtext(f"{NS}field") or "").removeprefix("Lead.")
    operation, value = item.findtext(f"{NS}operation") or "", item.findtext(f"{NS}value") or ""
    [texts] = csv.reader([value], skipinitialspace=True) if value else [[""]]
    wanted = [text.strip().lower() for text in texts]
    held = record.get(field, "").strip().lower()
    if field in CHECKBOXES:
        held = held or "false"
    return _compared(field, operation, held, wanted)


def _compared(field: str, operation: str, held: str, wanted: list[str]) -> bool:
    if operation in ("notEqual", "notContain", "excludes"):
        positive = {"notEqual": "equals", "notContain": "contains", "excludes": "includes"}[operation]
        return not _compared(field, positive, held, wanted)
    if operation in ("lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual"):
        return held != "" and _ordered(field, operation, held, wanted[0])
    if held == "":
        return "" in wanted
    wanted = [text for text in wanted if text]
    if operation == "equals":
        return any(_same(field, held, text) for text in wanted)
    if operation == "includes":
        return any(text in held.split(";") for text in wanted)
    return any(held.startswith(text) if operation == "startsWith" else text in held for text in wanted)


def _same(field: str, held: str, text: str) -> bool:
    if field == "CreatedDate":
        assert text == "today"
        return datetime.fromisoformat(held.upper()).date() == NOW.date()
    return float(held) == float(text) if field in NUMERIC else held == text


def _ordered(field: str, operation: str, held: str, bound: str) -> bool:
    if field in NUMERIC:
        one, other = float(held), float(bound.removeprefix("usd "))
        less, same = one < other, one == other
    else:
        less, same = held < bound, held == bound
    return {
        "lessThan": less,
        "lessOrEqual": less or same,
        "greaterThan": not less and not same,
        "greaterOrEqual": not less,
    }[operation]
