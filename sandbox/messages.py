"""What travels between a server and the CRM behind it: one request, one answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl, unquote


class Cut(Enum):
    """How the connection ends without a whole answer."""

    SILENT = "closed before the first byte of an answer"
    MIDDLE = "closed in the middle of the body"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: names of headers are lower case, the target is still encoded."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def segments(self) -> list[str]:
        """The path's parts, decoded one by one; a trailing slash adds none."""
        return [unquote(part) for part in self.path.split("/") if part]

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters; comma lists stay whole, a parameter that is repeated has several values."""
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.target.partition("?")[2], keep_blank_values=True):
            found.setdefault(name, []).append(value)
        return found

    def json(self) -> Any:
        """Return the decoded body; raises ValueError where it is no JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `wait` seconds pass before it is sent, `cut` says that it is not sent whole."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    cut: Cut | None = None

    def json(self) -> Any:
        return json.loads(self.body)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def packed(value: object) -> bytes:
    """Return a value as JSON bytes."""
    return _encode(value).encode()
