"""Several calls as one: a composite counts once, and up to five queries or collections may be in it (pure)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import Doubt
from connectors.http import Answer
from connectors.salesforce.wire_errors import Refused, content, error_of
from connectors.salesforce.wire_paths import FIXED, Request, root
from connectors.salesforce.wire_soql import in_address

MOST = 5
"""Queries or collections in one composite."""

_HIDDEN = frozenset(
    {"INVALID_TYPE", "INVALID_FIELD", "NOT_FOUND", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the calls in a composite was answered."""

    status: int
    body: Any

    def content(self) -> Any:
        """Return its body; raises what its status asks for, as `content` does of an answer."""
        if 200 <= self.status < 300:
            return self.body
        raise error_of(Answer(self.status, {}, json.dumps(self.body).encode()))


def if_any(content: Callable[[], Any]) -> Any:
    """Return what is told, None where the org has no such object or hides it from this user."""
    try:
        return content()
    except Refused as refusal:
        if refusal.code not in _HIDDEN:
            raise
        return None


def composite(calls: Sequence[Request], version: str) -> Request:
    """Return the calls as one; a write in it carries the headers of every write, since its own are not inherited."""
    subrequests = [_subrequest(number, call, version) for number, call in enumerate(calls)]
    return Request("POST", "composite", {"allOrNone": False, "compositeRequest": subrequests})


def _subrequest(number: int, call: Request, version: str) -> Mapping[str, object]:
    made: dict[str, object] = {
        "method": call.method,
        "url": f"{root(version)}/{call.path}",
        "referenceId": f"part{number}",
    }
    return made if call.method == "GET" else {**made, "httpHeaders": dict(FIXED), "body": call.body}


def query(soql: str, *, deleted: bool = False) -> Request:
    """Return a query as a call in a composite; `deleted` finds what is in the recycle bin too."""
    return Request("GET", f"{'queryAll' if deleted else 'query'}?q={in_address(soql)}")


def parts(answer: Answer, count: int) -> list[Part]:
    """Return what each call was answered, in their order; the composite itself succeeds whatever they did."""
    body = content(answer)
    told = body.get("compositeResponse") if isinstance(body, Mapping) else None
    named = {one.get("referenceId"): one for one in told or () if isinstance(one, Mapping)}
    found = [named.get(f"part{number}") for number in range(count)]
    if None in found:
        raise Doubt("Salesforce's answer does not tell of every part of the call")
    return [Part(_status(one), one.get("body")) for one in found if one is not None]


def _status(one: Mapping[str, Any]) -> int:
    status = one.get("httpStatusCode")
    return status if isinstance(status, int) else 500
