"""Times as Salesforce writes them: whole seconds, `.000`, an offset without colon; their text sorts like the time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_LITERAL = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,6})?(Z|[+-]\d\d:?\d\d)\Z", re.ASCII | re.IGNORECASE
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


@lru_cache(maxsize=65_536)
def stamp(seconds: int) -> str:
    """Write seconds since 1970: `2026-05-01T07:25:37.000+0000`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


@lru_cache(maxsize=65_536)
def seconds_of(text: str) -> int:
    """Read a time with an offset, its fraction left out; raises ValueError."""
    found = _LITERAL.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no date and time with an offset")
    on, at, offset = found.groups()
    zone = "+0000" if offset in "Zz" else offset.replace(":", "")
    return int(datetime.strptime(f"{on}T{at}{zone}", "%Y-%m-%dT%H:%M:%S%z").timestamp())


def canonical(text: str) -> str:
    """Return a time as it is stored; raises ValueError."""
    return stamp(seconds_of(text))


def is_day(text: str) -> bool:
    """Say whether a text is a date that exists."""
    try:
        return bool(_DAY.match(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def named_days(word: str, now: float) -> tuple[date, date] | None:
    """Return the first day of a relative literal (TODAY, LAST_N_DAYS:7) and the day after its last, in UTC."""
    today = datetime.fromtimestamp(now, UTC).date()
    name, _, count = word.upper().partition(":")
    if count:
        return _counted(name, int(count), today) if count.isdecimal() else None
    month = today.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    week = today - timedelta(days=(today.weekday() + 1) % 7)
    known = {
        "TODAY": (today, today + timedelta(1)),
        "YESTERDAY": (today - timedelta(1), today),
        "TOMORROW": (today + timedelta(1), today + timedelta(2)),
        "THIS_WEEK": (week, week + timedelta(7)),
        "LAST_WEEK": (week - timedelta(7), week),
        "THIS_MONTH": (month, following),
        "LAST_MONTH": ((month - timedelta(1)).replace(day=1), month),
        "THIS_YEAR": (today.replace(month=1, day=1), date(today.year + 1, 1, 1)),
    }
    return known.get(name)


def _counted(name: str, count: int, today: date) -> tuple[date, date] | None:
    if name == "LAST_N_DAYS":
        return today - timedelta(count), today + timedelta(1)
    if name == "NEXT_N_DAYS":
        return today + timedelta(1), today + timedelta(count + 1)
    if name == "N_DAYS_AGO":
        return today - timedelta(count), today - timedelta(count - 1)
    return None
