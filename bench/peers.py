"""The same conditions for other rule engines: expressions over a flat mapping of a lead's values.

Their part is made as light as it can be: values are flattened, freed of case and spread into low and high ends of
bands before the clock starts, and a guard keeps each comparison off missing values, on which some engines raise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from importlib import import_module
from typing import NamedTuple

from router.columns import text_reader
from router.model import Band, Lead
from router.rules import All, Any, Comparison, Condition, Named, Not, Op, Operand, Rule

Flat = dict[str, str | float | None]
First = Callable[[Flat], int | None]
"""Gives the place of the first rule that holds."""

TEXTS = ("country", "region", "city", "postcode", "title", "campaign", "page", "domain", "industry", "source")
_READ = {name: text_reader(name) for name in (*TEXTS, "product", "custom.segment")}


def flat(lead: Lead) -> Flat:
    """Return what the peers read of a lead; `low` and `high` are the ends of the number of employees."""
    values: dict[str, str | float | None] = {_name(field): read(lead) for field, read in _READ.items()}
    employees = lead.employees
    low, high = (employees.low, employees.high) if isinstance(employees, Band) else (employees, employees)
    values["low"] = None if low is None else float(low)
    values["high"] = None if low is None else float("1e18") if high is None else float(high)
    return values


class Peer(NamedTuple):
    """A rule engine: its module, and how it compiles rules."""

    module: str
    build: Callable[[Sequence[Rule]], First]


def _rule_engine(rules: Sequence[Rule]) -> First:
    rule_engine = import_module("rule_engine")
    compiled = [rule_engine.Rule(_text(rule.when, _IN_RULE_ENGINE)).matches for rule in rules]
    return lambda values: next((at for at, holds in enumerate(compiled) if holds(values)), None)


def _zen(rules: Sequence[Rule]) -> First:
    zen = import_module("zen")
    compiled = [zen.compile_expression(_text(rule.when, _IN_ZEN)).evaluate for rule in rules]
    return lambda values: next((at for at, holds in enumerate(compiled) if holds(values)), None)


PEERS = {"rule-engine": Peer("rule_engine", _rule_engine), "zen-engine": Peer("zen", _zen)}


# --- one language each ------------------------------------------------------------------------------------

_IN_RULE_ENGINE = {Op.CONTAINS: "{value} in {field}", Op.STARTS_WITH: "{field}.starts_with({value})"}
_IN_ZEN = {Op.CONTAINS: "contains({field}, {value})", Op.STARTS_WITH: "startsWith({field}, {value})"}


def _text(condition: Condition, words: Mapping[Op, str]) -> str:
    match condition:
        case Comparison():
            return _comparison(condition, words)
        case All(()):
            return "true"
        case All(parts):
            return "(" + " and ".join(_text(part, words) for part in parts) + ")"
        case Any(parts):
            return "(" + " or ".join(_text(part, words) for part in parts) + ")"
        case Not(Comparison(field=field) as part):
            return f"({_name(field)} != null and not ({_text(part, words)}))"
        case Named(part=part):
            return _text(part, words)
        case _:
            raise ValueError(f"the bench asks no peer for {condition}")


def _comparison(condition: Comparison, words: Mapping[Op, str]) -> str:
    field, values = _name(condition.field), [_literal(operand) for operand in condition.operands]
    match condition.op:
        case Op.IS:
            return f"({field} != null and {field} in [{', '.join(values)}])"
        case Op.GTE:
            return f"(low != null and low >= {values[0]})"
        case Op.BETWEEN:
            return f"(low != null and low >= {values[0]} and high <= {values[1]})"
        case op:
            asked = " or ".join(words[op].format(field=field, value=value) for value in values)
            return f"({field} != null and ({asked}))"


def _literal(operand: Operand) -> str:
    return str(operand) if isinstance(operand, Decimal) else json.dumps(str(operand).casefold())


def _name(field: str) -> str:
    return field.replace(".", "_")
