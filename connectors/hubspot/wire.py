"""What is asked of HubSpot about records and owners, and what it answers, as values of the contract (pure).

Values arrive as text or null, times as ISO text (with or without milliseconds) or as milliseconds since 1970.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from connectors.contract import (
    Absent,
    Change,
    Entered,
    Look,
    OwnerChange,
    Page,
    Record,
    User,
)
from connectors.errors import Doubt, Stop
from connectors.http import Answer
from connectors.hubspot.wire_dates import milliseconds, moment, stamp
from connectors.hubspot.wire_errors import content, named_ids
from connectors.hubspot.wire_words import entries, errors, part
from router.model import LeadRef, OwnerId, RecordId

OWNER = "hubspot_owner_id"
ID = "hs_object_id"
CREATED = "createdate"
MERGED = "hs_merged_object_ids"
FARTHEST = 9_800
"""The last offset into one search that HubSpot is asked for; it refuses 10,000."""

LONGEST_SEARCH = 3_000
"""Characters of a search's body; HubSpot refuses a longer one."""

Ref = Callable[[str], LeadRef]
"""Makes the ref of a record id of this account."""


# --- walks ------------------------------------------------------------------------------------------------


def search(
    walk: Entered, position: str | None, properties: Collection[str], *, size: int
) -> Mapping[str, object]:
    """Return the body of a search for the records of a walk after `position`.

    Any date but that of creation may be one without a time, which HubSpot keeps as midnight UTC: the days that are not
    over for everybody who writes them are asked for too, which costs no call.
    """
    wanted = [_filter(walk.field, "GTE", walk.since)]
    if walk.field != CREATED:
        today = walk.since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        wanted += [_filter(walk.field, "EQ", today - timedelta(days=ago)) for ago in (0, 1)]
    return by_id(wanted, position, properties, size=size)


def _filter(name: str, operator: str, at: datetime) -> Mapping[str, object]:
    return {"propertyName": name, "operator": operator, "value": milliseconds(at)}


def by_id(
    wanted: Sequence[Mapping[str, object]], position: str | None, properties: Collection[str], *, size: int
) -> Mapping[str, object]:
    """Return the body of a search by any of these filters that goes on by id: an offset ends at 10,000 records."""
    last, offset = _place(position)
    behind = [{"propertyName": ID, "operator": "GT", "value": last}] if last else []
    body: dict[str, object] = {
        "filterGroups": [{"filters": [one, *behind]} for one in wanted],
        "sorts": [{"propertyName": ID, "direction": "ASCENDING"}],
        "properties": sorted(properties),
        "limit": size,
    }
    return body | ({"after": offset} if offset else {})


def fits(body: Mapping[str, object]) -> bool:
    """Return whether a search is short enough for HubSpot."""
    return len(json.dumps(body)) <= LONGEST_SEARCH


def listing(position: str | None, properties: Collection[str], *, size: int) -> list[tuple[str, str]]:
    """Return the query of a page of the list, which reads the primary store and goes by id too."""
    after, _ = _place(position)
    query = [("limit", str(size)), ("properties", ",".join(sorted(properties))), ("archived", "false")]
    return [*query, ("after", after)] if after else query


def _place(position: str | None) -> tuple[str, str]:
    """Return the last id and the offset behind it that a position names."""
    if position is None:
        return "", ""
    last, _, offset = position.partition("+")
    if not all(part.isascii() and part.isdecimal() for part in (last or "0", offset or "0")):
        raise Stop(f"{position!r} is no position of this connector: begin the walk again")
    return last, offset


def found(answer: Answer, walk: Entered, position: str | None, ref: Ref, *, zone: tzinfo = UTC) -> Page:
    """Return a page of a search. Neither its length nor its `total` says anything about the end, `next` does."""
    body = content(answer)
    changes = [Change(record, stamp(record.fields.get(walk.field), zone)) for record in _records(body, ref)]
    stamps = [change.stamp for change in changes if change.stamp is not None]
    position = following(body, [change.record.ref.record for change in changes], position)
    return Page(changes, position, max(stamps, default=None), answer.server_time())


def following(body: Mapping[str, Any], ids: Collection[str], position: str | None) -> str | None:
    """Go on behind the last id; behind a page that has no further one, such as of ghosts, by HubSpot's offset."""
    after = _after(body)
    if after is None:
        return None
    last, _ = _place(position)
    newest = max(ids, key=int, default="")
    if newest and int(newest) > int(last or 0):
        return newest
    return f"{last}+{after}" if after.isdecimal() and int(after) <= FARTHEST else None


def listed(answer: Answer, dates: Collection[str], ref: Ref, *, zone: tzinfo = UTC) -> Page:
    """Return a page of the list."""
    body = content(answer)
    changes = [Change(record, _newest(record, dates, zone)) for record in _records(body, ref)]
    stamps = [change.stamp for change in changes if change.stamp is not None]
    return Page(changes, _after(body), max(stamps, default=None), answer.server_time())


def _newest(record: Record, dates: Collection[str], zone: tzinfo) -> datetime | None:
    moments = (stamp(record.fields.get(name), zone) for name in dates)
    return max((found for found in moments if found is not None), default=None)


def _after(body: Mapping[str, Any]) -> str | None:
    after = part(part(body, "paging"), "next").get("after")
    return str(after) if after else None


# --- records ----------------------------------------------------------------------------------------------


def answered(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the results of an answer; raises `Doubt` where it has none, and no errors: that would mean no records."""
    if not isinstance(body.get("results"), list) and not errors(body):
        raise Doubt("HubSpot's answer has no results")
    return entries(body, "results")


def results(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the id and the object of each result that has an id; raises as `answered` does."""
    for one in answered(body):
        if one.get("id"):
            yield str(one["id"]), one


def _records(body: Mapping[str, Any], ref: Ref) -> Iterator[Record]:
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
    into = {old: record for record, one in there.items() for old in _merged_into(one)}
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


def _merged_into(one: Mapping[str, Any]) -> Iterator[str]:
    yield from filter(None, str(part(one, "properties").get(MERGED) or "").split(";"))


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
    return Users([_user(record, one, archived=archived) for record, one in results(body)], _after(body))


def _user(owner: str, one: Mapping[str, Any], *, archived: bool) -> User:
    email = str(one["email"]) if one.get("email") else None
    name = " ".join(str(one[part]) for part in ("firstName", "lastName") if one.get(part))
    active = not (archived or one.get("archived") is True)
    return User(OwnerId(owner), name or email or owner, email, active, queue=one.get("type") == "QUEUE")
