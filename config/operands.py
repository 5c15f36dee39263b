"""Literals of rules, typed by the kind of the field they are compared with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from config import codes, scalars
from config.problems import Findings, Refusal, shown
from config.yamltext import Blank, Node, Seq, Text
from router.model import Kind
from router.rules import Op, Operand

_CODES: Mapping[Kind, Callable[[str], str]] = {
    Kind.COUNTRY: codes.country,
    Kind.REGION: codes.region,
    Kind.LANGUAGE: codes.language,
}
_NUMBERS = (Kind.NUMBER, Kind.MONEY)
_NOT_A_DOMAIN = re.compile(r"[@/\s]|^www\.")
_LAST_INSTANT = (Op.AFTER, Op.GT, Op.LTE)  # a day given as a date counts as a whole for these

ORDERED = (Kind.NUMBER, Kind.MONEY, Kind.TIME)


def literal(text: Text, kind: Kind) -> str:
    """Return a text as the lead's value would be spelled: codes are canonical, other text stays as it is."""
    return _CODES[kind](text) if kind in _CODES else str(text)


def canonical(text: Text, field: str, kind: Kind, findings: Findings) -> Operand:
    """Return the operand of an equality; what can never match is a notice."""
    if not text.strip():
        raise _empty(text)
    if kind in _NUMBERS:
        return scalars.number(text)
    if kind is Kind.BOOLEAN:
        return scalars.flag(text)
    if kind is Kind.TIME:
        raise Refusal("a time equals no other", "ask with before, after, between or within")
    warn(text, field, findings)
    return literal(text, kind)


def part(text: Text) -> str:
    """Return the operand of an operator on text: every text has the empty one, but a blank alone can be meant."""
    if not text:
        raise _empty(text)
    return str(text)


def _empty(text: Text) -> Refusal:
    return Refusal("an empty value", "ask for missing values with {blank: true}", place=text.place)


def point(text: Text, op: Op, kind: Kind, zone: str) -> Operand:
    """Return the operand of an order: a number, or an instant in UTC."""
    if kind in _NUMBERS:
        return scalars.number(text)
    return scalars.instant(text, zone, end=op in _LAST_INSTANT)


def one(node: Node) -> Text:
    """Return the one value that is expected here."""
    if isinstance(node, Text):
        return node
    if isinstance(node, Blank):
        raise Refusal("has no value", "ask for missing values with {blank: true}", place=node.place)
    raise Refusal("one value is expected here, not a list or a mapping", place=node.place)


def several(node: Node) -> list[Text]:
    """Return the values of a list, or the one value that stands alone."""
    if not isinstance(node, Seq):
        return [one(node)]
    if not node:
        raise Refusal("an empty list", "write at least one value, or remove the condition", place=node.place)
    return [one(item) for item in node]


def warn(text: Text, field: str, findings: Findings) -> None:
    """Note what a field never equals as it is written, and what only looks like another value."""
    if field == "domain" and _NOT_A_DOMAIN.search(text.strip()):
        findings.notice(text.place, f"'{shown(text)}' never equals a domain", "write it bare: example.com")
    warn_of_spaces(text, findings)


def warn_of_spaces(text: Text, findings: Findings) -> None:
    """Note spaces at the ends and characters that cannot be seen: values look alike and differ."""
    if text != text.strip() or not text.isprintable():
        findings.notice(
            text.place, "the value has stray spaces or invisible characters", "write it again by hand"
        )
