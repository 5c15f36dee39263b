"""Conditions with the values they saw, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from router.capacity import length
from router.model import Band, Money, Unread, Value
from router.rules import Comparison, Op, Operand
from router.trace import Asked, Group
from sync.explain.words import Told, listed

MARKS = {True: "yes", False: "no", None: "unknown"}
_SHOWN = 5
_INDENT = "  "

_WORDS = {
    Op.IS: "is",
    Op.NOT_IN: "is none of",
    Op.GT: "is more than",
    Op.GTE: "is at least",
    Op.LT: "is less than",
    Op.LTE: "is at most",
    Op.BETWEEN: "is between",
    Op.CONTAINS: "contains",
    Op.STARTS_WITH: "starts with",
    Op.ENDS_WITH: "ends with",
    Op.WORD: "has the word",
    Op.BEFORE: "is before",
    Op.AFTER: "is after",
    Op.WITHIN: "is within the last",
}


def mark(holds: bool | None) -> str:  # noqa: FBT001 - three-valued, no switch
    """Return what a condition came to, as the first column shows it."""
    return f"{MARKS[holds]:<8}"


def condition_lines(
    found: Asked | Group, unread: Mapping[str, Unread], indent: str, name: str = ""
) -> Iterator[Told]:
    """Yield a condition, each part below the word it stands under; `name` is what has the condition."""
    if isinstance(found, Asked):
        yield Told(
            f"{indent}{mark(found.holds)}",
            _titled(name, f"{sentence(found.condition)}; {_saw(found, unread)}"),
        )
        return
    word = "" if found.word == "all" else found.word
    if word and len(found.parts) == 1 and found.parts[0].holds is found.holds:
        yield from condition_lines(found.parts[0], unread, indent, _titled(name, word))
        return
    if name or word:
        yield Told(f"{indent}{mark(found.holds)}", _titled(name, word))
        indent += _INDENT
    for part in found.parts:
        yield from condition_lines(part, unread, indent)


def _titled(name: str, text: str) -> str:
    return ": ".join(filter(None, (name, text)))


def _saw(asked: Asked, unread: Mapping[str, Unread]) -> str:
    known = unread.get(asked.condition.field)
    if asked.seen is None and known is not None:
        return f"seen: {known.raw!r}, not understood ({known.why})"
    some = isinstance(asked.seen, Band) or (
        isinstance(asked.seen, Money) and isinstance(asked.seen.amount, Band)
    )
    across = some and asked.holds is None
    return f"seen: {seen(asked.seen)}" + (", of which some fits and some does not" if across else "")


def sentence(asked: Comparison) -> str:
    """Say what a condition asks for, such as `country is DE, AT or CH`."""
    if asked.op is Op.BLANK:
        return f"{asked.field} is {'' if asked.operands[0] else 'not '}blank"
    return f"{asked.field} {_WORDS[asked.op]} {_operands(asked)}"


def _operands(asked: Comparison) -> str:
    operands = asked.operands
    if asked.op is Op.WITHIN and isinstance(operands[0], Decimal):
        seconds = int(operands[0])
        return length(seconds) if seconds > 1 else f"{seconds}s"
    told = [_operand(operand) for operand in operands[:_SHOWN]]
    if len(operands) > _SHOWN:
        return f"{', '.join(told)}, ... ({len(operands):,} values)"
    return listed(told, "and" if asked.op is Op.BETWEEN else "or")


def _operand(operand: Operand) -> str:
    return f"{operand:f}" if isinstance(operand, Decimal) else str(operand)


def seen(value: Value | None) -> str:
    """Say a value of a lead."""
    match value:
        case None:
            return "blank"
        case Band(low, high):
            return f"{low} or more" if high is None else f"{low} to {high}"
        case Money(amount, currency):
            return f"{seen(amount)} {currency or ''}".strip()
    return str(value)


# --- for scripts ------------------------------------------------------------------------------------------


def condition_json(found: Asked | Group) -> dict[str, object]:
    """Return a condition: `test`, `seen` and `holds`, or a `group` of `parts`."""
    if isinstance(found, Asked):
        return {"test": _test(found.condition), "seen": seen(found.seen), "holds": found.holds}
    return {
        "group": found.word,
        "holds": found.holds,
        "parts": [condition_json(part) for part in found.parts],
    }


def _test(asked: Comparison) -> str:
    operands = [str(operand) for operand in asked.operands]
    told = ", ".join(operands[:_SHOWN]) + (
        f", ... ({len(operands)} values)" if len(operands) > _SHOWN else ""
    )
    return f"{asked.field} {asked.op} {told}"
