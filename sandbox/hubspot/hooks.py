"""Webhooks: what changed becomes events, and events become signed deliveries, doubled and out of order.

From documentation and one captured payload; no signed request of a real account was recorded.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.messages import Request, packed

_MOST = 100
_DECODED = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
_UNSUBSCRIBABLE = {"hs_lastmodifieddate", "num_unique_conversion_events"}

Event = dict[str, Any]


@dataclass(slots=True)
class Hooks:
    """The events of one account since the last delivery; kept for kinds and properties subscribed to.

    `subscribed` holds types such as contact.creation, `properties` what contact.propertyChange tells of.
    """

    account: int
    draw: random.Random
    app: int = 4_169_410
    subscribed: set[str] = field(default_factory=set)
    properties: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)

    def subscribe(self, *types: str, properties: Sequence[str] = ()) -> None:
        """Begin to keep events; raises ValueError for a property that HubSpot does not tell of."""
        silent = _UNSUBSCRIBABLE & set(properties)
        if silent:
            raise ValueError(f"{', '.join(sorted(silent))} cannot be subscribed to")
        self.subscribed.update(types)
        self.properties.update(properties)

    def tell(self, kind: str, what: str, record: int, at: int, **more: object) -> None:
        """Keep an event that somebody subscribed to: `kind` is contact, `what` creation."""
        if not self.subscribed:
            return
        name = f"{kind}.{what}"
        if name not in self.subscribed:
            return
        event = {
            "eventId": self.draw.randrange(10_000),  # not unique, as documented
            "subscriptionId": 1000 + sorted(self.subscribed).index(name),
            "portalId": self.account,
            "appId": self.app,
            "occurredAt": at,
            "subscriptionType": name,
            "attemptNumber": 0,
            "objectId": record,
        }
        self.events.append(event | more)

    def changed(self, kind: str, record: int, at: int, values: Mapping[str, str], source: str) -> None:
        """Keep one event for each subscribed property of a change."""
        for name in sorted(self.properties & values.keys()) if self.properties else ():
            more = {"propertyName": name, "propertyValue": values[name], "changeSource": source}
            self.tell(kind, "propertyChange", record, at, **more)

    def deliveries(
        self, url: str, secret: str, *, at: int, doubled: float = 0.3, late: float = 0.2
    ) -> list[Request]:
        """Take the events as POSTs of at most 100, signed with v3; `at` is milliseconds since 1970.

        A share of the events comes twice (with a higher `attemptNumber`), a share is kept for the next time.
        """
        draw = self.draw
        kept = [event for event in self.events if draw.random() < late]
        sent = [event for event in self.events if event not in kept]
        sent += [{**event, "attemptNumber": 1} for event in sent if draw.random() < doubled]
        draw.shuffle(sent)
        self.events = kept
        return [_posted(url, secret, at, sent[n : n + _MOST]) for n in range(0, len(sent), _MOST)]


def _posted(url: str, secret: str, at: int, events: Sequence[Event]) -> Request:
    body = packed(events)
    headers = {
        "content-type": "application/json",
        "x-hubspot-request-timestamp": str(at),
        "x-hubspot-signature-v3": signature(secret, "POST", url, body, at),
    }
    return Request("POST", url, headers, body)


def signature(secret: str, method: str, url: str, body: bytes, at: int) -> str:
    """Return signature v3 over the partly decoded URL."""
    start, mark, query = url.partition("?")
    seen = _DECODED.sub(_decoded, start) + mark + _DECODED.sub(_decoded, query)
    text = f"{method}{seen}".encode() + body + str(at).encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def _decoded(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
