"""Sets of values, as far as conditions can tell them apart: texts, and stretches of numbers or times.

A set may hold more than it says where its end cannot be told (which texts fit two patterns, for example), never less:
what is proven empty is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import product

from router.comparisons import text_test_of
from router.rules import Comparison, Op

NONE: frozenset[str] = frozenset()
_NO_PATTERNS: frozenset[Comparison] = frozenset()


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts without case: `only` these (None: any) except `never`, that fit all of `like` and none of `unlike`."""

    only: frozenset[str] | None = None
    never: frozenset[str] = NONE
    like: frozenset[Comparison] = _NO_PATTERNS
    unlike: frozenset[Comparison] = _NO_PATTERNS

    def __contains__(self, text: str) -> bool:
        if self.only is not None:
            return text in self.only
        if text in self.never:
            return False
        return all(fits(one, text) for one in self.like) and not any(fits(one, text) for one in self.unlike)

    def both(self, other: Texts) -> Texts:
        """Return what is in both."""
        if self.only is not None:
            return Texts(frozenset(text for text in self.only if text in other))
        if other.only is not None:
            return other.both(self)
        return Texts(None, self.never | other.never, self.like | other.like, self.unlike | other.unlike)

    def without(self, other: Texts) -> Iterator[Texts]:
        """Yield sets that together are what the other does not have."""
        if self.only is not None:
            yield Texts(frozenset(text for text in self.only if text not in other))
        elif other.only is not None:
            yield self.both(Texts(never=other.only))
        else:
            yield self.both(Texts(other.never))
            yield from (self.both(Texts(unlike=frozenset({one}))) for one in other.like)
            yield from (self.both(Texts(like=frozenset({one}))) for one in other.unlike)

    @property
    def empty(self) -> bool:
        """Whether it is certain that nothing is in it."""
        if self.only is not None:
            return not self.only
        if any(implies(one, other) for one in self.like for other in self.unlike):
            return True
        return any(_apart(one, other) for one in self.like for other in self.like)


@lru_cache(maxsize=4096)
def _test(pattern: Comparison) -> object:
    return text_test_of(pattern)


def fits(pattern: Comparison, text: str) -> bool:
    """Ask a pattern of a text without case."""
    test = _test(pattern)
    return bool(callable(test) and test(text))


def implies(one: Comparison, other: Comparison) -> bool:
    """Whether each text that fits one fits the other: what starts with "abc" starts with "ab", and contains "bc"."""
    alike = one.op is other.op or other.op is Op.CONTAINS
    return alike and all(fits(other, str(text)) for text in one.operands)


def _apart(one: Comparison, other: Comparison) -> bool:
    """Whether no text fits both: none starts with "ab" and with "cd"."""
    if one.op is not other.op or one.op not in (Op.STARTS_WITH, Op.ENDS_WITH, Op.IS):
        return False
    pairs = product(map(str, one.operands), map(str, other.operands))
    return not any(
        fits(Comparison(one.field, one.op, (a,)), b) or fits(Comparison(one.field, one.op, (b,)), a)
        for a, b in pairs
    )


# --- stretches --------------------------------------------------------------------------------------------

Cut = tuple[Decimal, int] | tuple[datetime, int]
"""A place between values: just before one (0), or just after it (1)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Everything between two cuts of one sort."""

    low: Cut
    high: Cut

    def both(self, other: Span) -> Span:
        """Return what is in both."""
        return Span(max(self.low, other.low), min(self.high, other.high))

    def without(self, other: Span) -> Iterator[Span]:
        """Yield stretches that together are what the other does not have."""
        yield self.both(Span(self.low, other.low))
        yield self.both(Span(other.high, self.high))

    @property
    def empty(self) -> bool:
        """Whether nothing lies between the cuts."""
        return self.low >= self.high  # type: ignore[operator]  # of one sort


Values = Texts | Span


def both(one: Values, other: Values) -> Values:
    """Return what is in both sets, which are of one kind."""
    return one.both(other)  # type: ignore[arg-type]  # one dimension has one kind of set


def without(one: Values, other: Values) -> Iterator[Values]:
    """Yield sets that together are what the other, of the same kind, does not have; none of them is empty."""
    return (part for part in one.without(other) if not part.empty)  # type: ignore[arg-type]
