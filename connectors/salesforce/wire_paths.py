"""Where Salesforce's calls go, and what every one of them carries (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FIXED: Mapping[str, str] = {
    "Sforce-Auto-Assign": "FALSE",
    "Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true",
    "Sforce-Call-Options": "client=leadswitch",
}
"""The headers of every call, and of every write within a call (a composite's subrequests have headers of their own).

Where `Sforce-Auto-Assign` is absent it is TRUE: the org's assignment rule runs after an update too and takes the lead
from the owner who was just written. A duplicate rule would refuse an owner for a lead that it finds twice.
"""


_HOST = re.compile(r"^https?://[^/]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `path` is below the root of the API's version ("query", "sobjects/Lead/describe"), or whole where it
    begins with /services/. `body` is sent as JSON. `headers` come on top of the fixed ones.
    """

    method: str
    path: str
    body: object = None
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def root(version: str) -> str:
    """Return where the API of a version such as 62.0 begins: what a composite's subrequests start with."""
    return f"/services/data/v{version}"


def below_host(address: str) -> str:
    """Return an address that an org gave from its host on, "" where it is none: a token goes to its own org alone."""
    path = _HOST.sub("", address)
    return path if path.startswith("/services/") and " " not in path else ""


def whole(request: Request, version: str) -> str:
    """Return a request's path from the host on."""
    if request.path.startswith("/services/"):
        return request.path
    return f"{root(version)}/{request.path.lstrip('/')}"
