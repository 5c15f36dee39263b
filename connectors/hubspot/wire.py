"""What is asked of HubSpot about records and owners, and what it answers, as values of the contract (pure).

Values arrive as text or null, times as ISO text (with or without milliseconds) or as milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import (
    Absent,
    Look,
    OwnerChange,
    Record,
    User,
)
from connectors.errors import Doubt
from connectors.http import Answer
from connectors.hubspot.wire_dates import moment
from connectors.hubspot.wire_errors import content, named_ids
from connectors.hubspot.wire_words import entries, errors, part
from router.model import LeadRef, OwnerId, RecordId

OWNER = "hubspot_owner_id"
ID = "hs_object_id"
CREATED = "createdate"
MERGED = "hs_merged_object_ids"

Ref = Callable[[str], LeadRef]
"""Makes the ref of a record id of this account."""


# --- records ----------------------------------------------------------------------------------------------


def answered(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the results of an answer; raises `Doubt` where it has none, and no errors: that would mean no records."""
    if not isinstance(body.get("results"), list) and not errors(body):
        raise Doubt("HubSpot's answer has no results")
    return entries(body, "results")


def results(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the id and the object of each result that has an id; raises as `answered` does."""
    for one in answered(body):
        if record := one.get("id"):
            yield str(record), one


def next_after(body: Mapping[str, Any]) -> str | None:
    """Return HubSpot's `after` for the next page of a search, a list or the owners; None behind the last one."""
    after = part(part(body, "paging"), "next").get("after")
    return str(after) if after else None


def records(body: Mapping[str, Any], ref: Ref) -> Iterator[Record]:
    for record, one in results(body):
        if record.isascii() and record.isdecimal():
            yield _record(ref(record), one)


def _record(ref: LeadRef, one: Mapping[str, Any]) -> Record:
    fields = part(one, "properties")
    owner = fields.get(OWNER)
    return Record(ref, fields, OwnerId(str(owner)) if owner else None)


def batch_read(ids: Iterable[str], properties: Collection[str]) -> Mapping[str, object]:
    return {"inputs": [{"id": one} for one in ids], "properties": sorted({*properties, MERGED})}


def looks(answer: Answer, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
    """Return what an answer says of each ref. Those of which it says nothing are not among the keys.

    A merged record is answered under its survivor's id, which may be one that nobody asked for.
    """
    body = content(answer)
    there = {record: one for record, one in results(body) if _is_whole(one)}
    into = {old: record for record, one in there.items() for old in _merged_into(one) if old}
    missing = {one for error in errors(body) for one in named_ids(error)}
    told: dict[LeadRef, Look] = {}
    for ref in refs:
        if ref.record in there:
            told[ref] = _look(ref, there[ref.record])
        elif ref.record in into:
            told[ref] = Look(None, Absent.MERGED, RecordId(into[ref.record]))
        elif ref.record in missing:
            told[ref] = Look(None, Absent.MISSING)
    return told


def _is_whole(one: Mapping[str, Any]) -> bool:
    """Return whether a record has properties at all: one without would look as if nobody owned it."""
    return isinstance(one.get("properties"), dict) or one.get("archived") is True


def _look(ref: LeadRef, one: Mapping[str, Any]) -> Look:
    return Look(None, Absent.DELETED) if one.get("archived") is True else Look(_record(ref, one))


def _merged_into(one: Mapping[str, Any]) -> Sequence[str]:
    merged = part(one, "properties").get(MERGED)
    return str(merged).split(";") if merged else ()


def single(answer: Answer, ref: LeadRef) -> Look:
    """Return the answer for one record read alone: 404 (HTML) is missing, another id is what it was merged into."""
    if answer.status == 404:
        return Look(None, Absent.MISSING)
    one = content(answer)
    if not _is_whole(one):
        raise Doubt("HubSpot's answer is a record without properties")
    record = str(one.get("id") or ref.record)
    return _look(ref, one) if record == ref.record else Look(None, Absent.MERGED, RecordId(record))


# --- history ----------------------------------------------------------------------------------------------


def batch_history(refs: Iterable[LeadRef]) -> Mapping[str, object]:
    ids = [{"id": ref.record} for ref in refs]
    return {"inputs": ids, "properties": [OWNER], "propertiesWithHistory": [OWNER]}


def histories(
    answer: Answer, refs: Sequence[LeadRef], app_id: str | None
) -> dict[LeadRef, Sequence[OwnerChange]]:
    """Return each record's owners, oldest first; HubSpot gives the newest first."""
    there = dict(results(content(answer)))
    return {ref: _history(there.get(ref.record, {}), app_id) for ref in refs}


def _history(one: Mapping[str, Any], app_id: str | None) -> list[OwnerChange]:
    changes = [
        OwnerChange(OwnerId(str(entry["value"])) if entry.get("value") else None, at, is_ours(entry, app_id))
        for entry in reversed(entries(part(one, "propertiesWithHistory"), OWNER))
        if (at := moment(entry.get("timestamp"))) is not None
    ]
    return sorted(changes, key=lambda change: change.at)


def is_ours(entry: Mapping[str, Any], app_id: str | None) -> bool:
    """Return whether the history says that our app wrote it; without its id, whether any integration did."""
    if entry.get("sourceType") != "INTEGRATION":
        return False
    return app_id is None or str(entry.get("sourceId")) == app_id


# --- owners -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Users:
    """A page of owners; `after` None is the last one."""

    users: Sequence[User]
    after: str | None


def owners_page(*, archived: bool, after: str | None, size: int) -> list[tuple[str, str]]:
    """Return the query of a page of owners: either the archived ones or the others."""
    query = [("limit", str(size)), ("archived", "true" if archived else "false")]
    return [*query, ("after", after)] if after else query


def owners(answer: Answer, *, archived: bool) -> Users:
    """Return a page of owners; the id is the owner's and never `userId`, which only looks like it."""
    body = content(answer)
    return Users([_user(record, one, archived=archived) for record, one in results(body)], next_after(body))


def _user(owner: str, one: Mapping[str, Any], *, archived: bool) -> User:
    email = str(one["email"]) if one.get("email") else None
    name = " ".join(str(one[part]) for part in ("firstName", "lastName") if one.get(part))
    active = not (archived or one.get("archived") is True)
    return User(OwnerId(owner), name or email or owner, email, active, queue=one.get("type") == "QUEUE")
