"""Dates and times to aware UTC: ISO 8601, epoch seconds and milliseconds, and what people type.

"03/04/2024" is a day in March or in April: it needs `Order.DAY` or `Order.MONTH`, or a number over 12. Points mean
day first ("3.4.2024"), since no country writes a month first with them. Years have four digits.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, tzinfo
from enum import StrEnum

from connectors.normalise.reading import Unreadable, plain

_LONGEST = 80
_FIRST, _LAST = 1900, 2200
_SECONDS = (10**8, 10**10)
_MILLISECONDS = (10**11, 10**13)


class Order(StrEnum):
    """What comes first in "03/04/2024": day, month, or what the numbers show."""

    DAY = "day"
    MONTH = "month"
    SHOWN = "shown"


_FULL = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTHS = {name: at for at, full in enumerate(_FULL, 1) for name in (full, full[:3])} | {"sept": 9}
_CLOCK = (
    r"(?:(?:,? +(?:at )?|T)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<half>[ap]\.?m\.?)? ?(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_DAYNAME = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?|\d{8}")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})" + _CLOCK, re.I)
_NUMBERS = re.compile(
    r"(?P<one>\d{1,2})(?P<sign>[/.-])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4})" + _CLOCK, re.I
)
_DAY_NAMED = re.compile(
    _DAYNAME
    + r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[ -](?P<name>[a-z]{3,9})\.?,?[ -](?P<year>\d{4})"
    + _CLOCK,
    re.I,
)
_MONTH_NAMED = re.compile(
    _DAYNAME + r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})" + _CLOCK, re.I
)


def instant(text: str, zone: tzinfo, order: Order = Order.SHOWN) -> datetime:
    """Return the moment a text names as aware UTC; without an offset, and for a plain date, in `zone`."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for a date")
    text = plain(text)
    found = _epoch(text) or _iso(text) or _typed(text, order)
    if found is None:
        raise Unreadable("not a date")
    return _checked(found, zone)


def day(text: str, zone: tzinfo, order: Order = Order.SHOWN) -> datetime:
    """Return the beginning, in `zone`, of the day a text names; an epoch's day is that of UTC, as CRMs store it."""
    named = instant(text, UTC, order)
    written = _iso(plain(text))
    if written is not None and written.tzinfo is not None:
        named = written  # the day as written, whatever its offset
    return _checked(datetime.combine(named.date(), time()), zone)


def _checked(found: datetime, zone: tzinfo) -> datetime:
    if not _FIRST <= found.year <= _LAST:
        raise Unreadable("a year out of reach")
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)


def _epoch(text: str) -> datetime | None:
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 13:
        return None
    count = int(digits)
    if _MILLISECONDS[0] <= count < _MILLISECONDS[1]:
        return datetime.fromtimestamp(count // 1000, UTC).replace(microsecond=count % 1000 * 1000)
    if _SECONDS[0] <= count < _SECONDS[1]:
        return datetime.fromtimestamp(count, UTC)
    return None


def _iso(text: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC") + ("Z" if text.endswith(" UTC") else ""))
    except ValueError as error:
        raise Unreadable("not a day or time of the calendar") from error


def _typed(text: str, order: Order) -> datetime | None:
    for pattern in (_YEAR_FIRST, _NUMBERS, _DAY_NAMED, _MONTH_NAMED):
        match = pattern.fullmatch(text)
        if match is not None:
            return _assembled(match.groupdict(), order)
    return None


def _assembled(parts: dict[str, str | None], order: Order) -> datetime:
    month, date = _month_and_day(parts, order)
    try:
        moment = datetime(int(parts["year"] or 0), month, date, *_clock(parts))  # noqa: DTZ001 - zone set by the caller
    except ValueError as error:
        raise Unreadable("not a day or time of the calendar") from error
    return moment.replace(tzinfo=_offset(parts["offset"]))


def _month_and_day(parts: dict[str, str | None], order: Order) -> tuple[int, int]:
    if parts.get("name"):
        month = _MONTHS.get(str(parts["name"]).lower())
        if month is None:
            raise Unreadable("not a month")
        return month, int(parts["day"] or 0)
    if parts.get("month"):
        return int(parts["month"] or 0), int(parts["day"] or 0)
    one, two = int(parts["one"] or 0), int(parts["two"] or 0)
    if parts["sign"] == "." or order is Order.DAY or (order is Order.SHOWN and one > 12):
        return two, one
    if order is Order.MONTH or two > 12 or one == two:
        return one, two
    raise Unreadable("day and month may be the other way round: use date_day_first or date_month_first")


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int]:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = (parts["half"] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour of half a day")
    return (hour % 12 + 12 if half == "p" else hour % 12 if half else hour), minute, second


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    return UTC if text.isalpha() else datetime.strptime(text.replace(":", ""), "%z").tzinfo
