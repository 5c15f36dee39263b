"""Text to values, by the kind the key asks for. Each function raises `Refusal` with what to write instead."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from config.problems import Refusal, shown
from router.model import Days

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([smhdw])", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:_\d{3})*(?:\.\d{1,12})?", re.ASCII)
_DIGITS = re.compile(r"[+-]?(\d+)(?:\.(\d+))?", re.ASCII)
_WHOLE = re.compile(r"\d{1,12}(?:_\d{3})*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LONGEST = 36_525 * 86_400.0  # seconds; before and after today there are dates for as long
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 9000  # a day later must still be a date, in every zone


def duration(text: str) -> float:
    """Read `600s`, `30m`, `4h`, `7d` or `2w` as seconds; a bare 0 is no time at all."""
    if text == "0":
        return 0.0
    found = DURATION.fullmatch(text.strip())
    if not found:
        raise Refusal(f"'{shown(text)}' is no duration", "write 600s, 30m, 4h or 7d")
    seconds = float(Decimal(found[1]) * _SECONDS[found[2]])
    if seconds > _LONGEST:
        raise Refusal(f"'{shown(text)}' is longer than 100 years", "write a shorter time, such as 3650d")
    return seconds


def number(text: str) -> Decimal:
    """Read a plain decimal number; `1_000_000` is a million."""
    if not _NUMBER.fullmatch(text):
        plain = _DIGITS.fullmatch(text.replace("_", ""))
        if plain and len(plain[1]) > 18:
            raise Refusal(f"'{shown(text)}' is too large", "write at most 18 digits")
        if plain and len(plain[2] or "") > 12:
            raise Refusal(f"'{shown(text)}' is too exact", "write at most 12 digits behind the point")
        raise Refusal(f"'{shown(text)}' is no number", "write digits only, such as 1000 or 0.5")
    return Decimal(text.replace("_", ""))


def weight(text: str) -> Decimal:
    """Read a share of the turns: 0 or more."""
    read = number(text)
    if read < 0:
        raise Refusal(f"a weight cannot be negative: {text}", "write 0 for no leads")
    return read


def whole(text: str) -> int:
    """Read a whole number, 0 or more."""
    if not _WHOLE.fullmatch(text):
        plain = _DIGITS.fullmatch(text.replace("_", ""))
        if plain and plain[0] == plain[1]:
            raise Refusal(f"'{shown(text)}' is too large", "write at most 12 digits")
        raise Refusal(f"'{shown(text)}' is no whole number", "write digits only, such as 500")
    return int(text.replace("_", ""))


def above_zero(text: str) -> int:
    """Read a whole number, 1 or more."""
    if not (read := whole(text)):
        raise Refusal("must be at least 1")
    return read


def share(text: str) -> Decimal:
    """Read `50%` (or `0.5`) as a part of one."""
    bare = text.strip()
    read = number(bare.removesuffix("%").rstrip())
    if bare.endswith("%"):
        read /= 100
    if not 0 < read <= 1:
        raise Refusal(f"'{shown(text)}' is no share", "write a percentage from 1% to 100%")
    return read


def flag(text: str) -> bool:
    """Read `true` or `false`, and the other words people use for them."""
    word = text.casefold()
    if word in ("true", "yes", "on"):
        return True
    if word in ("false", "no", "off"):
        return False
    raise Refusal(f"'{shown(text)}' is neither true nor false", "write true or false")


def day(text: str) -> date:
    """Read a date such as 2026-01-31."""
    try:
        read = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        read = None
    if read is None:
        raise Refusal(f"'{shown(text)}' is no date", "write year-month-day, such as 2026-01-31")
    _check_year(text, read)
    return read


def _check_year(text: str, read: date) -> None:
    if not _EARLIEST_YEAR <= read.year <= _LATEST_YEAR:
        late = read.year > _LATEST_YEAR
        bound = f"later than the year {_LATEST_YEAR}" if late else f"earlier than the year {_EARLIEST_YEAR}"
        raise Refusal(f"'{shown(text)}' is {bound}", f"write a date {'before' if late else 'after'} it")


def days(text: str) -> Days:
    """Read one day, or `FIRST..LAST` with one end left out where it is open; both ends are included."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    if not dots:
        return Days(day(first), day(first))
    if not (first or last):
        raise Refusal("'..' has neither a first nor a last day", "write 2026-12-24..2027-01-02")
    read = Days(day(first) if first else None, day(last) if last else None)
    if read.first and read.last and read.last < read.first:
        raise Refusal(f"'{shown(text)}' ends before it begins", "write the earlier day first")
    return read


def since(text: str) -> date | None:
    """Read what follows `take: since`, None where the text does not start with it."""
    word, _, rest = text.partition(" ")
    return day(rest.strip()) if word == "since" else None


def instant(text: str, zone: str, *, end: bool = False) -> datetime:
    """Read a date or a time as aware UTC; without an offset it is meant in `zone`.

    A whole day is its first instant, or with `end` its last: "after 31 January" starts on 1 February.
    """
    if _DAY.fullmatch(text):
        start = datetime.combine(
            day(text) + timedelta(days=1 if end else 0), datetime.min.time(), ZoneInfo(zone)
        )
        return start.astimezone(UTC) - (timedelta(microseconds=1) if end else timedelta())
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None:
        raise Refusal(f"'{shown(text)}' is no date", "write 2026-01-31 or 2026-01-31T09:00:00Z")
    _check_year(text, read)
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


@cache
def zone(text: str) -> str:
    """Read the name of a time zone as the tz database spells it."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError with an OSError behind it, or not
        pass
    except KeyError:
        pass
    else:
        return str(text)
    hint = "write a name such as Europe/London"
    raise Refusal(f"unknown time zone '{shown(text)}'", hint, meant=(text, _zones()))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
