"""Times as HubSpot takes and gives them, and dates without a time (pure)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from connectors.contract import RawValue
from connectors.days import end_of_day

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> str:
    """Return a time as searches name it."""
    return str((at - _EPOCH) // _MILLISECOND)


def stamp(raw: RawValue, zone: tzinfo) -> datetime | None:
    """Read the date of a walk: a time, or a day as its end in the zone."""
    return end_of_day(raw, zone) or moment(raw)


def moment(raw: RawValue) -> datetime | None:
    """Read a time in any of HubSpot's forms, aware UTC; None where it is none."""
    try:
        text = str(raw or "")
        if text.isascii() and text.isdecimal():
            return _EPOCH + timedelta(milliseconds=int(text))
        found = datetime.fromisoformat(text)
        if found.tzinfo is UTC:
            return found
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
