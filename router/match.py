"""Rules top-down, the first that matches wins; an index skips those that cannot match.

The index keeps, for each field that some rule needs to equal something, which rules a value leaves standing:
one bit a rule in one integer. A lead's few values give a few masks, their AND is walked from the first rule.
A standing rule is asked for what the index does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from typing import NamedTuple

from router.columns import Columns
from router.comparisons import Truth
from router.conditions import compiled, is_plain_equality, shown, wanted_texts
from router.model import Lead, Value
from router.rules import ALWAYS, All, Any, Comparison, Condition, Named, Rule
from router.trace import Asked, Group

Needs = Mapping[str, frozenset[str | None]]
"""Field to the texts, without case, one of which it must hold for a condition to be true."""


class NoRule(ValueError):
    """No rule matches the lead. A configuration with a catch-all, the only one accepted, never gets here."""


def question(condition: Condition) -> Callable[[Lead, datetime], Truth]:
    """Compile one condition, to be asked of many leads; None is unknown, the time is `now`, aware UTC."""
    columns = Columns()
    ask = compiled(condition, columns)
    read = columns.reader()
    return lambda lead, now: ask(read(lead), now)


def holds(condition: Condition, lead: Lead, now: datetime) -> Truth:
    """Ask one condition of one lead. Compiles each time: `question` is for many."""
    return question(condition)(lead, now)


class Rules:
    """An ordered list of rules, compiled."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        columns = Columns()
        self._rules = rules
        self._names = tuple(rule.name for rule in rules)
        self._asks = tuple(compiled(_unknown(rule.when), columns) for rule in rules)
        self._index = _index([needs(rule.when) for rule in rules], columns)
        self._read = columns.reader()
        # A trace also needs every value as it is, which the plain way would read for nothing.
        self._shows = tuple(shown(rule.when, columns) for rule in rules)
        self._read_all = columns.reader()

    def first(self, lead: Lead, now: datetime) -> Rule:
        """Return the first rule that matches; raises NoRule."""
        row = self._read(lead)
        standing = (1 << len(self._rules)) - 1
        for column, masks, others in self._index:
            standing &= masks.get(row[column], others)
        places = f"{standing:b}"[::-1]
        at = places.find("1")
        while at >= 0:
            if self._asks[at](row, now):
                return self._rules[at]
            at = places.find("1", at + 1)
        raise _no_rule(lead)

    def tried(self, lead: Lead, now: datetime) -> tuple[Rule, tuple[str, ...], tuple[Asked | Group, ...]]:
        """Return the same rule, and of every rule down to it the name and what was found; raises NoRule."""
        row = self._read_all(lead)
        tried: list[Asked | Group] = []
        for show in self._shows:
            found = show(row, now)
            tried.append(found)
            if found.holds:
                count = len(tried)
                return self._rules[count - 1], self._names[:count], tuple(tried)
        raise _no_rule(lead)


def _no_rule(lead: Lead) -> NoRule:
    return NoRule(f"no rule matches {lead.ref}: the last rule must be one without `when`")


# --- the index --------------------------------------------------------------------------------------------


class _Field(NamedTuple):
    """One indexed column: the rules that each value leaves standing, and those that any other value leaves."""

    at: int
    standing: Mapping[Value | None, int]
    others: int


def needs(condition: Condition) -> Needs:
    """Return what must hold, at the least, for a condition to be true."""
    match condition:
        case Comparison() if is_plain_equality(condition):
            return {condition.field: wanted_texts(condition)}
        case All(parts):
            return reduce(_both, map(needs, parts), {})
        case Any(parts) if parts:
            return reduce(_one, map(needs, parts))
        case Named(part=part):
            return needs(part)
        case _:
            return {}


def _unknown(condition: Condition) -> Condition:
    """Return what is left to ask where all that a condition `needs` is there."""
    match condition:
        case Comparison() if is_plain_equality(condition) and None not in wanted_texts(condition):
            return ALWAYS
        case All(parts):
            left = map(_unknown, parts)
            return All(tuple(part for part in left if part != ALWAYS))
        case Named(part=part):
            return _unknown(part)
        case _:
            return condition


def _both(one: Needs, other: Needs) -> Needs:
    shared = {field: one[field] & other[field] for field in one.keys() & other.keys()}
    return {**one, **other, **shared}


def _one(one: Needs, other: Needs) -> Needs:
    return {field: one[field] | other[field] for field in one.keys() & other.keys()}


def _index(rules: list[Needs], columns: Columns) -> tuple[_Field, ...]:
    fields = dict.fromkeys(field for rule in rules for field in rule)
    return tuple(_field(columns.text(field), [rule.get(field) for rule in rules]) for field in fields)


def _field(column: int, wanted: list[frozenset[str | None] | None]) -> _Field:
    others = sum(1 << at for at, texts in enumerate(wanted) if texts is None)
    standing: dict[Value | None, int] = {}
    for at, texts in enumerate(wanted):
        for text in texts or ():
            standing[text] = standing.get(text, others) | 1 << at
    return _Field(column, standing, others)
