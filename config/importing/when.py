"""A condition as it is written in a rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any as Anything

from router.rules import All, Any, Comparison, Condition, Named, Not, Op

_ENDS = (("gt", "gte"), ("lt", "lte"))


def condition(node: Condition) -> dict[str, Anything]:
    """Return a condition as the mapping that `when` takes."""
    match node:
        case Comparison(field, op, operands):
            values: Anything = list(operands) if len(operands) > 1 else operands[0]
            return {field: values if op is Op.IS else {str(op): values}}
        case All(parts):
            return _together([condition(part) for part in parts])
        case Any(parts):
            return {"any": [condition(part) for part in parts]}
        case Not(Any(parts)):
            return {"not": [condition(part) for part in parts]}
        case Not(part):
            return {"not": condition(part)}
        case Named(part=part):
            return condition(part)


def _together(parts: list[dict[str, Anything]]) -> dict[str, Anything]:
    """Put conditions that must all hold into one mapping; what has the same key as another goes under `all`."""
    found: dict[str, Anything] = {}
    rest: list[dict[str, Anything]] = []
    several = sum("any" in part for part in parts) > 1
    for part in parts:
        if several and "any" in part:
            rest.append(part)
        elif not found.keys() & part.keys():
            found.update(part)
        elif not _joined(found, part):
            rest.append(part)
    return {**found, "all": rest} if rest else found


def _joined(found: dict[str, Anything], part: dict[str, Anything]) -> bool:
    """Join the ends of a range, as in {gt: 50, lte: 200}; one that nothing is in would be refused."""
    [(field, asked), *others] = part.items()
    there = found.get(field)
    if others or not isinstance(asked, dict) or not isinstance(there, dict):
        return False
    ends = {**there, **asked}
    low, high = ([ends[op] for op in side if isinstance(ends.get(op), Decimal)] for side in _ENDS)
    if not (len(low) == len(high) == 1 and len(ends) == 2 and low[0] < high[0]):
        return False
    found[field] = ends
    return True
