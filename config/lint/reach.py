"""Rules that no lead gets to, and values of which no lead gets to their rule; each shown by a lead.

What is said here is proven over more leads than there can be, so that it is never said of a rule that a lead reaches;
some rules that none reaches go unsaid. The example is then asked of the matcher that routes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from config.lint.boxes import Box, Dimension, boxes
from config.lint.examples import NOW, Examples, spellings
from config.lint.sets import Texts
from config.lint.taken import Taken
from router.comparisons import folded_text
from router.match import Rules, holds
from router.model import Lead
from router.rules import ALWAYS, All, Any, Comparison, Condition, Named, Op, Rule


@dataclass(frozen=True, slots=True)
class Impossible:
    """A rule whose condition is never true; `pair` are two parts of it that exclude each other, if it is two."""

    at: int
    pair: tuple[Condition, Condition] | None


@dataclass(frozen=True, slots=True)
class Never:
    """A rule all of whose leads earlier ones take; `taker` takes `lead`, for which the rule's own condition is true."""

    at: int
    taker: Rule
    lead: Lead


@dataclass(frozen=True, slots=True)
class Dead:
    """Values of a field of which no lead comes to a rule: the rule itself excludes them, or `taker` takes `lead`.

    `named` is the territory or list that holds the values, None where they stand in the rule.
    """

    at: int
    field: str
    values: tuple[str, ...]
    named: Named | None
    taker: Rule | None = None
    lead: Lead | None = None


Unreached = Impossible | Never | Dead


@dataclass(frozen=True, slots=True)
class _Met:
    """One rule: its boxes, and what is left of them for it."""

    at: int
    own: Sequence[Box]
    left: Sequence[Box]


@dataclass
class Reach:
    """Walks rules from the top, down to the first that takes every lead."""

    rules: Sequence[Rule]

    @cached_property
    def matcher(self) -> Rules:
        """The rules as leads meet them."""
        return Rules(tuple(self.rules))

    @cached_property
    def examples(self) -> Examples:
        """Who makes leads up."""
        return Examples(spellings(rule.when for rule in self.rules))

    def unreached(self) -> Iterator[Unreached]:
        """Yield what no lead reaches, in the order of the rules."""
        taken = Taken()
        for at, rule in enumerate(self.rules):
            if rule.when == ALWAYS:
                return
            own = boxes(rule.when)
            met = _Met(at, own, [left for box in own for left in taken.left_of(box)])
            if not own:
                yield Impossible(at, _excluding(rule.when))
            elif not met.left:
                yield from self._never(met)
            else:
                yield from self._dead(met)
            for box in own:
                taken.add(box)

    def takes(self, at: int, box: Box) -> tuple[Rule, Lead] | None:
        """Make a lead up for which a rule's condition is true; return it behind the rule that takes it."""
        lead = self.examples.lead(box)
        if lead is None or not holds(self.rules[at].when, lead, NOW):
            return None
        return self.matcher.first(lead, NOW), lead

    def _never(self, met: _Met) -> Iterator[Never]:
        for box in met.own:
            if (found := self.takes(met.at, box)) and found[0] is not self.rules[met.at]:
                yield Never(met.at, *found)
                return

    def _dead(self, met: _Met) -> Iterator[Dead]:
        for asked, named in _equalities(self.rules[met.at].when):
            live, possible = (_texts(of, (asked.field, "text")) for of in (met.left, met.own))
            if live is None:
                continue
            dead = [text for text in map(str, asked.operands) if (folded_text(text) or "") not in live]
            never = [text for text in dead if possible is not None and folded_text(text) not in possible]
            if never:
                yield Dead(met.at, asked.field, tuple(never), named)
            yield from self._gone(met, asked, [text for text in dead if text not in never], named)

    def _gone(self, met: _Met, asked: Comparison, dead: list[str], named: Named | None) -> Iterator[Dead]:
        for text in dead:
            (wanted,) = boxes(Comparison(asked.field, Op.IS, (text,)))
            for box in met.own:
                inside = box.meet(wanted)
                found = inside and self.takes(met.at, inside)
                if found and found[0] is not self.rules[met.at]:
                    yield Dead(met.at, asked.field, tuple(dead), named, *found)
                    return


def _texts(found: Sequence[Box], dimension: Dimension) -> frozenset[str] | None:
    """Return the texts of a dimension that boxes ask for; None where one of them asks for no certain ones."""
    texts: set[str] = set()
    for box in found:
        values = box.at(dimension)
        if not isinstance(values, Texts):
            return None
        if values.only is not None:
            texts |= values.only
        elif languages := [one for one in values.like if one.op is Op.IS]:
            texts.update(str(operand) for one in languages for operand in one.operands)
        else:
            return None
    return frozenset(texts)


def _equalities(
    condition: Condition, named: Named | None = None
) -> Iterator[tuple[Comparison, Named | None]]:
    """Yield the equalities of texts that a condition asks for, with the territory or list that holds them."""
    match condition:
        case Comparison(op=Op.IS, operands=operands) if all(isinstance(one, str) for one in operands):
            yield condition, named
        case All(parts) | Any(parts):
            for part in parts:
                yield from _equalities(part, named)
        case Named(part=part):
            yield from _equalities(part, named or condition)


# --- contradictions ---------------------------------------------------------------------------------------


def _excluding(condition: Condition) -> tuple[Condition, Condition] | None:
    """Return two of the conditions that must all hold, and cannot."""
    parts = [(part, boxes(part)) for part in _together(condition)]
    return next(
        (
            (one, other)
            for (one, first), (other, second) in combinations(parts, 2)
            if not any(a.meet(b) for a in first for b in second)
        ),
        None,
    )


def _together(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _together(part)
    else:
        yield condition
