"""Times as Salesforce gives them, and dates without a time (pure)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from connectors.contract import RawValue
from connectors.days import end_of_day


def stamp(raw: RawValue, zone: tzinfo) -> datetime | None:
    """Read the date of a walk: a time, or a day as its end in the zone."""
    return end_of_day(raw, zone) or moment(raw)


def moment(raw: RawValue) -> datetime | None:
    """Read a time, or a day as its beginning in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(str(raw or ""))
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
