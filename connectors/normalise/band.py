"""Numbers known as a range: "51-200", "10,001+", "under 10". Both ends of a `Band` are included.

Bands are of quantities: one without a lower end begins at 0. "More than 500" begins at 501 where things are counted,
else at 500, which decides no comparison wrongly and leaves "more than 500" itself open.
"""

from __future__ import annotations

import re
from decimal import Decimal

from connectors.normalise.number import ANY, UNIT, Marks, Style, ascii_digits, number
from connectors.normalise.reading import Unreadable
from router.model import Band, Number

_LONGEST = 100
_COUNTED = re.compile(
    r"(?:number of )?(?:employees?|people|persons?|staff|ftes?|headcount|workers?|users?|seats?|members?|licen[cs]es?"
    r"|mitarbeiter(?:innen|:innen)?|beschäftigte|employés?|salariés?|empleados?|dipendenti|funcionários?"
    r"|medewerkers|anställda|ansatte)\.?",
    re.I,
)
_ONE = frozenset({"self-employed", "self employed", "just me", "only me", "myself only", "sole trader"})
_NAMES = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_MONTH = re.compile(rf"\d{{1,4}}-{_NAMES}|{_NAMES}-\d{{1,4}}", re.I)
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")  # nobody labels a band of things with three decimals
_WHOLE = Style(whole=True)
_WHOLE_COMMA = Style(Marks.COMMA, whole=True)
_N = rf"([\d.,' ]*\d(?: ?(?:{UNIT})\b\.?)?)"
_BETWEEN = re.compile(rf"(?:between |from )?{_N} ?(?:-|~|\.\.|to|and|bis|à|al?) ?{_N}", re.I)
_FORMS = (
    ("over", rf"(?:>|more than|over|above|greater than|mehr als|über|plus de|más de) ?{_N}"),
    ("from", rf"(?:>=|≥|=>|at least|min\.?|minimum|from|ab|mindestens) ?{_N}"),
    ("from", rf"{_N} ?(?:\+|plus|(?:and|or) (?:more|above|over|up)|und mehr|oder mehr|et plus|y más)"),
    ("under", rf"(?:<|less than|fewer than|under|below|weniger als|unter|moins de|menos de) ?{_N}"),
    ("to", rf"(?:<=|≤|=<|up to|at most|max\.?|maximum|bis(?: zu)?|höchstens) ?{_N}"),
    ("to", rf"{_N} ?(?:and|or) (?:less|fewer|below|under)"),
)


def number_or_band(text: str, style: Style = ANY) -> Number:
    """Return the number or band a text writes; raises `Unreadable`."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for a number")
    text = _cleaned(text)
    if text.casefold() in _ONE:
        return Decimal(1)
    if not any(char.isdigit() for char in text):
        raise Unreadable("no number in it: a value map can say what it means")
    if _MONTH.fullmatch(text):
        raise Unreadable("a spreadsheet has turned this band into a date")
    found = _between(text, style) or _open(text, style)
    return found if found is not None else _checked(number(text, style), style)


def counted(text: str, style: Style) -> Decimal:
    """Return the one whole number a text writes, with the word for what is counted left off."""
    found = number_or_band(text, style)
    if isinstance(found, Band):
        raise Unreadable("a band, where one number is needed")
    return found


def _cleaned(text: str) -> str:
    text = _COUNTED.sub(" ", ascii_digits(text.replace("_", " ")))
    text = re.sub(r"^ *size\b", "", text, flags=re.I).replace("—", "-").replace("―", "-")
    return " ".join(text.split()).strip(": ")


def _between(text: str, style: Style) -> Band | None:
    match = _BETWEEN.fullmatch(text)
    if match is None:
        return None
    if match[2].rstrip(".")[-1].isalpha() and not match[1].rstrip(".")[-1].isalpha():
        raise Unreadable("the first number has no unit: does it count in the unit of the second?")
    low, high = _end(match[1], style), _end(match[2], style)
    if low > high:
        raise Unreadable("the first number is bigger than the second")
    return Band(low, high)


def _open(text: str, style: Style) -> Band | None:
    """Read a band with one end."""
    for form, pattern in _FORMS:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match is not None:
            return _one_ended(form, _end(match[1], style), style)
    return None


def _one_ended(form: str, edge: Decimal, style: Style) -> Band:
    step = Decimal(1 if style.whole else 0)
    if form in {"over", "from"}:
        return Band(edge + step if form == "over" else edge, None)
    high = edge - step if form == "under" else edge
    if high < 0:
        raise Unreadable("less than nothing")
    return Band(Decimal(0), high)


def _end(text: str, style: Style) -> Decimal:
    if style == _WHOLE and _GROUPED.fullmatch(text):
        style = _WHOLE_COMMA
    return _checked(number(text, style), style)


def _checked(found: Decimal, style: Style) -> Decimal:
    if style.whole and found != found.to_integral_value():
        raise Unreadable("not a whole number")
    return found
