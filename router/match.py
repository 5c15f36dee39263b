"""Rules top-down, the first that matches wins; an index skips those that cannot match.

The index keeps, for each field that some rule needs to equal something, which rules a value leaves standing:
one bit a rule in one integer. A lead's few values give a few masks, their AND is walked from the first rule.
A standing rule is still asked in full, so the index can only ever save work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache, reduce
from typing import NamedTuple

from router.comparisons import Truth, folded_text
from router.conditions import Ask, compiled, is_plain_equality, shown, text_reader
from router.model import Lead
from router.rules import All, Any, Comparison, Condition, Named, Rule
from router.trace import Tried

Needs = Mapping[str, frozenset[str]]
"""Field to the texts, without case, one of which it must hold for a condition to be true."""


class NoRule(ValueError):
    """No rule matches the lead. A configuration with a catch-all, the only one accepted, never gets here."""


@lru_cache(maxsize=256)
def _compiled(condition: Condition) -> Ask:
    return compiled(condition)


def holds(condition: Condition, lead: Lead, now: datetime) -> Truth:
    """Ask one condition of one lead; None is unknown. `now` is aware UTC."""
    return _compiled(condition)(lead, now)


class Rules:
    """An ordered list of rules, compiled."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._asks = tuple(compiled(rule.when) for rule in rules)
        self._shows = tuple(shown(rule.when) for rule in rules)
        self._index = _index([needs(rule.when) for rule in rules])

    def first(self, lead: Lead, now: datetime) -> Rule:
        """Return the first rule that matches; raises NoRule."""
        standing = (1 << len(self._rules)) - 1
        for field in self._index:
            standing &= field.standing.get(field.read(lead), field.others)
        while standing:
            lowest = standing & -standing
            at = lowest.bit_length() - 1
            if self._asks[at](lead, now):
                return self._rules[at]
            standing ^= lowest
        raise _no_rule(lead)

    def tried(self, lead: Lead, now: datetime) -> tuple[Rule, tuple[Tried, ...]]:
        """Return the same rule, and every rule down to it with each condition tried; raises NoRule."""
        tried: list[Tried] = []
        for rule, show in zip(self._rules, self._shows, strict=True):
            found = show(lead, now)
            tried.append(Tried(rule.name, found))
            if found.holds:
                return rule, tuple(tried)
        raise _no_rule(lead)


def _no_rule(lead: Lead) -> NoRule:
    return NoRule(f"no rule matches {lead.ref}: the last rule must be one without `when`")


# --- the index --------------------------------------------------------------------------------------------


class _Field(NamedTuple):
    """One indexed field: the rules that each value leaves standing, and those that any other value leaves."""

    read: Callable[[Lead], str | None]
    standing: Mapping[str | None, int]
    others: int


def needs(condition: Condition) -> Needs:
    """Return what must hold, at the least, for a condition to be true."""
    match condition:
        case Comparison() if is_plain_equality(condition):
            return {condition.field: frozenset(folded_text(o) or "" for o in condition.operands)}
        case All(parts):
            return reduce(_both, map(needs, parts), {})
        case Any(parts) if parts:
            return reduce(_one, map(needs, parts))
        case Named(part=part):
            return needs(part)
        case _:
            return {}


def _both(one: Needs, other: Needs) -> Needs:
    shared = {field: one[field] & other[field] for field in one.keys() & other.keys()}
    return {**one, **other, **shared}


def _one(one: Needs, other: Needs) -> Needs:
    return {field: one[field] | other[field] for field in one.keys() & other.keys()}


def _index(rules: list[Needs]) -> tuple[_Field, ...]:
    fields = dict.fromkeys(field for rule in rules for field in rule)
    return tuple(_field(field, [rule.get(field) for rule in rules]) for field in fields)


def _field(field: str, wanted: list[frozenset[str] | None]) -> _Field:
    others = _mask(at for at, texts in enumerate(wanted) if texts is None)
    standing: dict[str | None, int] = {}
    for at, texts in enumerate(wanted):
        for text in texts or ():
            standing[text] = standing.get(text, others) | 1 << at
    return _Field(text_reader(field), standing, others)


def _mask(bits: Iterable[int]) -> int:
    return sum(1 << bit for bit in bits)
