"""Asks a portal without a socket, at a time that the test moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.hubspot import Behaviour, Limits, Portal
from sandbox.messages import Answer, Request

NOON = 1_790_000_000.0
"""When tests begin, seconds since 1970."""

AT_ONCE = Behaviour(lag=(0.0, 0.0), reorder_created=0.0, reorder_updated=0.0, bump=(1e9, 1e9))
"""Nothing lags, nothing is reordered and no stamp moves by itself."""


class Caller:
    """A portal with its clock, and requests with the token it starts with."""

    def __init__(self, behaviour: Behaviour = AT_ONCE, limits: Limits | None = None, seed: int = 0) -> None:
        self.now = NOON
        self.portal = Portal(
            clock=lambda: self.now, behaviour=behaviour, limits=limits or Limits.none(), seed=seed
        )

    def ask(self, method: str, path: str, body: object = None, *, token: str | None = None) -> Answer:
        headers = {"authorization": f"Bearer {token or self.portal.token}"}
        raw = b"" if body is None else json.dumps(body).encode()
        return self.portal.answer(Request(method, path, headers, raw))

    def json(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        """Return the decoded answer, which must have this status."""
        answer = self.ask(method, path, body)
        assert answer.status == status, (answer.status, answer.body)
        return answer.json()

    def search(self, *filters: dict[str, Any], kind: str = "contacts", **more: object) -> Any:
        body = {"filterGroups": [{"filters": list(filters)}] if filters else [], **more}
        return self.json("POST", f"/crm/v3/objects/{kind}/search", body)

    def found(self, *filters: dict[str, Any], **more: Any) -> list[str]:
        """Return the ids that a search returns."""
        return [one["id"] for one in self.search(*filters, **more)["results"]]

    def contacts(self, count: int, **properties: object) -> list[str]:
        rows = [{"email": f"user{number}@example.com", **properties} for number in range(count)]
        return self.portal.add_contacts(rows, created=self.now - 3600)

    def update(self, *inputs: tuple[str, Mapping[str, object]], path: str = "/crm/v3/objects") -> Answer:
        body = {"inputs": [{"id": key, "properties": values} for key, values in inputs]}
        return self.ask("POST", f"{path}/contacts/batch/update", body)


def by(name: str, operator: str, value: object = None, **more: object) -> dict[str, Any]:
    """Return one filter of a search."""
    found = {"propertyName": name, "operator": operator, **more}
    return found if value is None else found | {"value": value}


def ids(answer: Answer) -> list[str]:
    return [one["id"] for one in answer.json()["results"]]
