"""A record of the memory CRM as a value, and the dates it can be walked by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.contract import OwnerChange, RawValue
from router.model import OwnerId, RecordId

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)
"""A date before every stamp; walks by id use it for all records."""

CREATION = frozenset(
    ("created", "createdat", "created_at", "createdate", "created_date", "createddate", "createdon")
)
"""Names of the date of creation, without case: each record has one, so a blank one is the time of arrival."""


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A note on a record."""

    key: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A record. `arrived` is when this CRM first had it; `version` counts the changes of owner and fields."""

    id: RecordId
    fields: Mapping[str, RawValue]
    owner: OwnerId | None
    arrived: datetime
    version: int = 1
    history: tuple[OwnerChange, ...] = ()
    notes: tuple[StoredNote, ...] = ()


def first_owner(owner: OwnerId | None, at: datetime) -> tuple[OwnerChange, ...]:
    """Return the history of a record that came with this owner."""
    return (OwnerChange(owner, at, ours=False),) if owner else ()


def stamp_of(row: Row, field: str) -> datetime | None:
    """Return the date under which a walk over `field` meets the record, None: it never entered.

    A value that is no date, and a blank date of creation, count as the time of arrival, so that the record is
    met. Any other blank date means that it has not happened yet.
    """
    raw = row.fields.get(field)
    if raw is None or raw == "":
        return row.arrived if field.casefold() in CREATION else None
    return read_date(raw) or row.arrived


def read_date(raw: RawValue) -> datetime | None:
    """Read ISO 8601 (no zone: UTC) or epoch milliseconds, the two forms of real CRMs; None: no date."""
    text = str(raw).strip()
    try:
        if text.isdecimal() and len(text) in (12, 13):
            return EPOCH + timedelta(milliseconds=int(text))
        if not text[:5].endswith("-"):  # bare digits would be read as a date: 20260131, 2026W01
            return None
        date = datetime.fromisoformat(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
