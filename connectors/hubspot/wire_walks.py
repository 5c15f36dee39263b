"""Walks over HubSpot's records, by search and by list: what is asked, where a page leads, and in which parts (pure).

A search goes on by id, since its offset ends at 10,000 records. Where many more are left the walk goes on in two parts
that can be asked for beside each other: up to a page in the middle of them, which is read at once, and from behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from connectors.contract import Change, Entered, Page, Record
from connectors.errors import Stop
from connectors.http import Answer
from connectors.hubspot.wire import CREATED, ID, Ref, next_after, records
from connectors.hubspot.wire_dates import milliseconds, stamp
from connectors.hubspot.wire_errors import content

FARTHEST = 9_800
"""The last offset into one search that HubSpot is asked for; it refuses 10,000."""

LONGEST_SEARCH = 3_000
"""Characters of a search's body; HubSpot refuses a longer one."""


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
    last, offset, _, _ = _place(position)
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
    after = _place(position).last
    query = [("limit", str(size)), ("properties", ",".join(sorted(properties))), ("archived", "false")]
    return [*query, ("after", after)] if after else query


class _Place(NamedTuple):
    """What a position says: behind which id, by which offset; a part ends `before` an id, `then` the walk goes on."""

    last: str = ""
    offset: str = ""
    before: str = ""
    then: str = ""

    def __str__(self) -> str:
        signs = (("+", self.offset), ("<", self.before), (">", self.then))
        return self.last + "".join(sign + value for sign, value in signs if value)

    def ends_before(self, record: str) -> bool:
        return self.before != "" and int(record) >= int(self.before)


_POSITION = re.compile(r"(\d*)(?:\+(\d+))?(?:<(\d+))?(?:>(\d+))?", re.ASCII)


def _place(position: str | None) -> _Place:
    """Return the place that a position names."""
    named = _POSITION.fullmatch(position or "")
    if named is None:
        raise Stop(f"{position!r} is no position of this connector: begin the walk again")
    return _Place(*named.groups(""))


class Found(NamedTuple):
    """A page of a search, and how many more records HubSpot counts behind it, where the search has no other end."""

    page: Page
    left: int


def found(answer: Answer, walk: Entered, position: str | None, ref: Ref, *, zone: tzinfo = UTC) -> Found:
    """Return a page of a search. Neither its length nor its `total` says anything about the end, `next` does."""
    body, place = content(answer), _place(position)
    there = list(records(body, ref))
    within = [one for one in there if not place.ends_before(one.ref.record)] if place.before else there
    changes = [Change(record, stamp(record.fields.get(walk.field), zone)) for record in within]
    stamps = [change.stamp for change in changes if change.stamp is not None]
    ids = [one.ref.record for one in there]
    page = Page(changes, following(body, ids, position), max(stamps, default=None), answer.server_time())
    total = body.get("total")
    return Found(page, total - len(ids) if type(total) is int and place == _Place(place.last) else 0)


def following(body: Mapping[str, Any], ids: Collection[str], position: str | None) -> str | None:
    """Go on behind the last id; behind a page that has no further one, such as of ghosts, by HubSpot's offset."""
    place, after, newest = _place(position), next_after(body), max(ids, key=int, default="")
    if after is None or (newest and place.ends_before(newest)):
        return place.then or None
    if newest and int(newest) > int(place.last or 0):
        return str(place._replace(last=newest, offset=""))
    return str(place._replace(offset=after)) if after.isdecimal() and int(after) <= FARTHEST else None


def middle(position: str, left: int) -> str:
    """Return where a page in the middle of what is left behind a position begins, or as far on as HubSpot goes."""
    return str(_place(position)._replace(offset=str(min(left // 2, FARTHEST))))


def parted(page: Page, within: Page) -> Page:
    """Return a page and one further on in its walk as one: the part between them, and what comes behind both."""
    first = min((change.record.ref.record for change in within.changes), key=int, default="0")
    if page.next is None or int(first) <= int(_place(page.next).last or 0):
        return page
    between = _place(page.next)._replace(before=first)
    behind = within.next or ""
    return replace(
        page,
        changes=[*page.changes, *within.changes],
        next=str(between._replace(then=behind)),
        newest=max((one for one in (page.newest, within.newest) if one), default=None),
        parts=tuple(filter(None, (str(between), behind))),
    )


def listed(answer: Answer, dates: Collection[str], ref: Ref, *, zone: tzinfo = UTC) -> Page:
    """Return a page of the list."""
    body = content(answer)
    changes = [Change(record, _newest(record, dates, zone)) for record in records(body, ref)]
    stamps = [change.stamp for change in changes if change.stamp is not None]
    return Page(changes, next_after(body), max(stamps, default=None), answer.server_time())


def _newest(record: Record, dates: Collection[str], zone: tzinfo) -> datetime | None:
    moments = (stamp(record.fields.get(name), zone) for name in dates)
    return max((found for found in moments if found is not None), default=None)
