"""The recorded samples, and how they come to `wire.py`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from connectors.http import Answer
from connectors.salesforce.wire import Table
from router.model import ConnectionName, LeadRef, RecordId

FOLDER = Path(__file__).parent / "samples"
DATE = "Tue, 21 Apr 2026 13:39:47 GMT"
"""Given to the answers, whose own was left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded call. `asked` is what was sent, `body` what came, both decoded."""

    name: str
    kind: str
    url: str
    asked: Any
    status: int
    body: Any

    def answer(self) -> Answer:
        """Return it as bytes, as it came over the wire."""
        text = "" if self.body is None else self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Answer(self.status, {"date": DATE, "content-type": "application/json"}, text.encode())

    def __str__(self) -> str:
        return self.name


@cache
def samples(*kinds: str) -> tuple[Sample, ...]:
    """Return the samples whose kind begins with one of these, all of them without any."""
    found = [_sample(path) for path in sorted(FOLDER.glob("*.json"))]
    return tuple(one for one in found if not kinds or one.kind.startswith(kinds))


def _sample(path: Path) -> Sample:
    one = json.loads(path.read_bytes())
    asked, told = one["request"], one["response"]
    name = f"{one['kind']}-{one['id'].removeprefix('sf-')[:6]}"
    return Sample(name, one["kind"], asked["url"], asked["body"], told["status"], told["body"])


def table(*fields: str, kind: str = "Lead") -> Table:
    return Table(ConnectionName("sf"), kind, frozenset(fields))


def ref(record: str) -> LeadRef:
    return LeadRef(ConnectionName("sf"), "Lead", RecordId(record))
