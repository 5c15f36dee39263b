"""A HubSpot account in memory: requests go in, answers come out; tests and demos look and change beside them."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sandbox.faults import Fault, Faults, Latency, Stage, struck, wait
from sandbox.hubspot import admin
from sandbox.hubspot.access import Access, Token
from sandbox.hubspot.account import Account, Call
from sandbox.hubspot.budgets import Budgets
from sandbox.hubspot.desk import Desk
from sandbox.hubspot.refusals import Refused, no_json
from sandbox.hubspot.routes import Route, Routes
from sandbox.hubspot.settings import Behaviour, Limits
from sandbox.messages import Answer, Request, packed
from sandbox.timeline import Timeline, http_date

_KEPT_CALLS = 20_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as it was answered; `fault` names the fault that struck it."""

    at: float
    kind: str
    status: int
    fault: str = ""
    applied: bool = True


class Portal(Desk):
    """One account. `answer` is all that a server or a test's transport needs; it may be called from threads.

    `clock` returns seconds since 1970, `latency` is seconds per call or a function of the call's kind; the
    server spends them, `answer` only says them. What `Desk` offers looks into the account and changes it as
    people, imports and workflows do.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        seed: int = 0,
        behaviour: Behaviour | None = None,
        limits: Limits | None = None,
        latency: Latency = 0.0,
        portal_id: int = 62_515,
        zone: tuple[str, int] = ("US/Eastern", -4 * 3600),
    ) -> None:
        timeline = Timeline(clock)
        draw = random.Random(seed)  # noqa: S311 - chance of a test, nobody guesses it
        super().__init__(Account(timeline, behaviour or Behaviour(), draw, portal_id), threading.RLock())
        self.timeline = timeline
        self.access = Access(timeline, seed)
        self.budgets = Budgets(limits or Limits(), timeline, zone_seconds=zone[1])
        self.faults = Faults(seed)
        self.latency = latency
        self.calls: Counter[str] = Counter()
        """Calls by kind (contacts.search, notes.batch_create, ...), refused ones included."""
        self.statuses: Counter[int] = Counter()
        self.seen: deque[Seen] = deque(maxlen=_KEPT_CALLS)
        """The latest calls, oldest first."""
        self.zone = zone
        self._routes = Routes(self.account)
        self._correlation = random.Random(seed)  # noqa: S311
        self._fault: Fault | None = None

    @property
    def token(self) -> str:
        """The token that the account starts with; it has every scope."""
        return self.access.token

    def answer(self, request: Request) -> Answer:
        """Answer one request of the API."""
        with self.lock:
            self.timeline.settle()
            return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        route, token = Route("unknown", "", _nothing), None
        self._fault, counted = None, False
        try:
            if request.path.startswith("/oauth/v1/token") and request.method == "POST":
                route = Route("oauth.token", "v1", _nothing)
                answer = Answer(200, packed(self.access.refresh(request)))
            else:
                token = self.access.check(request)
                route = self._route(request, token)
                self.budgets.take(token.app, search=route.is_search)
                counted = True
                answer = self._struck(Call(self.account, request, token, route.version), route)
        except Refused as refused:
            answer = self._refusal(refused)
        return self._sent(answer, route, token, counted=counted)

    def _route(self, request: Request, token: Token) -> Route:
        parts = request.segments
        match parts:
            case ["account-info", version, "details"]:
                return Route("account.details", version, lambda call: admin.account_details(call, *self.zone))
            case ["oauth", "v2", "private-apps", "get", "access-token-info"]:
                return Route("oauth.info", "v2", lambda call: admin.private_app_token(call, self.access))
            case ["oauth", version, "access-tokens", value]:
                return Route(
                    "oauth.info", version, lambda call: admin.oauth_token(call, self.access.of(value))
                )
        del token
        return self._routes.find(request)

    # --- faults -------------------------------------------------------------------------------------------

    def _struck(self, call: Call, route: Route) -> Answer:
        """Run a call, with the fault that strikes it."""
        self._fault = fault = self.faults.pick(route.kind, call.request)
        if fault is None:
            return _run(route, call)
        if fault.stage is Stage.LATER:
            later = self.account.span(self.account.behaviour.zombie)
            self.timeline.later(later, partial(self._late, route, call))
        applied = self._tried(route, call) if fault.stage is Stage.AFTER else None
        return fault.answer(applied)

    def _tried(self, route: Route, call: Call) -> Answer:
        try:
            return _run(route, call)
        except Refused as refused:
            return self._refusal(refused)

    def _late(self, route: Route, call: Call) -> None:
        """Apply what nobody waits for any more."""
        self._tried(route, call)

    # --- answers ------------------------------------------------------------------------------------------

    def _refusal(self, refused: Refused) -> Answer:
        if isinstance(refused.body, str):
            return Answer(refused.status, refused.body.encode(), refused.headers)
        known = refused.body
        body = {"status": known.get("status", "error"), "message": known.get("message")}
        body |= {"correlationId": self._correlation_id()} | {k: v for k, v in known.items() if k not in body}
        return Answer(refused.status, packed(body), refused.headers)

    def _sent(self, answer: Answer, route: Route, token: Token | None, *, counted: bool) -> Answer:
        """Add the headers that every answer has and those of the budgets, where this answer has them."""
        self.calls[route.kind] += 1
        self.statuses[answer.status] += 1
        now = self.timeline.now
        self.seen.append(Seen(now, route.kind, answer.status, *struck(self._fault)))
        headers = {
            "date": http_date(int(now)),
            "x-hubspot-correlation-id": self._correlation_id(),
        }
        if answer.status != 204:
            headers["content-type"] = "application/json;charset=utf-8"
        if token is not None and _has_rates(answer, counted=counted):
            headers |= self.budgets.headers(token.app, token.type, search=route.is_search)
        held = wait(answer, self.latency, route.kind)
        return Answer(answer.status, answer.body, headers | dict(answer.headers), held, answer.cut)

    def _correlation_id(self) -> str:
        """Return a UUID of version 7, as answers of 2026 carry."""
        stamp, rest = self.timeline.millis, self._correlation.getrandbits(74)
        low = 0x8000_0000_0000_0000 | (rest & 0x3FFF_FFFF_FFFF_FFFF)
        text = f"{stamp & 0xFFFF_FFFF_FFFF:012x}7{rest >> 62:03x}{low:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _run(route: Route, call: Call) -> Answer:
    """Run a call; a body of the wrong shape is refused, whatever stumbled over it."""
    try:
        return route.run(call)
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise no_json(f"{type(wrong).__name__}: {wrong}") from wrong


def _has_rates(answer: Answer, *, counted: bool) -> bool:
    """Say whether an answer tells the budgets: one for want of scopes does not, nor a 429 of the burst."""
    if answer.status == 403:
        return b"MISSING_SCOPES" not in answer.body
    return counted or b"RATE_LIMITS" in answer.body


def _nothing(_: Call) -> Answer:
    return Answer(404)
