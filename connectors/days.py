"""Dates without a time, as fields of a CRM may hold them (pure)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_LENGTH = len("2026-03-01")
_DAY, _INSTANT = timedelta(days=1), timedelta(microseconds=1)


def end_of_day(raw: object, zone: tzinfo) -> datetime | None:
    """Return the last moment of a day in a zone, aware UTC; None where the value is no day.

    What entered on a day may have done so at any time of it: it is not older than what happened before its end.
    """
    if not isinstance(raw, str) or len(raw) != _LENGTH:
        return None
    try:
        return datetime.combine(date.fromisoformat(raw) + _DAY, time.min, zone).astimezone(UTC) - _INSTANT
    except (ValueError, OverflowError):
        return None
