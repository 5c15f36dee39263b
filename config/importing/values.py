"""The value of a criterion: a list with commas, numbers, days, and the order of text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config import scalars
from config.importing.logic import Untranslated
from config.problems import Refusal, shown
from router.rules import Any, Comparison, Condition, Not, Op, Operand

_MONEY = re.compile(r"(?:[A-Z]{3} ?)?([+-]?[\d.]+)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_OTHER_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.*")
_RELATIVE = re.compile(
    r"(TODAY|YESTERDAY|TOMORROW|(LAST|NEXT|THIS)[ _](N_)?(\d+ ?)?(DAYS?|WEEKS?|MONTHS?|QUARTERS?|YEARS?"
    r"|FISCAL.*|90_DAYS)(:\d+)?)",
    re.IGNORECASE,
)
_LAST_DAYS = re.compile(r"LAST[ _](?:N_DAYS:)?([1-9]\d{0,3})(?:[ _]DAYS?)?", re.IGNORECASE)
SIGNS = " -./0123456789abcdefghijklmnopqrstuvwxyz"
"""The characters, in order, for which an order of text is exact."""


def listed(value: str) -> list[str]:
    """Split at commas, as Salesforce does: blanks around values mean nothing, quotes keep a comma inside.

    An empty value, such as the first of `,AD,AE`, is kept: it stands for a blank field.
    """
    found, current, quoted, at = [], "", False, 0
    while at < len(value):
        sign = value[at]
        if sign == '"' and quoted and value[at + 1 : at + 2] == '"':
            current, at = current + '"', at + 1
        elif sign == '"' and (quoted or not current.strip()):
            quoted = not quoted
        elif sign == "," and not quoted:
            found.append(current.strip())
            current = ""
        else:
            current += sign
        at += 1
    return [*found, current.strip()]


def numbers(texts: Iterable[str]) -> list[Operand]:
    """Read numbers; a currency before one (`USD 1000`) is left out. Raises `Untranslated`."""
    return [_number(text) for text in texts]


def is_number(text: str) -> bool:
    """Tell whether a text is a number or an amount."""
    try:
        _number(text)
    except Untranslated:
        return False
    return True


def has_currency(text: str) -> bool:
    """Tell whether an amount names its currency."""
    return text[:3].isalpha()


def _number(text: str) -> Operand:
    match = _MONEY.fullmatch(text)
    try:
        return scalars.number(match[1] if match else text)
    except Refusal as refusal:
        raise Untranslated(f"{refusal.message}, and the field holds numbers") from refusal


def flags(texts: Iterable[str]) -> list[Operand]:
    """Read the values of a checkbox. Raises `Untranslated`."""
    known: dict[str, Operand] = {"true": True, "false": False, "1": True, "0": False}
    for text in texts:
        if text.casefold() not in known:
            raise Untranslated(f"'{shown(text)}' is neither True nor False, and the field is a checkbox")
    return [known[text.casefold()] for text in texts]


# --- times ------------------------------------------------------------------------------------------------


def is_time(text: str) -> bool:
    """Tell whether a text is a day, however written, or a word for some."""
    return any(kind.fullmatch(text) for kind in (_DAY, _OTHER_DAY, _RELATIVE))


def may_be_day(text: str) -> bool:
    """Tell whether a text would mean a day that it does not spell as it is stored, if its field held days."""
    return is_time(text) and not _DAY.fullmatch(text)


def last_days(text: str) -> int | None:
    """Return how many days back a word means (`TODAY` is 1, `LAST_N_DAYS:7` 7), None for other texts."""
    if text.upper() == "TODAY":
        return 1
    match = _LAST_DAYS.fullmatch(text)
    return int(match[1]) if match else None


def day(text: str) -> str:
    """Return a day or time that means the same everywhere, as it is. Raises `Untranslated`."""
    if _RELATIVE.fullmatch(text):
        raise Untranslated(f"'{text}' moves with the calendar")
    try:
        scalars.instant(text, "UTC")
    except Refusal as refusal:
        raise Untranslated(f"'{shown(text)}' is no day that means the same everywhere") from refusal
    return text


# --- the order of text ------------------------------------------------------------------------------------


def text_ordered(field: str, op: Op, bound: str) -> Condition:
    """Return a condition for text on one side of another, character by character and without case.

    There is no order of text in our conditions, so it is spelled out: what is smaller than `30` is `3`, or begins
    with one of the characters before `3`, or with `3` and one before `0`. Exact for the characters of `SIGNS`.
    """
    bound = bound.casefold()
    if not bound or len(bound) > _LONGEST_BOUND or set(bound) - set(SIGNS):
        raise Untranslated(f"'{shown(bound)}' has characters whose order Salesforce does not say")
    shorter = tuple(bound[:length] for length in range(1, len(bound)))
    exact = (*shorter, bound) if op in (Op.LTE, Op.GT) else shorter
    starts = tuple(
        bound[:at] + sign
        for at in range(len(bound))
        for sign in SIGNS[: SIGNS.index(bound[at])]
        if at or sign != " "
    )
    parts: list[Condition] = []
    if exact:
        parts.append(Comparison(field, Op.IS, exact))
    if starts:
        parts.append(Comparison(field, Op.STARTS_WITH, starts))
    below: Condition = Any(tuple(parts)) if len(parts) != 1 else parts[0]
    return below if op in (Op.LT, Op.LTE) else Not(below)


_LONGEST_BOUND = 12
