"""Leads between those that rules name, which only the catch-all takes: sizes between bands, countries of a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from config.lint.boxes import YES, Box, Dimension, boxes
from config.lint.examples import told
from config.lint.groups import GROUPS
from config.lint.reach import Reach
from config.lint.sets import Span, Texts, Values
from config.lint.subject import Subject
from config.lint.taken import Taken
from config.problems import Findings, shown
from router.model import Lead
from router.rules import ALWAYS

_NEARLY = Decimal("0.8")
_MOST_SHOWN = 8
_BANDS = ("low", "high")

Gap = tuple[Decimal, Decimal]
"""Whole numbers from one to another, both included."""
Stretch = tuple[Decimal, Decimal, int]
"""Such numbers, and which rule asks for them."""


def look(subject: Subject, findings: Findings) -> None:
    """Note what only the catch-all takes, and what it lies between."""
    _Gaps(subject, findings).look()


class _Gaps:
    def __init__(self, subject: Subject, findings: Findings) -> None:
        self._findings, self._reach = findings, Reach(subject.book.rules)
        rules, entries = subject.book.rules, subject.rules.rules
        self._last = next(at for at, rule in enumerate(rules) if rule.when == ALWAYS)
        self._place, self._name = entries[self._last].name.place, shown(entries[self._last].name)
        self._named = [(box, at) for at, rule in enumerate(rules[: self._last]) for box in boxes(rule.when)]

    def look(self) -> None:
        for (name, others), stretches in self._banded().items():
            for low, high in _between(stretches):
                self._size(name, dict(others), (low, high))
        for (field, name), members in GROUPS.items():
            self._group(field, name, members)

    def _only_last(self, box: Box) -> Lead | None:
        """Return a lead that says no more than the box asks for, if the catch-all takes it."""
        taken = self._reach.takes(self._last, box)
        return taken[1] if taken and taken[0] is self._reach.rules[self._last] else None

    @cached_property
    def _taken(self) -> Taken:
        taken = Taken()
        for box, _ in self._named:
            taken.add(box)
        return taken

    # --- sizes --------------------------------------------------------------------------------------------

    def _banded(self) -> Mapping[tuple[str, tuple[tuple[Dimension, Values], ...]], list[Stretch]]:
        """Return the stretches of numbers that rules ask for, by field and by what else they ask for."""
        found: dict[tuple[str, tuple[tuple[Dimension, Values], ...]], list[Stretch]] = defaultdict(list)
        for box, at in self._named:
            for name in {name for name, aspect in box.sets if aspect in _BANDS}:
                others = tuple((of, values) for of, values in box.sets.items() if of[0] != name)
                low, high = box.at((name, "low")), box.at((name, "high"))
                if isinstance(low, Span) and isinstance(high, Span) and low.low[0] != high.high[0]:
                    # what is between single numbers is no gap
                    found[name, others].append((_first(low), _last(high), at))
        return found

    def _size(self, name: str, others: dict[Dimension, Values], gap: Gap) -> None:
        low, high = (Span((end, 0), (end, 1)) for end in gap)
        inside = Span(low.low, high.high)
        box = Box({**others, (name, "there"): YES, (name, "low"): inside, (name, "high"): inside})
        lead = next(filter(None, map(self._only_last, self._taken.left_of(box))), None)
        if lead is not None:
            said = f"{gap[0]:f}" if gap[0] == gap[1] else f"{gap[0]:f} to {gap[1]:f}"
            self._note(f"{name} {said} lies between what rules name", lead)

    def _note(self, message: str, lead: Lead) -> None:
        self._findings.notice(self._place, message, f"only '{self._name}' takes such leads: {told(lead)}")

    # --- groups -------------------------------------------------------------------------------------------

    @cached_property
    def _texts(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for box, _ in self._named:
            for (name, aspect), values in box.sets.items():
                if aspect == "text" and isinstance(values, Texts):
                    found[name] |= values.only or set()
        return {name: frozenset(texts) for name, texts in found.items()}

    def _group(self, field: str, name: str, members: Sequence[str]) -> None:
        named = self._texts.get(field, frozenset())
        missing = [code for code in members if code.casefold() not in named]
        if not missing or len(members) - len(missing) < _NEARLY * len(members):
            return
        found = [(code, lead) for code in missing if (lead := self._only_last(_coded(field, code)))]
        if found:
            codes = ", ".join(code for code, _ in found[:_MOST_SHOWN])
            self._note(f"{field} {codes}: rules name the rest of {name}", found[0][1])


def _coded(field: str, code: str) -> Box:
    return Box({(field, "there"): YES, (field, "text"): Texts(frozenset({code.casefold()}))})


def _first(span: Span) -> Decimal:
    """Return the first whole number behind a cut."""
    value, after = span.low
    if not isinstance(value, Decimal) or not value.is_finite():
        return Decimal("-Infinity")
    whole = value.to_integral_value("ROUND_CEILING")
    return whole + 1 if after and whole == value else whole


def _last(span: Span) -> Decimal:
    value, after = span.high
    if not isinstance(value, Decimal) or not value.is_finite():
        return Decimal("Infinity")
    whole = value.to_integral_value("ROUND_FLOOR")
    return whole - 1 if not after and whole == value else whole


def _between(stretches: Sequence[Stretch]) -> Iterator[Gap]:
    """Yield the whole numbers that lie between stretches of two rules, in none: what one leaves out it means."""
    (_, reached, rule), *others = sorted(stretches)
    for low, high, at in others:
        if reached + 1 < low and at != rule:
            yield reached + 1, low - 1
        if high >= reached:
            reached, rule = high, at
