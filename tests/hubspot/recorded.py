"""The recorded samples, and how they come to `wire.py`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from connectors.http import Answer
from router.model import ConnectionName, LeadRef, RecordId

FOLDER = Path(__file__).parent / "samples"
DATE = "Tue, 21 Apr 2026 13:39:47 GMT"
"""Given to the answers that came without headers."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded call. `body` is the answer's, decoded."""

    name: str
    kind: str
    status: int
    headers: dict[str, str]
    asked: Any
    body: Any

    def answer(self) -> Answer:
        """Return it as bytes, as it came over the wire."""
        text = self.body if isinstance(self.body, str) and self.body[:1] == "<" else json.dumps(self.body)
        return Answer(
            self.status, {"date": DATE, **self.headers}, text.encode() if self.body is not None else b""
        )

    def __str__(self) -> str:
        return self.name


@cache
def samples(*kinds: str) -> tuple[Sample, ...]:
    """Return the samples whose kind begins with one of these, all of them without any."""
    found = [_sample(path) for path in sorted(FOLDER.glob("*.json"))]
    return tuple(one for one in found if not kinds or one.kind.startswith(kinds))


def _sample(path: Path) -> Sample:
    one = json.loads(path.read_bytes())
    answer = one["response"]
    name = f"{one['kind']}-{one['id'].removeprefix('hs-')[:6]}"
    return Sample(
        name, one["kind"], answer["status"], answer["headers"], one["request"]["body"], answer["body"]
    )


def ref(record: str) -> LeadRef:
    return LeadRef(ConnectionName("hs"), "contacts", RecordId(record))
