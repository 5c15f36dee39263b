"""Numbers as the world writes them, to `Decimal`.

Which mark is the decimal one is told by the text, else by `Marks`. The rule: both marks there - the last is the
decimal one; one mark more than once - it groups; a single comma before exactly three digits groups ("1,234"); a
single point before exactly three digits could be either ("1.234"), so it is unreadable unless the mapping says.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from connectors.normalise.reading import Unreadable, plain

_LONGEST = 60
_BIGGEST = 30  # digits before the decimal mark: more is no count and no amount


class Marks(StrEnum):
    """Which decimal mark a column has: what the text shows, always a point, or always a comma."""

    SHOWN = "shown"
    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers of a column are to be read; `whole` counts things, so "1.234" cannot have decimals."""

    marks: Marks = Marks.SHOWN
    whole: bool = False


ANY = Style()
_TIMES = {
    **dict.fromkeys(("k", "tsd", "thousand"), Decimal(1000)),
    **dict.fromkeys(("m", "mm", "mn", "mln", "mio", "million", "millions", "millionen"), Decimal(10) ** 6),
    **dict.fromkeys(
        ("b", "bn", "mrd", "mia", "billion", "billions", "milliarde", "milliarden"), Decimal(10) ** 9
    ),
    **dict.fromkeys(("lakh", "lakhs", "lac"), Decimal(10) ** 5),
    **dict.fromkeys(("crore", "crores", "cr"), Decimal(10) ** 7),
}
UNIT = "|".join(sorted(_TIMES, key=len, reverse=True))
_PARTS = re.compile(rf"([+-]?)([\d.,' ]*\d[\d.,' ]*)(?:e([+-]?\d{{1,3}}))?(?: ?({UNIT})\.?)?", re.I)
_SIGNS = str.maketrans(
    {"−": "-", "‐": "-", "‑": "-", "–": "-", "’": "'", "‘": "'", "`": "'", "´": "'", "٫": ".", "٬": ","}
)


def number(text: str, style: Style = ANY) -> Decimal:
    """Return the number a text writes; raises `Unreadable`."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for a number")
    text = ascii_digits(text)
    negative = text.startswith("(") and text.endswith(")")
    match = _PARTS.fullmatch(text[1:-1].strip() if negative else text)
    if match is None or (negative and match[1]):
        raise Unreadable("not a number")
    sign = -1 if negative or match[1] == "-" else 1
    return _bounded(sign * _scaled(match, style))


def ascii_digits(text: str) -> str:
    """Return the text with ASCII digits, minus and grouping signs in place of those of other scripts."""
    text = plain(text).translate(_SIGNS)
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char, char)) for char in text)


def of_float(raw: float) -> Decimal:
    """Return a JSON number as the shortest decimal that means it."""
    found = Decimal(repr(raw))
    if not found.is_finite():
        raise Unreadable("not a number")
    return _bounded(found)


def _scaled(match: re.Match[str], style: Style) -> Decimal:
    _, digits, exponent, unit = match.groups()
    if exponent and unit:
        raise Unreadable("not a number")
    value = _decimal(digits.strip(), style, scaled=bool(exponent or unit))
    if exponent:
        return value.scaleb(int(exponent))
    return value * _TIMES[unit.lower()] if unit else value


def _decimal(digits: str, style: Style, *, scaled: bool) -> Decimal:
    mark = _decimal_mark(digits, style, scaled=scaled)
    whole, _, fraction = digits.rpartition(mark) if mark else (digits, "", "")
    if not (fraction.isdigit() or not mark) or (mark and mark in whole):
        raise Unreadable("not a number")
    return Decimal(f"{_ungrouped(whole)}.{fraction or 0}")


def _decimal_mark(digits: str, style: Style, *, scaled: bool) -> str:
    """Return the decimal mark of the digits, "" where they have none."""
    point, comma = digits.rfind("."), digits.rfind(",")
    if style.marks is not Marks.SHOWN:
        mark = "." if style.marks is Marks.POINT else ","
        return mark if mark in digits else ""
    if point >= 0 and comma >= 0:
        return "." if point > comma else ","
    mark = "." if point >= 0 else "," if comma >= 0 else ""
    if not mark or digits.count(mark) > 1:
        return ""
    whole, _, fraction = digits.partition(mark)
    if len(fraction) != 3 or len(whole) > 3 or whole in {"", "0"} or not whole.isdigit():
        return mark
    return _either(mark, fraction, style, scaled=scaled)


def _either(mark: str, fraction: str, style: Style, *, scaled: bool) -> str:
    """Decide over "1.234" and "1,234"."""
    if not scaled and (mark == "," or (style.whole and fraction != "000")):
        return ""
    raise Unreadable(f"the {'comma' if mark == ',' else 'point'} may group thousands or start the decimals")


def _ungrouped(whole: str) -> str:
    """Return the digits before the decimal mark without their grouping, which must be in order."""
    if whole == "" or whole.isdigit():
        return whole or "0"
    signs = set(re.sub(r"\d", "", whole))
    if len(signs) != 1:
        raise Unreadable("not a number: two ways of grouping in one")
    sign = signs.pop()
    groups = whole.split(sign)
    middle = {len(group) for group in groups[1:-1]}
    indian = sign == "," and middle == {2}
    in_order = 1 <= len(groups[0]) <= 3 and len(groups[-1]) == 3 and (middle <= {3} or indian)
    if not in_order or groups[0].startswith("0"):
        raise Unreadable("not a number: its groups have not three digits each")
    return "".join(groups)


def _bounded(value: Decimal) -> Decimal:
    if value and abs(value.adjusted()) > _BIGGEST:
        raise Unreadable("too big or too small for a number of things or an amount")
    value = value.normalize()
    return Decimal(int(value)) if value == value.to_integral_value() else value
