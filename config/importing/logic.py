"""Conditions in two values: Salesforce's criteria are true or false, never unknown.

Each is kept as a pair, what holds where it is true and what holds where it is false; `not` swaps them. A blank value
is named in one of the two, so that ours, which calls a comparison with it unknown, comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from router.rules import ALWAYS, All, Any, Comparison, Condition, Not, Op, Operand

NEVER = Any(())
_ALTERNATIVES = (Op.IS, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH)
_INVERSE = {Op.GT: Op.LTE, Op.GTE: Op.LT, Op.LT: Op.GTE, Op.LTE: Op.GT, Op.AFTER: Op.LTE, Op.BEFORE: Op.GTE}


class Untranslated(Exception):
    """Something that our conditions cannot say; the text is the reason, for people."""


@dataclass(frozen=True, slots=True)
class Logic:
    """What holds for leads of which something is true, and what holds for all others."""

    holds: Condition
    fails: Condition


TRUE, FALSE = Logic(ALWAYS, NEVER), Logic(NEVER, ALWAYS)


def both(parts: Iterable[Logic]) -> Logic:
    """Every part is true."""
    parts = tuple(parts)
    return Logic(_all(part.holds for part in parts), _any(part.fails for part in parts))


def either(parts: Iterable[Logic]) -> Logic:
    """One part is true."""
    parts = tuple(parts)
    return Logic(_any(part.holds for part in parts), _all(part.fails for part in parts))


def opposite(part: Logic) -> Logic:
    """The part is not true."""
    return Logic(part.fails, part.holds)


def blank(field: str) -> Logic:
    """There is no value."""
    return Logic(Comparison(field, Op.BLANK, (True,)), Comparison(field, Op.BLANK, (False,)))


def equal(field: str, values: Iterable[Operand]) -> Logic:
    """The value is one of these; a blank one is none of them."""
    operands = tuple(dict.fromkeys(values))
    if not operands:
        return FALSE
    other = _any((Comparison(field, Op.NOT_IN, operands), blank(field).holds))
    return Logic(Comparison(field, Op.IS, operands), other)


def equal_or_blank(field: str, values: Iterable[Operand]) -> Logic:
    """The value is one of these, or there is none."""
    operands = tuple(dict.fromkeys(values))
    if not operands:
        return blank(field)
    return Logic(
        _any((Comparison(field, Op.IS, operands), blank(field).holds)), Comparison(field, Op.NOT_IN, operands)
    )


def ordered(field: str, op: Op, operand: Operand) -> Logic:
    """The value lies on one side of the operand; a blank one does not."""
    other = _any((Comparison(field, _INVERSE[op], (operand,)), blank(field).holds))
    return Logic(Comparison(field, op, (operand,)), other)


def known(condition: Condition, field: str) -> Logic:
    """A condition on one field that is false where the field is blank."""
    if condition == NEVER:
        return FALSE
    if condition == Not(NEVER):
        return opposite(blank(field))
    other = condition.part if isinstance(condition, Not) else Not(condition)
    return Logic(condition, _any((other, blank(field).holds)))


def depth(condition: Condition) -> int:
    """Return how deep conditions stand in each other."""
    match condition:
        case All(parts) | Any(parts):
            return 1 + max(map(depth, parts), default=0)
        case Not(part):
            return 1 + depth(part)
        case _:
            return 1


def _all(parts: Iterable[Condition]) -> Condition:
    found: list[Condition] = []
    for part in parts:
        found += part.parts if isinstance(part, All) else [part]
    if NEVER in found:
        return NEVER
    found = _none_of(dict.fromkeys(found))
    return found[0] if len(found) == 1 else All(tuple(found))


def _none_of(parts: Iterable[Condition]) -> list[Condition]:
    """Join what says of one field that it holds none of some values, or nothing."""
    found: dict[object, Condition] = {}
    for part in parts:
        match part:
            case Any((Comparison(field, Op.NOT_IN, operands), Comparison(op=Op.BLANK) as none)):
                there = found.get(field)
                if isinstance(there, Any) and isinstance(there.parts[0], Comparison):
                    operands = tuple(dict.fromkeys(there.parts[0].operands + operands))
                found[field] = Any((Comparison(field, Op.NOT_IN, operands), none))
            case _:
                found[part] = part
    return list(found.values())


def _any(parts: Iterable[Condition]) -> Condition:
    found: list[Condition] = []
    for part in parts:
        for one in part.parts if isinstance(part, Any) else (part,):
            _alternative(found, one)
    if ALWAYS in found:
        return ALWAYS
    found = list(dict.fromkeys(found))
    return found[0] if len(found) == 1 else Any(tuple(found))


def _alternative(found: list[Condition], one: Condition) -> None:
    """Add an alternative; one that differs from an earlier one in its values alone joins them."""
    if isinstance(one, Comparison) and one.op in _ALTERNATIVES:
        for at, other in enumerate(found):
            if isinstance(other, Comparison) and (other.field, other.op) == (one.field, one.op):
                operands = tuple(dict.fromkeys(other.operands + one.operands))
                found[at] = Comparison(one.field, one.op, operands)
                return
    found.append(one)
