"""What happened, in order: besides the events of the CRM itself, what its connector was asked and how passes ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.memory.events import Event
from router.model import OwnerId, RecordId


@dataclass(frozen=True, slots=True)
class Converted:
    """A person made more of the lead: the record stays, and is no lead any more."""

    record: RecordId


@dataclass(frozen=True, slots=True)
class Told:
    """A page of a walk was answered; `time` is the CRM's own."""

    run: int
    connection: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """A pass read a record and saw this owner."""

    run: int
    connection: str
    record: RecordId
    owner: OwnerId | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A pass sent an owner."""

    run: int
    record: RecordId
    owner: OwnerId


@dataclass(frozen=True, slots=True)
class Lost:
    """The database ended a pass's session while the process did not run: its lock is free."""

    run: int


@dataclass(frozen=True, slots=True)
class Broke:
    """A pass ended with an error that no hazard accounts for."""

    run: int
    error: str


Entry = Event | Converted | Told | Looked | Sent | Lost | Broke


def told(entry: Entry) -> str:
    """Return one line for people."""
    at = f"{entry.at:%H:%M:%S} " if isinstance(entry, Event) else " " * 9
    return f"{at}{entry}"
