"""Recorded calls of real accounts, and an account in the state that each was made in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.hubspot import Limits
from sandbox.hubspot.filters import groups_of
from sandbox.hubspot.kinds import ENDS
from sandbox.hubspot.records import Record, Source, Table
from sandbox.messages import Answer, Request
from sandbox.timeline import millis_of
from tests.sandbox.caller import AT_ONCE, Caller

FOLDER = Path(__file__).parents[1] / "hubspot" / "samples"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded call; `body` and `told` are decoded, `headers` those of the answer."""

    kind: str
    name: str
    method: str
    target: str
    body: Any
    status: int
    headers: Mapping[str, str]
    told: Any

    @property
    def rates(self) -> set[str]:
        return {name for name in self.headers if "ratelimit" in name}

    def __str__(self) -> str:
        return self.name


@cache
def samples() -> tuple[Sample, ...]:
    return tuple(_sample(path) for path in sorted(FOLDER.glob("*.json")))


def _sample(path: Path) -> Sample:
    one = json.loads(path.read_bytes())
    asked, told = one["request"], one["response"] or {"status": 0, "headers": {}, "body": None}
    parts = urlsplit(asked["url"])
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    name = f"{one['kind']}-{one['id'][3:9]}"
    return Sample(
        one["kind"],
        name,
        asked["method"],
        target,
        asked["body"],
        told["status"],
        told["headers"],
        told["body"],
    )


# --- the account ------------------------------------------------------------------------------------------


