"""Other programs' designs, each modelled in a few lines over plain HTTP: what they read, and what they send again.

They are models of a design and named for it, not runs of those programs: `newest stamp, later only` is how HubSpot
templates of an integration platform read (GT, no overlap), `newest stamp, inclusive` what widely used connectors do by
default (GTE, overlap 0), `full list` what a reader does that keeps no cursor for contacts; `offset paging` is the
`after` of HubSpot's own examples, `windows by stamp` begins anew behind the last stamp at the 10,000th record; `sent
again unread` is a retry of every method, as HTTP clients offer it, `not sent again` the vendor's client as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import urllib3

_PAGE, _LIST_PAGE, _BATCH = 200, 100, 100
_CAP = 10_000
_NOTE_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}
_CONTACTS = "/crm/v3/objects/contacts"
_NOTES = "/crm/v3/objects/notes/batch/create"
_ATTEMPTS = 6

Json = dict[str, Any]


class Refused(Exception):
    """The account did not do what was asked."""


@dataclass
class Caller:
    """Sends JSON and counts its calls; a 429 is counted, waited for and asked again where `patient`."""

    url: str
    token: str
    patient: float = 1.0
    calls: int = 0
    refused: int = 0
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def post(self, path: str, body: Json) -> Json:
        while True:
            self.calls += 1
            answer = self._pool.request("POST", self.url + path, json=body, headers=self._headers())
            if answer.status != 429:
                return _content(answer)
            self.refused += 1
            time.sleep(self.patient)

    def get(self, path: str) -> Json:
        self.calls += 1
        return _content(self._pool.request("GET", self.url + path, headers=self._headers()))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _content(answer: urllib3.BaseHTTPResponse) -> Json:
    if answer.status >= 300:
        raise Refused(f"{answer.status}: {answer.data[:200]!r}")
    found: Json = answer.json()
    return found


# --- reading ----------------------------------------------------------------------------------------------


@dataclass
class Reader:
    """A program that reads what is new: `read` returns ids, and moves its watermark to the newest stamp it saw."""

    caller: Caller
    operator: str = "GTE"
    overlap: int = 0
    newest: int = 0

    def read(self) -> set[str]:
        """Search by stamp, from page to page by id."""
        found, since = set(), max(self.newest - self.overlap * 1000, 0)
        for record in _by_id(self.caller, [_filter("createdate", self.operator, since)]):
            found.add(record["id"])
            self.newest = max(self.newest, millis(record))
        return found


@dataclass
class Lister:
    """A program without a cursor: it lists everything each time."""

    caller: Caller

    def read(self) -> set[str]:
        found: set[str] = set()
        after = ""
        while True:
            page = self.caller.get(f"{_CONTACTS}?limit={_LIST_PAGE}{after}")
            found |= {record["id"] for record in page["results"]}
            if "paging" not in page:
                return found
            after = f"&after={page['paging']['next']['after']}"


def _by_id(caller: Caller, filters: Sequence[Json]) -> Iterator[Json]:
    last = "0"
    while True:
        page = caller.post(f"{_CONTACTS}/search", _query([*filters, _filter("hs_object_id", "GT", last)]))
        yield from page["results"]
        if "paging" not in page:
            return
        last = page["results"][-1]["id"]


def offset_paging(caller: Caller) -> set[str]:
    """Follow `after` from page to page until it ends or is refused."""
    found: set[str] = set()
    after = 0
    while True:
        try:
            page = caller.post(f"{_CONTACTS}/search", _query([_filter("createdate", "GTE", 0)], after=after))
        except Refused:
            return found
        found |= {record["id"] for record in page["results"]}
        if "paging" not in page:
            return found
        after = int(page["paging"]["next"]["after"])


def windows_by_stamp(caller: Caller) -> set[str]:
    """Follow `after`, and at the 10,000th record search anew for what is later than the last one."""
    found: set[str] = set()
    since, after = ("GTE", 0), 0
    while True:
        query = _query([_filter("createdate", *since)], sort="createdate", after=after)
        page = caller.post(f"{_CONTACTS}/search", query)
        found |= {record["id"] for record in page["results"]}
        if "paging" not in page:
            return found
        after = int(page["paging"]["next"]["after"])
        if after + _PAGE > _CAP:
            since, after = ("GT", millis(page["results"][-1])), 0


def _query(filters: Sequence[Json], *, sort: str = "hs_object_id", after: int = 0) -> Json:
    return {
        "filterGroups": [{"filters": list(filters)}],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": ["createdate", "hubspot_owner_id"],
        "limit": _PAGE,
        **({"after": str(after)} if after else {}),
    }


def _filter(name: str, operator: str, value: object) -> Json:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def millis(record: Json) -> int:
    """Return when a record was created, in milliseconds since 1970."""
    return round(datetime.fromisoformat(record["properties"]["createdate"]).timestamp() * 1000)


# --- writing ----------------------------------------------------------------------------------------------


def note_all(caller: Caller, contacts: Sequence[str], *, again: bool) -> int:
    """Write a note on each contact, in batches; a lost answer is sent `again`, or its notes are unknown.

    Returns of how many contacts the outcome is not known.
    """
    unknown = 0
    for start in range(0, len(contacts), _BATCH):
        part = contacts[start : start + _BATCH]
        body = {"inputs": [_note(contact) for contact in part]}
        if not _answered(lambda body=body: caller.post(_NOTES, body), _ATTEMPTS if again else 1):  # type: ignore[misc]
            unknown += len(part)
    return unknown


def _answered(send: Callable[[], object], attempts: int) -> bool:
    for _ in range(attempts):
        try:
            send()
        except urllib3.exceptions.HTTPError:
            continue
        return True
    return False


def _note(contact: str) -> Json:
    properties = {"hs_timestamp": "0", "hs_note_body": "Assigned in turn."}
    return {
        "properties": properties,
        "associations": [{"to": {"id": contact}, "types": [_NOTE_TO_CONTACT]}],
    }
