"""What a client meets of Salesforce: it gives tokens, takes them until they end, and says what it is told to say.

Two servers of one org: after a login the data may be at the other one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Account, Secret
from connectors.salesforce import Options
from connectors.salesforce.client import Client
from router.model import ConnectionName
from sandbox.messages import Answer, Request, packed
from sandbox.server import Server

EXPIRED = Answer(401, packed([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]))
FINE = Answer(200, packed({"done": True}), {"content-type": "application/json;charset=UTF-8"})
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Met:
    """A request as it arrived, and at which of the servers."""

    server: int
    request: Request


@dataclass
class Front:
    """`give` answers logins, `say` what comes with a good token; `ended` is called before another token is refused.

    `at` is the server that new tokens name.
    """

    at: int = 0
    logins: list[Request] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    say: Callable[[Request], Answer] = lambda _: FINE
    give: Callable[[Request], Answer] | None = None
    ended: Callable[[], object] = lambda: None
    now: datetime = START

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.servers = [Server(self._answering(number)) for number in range(2)]

    def close(self) -> None:
        for server in self.servers:
            server.close()

    def url(self, number: int = 0) -> str:
        return self.servers[number].url

    def token(self) -> Answer:
        """Return a new token's answer, as OAuth gives it."""
        with self._lock:
            secret = f"00Dtoken!{len(self.logins)}"
            self.good.add(secret)
        identity = "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA"
        return Answer(
            200, packed({"access_token": secret, "instance_url": self.url(self.at), "id": identity})
        )

    def end_sessions(self) -> None:
        self.good.clear()

    def client(self, account: Account | None = None, **chosen: Any) -> Client:
        """Return a client with credentials that this org takes, or those given."""
        return Client(self.options(**chosen), account or self.account())

    def options(self, **chosen: Any) -> Options:
        given = chosen or {"client_id": "app", "client_secret": Secret("s3cret")}
        return Options(**{"login_url": self.url(), **given})

    def account(self, **chosen: Any) -> Account:
        return Account(connection=ConnectionName("sf"), object="Lead", clock=lambda: self.now, **chosen)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _answering(self, number: int) -> Callable[[Request], Answer]:
        def answer(request: Request) -> Answer:
            if request.path.startswith(("/services/oauth2/token", "/services/Soap/")):
                with self._lock:
                    self.logins.append(request)
                return self.give(request) if self.give else self.token()
            self.met.append(Met(number, request))
            good = request.headers.get("authorization", "").removeprefix("Bearer ") in self.good
            if good:
                return self.say(request)
            self.ended()
            return EXPIRED

        return answer


def errors(status: int, code: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an error of the data API."""
    body = json.dumps([{"message": code.lower(), "errorCode": code}]).encode()
    return Answer(status, body, dict(headers or {}))
