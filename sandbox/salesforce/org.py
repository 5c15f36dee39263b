"""A Salesforce org in memory: requests go in, answers come out; tests and demos look and change beside them."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.faults import Fault, Faults, Latency, Stage, struck, wait
from sandbox.messages import Answer, Request, packed
from sandbox.salesforce import soap
from sandbox.salesforce.access import Access, Session, identity
from sandbox.salesforce.api import Api
from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.automation import Automation
from sandbox.salesforce.bulk import Jobs
from sandbox.salesforce.callkinds import kind_of
from sandbox.salesforce.cursors import Cursors
from sandbox.salesforce.desk import Desk
from sandbox.salesforce.ingest import Loads
from sandbox.salesforce.refusals import Problem, Refused, no_resource, wrong_json
from sandbox.salesforce.settings import Settings
from sandbox.salesforce.store import Store
from sandbox.salesforce.targets import NEWEST, OLDEST, split
from sandbox.salesforce.usage import Usage
from sandbox.salesforce.writing import Rights, Writing
from sandbox.timeline import Timeline, http_date

_KEPT_CALLS = 5_000
_JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was answered; `fault` names the fault that struck it."""

    at: float
    kind: str
    request: Request
    status: int
    fault: str = ""
    applied: bool = True

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def target(self) -> str:
        return self.request.target

    @property
    def headers(self) -> Mapping[str, str]:
        return self.request.headers

    def json(self) -> Any:
        return self.request.json()


