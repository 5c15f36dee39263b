"""Several calls as one: a composite counts once, and up to five queries or collections may be in it (pure)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import ConnectorError, Doubt
from connectors.http import Answer
from connectors.salesforce.wire_errors import INSUFFICIENT, Barred, Refused, content, error_of, wrongs
from connectors.salesforce.wire_paths import FIXED, Request, root
from connectors.salesforce.wire_soql import in_address

MOST = 5
"""Queries or collections in one composite."""

_SHUT = frozenset({404, 405, 501})
_OF_QUERIES = frozenset(
    {
        "INSUFFICIENT_ACCESS",
        "INVALID_FIELD",
        "INVALID_QUERY_FILTER_OPERATOR",
        "INVALID_TYPE",
        "MALFORMED_QUERY",
        "QUERY_TIMEOUT",
        "QUERY_TOO_COMPLICATED",
    }
)
"""Codes for a query itself: it would be refused alone too."""

_HIDDEN = INSUFFICIENT | {"INVALID_TYPE", "INVALID_FIELD", "NOT_FOUND"}


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the calls in a composite was answered."""

    status: int
    body: Any

    def content(self) -> Any:
        """Return its body; raises what its status asks for, as `content` does of an answer."""
        if 200 <= self.status < 300:
            return self.body
        raise error_of(self.answer)

    @property
    def answer(self) -> Answer:
        return Answer(self.status, {}, json.dumps(self.body).encode())


@dataclass(frozen=True, slots=True)
class Alone:
    """What a call that was made by itself was answered."""

    answer: Answer

    def content(self) -> Any:
        return content(self.answer)

    @property
    def passed(self) -> bool:
        return 200 <= self.answer.status < 300


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that was not sent, or whose answer was lost."""

    error: ConnectorError

    def content(self) -> Any:
        raise self.error


Told = Part | Alone | Failed


def if_any(content: Callable[[], Any]) -> Any:
    """Return what is told, None where the org has no such object or hides it from this user."""
    try:
        return content()
    except Barred:
        return None
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
    entries = told if isinstance(told, list) else []
    named = {str(one.get("referenceId")): one for one in entries if isinstance(one, Mapping)}
    found = [named.get(f"part{number}") for number in range(count)]
    if None in found:
        raise Doubt("Salesforce's answer does not tell of every part of the call")
    return [Part(_status(one), one.get("body")) for one in found if one is not None]


def is_shut(answer: Answer) -> bool:
    """Return whether there is no way to an address, so that nothing was applied; a refusal of an org has a code."""
    return answer.status in _SHUT or (answer.status == 403 and not wrongs(answer))


def are_shut(queries: Sequence[Part]) -> bool:
    """Return whether queries were all refused for being parts of a composite, rather than for what they ask."""
    codes = {one.code for part in queries for one in wrongs(part.answer)}
    return all(part.status in _SHUT | {400} for part in queries) and not codes & _OF_QUERIES


def _status(one: Mapping[str, Any]) -> int:
    status = one.get("httpStatusCode")
    return status if isinstance(status, int) else 500
