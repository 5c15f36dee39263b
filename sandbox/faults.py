"""Faults by seed and by rule: which call goes wrong, how, and whether it is applied all the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from sandbox.messages import Answer, Cut, Request


class Stage(Enum):
    """When a fault strikes."""

    BEFORE = "nothing is applied"
    AFTER = "applied, then it goes wrong"
    LATER = "applied some seconds later, by the account's clock"


@dataclass(frozen=True, slots=True)
class Fault:
    """What the caller meets. No `status` and no `cut` is an answer that is only late.

    `retry_after` is the header's seconds, for what has one; `body` is sent as it is, whatever CRM it is.
    """

    name: str
    stage: Stage
    status: int | None = None
    cut: Cut | None = None
    wait: float = 0.0
    html: bool = False
    retry_after: int | None = None
    body: bytes | None = None

    def answer(self, applied: Answer | None) -> Answer:
        """Return what is sent instead of `applied`."""
        if self.status is not None:
            if self.body is not None:
                return Answer(self.status, self.body, {}, self.wait)
            body = _PAGE.format(status=self.status).encode() if self.html else _broken(self.status)
            kind = "text/html; charset=UTF-8" if self.html else "application/json;charset=utf-8"
            headers = {"content-type": kind}
            if self.retry_after is not None:
                headers["retry-after"] = str(self.retry_after)
            return Answer(self.status, body, headers, self.wait)
        if applied is None:
            return Answer(500, wait=self.wait, cut=self.cut)
        wait = applied.wait + self.wait
        return Answer(applied.status, applied.body, applied.headers, wait, self.cut)


_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\n"
    "<body><h1>{status}</h1><p>The web server reported an error.</p></body></html>\n"
)


def _broken(status: int) -> bytes:
    return b'{"status":"error","message":"There was a problem with the request (%d)."}' % status


CUT_BEFORE = Fault("cut_before", Stage.BEFORE, cut=Cut.SILENT)
CUT_AFTER = Fault("cut_after", Stage.AFTER, cut=Cut.SILENT)
CUT_WITHIN = Fault("cut_within", Stage.AFTER, cut=Cut.MIDDLE)
ZOMBIE = Fault("zombie", Stage.LATER, cut=Cut.SILENT)
PROXY = Fault("proxy", Stage.BEFORE, status=200, html=True)
LOCKED = Fault("locked", Stage.BEFORE, status=423)
UNAVAILABLE = Fault("unavailable", Stage.BEFORE, status=503)
EMPTY = Fault("empty", Stage.AFTER, status=500, body=b"")


_OWN_ERROR = 500
"""The one error that HubSpot itself tells in JSON; the others are pages of what stands before it."""


def busy(seconds: int) -> Fault:
    """Refuse with a 429 that does carry Retry-After, which no recorded one does."""
    return Fault("busy", Stage.BEFORE, status=429, retry_after=seconds)


def migrating(seconds: int) -> Fault:
    """Refuse as an account does that moves to another data centre; documented, never recorded."""
    return Fault("migrating", Stage.BEFORE, status=477, retry_after=seconds)


def error_before(status: int = 502) -> Fault:
    return Fault(f"error_before_{status}", Stage.BEFORE, status=status, html=status != _OWN_ERROR)


def error_after(status: int = 502) -> Fault:
    return Fault(f"error_after_{status}", Stage.AFTER, status=status, html=status != _OWN_ERROR)


def delay(seconds: float) -> Fault:
    """Answer `seconds` later; what was asked is done on arrival."""
    return Fault("delay", Stage.AFTER, wait=seconds)


_PLAIN = (CUT_BEFORE, CUT_AFTER, CUT_WITHIN, ZOMBIE, PROXY, LOCKED, UNAVAILABLE, EMPTY)
NAMED = {fault.name: fault for fault in _PLAIN}
"""The faults without a parameter, by name."""


_MADE: dict[str, tuple[Callable[[int], Fault], int]] = {
    "delay": (delay, 1),
    "error_before": (error_before, 502),
    "error_after": (error_after, 502),
    "busy": (busy, 10),
    "migrating": (migrating, 3600),
}
"""What makes a fault of a number, and the number unless one is given."""


def named(name: str, value: float | None = None) -> Fault:
    """Return a fault by its name: `cut_after`, `delay` with seconds, `error_before` with a status."""
    if name in NAMED:
        return NAMED[name]
    if name not in _MADE:
        known = ", ".join([*NAMED, *_MADE])
        raise ValueError(f"there is no fault {name!r}; known: {known}")
    make, usual = _MADE[name]
    return delay(value) if name == "delay" and value is not None else make(int(value or usual))


Latency = float | Callable[[str], float]
"""Seconds per call, or a function of the call's kind."""


def wait(answer: Answer, latency: Latency, kind: str) -> float:
    """Return for how many seconds an answer to a call of this kind is held back."""
    return answer.wait + (latency(kind) if callable(latency) else latency)


def struck(fault: Fault | None) -> tuple[str, bool]:
    """Return what a list of calls says of one: the name of the fault that struck it, and whether it was applied."""
    return (fault.name, fault.stage is Stage.AFTER) if fault else ("", True)


@dataclass(slots=True)
class Rule:
    """A fault for calls whose kind matches `calls` ("*.batch_update"), by chance or by number.

    `skip` matching calls pass first, then `times` are struck (None: all), each with probability `chance`.
    """

    calls: str
    fault: Fault
    chance: float = 1.0
    times: int | None = None
    skip: int = 0
    only: Callable[[Request], bool] | None = None

    def strikes(self, kind: str, request: Request, draw: random.Random) -> bool:
        if self.times == 0 or not fnmatchcase(kind, self.calls):
            return False
        if self.only is not None and not self.only(request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.chance < 1 and draw.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The rules in force. The same seed and the same calls give the same faults."""

    def __init__(self, seed: int = 0) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - chance of a test, nobody guesses it
        self.rules: list[Rule] = []

    def add(self, calls: str, fault: Fault, **when: Any) -> Rule:
        """Add a rule; `when` is `chance`, `times`, `skip`, `only` of it. The first rule that strikes counts."""
        rule = Rule(calls, fault, **when)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()

    def pick(self, kind: str, request: Request) -> Fault | None:
        for rule in self.rules:
            if rule.strikes(kind, request, self._draw):
                return rule.fault
        return None
