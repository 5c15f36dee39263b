"""What is remembered of a record besides what the file says, and its form in JSON (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.contract import OwnerChange, RawValue
from connectors.memory.rows import Row, StoredNote, first_owner
from router.model import OwnerId, RecordId


@dataclass(frozen=True, slots=True)
class Source:
    """One record as the file has it."""

    id: RecordId
    owner: OwnerId | None
    fields: Mapping[str, RawValue]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of a record. `fields` are those written over the file's.

    `file_owner` is the owner that the file named when this was saved: another one since is a person's choice.
    """

    arrived: datetime
    version: int
    owner: OwnerId | None
    file_owner: OwnerId | None
    fields: Mapping[str, RawValue] = field(default_factory=dict)
    history: tuple[OwnerChange, ...] = ()
    notes: tuple[StoredNote, ...] = ()


def row_of(source: Source, kept: Kept | None, now: datetime) -> Row:
    """Return the record: the file's fields, and the owner and notes remembered of it."""
    if kept is None:
        known = first_owner(source.owner, now)
        return Row(source.id, source.fields, source.owner, now, history=known)
    fields = {**source.fields, **kept.fields} if kept.fields else source.fields
    return Row(source.id, fields, kept.owner, kept.arrived, kept.version, kept.history, kept.notes)


def kept_of(row: Row, source: Source) -> Kept:
    """Return what must be remembered of the record where the file says `source`."""
    over = {
        name: value
        for name, value in row.fields.items()
        if name not in source.fields or source.fields[name] != value
    }
    return Kept(row.arrived, row.version, row.owner, source.owner, over, row.history, row.notes)


def to_object(kept: Kept) -> dict[str, Any]:
    """Return it for JSON, without what is empty."""
    whole = {
        "arrived": kept.arrived.isoformat(),
        "version": kept.version,
        "owner": kept.owner,
        "file_owner": kept.file_owner,
        "fields": dict(kept.fields),
        "history": [[one.owner, one.at.isoformat(), one.ours] for one in kept.history],
        "notes": [[note.key, note.body, note.at.isoformat()] for note in kept.notes],
    }
    return {name: value for name, value in whole.items() if value}


def from_object(whole: Any) -> Kept:
    """Read what `to_object` wrote. Raises ValueError where it is something else."""
    try:
        return Kept(
            datetime.fromisoformat(whole["arrived"]),
            int(whole["version"]),
            whole.get("owner"),
            whole.get("file_owner"),
            dict(whole.get("fields", {})),
            tuple(
                OwnerChange(owner, datetime.fromisoformat(at), ours=bool(ours))
                for owner, at, ours in whole.get("history", ())
            ),
            tuple(
                StoredNote(key, body, datetime.fromisoformat(at)) for key, body, at in whole.get("notes", ())
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this was not written by leadswitch") from error
