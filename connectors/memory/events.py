"""What happens to the records of the memory CRM, as values and as the lines of its journal (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from connectors.contract import OwnerChange, RawValue
from connectors.memory.rows import Row, StoredNote, first_owner
from router.model import OwnerId, RecordId


@dataclass(frozen=True, slots=True)
class Added:
    """A new record."""

    record: RecordId
    at: datetime
    fields: Mapping[str, RawValue]
    owner: OwnerId | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record of the loaded file was seen for the first time, with this owner."""

    record: RecordId
    at: datetime
    owner: OwnerId | None


@dataclass(frozen=True, slots=True)
class Edited:
    """Fields changed; `version` is the record's after it."""

    record: RecordId
    at: datetime
    fields: Mapping[str, RawValue]
    version: int


@dataclass(frozen=True, slots=True)
class Owned:
    """The owner changed, and with it some fields; `ours`: through the connector, not by a person."""

    record: RecordId
    at: datetime
    owner: OwnerId | None
    fields: Mapping[str, RawValue]
    version: int
    ours: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """A note was written; `place` is its number on the record."""

    record: RecordId
    at: datetime
    key: str
    body: str
    place: int


@dataclass(frozen=True, slots=True)
class Deleted:
    record: RecordId
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    record: RecordId
    at: datetime
    survivor: RecordId


Event = Added | Arrived | Edited | Owned | Noted | Deleted | Merged
KINDS: Mapping[str, type[Event]] = {
    kind.__name__.lower(): kind for kind in (Added, Arrived, Edited, Owned, Noted, Deleted, Merged)
}


def next_row(row: Row | None, event: Added | Arrived | Edited | Owned | Noted) -> Row:
    """Return the record after an event; one that it already contains changes nothing.

    A journal may be replayed over a state that was saved after parts of it: versions and places say which.
    Raises ValueError for an event that does not follow on the record, or where there is none.
    """
    if isinstance(event, Added):
        return row or _new_row(event)
    if row is None:
        raise ValueError(f"there is no record {event.record!r}")
    return _after(row, event) if _is_new(row, event) else row


def _after(row: Row, event: Arrived | Edited | Owned | Noted) -> Row:
    match event:
        case Arrived(at=at, owner=owner):
            return replace(row, arrived=at, owner=owner, history=first_owner(owner, at))
        case Noted():
            return replace(row, notes=(*row.notes, StoredNote(event.key, event.body, event.at)))
        case Edited(version=version):
            return replace(row, fields={**row.fields, **event.fields}, version=version)
        case Owned():
            return _owned(row, event)


def _is_new(row: Row, event: Arrived | Edited | Owned | Noted) -> bool:
    match event:
        case Arrived():
            return row.version == 1
        case Noted(place=place):
            number, expected = place, len(row.notes)
        case Edited(version=version) | Owned(version=version):
            number, expected = version, row.version + 1
    if number > expected:
        raise ValueError(f"changes of record {event.record!r} before this one are missing")
    return number == expected


def _new_row(event: Added) -> Row:
    history = first_owner(event.owner, event.at)
    return Row(event.record, event.fields, event.owner, event.at, history=history)


def _owned(row: Row, event: Owned) -> Row:
    merged = {**row.fields, **event.fields} if event.fields else row.fields
    change = OwnerChange(event.owner, event.at, ours=event.ours)
    return replace(
        row, fields=merged, owner=event.owner, version=event.version, history=(*row.history, change)
    )


def to_line(event: Event) -> bytes:
    """Return the event as one line of JSON, its kind first."""
    values = {item.name: getattr(event, item.name) for item in fields(event)}
    kind = type(event).__name__.lower()
    return json.dumps([kind, {**values, "at": event.at.isoformat()}]).encode("ascii") + b"\n"


def from_line(line: bytes) -> Event:
    """Read a line of a journal. Raises ValueError where it is none."""
    try:
        kind, values = json.loads(line)
        return KINDS[kind](**{**values, "at": datetime.fromisoformat(values["at"])})
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("this is no line of a journal") from error
