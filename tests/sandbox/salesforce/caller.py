"""Asks an org without a socket, at a time that the test moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.messages import Answer, Request
from sandbox.salesforce import Org, Settings

NOON = 1_790_000_000.0
"""When tests begin, seconds since 1970."""

ROOT = "/services/data/v59.0"
KEEP = {"Sforce-Auto-Assign": "FALSE"}

Json = dict[str, Any]


class Caller:
    """An org with its clock, and requests with a session of it."""

    def __init__(self, settings: Settings | None = None, seed: int = 0) -> None:
        self.now = NOON
        self.org = Org(clock=lambda: self.now, settings=settings or Settings(limit_jitter=False), seed=seed)
        self.token = self.org.token

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a call; names of headers have _ for -."""
        sent = {"authorization": f"Bearer {self.token}"}
        sent |= {name.replace("_", "-").lower(): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        target = path if path.startswith("/") else f"{ROOT}/{path}"
        return self.org.answer(Request(method, target, sent, raw))

    def json(self, method: str, path: str, body: object = None, *, status: int = 200, **headers: str) -> Any:
        """Return the decoded answer, which must have this status."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status == status, (answer.status, answer.body)
        return answer.json() if answer.body else None

    def query(self, soql: str, *, status: int = 200, **headers: str) -> Any:
        return self.json("GET", f"query?q={quote(soql)}", status=status, **headers)

    def found(self, soql: str) -> list[Any]:
        """Return the ids that a query finds."""
        return [row["Id"] for row in self.query(soql)["records"]]

    def error(self, soql: str) -> Json:
        """Return the one error with which a query is refused."""
        (error,) = self.query(soql, status=400)
        found: Json = error
        return found

    def leads(self, where: str) -> list[Any]:
        """Return the ids of the leads that pass a condition."""
        return self.found(f"SELECT Id FROM Lead WHERE {where}")  # noqa: S608 - no SQL, and ours

    def update(
        self,
        *rows: Mapping[str, object],
        whole: bool = False,
        headers: Mapping[str, str] = MappingProxyType({"Sforce_Auto_Assign": "FALSE"}),
    ) -> list[Json]:
        """Update leads by one collection and return the outcomes."""
        records = [{"attributes": {"type": "Lead"}, **row} for row in rows]
        body = {"allOrNone": whole, "records": records}
        found: list[Json] = self.json("PATCH", "composite/sobjects", body, status=200, **headers)
        return found

    def composite(self, *parts: Json, **top: object) -> list[Json]:
        """Send a composite and return its parts' answers; `referenceId`s are made up unless given."""
        requests = [{"referenceId": f"r{number}", **part} for number, part in enumerate(parts)]
        body = {**top, "compositeRequest": requests}
        found: list[Json] = self.json("POST", "composite", body)["compositeResponse"]
        return found

    def login(self, **form: str) -> Answer:
        return self.org.answer(Request("POST", "/services/oauth2/token", {}, urlencode(form).encode()))

    def client_login(self) -> Answer:
        org = self.org
        return self.login(
            grant_type="client_credentials", client_id=org.client_id, client_secret=org.client_secret
        )


def code(outcome: Json) -> str:
    """Return the code with which a row failed, nothing for one that was written."""
    return "" if outcome["success"] else str(outcome["errors"][0]["statusCode"])
