"""Recorded calls of real orgs, and an org in the state that each was made in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.messages import Answer
from sandbox.salesforce.conditions import pinned
from sandbox.salesforce.fields import Field
from sandbox.salesforce.grammar import Literal, Name, Query
from sandbox.salesforce.ids import make
from sandbox.salesforce.parser import parse
from tests.sandbox.salesforce.caller import Caller

FOLDER = Path(__file__).parents[2] / "salesforce" / "samples"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded call; `body` and `told` are decoded, the version that was masked is 59.0."""

    kind: str
    name: str
    method: str
    target: str
    body: Any
    status: int
    told: Any
    type: str

    def __str__(self) -> str:
        return self.name


@cache
def samples() -> tuple[Sample, ...]:
    return tuple(_sample(path) for path in sorted(FOLDER.glob("*.json")))


def _sample(path: Path) -> Sample:
    one = json.loads(path.read_text("utf-8").replace("vxx.0", "v59.0"))
    asked, told = one["request"], one["response"] or {"status": 0, "headers": {}, "body": None}
    parts = urlsplit(asked["url"])
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    name = f"{one['kind']}-{one['id'][3:9]}"
    kind = told["headers"].get("content-type", "")
    return Sample(
        one["kind"], name, asked["method"], target, asked["body"], told["status"], told["body"], kind
    )


class Stage:
    """An org in which a sample's request can get the sample's answer."""

    def __init__(self, sample: Sample, body: Any = None) -> None:
        self.sample = sample
        self.body = sample.body if body is None else body
        self.sf = Caller()
        self.renamed: dict[str, str] = {}
        for kind, row in [*self._sent(self.body), *self._told(sample.told)]:
            self._object(kind, row)
        for query in self._queries():
            self._selected(query)
        for name in dict(parse_qsl(urlsplit(sample.target).query)).get("sObjects", "").split(","):
            self._object(name, {})
        if sample.method != "POST" or "composite" in sample.target:
            self._rows()

    def ask(self) -> Answer:
        body = self.body
        for old, new in self.renamed.items():
            body = json.loads(json.dumps(body).replace(old, new)) if body is not None else None
        target = self.sample.target
        for old, new in self.renamed.items():
            target = target.replace(old, new)
        return self.sf.ask(self.sample.method, target, body)

    # --- objects and fields -------------------------------------------------------------------------------

    def _object(self, kind: str, row: Json) -> None:
        store = self.sf.org.store
        if kind and kind.lower() not in store.tables:
            self.sf.org.define_object(kind, [])
        for name, value in row.items():
            if name.lower() not in store.table(kind).kind.names and name != "attributes":
                store.define(kind, Field(name, _type(name, value), 255 if isinstance(value, str) else 0))

    def _selected(self, query: Query) -> None:
        """Add what a query selects: fields of real orgs that no record of the sample holds."""
        row = {str(one): "" for one in query.selected if isinstance(one, Name) and len(one.path) == 1}
        self._object(query.kind, row)

    def _queries(self) -> Iterator[Query]:
        urls = [self.sample.target]
        urls += [
            part["url"]
            for part in (self.body or {}).get("compositeRequest", ())
            if isinstance(self.body, dict)
        ]
        for url in urls:
            text = dict(parse_qsl(urlsplit(url).query)).get("q")
            if text:
                yield parse(text)

    def _sent(self, body: Any) -> Iterator[tuple[str, Json]]:
        """Yield the records of a request with their objects."""
        if isinstance(body, dict):
            if "attributes" in body:
                yield body["attributes"]["type"], body
            url = body.get("url") or self.sample.target
            if isinstance(body.get("body"), dict) and "/sobjects/" in url:
                yield url.partition("/sobjects/")[2].split("/")[0], body["body"]
            for value in body.values():
                yield from self._sent(value)
        elif isinstance(body, list):
            for item in body:
                yield from self._sent(item)

    def _told(self, body: Any) -> Iterator[tuple[str, Json]]:
        """Yield the records of an answer with their objects."""
        if isinstance(body, dict):
            kind = body.get("attributes", {}).get("type")
            if kind and kind != "AggregateResult":
                yield kind, body
            yield from (pair for value in body.values() for pair in self._told(value))
        elif isinstance(body, list):
            yield from (pair for item in body for pair in self._told(item))

    # --- rows ---------------------------------------------------------------------------------------------

    def _rows(self) -> None:
        """Store what was read or changed, under ids that verify: those of the recordings are scrubbed."""
        for kind, row in self._told(self.sample.told):
            self._put(kind, row["attributes"]["url"].rpartition("/")[2], row)
        for kind, row in self._sent(self.body):
            key = row.get("Id") or row.get("id")
            if key and "@{" not in key:
                self._put(kind, key, {})
            for name, value in row.items():
                field = self.sf.org.store.table(kind).kind.names.get(name.lower())
                if field and field.refers and isinstance(value, str) and "@{" not in value:
                    self._put(field.refers[0], value, {})

    def _put(self, kind: str, key: str, row: Json) -> None:
        store = self.sf.org.store
        prefix = store.table(kind).kind.prefix
        if key in self.renamed:
            return
        new = self.renamed[key] = make(prefix, 900_000 + len(self.renamed))
        values = self._wanted(kind)
        values |= {name: value for name, value in row.items() if not isinstance(value, dict | list)}
        values.pop("Id", None)
        store.put(kind, values, id=new, by=self.sf.org.integration.id)

    def _wanted(self, kind: str) -> Json:
        """Return values that the sample's conditions ask for."""
        names = self.sf.org.store.table(kind).kind.names
        return {
            names[str(one.field).lower()].name: one.value.value
            for query in self._queries()
            for one in pinned(query.where)
            if isinstance(one.value, Literal)
        }


def _type(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "double"
    return "address" if isinstance(value, dict) and name.endswith("Address") else "string"
