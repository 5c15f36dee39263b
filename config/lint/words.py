"""How lint says values and conditions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from config.problems import shown
from router.rules import Comparison, Condition, Named, Not, Op, Operand

MOST_SHOWN = 5


def some(texts: Sequence[str]) -> str:
    """List texts, a few of them."""
    return ", ".join(map(shown, texts[:MOST_SHOWN])) + (", ..." if len(texts) > MOST_SHOWN else "")


def written(condition: Condition) -> str:
    """Say a condition in a few words."""
    match condition:
        case Comparison(name, op, operands):
            said = some([*map(_operand, operands)])
            return f"{name} {said}" if op is Op.IS else f"{name} {op} {said}"
        case Named(kind, name, _):
            return f"{kind} {shown(name)}"
        case Not(part):
            return f"not {written(part)}"
        case _:
            return "the alternatives"


def _operand(operand: Operand) -> str:
    return f"{operand:f}" if isinstance(operand, Decimal) else str(operand)