class Org(Desk):
    """One org. `answer` is all that a server or a test's transport needs; it may be called from threads.

    `clock` returns seconds since 1970, `latency` is seconds per call or a function of the call's kind. What
    `Desk` offers looks into the org and changes it as people, forms and automations do.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        seed: int = 0,
        settings: Settings | None = None,
        latency: Latency = 0.0,
    ) -> None:
        self.clock = clock
        draw = random.Random(seed)  # noqa: S311 - chance of a test, nobody guesses it
        store = Store(Timeline(lambda: self.clock()), settings or Settings(), draw)
        automation = Automation(store)
        super().__init__(store, automation, Writing(store, automation), threading.RLock())
        self.access = Access(store, self.integration, seed)
        self.usage = Usage(store, seed)
        self.jobs = Jobs()
        self.cursors = Cursors(store)
        account = Account(store, automation, self.writing, self.cursors)
        self._api = Api(account, self.usage, self.jobs, Loads())
        self.faults = Faults(seed)
        self.latency = latency
        self.calls: deque[Call] = deque(maxlen=_KEPT_CALLS)
        """The latest calls, oldest first, with what was asked."""
        self.counts: Counter[str] = Counter()
        """Calls by kind (query, composite.update, Lead.create, token, ...), refused ones included."""
        self.statuses: Counter[int] = Counter()
        store.journal.undo.clear()

    # --- credentials --------------------------------------------------------------------------------------

    @property
    def client_id(self) -> str:
        return self.access.client_id

    @property
    def client_secret(self) -> str:
        return self.access.client_secret

    @property
    def username(self) -> str:
        return self.access.username

    @property
    def password(self) -> str:
        return self.access.password

    @property
    def security_token(self) -> str:
        return self.access.security_token

    @property
    def private_key(self) -> str:
        """The private key, as PEM, with which assertions of the JWT flow are signed."""
        return self.access.key.pem

    @property
    def token(self) -> str:
        """A session that is alive now."""
        with self.lock:
            return self.access.open("oauth").token

    @property
    def settings(self) -> Settings:
        return self.store.settings

    def set(self, **settings: Any) -> None:
        """Change settings by their names."""
        self.store.settings = replace(self.store.settings, **settings)

    # --- answering ----------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        with self.lock:
            self.store.timeline.settle()
            try:
                return self._answer(request)
            finally:
                self.store.journal.undo.clear()

    def _answer(self, request: Request) -> Answer:
        kind, run = self._kind(request)
        fault = self.faults.pick(kind, request)
        if fault is None:
            answer = run()
        else:
            if fault.stage is Stage.LATER:
                self.store.timeline.later(self.store.span(self.settings.zombie), run)
            answer = _dressed(fault.answer(run() if fault.stage is Stage.AFTER else None), fault)
        return self._sent(answer, request, kind, fault)

    def _kind(self, request: Request) -> tuple[str, Callable[[], Answer]]:
        """Return the name of a call and what answers it."""
        path = request.path
        if path.startswith("/services/oauth2/"):
            name = path.removeprefix("/services/oauth2/").strip("/")
            return name, lambda: self._oauth(request, name)
        if path.startswith("/services/Soap/"):
            return "soap.login", lambda: soap.login(self.store, self.access, request)
        if path.startswith("/id/"):
            return "identity", lambda: self._told(
                request, lambda _: Told(200, identity(self.store, self.integration))
            )
        if path.rstrip("/") == "/services/data":
            return "versions", lambda: Answer(200, packed(_versions()), {"content-type": _JSON})
        return self._data(request)

    def _data(self, request: Request) -> tuple[str, Callable[[], Answer]]:
        version, parts, query = split(request.target)
        try:
            body = _decoded(request)
        except ValueError as wrong:
            problem = wrong_json(f"Unexpected character or missing content: {wrong}")
            return "unknown", lambda: self._refusal(problem, request)
        ask = Ask(request.method, parts, query, request.headers, body, version, Rights(self.integration.id))
        kind = kind_of(ask) if version else "unknown"
        return kind, lambda: self._told(request, lambda session: self._run(ask, session))

    def _run(self, ask: Ask, session: Session) -> Told:
        if not ask.version:
            raise no_resource()
        return self._api.run(replace(ask, access=self.rights(session.user)))

    def _told(self, request: Request, run: Callable[[Session], Told]) -> Answer:
        """Answer a call of a session that counts against the day's limit."""
        try:
            self._refuse_long(request)
            session = self.access.check(request)
            self.usage.take()
            told = run(session)
        except Problem as problem:
            return self._refusal(problem, request)
        except Refused as refused:
            return _refused(refused)
        except (AttributeError, KeyError, TypeError, ValueError) as wrong:
            return self._refusal(wrong_json(f"{type(wrong).__name__}: {wrong}"), request)
        headers = {**told.headers, **self.usage.header()}
        return _packed(told.status, told.body, headers, request)

    def _refuse_long(self, request: Request) -> None:
        most = self.settings.uri
        if _size(request) > most:
            raise Refused(414 if len(request.target) > most // 2 else 431, "", kind="text/html")

    def _oauth(self, request: Request, name: str) -> Answer:
        try:
            match name:
                case "token" if request.method == "POST":
                    return _packed(200, self.access.token(request), {}, request)
                case "revoke":
                    self.access.revoke(request.body.decode().partition("token=")[2].replace("%21", "!"))
                    return Answer(200)
                case "userinfo":
                    return self._told(request, lambda _: Told(200, identity(self.store, self.integration)))
            raise no_resource()
        except Problem as problem:
            return self._refusal(problem, request)
        except Refused as refused:
            return _refused(refused)

    def _refusal(self, problem: Problem, request: Request) -> Answer:
        headers = {} if problem.status == 401 else self.usage.header()
        return _packed(problem.status, [problem.alone(self.settings.language)], headers, request)

    def _sent(self, answer: Answer, request: Request, kind: str, fault: Fault | None) -> Answer:
        """Add what every answer has, and take note of the call."""
        self.counts[kind] += 1
        self.statuses[answer.status] += 1
        now = self.store.timeline.now
        self.calls.append(Call(now, kind, request, answer.status, *struck(fault)))
        headers = {
            "Date": http_date(int(now)),
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        headers["Cache-Control"] = "no-cache,must-revalidate,max-age=0,no-store,private"
        held = wait(answer, self.latency, kind)
        return Answer(answer.status, answer.body, headers | dict(answer.headers), held, answer.cut)


def _decoded(request: Request) -> Any:
    """Return the body, decoded where it is JSON; raises ValueError."""
    if not request.body.strip():
        return None
    return request.body if request.headers.get("content-type", "").startswith("text/csv") else request.json()


def _packed(status: int, body: Any, headers: Mapping[str, str], request: Request) -> Answer:
    if body is None:
        return Answer(status, b"", headers)
    if isinstance(body, bytes):
        return Answer(status, body, {"content-type": "text/csv", **headers})
    if request.headers.get("x-prettyprint") == "1":
        raw = json.dumps(body, ensure_ascii=False, indent=2, separators=(",", " : ")).encode()
    else:
        raw = packed(body)
    return Answer(status, raw, {"content-type": _JSON, **headers})


def _refused(refused: Refused) -> Answer:
    body = refused.body.encode() if isinstance(refused.body, str) else packed(refused.body)
    return Answer(refused.status, body, {"content-type": refused.kind})


def _dressed(answer: Answer, fault: Fault) -> Answer:
    """Return a fault's answer with Salesforce's body: a list of one error where it is no page."""
    if fault.status is None or fault.html or fault.body is not None:
        return answer
    code = "SERVER_UNAVAILABLE" if fault.status == 503 else "UNKNOWN_EXCEPTION"
    body = [Problem(code).alone("en_US")]
    return replace(answer, body=packed(body), headers={**answer.headers, "content-type": _JSON})


def _size(request: Request) -> int:
    return len(request.target) + sum(len(name) + len(value) + 4 for name, value in request.headers.items())


def _versions() -> list[dict[str, str]]:
    return [
        {"label": f"Release {number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(OLDEST, NEWEST + 1)
    ]
