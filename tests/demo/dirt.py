"""Values that no program can understand, as they stand in real CRMs, spilled over some leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

SHARE = 0.05

STAINS: Mapping[str, Sequence[str]] = {
    "Country": ("Sydney", "London", "Shanghai", "California", "Ausralia", "EMEA", "Congo", "Select", "Earth"),
    "State": ("Down under", "XX", "N/A", "Select"),
    "Phone": ("555-01", "12345", "call the office", "0000000000", "ext. 12", "-"),
    "Email": ("mark at mailbox.example", "jane@@mailbox.example", "no@", "none", "n/a"),
    "NumberOfEmployees": ("Select", "many", "Oct-50", "200-51", "a few hundred", "-3"),
    "AnnualRevenue": ("plenty", "1.234", "between $1 and $2M", "confidential", "Select"),
    "Industry": ("Select", "-- select --", "???"),
    "Budget__c": ("tbd", "depends", "1.234", "ask Sue"),
    "LastContact__c": ("03/04/2026", "31/02/2026", "last week", "0000-00-00"),
    "Language__c": ("Klingon", "select", "all of them"),
}
"""What stands in a field instead of its value; some of it is a placeholder, which is blank and not unreadable."""

NAUGHTY: Mapping[str, Sequence[str]] = {
    "Title": (
        "undefined",
        "田中さんにあげて下さい",
        "Ω≈ç√∫˜µ≤≥÷",
        "¯\\_(ツ)_/¯",
        "%s%s%s%s%s",
        "{0}",
        "$HOME",
    ),
    "City": (
        "⅛⅜⅝⅞",
        "<foo val=“bar” />",
        "社會科學院語學研究所",
        "Lightwater Country Park",
        "Horniman Museum",
    ),
    "Company": ("NULL", "'", "1;DROP TABLE users", "Ⱥ", "Craig Cockburn, Software Specialist"),
    "NumberOfEmployees": ("1/0", "0x0", "1E+02", "１２３", "NaN", "0,,0", "Infinity"),
    "Country": ("undefined", "部落格", "NIL", "<script>alert(123)</script>"),
    "Phone": ("123456789012345678901234567890123456789", "1.000.000,00"),
}
"""Strings of the Big List of Naughty Strings, chosen by hand: awkward, and fit to be shown to anybody."""


def spill(leads: Sequence[dict[str, str | int]], rng: Random, listed: Sequence[str]) -> None:
    """Put stains into `SHARE` of the fields that have them, and each naughty string of `listed` into one lead."""
    for lead in leads:
        for field, stains in STAINS.items():
            if field in lead and rng.random() < SHARE:
                lead[field] = rng.choice(stains)
    known = frozenset(listed)
    for field, strings in NAUGHTY.items():
        for string in strings:
            if string in known:
                rng.choice(leads)[field] = string