class Stage:
    """An account in which a sample's request can get the sample's answer."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        urls = '"url"' in json.dumps(sample.told)
        limits = Limits(burst=None, searches=0) if sample.status == 429 else Limits.none()
        self.crm = Caller(replace(AT_ONCE, urls=urls, late_dates=False), limits)
        self.portal = self.crm.portal
        self.portal.define_kind("2-3604285", "grouparoo thing", "grouparoo things")
        if sample.body is not None and "inputs" in sample.body and "batch" in sample.target:
            self._inputs(sample.body["inputs"])
        for one in self._told():
            self._take(one)

    def ask(self) -> Answer:
        sample = self.sample
        token = self.portal.token if self._is_private() else self._oauth()
        raw = b"" if sample.body is None else json.dumps(sample.body).encode()
        headers = {"authorization": f"Bearer {token}"}
        return self.portal.answer(Request(sample.method, sample.target, headers, raw))

    def _is_private(self) -> bool:
        rates = self.sample.rates
        return not self.sample.headers.get("date") or "x-hubspot-ratelimit-daily" in rates

    def _oauth(self) -> str:
        again = self.portal.access.oauth("app", "secret")
        form = f"client_id=app&client_secret=secret&refresh_token={again}".encode()
        token: str = self.portal.answer(Request("POST", "/oauth/v1/token", {}, form)).json()["access_token"]
        return token

    def table(self) -> Table:
        parts = self.sample.target.partition("?")[0].split("/")
        place = 3 if parts[2] == "objects" else 4
        return self.portal.account.table(parts[place + (parts[2] == "objects")])

    def put(self, table: Table, key: str, values: Mapping[str, Any], created: str | None = None) -> Record:
        """Store a record just so, whatever HubSpot would compute."""
        for name in values:
            if name not in table.properties:
                self.portal.define(table.kind.name, name)
        if key in table.records:
            return table.records[key]
        at = millis_of(created) if created else 0
        given = {name: str(value) for name, value in values.items() if value is not None}
        record = table.insert(dict(given), id=key, created=at, source=Source("TEST"))
        record.values = {**record.values, **given}
        return record

    # --- state by what was answered ----------------------------------------------------------------------

    def _told(self) -> Iterator[Json]:
        told = self.sample.told
        if not isinstance(told, dict) or self.sample.method == "DELETE":
            return
        results = told.get("results")
        yield from [told] if results is None else results

    def _take(self, one: Json) -> None:
        if "properties" in one and self.sample.status == 200:
            table = self.table()
            known = one["properties"]
            if self.sample.method in ("PATCH", "PUT") or "batch/update" in self.sample.target:
                known = {name: value for name, value in known.items() if name not in self._asked()}
            self.put(table, one["id"], known, one["createdAt"])
        for side in ("from", "to"):
            if f"{side}ObjectTypeId" in one:
                table = self.portal.account.table(one[f"{side}ObjectTypeId"])
                self.put(table, str(one[f"{side}ObjectId"]), {})

    def _asked(self) -> set[str]:
        body = self.sample.body or {}
        inputs = body.get("inputs") or [body]
        return {name for one in inputs for name in one.get("properties", ())}

    def _inputs(self, inputs: list[Json]) -> None:
        for one in inputs:
            if "properties" in one:
                for name in one["properties"]:
                    if name not in self.table().properties:
                        self.portal.define(self.table().kind.name, name)

    def inline(self) -> None:
        """Add what inline associations lead to, and the owner that the request names."""
        for one in self.sample.body.get("associations", ()):
            number = one["types"][0]["associationTypeId"]
            table = self.portal.account.table(ENDS[self.table().kind.type_id, number])
            self.put(table, str(one["to"]["id"]), {})
        owner = self.sample.body["properties"].get("hubspot_owner_id")
        if owner is not None:
            self.portal.owners.add("owner@example.com", id=str(owner))

    def index(self) -> None:
        """Let the index find what the recorded search found, stale values and ghosts included."""
        body, table = self.sample.body, self.table()
        every = [one for group in body.get("filterGroups", ()) for one in group["filters"]]
        for raw in every + body.get("filters", []):
            if raw["propertyName"].startswith("associations."):
                self._near(table, raw)
            elif raw["propertyName"] not in table.properties:
                self.portal.define(table.kind.name, raw["propertyName"])
        for record in list(table.records.values()):
            record.indexed = self._indexed(table, record.values)
            table.index.records.append(record)
        missing = self.sample.told["total"] - len(self.sample.told["results"])
        archived = "paging" not in self.sample.told
        for number in range(missing):
            last = table.index.records[-1].indexed if table.index.records else None
            record = self.put(table, str(10**12 + number), {})
            record.indexed = {**self._indexed(table, last or {}), "hs_object_id": record.id}
            record.archived = archived
            table.index.records.append(record)
        table.index.records.sort(key=lambda record: record.number)

    def _near(self, table: Table, raw: Json) -> None:
        """Associate what was found with the record that the filter names."""
        other = self.portal.account.table(raw["propertyName"].partition(".")[2])
        end = self.put(other, str(raw["value"]), {})
        for record in table.records.values():
            self.portal.associate((table.kind.name, record.id), (other.kind.name, end.id))

    def _indexed(self, table: Table, values: Mapping[str, str]) -> Mapping[str, str]:
        """Return values that the first group of the search lets pass."""
        groups = groups_of(table, self.sample.body)
        groups = [[item for item in group if not item.name.startswith("associations.")] for group in groups]
        if not groups or any(all(item.test(values) for item in group) for group in groups):
            return values
        return {**values, **{item.name: item.value for item in groups[0]}}


# --- comparing --------------------------------------------------------------------------------------------

_OLDER = {
    "hs_registered_member",
    "hs_membership_has_accessed_private_content",
    "hs_currently_enrolled_in_prospecting_agent",
    "hs_helpdesk_sort_timestamp",
    "hs_last_message_from_visitor",
    "hs_ticket_id",
    "hs_meeting_source",
    "hs_updated_by_user_id",
}
"""Computed properties of recordings that the sandbox does not compute."""


def differences(recorded: Any, ours: Any, *, write: bool, where: str = "") -> list[str]:
    """Return where two bodies have another shape: other keys, other types, a number that was a string."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        return list(_of_objects(recorded, ours, write=write, where=where))
    if isinstance(recorded, list) and isinstance(ours, list):
        if bool(recorded) is not bool(ours):
            return [f"{where}: {len(recorded)} recorded, {len(ours)} here"]
        pairs = zip(recorded, ours, strict=False)
        return [text for one, two in pairs for text in differences(one, two, write=write, where=f"{where}[]")]
    if recorded is None or ours is None or type(recorded) is type(ours):
        return []
    return [f"{where}: {type(recorded).__name__} recorded, {type(ours).__name__} here"]


def _of_objects(recorded: Json, ours: Json, *, write: bool, where: str) -> Iterator[str]:
    missing, more = set(recorded) - set(ours), set(ours) - set(recorded)
    if where.endswith(".properties") and write:
        missing -= _OLDER
        more = {
            name
            for name in more
            if not name.startswith(("hs_", "lifecyclestage", "createdate", "hubspot_owner"))
        }
    for name in sorted(missing):
        yield f"{where}.{name}: recorded, not here"
    for name in sorted(more):
        yield f"{where}.{name}: here, not recorded"
    for name in sorted(set(recorded) & set(ours)):
        yield from differences(recorded[name], ours[name], write=write, where=f"{where}.{name}")
