"""Conditions as boxes: for each dimension of a lead the values for which the condition is true.

A dimension is a field and one way of looking at it: whether it is there, its text, both ends of its number (a number
is a band of no width), its time, its age. What is left of a box after others are taken out of it may be more than the
leads that are left, never less; so a rule of which nothing is left is never reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from config.lint.sets import Span, Texts, Values, both, without
from router.columns import CUSTOM
from router.comparisons import folded_text
from router.model import FIELDS, Kind
from router.rules import All, Any, Comparison, Condition, Named, Not, Op

MOST = 200
"""More boxes than this are not followed: the condition then counts as less strict than it is."""

Dimension = tuple[str, str]
"""A field and one of `there`, `text`, `flag`, `low`, `high`, `at`, `age`, `is ...`."""

_INFINITY = Decimal("Infinity")
_NUMBERS = Span((-_INFINITY, 0), (_INFINITY, 1))
_TIMES = Span((datetime.min.replace(tzinfo=UTC), 0), (datetime.max.replace(tzinfo=UTC), 1))
YES, NO = Texts(frozenset({"yes"})), Texts(frozenset({"no"}))
_EITHER = Texts(frozenset({"yes", "no"}))
_FLAGS = Texts(frozenset({"true", "false"}))
_ALL: Mapping[str, Values] = {
    **dict.fromkeys(("low", "high", "age"), _NUMBERS),
    "at": _TIMES,
    "text": Texts(),
    "flag": _FLAGS,
}


@dataclass(frozen=True, slots=True)
class Box:
    """Values by dimension; one that is missing may be any. Not `exact`: the condition may be untrue of some of it."""

    sets: Mapping[Dimension, Values] = field(default_factory=dict)
    exact: bool = True

    def meet(self, other: Box) -> Box | None:
        """Return what lies in both; None where that is certainly nothing."""
        sets = dict(self.sets)
        for dimension, values in other.sets.items():
            there = sets.get(dimension)
            sets[dimension] = values if there is None else both(there, values)
            if sets[dimension].empty:
                return None
        return None if _impossible(sets) else Box(sets, self.exact and other.exact)

    def minus(self, other: Box) -> Iterator[Box]:
        """Yield boxes that together are what does not lie in the other."""
        sets = dict(self.sets)
        if self.meet(other) is None:
            yield self
            return
        for dimension, values in other.sets.items():
            mine = sets.get(dimension, every(dimension))
            for part in without(mine, values):
                rest = {**sets, dimension: part}
                if not _impossible(rest):
                    yield Box(rest, self.exact)
            sets[dimension] = both(mine, values)

    def at(self, dimension: Dimension) -> Values:
        """Return the values of a dimension."""
        return self.sets.get(dimension, every(dimension))


def every(dimension: Dimension) -> Values:
    """Return all values of a dimension."""
    return _ALL.get(dimension[1], _EITHER)


def _impossible(sets: Mapping[Dimension, Values]) -> bool:
    """Whether a number would have to end before it begins."""
    for (name, aspect), low in sets.items():
        high = sets.get((name, "high")) if aspect == "low" else None
        if isinstance(low, Span) and isinstance(high, Span) and Span(low.low, high.high).empty:
            return True
    return False


def left_of(boxes: Iterable[Box], takers: Iterable[Box], *, most: int = 50) -> list[Box]:
    """Return what is left of boxes after what others take of them; no more than `most` pieces are followed."""
    left = list(boxes)
    for taker in takers:
        if not left or len(left) > most:
            break
        if taker.exact:
            left = [piece for box in left for piece in box.minus(taker)]
    return left


# --- from conditions --------------------------------------------------------------------------------------


def boxes(condition: Condition, *, truth: bool = True) -> list[Box]:
    """Return boxes that together hold all leads for which a condition is true (or false; unknown is neither)."""
    match condition:
        case Comparison():
            return _literal(condition, truth)
        case Named(part=part):
            return boxes(part, truth=truth)
        case Not(part):
            return boxes(part, truth=not truth)
        case All(parts) | Any(parts):
            found = [boxes(part, truth=truth) for part in parts]
            return _each(found) if isinstance(condition, All) is truth else _one_of(found)


def _each(parts: list[list[Box]]) -> list[Box]:
    met = [Box()]
    for part in sorted(parts, key=len):
        if len(met) * len(part) > MOST:
            met = [Box(box.sets, exact=False) for box in met]
            continue
        met = [box for one in met for other in part if (box := one.meet(other)) is not None]
    return met


def _one_of(parts: list[list[Box]]) -> list[Box]:
    found = [box for part in parts for box in part]
    return found if len(found) <= MOST else [Box(exact=False)]


def _literal(asked: Comparison, truth: bool) -> list[Box]:  # noqa: FBT001 - the value, not a switch
    name, op = asked.field, asked.op
    if op is Op.BLANK:
        return [Box({(name, "there"): NO if asked.operands == (truth,) else YES})]
    if op is Op.NOT_IN:
        return _literal(Comparison(name, Op.IS, asked.operands), not truth)
    sorts = {type(operand) for operand in asked.operands}
    if len(sorts) != 1 or (datetime in sorts and op is Op.IS):
        return [Box({(name, "there"): YES}, exact=False)]
    aspect, found = _WAYS[sorts.pop()](asked, truth) if op is not Op.WITHIN else _age(asked, truth)
    there: dict[Dimension, Values] = {(name, "there"): YES}
    if name.startswith(CUSTOM):
        there[name, f"is {aspect}"] = YES  # what a custom field holds may be of another sort
    return [Box({**there, **{(name, way): values for way, values in sets.items()}}) for sets in found]


Found = tuple[str, list[dict[str, Values]]]


def _texts(asked: Comparison, truth: bool) -> Found:  # noqa: FBT001
    wanted = [folded_text(operand) or "" for operand in asked.operands]
    language = FIELDS.get(asked.field) is Kind.LANGUAGE
    if asked.op is Op.IS and not language:
        return "text", [{"text": Texts(frozenset(wanted)) if truth else Texts(never=frozenset(wanted))}]
    if language and truth:  # a box for each, so that it can be told which of them is dead
        return "text", [{"text": Texts(like=_pattern(asked, (text,)))} for text in wanted]
    like = _pattern(asked, tuple(wanted))
    return "text", [{"text": Texts(like=like) if truth else Texts(unlike=like)}]


def _pattern(asked: Comparison, wanted: tuple[str, ...]) -> frozenset[Comparison]:
    return frozenset({Comparison(asked.field, asked.op, wanted)})


def _numbers(asked: Comparison, truth: bool) -> Found:  # noqa: FBT001
    points = sorted(operand for operand in asked.operands if isinstance(operand, Decimal))
    return "number", list(_ranges(asked.op, points, truth))


def _ranges(op: Op, points: list[Decimal], truth: bool) -> Iterator[dict[str, Values]]:  # noqa: FBT001
    first, last = points[0], points[-1]
    if op in (Op.GT, Op.GTE):
        cut = (first, 0 if op is Op.GTE else 1)
        yield _above(cut) if truth else _below(cut)
    elif op in (Op.LT, Op.LTE):
        cut = (last, 0 if op is Op.LT else 1)
        yield _below(cut) if truth else _above(cut)
    elif truth:
        ends = [(first, last)] if op is Op.BETWEEN else [(one, one) for one in points]
        yield from ({**_above((a, 0)), **_below((b, 1))} for a, b in ends)
    elif op is Op.BETWEEN:
        yield from (_below((first, 0)), _above((last, 1)))
    else:
        cuts = [-_INFINITY, *points, _INFINITY]
        yield from ({**_above((a, 1)), **_below((b, 0))} for a, b in pairwise(cuts))


def _above(cut: tuple[Decimal, int]) -> dict[str, Values]:
    """Return the bands that lie wholly above a cut."""
    return {"low": Span(cut, _NUMBERS.high)}


def _below(cut: tuple[Decimal, int]) -> dict[str, Values]:
    return {"high": Span(_NUMBERS.low, cut)}


def _flags(asked: Comparison, truth: bool) -> Found:  # noqa: FBT001
    wanted = frozenset(str(operand).lower() for operand in asked.operands)
    return "flag", [{"flag": Texts(wanted) if truth else next(_FLAGS.without(Texts(wanted)))}]


def _times(asked: Comparison, truth: bool) -> Found:  # noqa: FBT001
    points = sorted(operand for operand in asked.operands if isinstance(operand, datetime))
    low, high = points[0], points[-1]
    match asked.op:
        case Op.BETWEEN:
            inside = Span((low, 0), (high, 1))
        case Op.GT | Op.AFTER | Op.GTE:
            inside = Span((low, 0 if asked.op is Op.GTE else 1), _TIMES.high)
        case _:
            inside = Span(_TIMES.low, (high, 1 if asked.op is Op.LTE else 0))
    return "time", _inside("at", inside, truth)


def _age(asked: Comparison, truth: bool) -> Found:  # noqa: FBT001
    (length,) = asked.operands
    inside = Span((Decimal(0), 0), (Decimal(str(length)), 1))
    return "time", _inside("age", inside, truth)


def _inside(aspect: str, inside: Span, truth: bool) -> list[dict[str, Values]]:  # noqa: FBT001
    return [{aspect: part} for part in ([inside] if truth else without(_ALL[aspect], inside))]


_WAYS = {str: _texts, Decimal: _numbers, bool: _flags, datetime: _times}
