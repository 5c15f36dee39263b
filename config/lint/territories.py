"""Territories that share leads: the rule that comes first takes them."""

from __future__ import annotations

from itertools import combinations

from config.lint.boxes import Box, boxes
from config.lint.examples import spellings
from config.lint.sets import Texts
from config.lint.subject import Subject
from config.lint.words import some
from config.problems import Findings, shown

_MOST = 200


def look(subject: Subject, findings: Findings) -> None:
    """Note territories that list the same country, state or other value."""
    spelled = spellings(subject.territories.values())
    named = [
        (name, boxes(subject.territories[str(name)])) for name in list(subject.rules.territories)[:_MOST]
    ]
    for (one, first), (other, second) in combinations(named, 2):
        shared = {(field, text) for a in first for b in second for field, text in _shared(a, b)}
        if shared:
            field = min(shared)[0]
            values = sorted(spelled.get(text, text) for name, text in shared if name == field)
            findings.notice(
                other.place,
                f"territory '{shown(other)}' overlaps '{shown(one)}': both have {field} {some(values)}",
                "the rule that comes first takes these leads",
            )


def _shared(one: Box, other: Box) -> set[tuple[str, str]]:
    """Return listed values of two boxes that some lead may be in together."""
    met = one.meet(other)
    found: set[tuple[str, str]] = set()
    for (name, aspect), values in met.sets.items() if met else ():
        there = (one.sets.get((name, aspect)), other.sets.get((name, aspect)))
        listed = all(isinstance(each, Texts) and each.only is not None for each in there)
        if aspect == "text" and listed and isinstance(values, Texts):
            found |= {(name, text) for text in values.only or ()}
    return found
