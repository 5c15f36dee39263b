"""One answer of a CRM over HTTP, as it came: what a connector's transport brings and its `wire.py` reads (pure)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from math import isfinite

import orjson

from connectors.errors import Stop

_TOO_LARGE = frozenset({413, 414, 431})
_DIGITS = bytes(ord("0") if chr(byte) in "0123456789" else ord(" ") for byte in range(256))
_LONG_NUMBER = b"0" * 19  # digits, of which 64 bits hold at least 18
_OF_THE_WAY = frozenset({401, 404, 405, 407, 408, 420, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and the body's bytes, whatever they are; `path` is what was asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str = ""

    def date(self) -> datetime | None:
        """Return the server's clock (aware UTC, whole seconds), None without a readable `Date`."""
        return _date(self.headers.get("date", ""))

    def server_time(self) -> datetime:
        """Return the server's clock as `date` does; what is `dated` always has one."""
        found = self.date()
        if found is None:
            raise Stop("the answer has no Date header, so its time is unknown")
        return found

    def is_page(self) -> bool:
        """Return whether it is a page of HTML."""
        start = self.body.lstrip()[:5].lower()
        return "html" in self.headers.get("content-type", "") or (start[:1] == b"<" and start != b"<?xml")

    def is_turned_away(self) -> bool:
        """Return whether a firewall or proxy refused the call for what is in it, or for its size.

        A refusal of who sends, how often, or of the address is none: there no call is let through.
        """
        refused = 400 <= self.status < 500 and self.status not in _OF_THE_WAY
        return refused and (self.status in _TOO_LARGE or self.is_page())

    def retry_after(self) -> float | None:
        """Return how many seconds `Retry-After` asks to wait, given in seconds or as a date (RFC 9110, 10.2.3)."""
        text = self.headers.get("retry-after", "")
        try:
            seconds = float(text)
        except ValueError:
            until, now = _date(text), self.date()
            return max((until - now).total_seconds(), 0.0) if until and now else None
        return max(seconds, 0.0) if isfinite(seconds) else None


def dated(answer: Answer, clock: Callable[[], datetime]) -> Answer:
    """Return the answer, with our own time for a `Date` that a proxy took away: the overlap bears that it is off."""
    if answer.date():
        return answer
    return replace(answer, headers={**answer.headers, "date": format_datetime(clock())})


def encoded(value: object) -> bytes:
    """Return a value as JSON; what only lenient writers take (half a surrogate pair, more than 64 bits) is escaped."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def decoded(body: bytes) -> object:
    """Return what JSON says, also that of lenient writers; raises `ValueError`, or `RecursionError`.

    A whole number stays one, however long it is: beyond 64 bits the quick reader makes a float of it.
    """
    if _LONG_NUMBER not in body.translate(_DIGITS):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(body)
    found: object = json.loads(body)
    return found


@lru_cache(maxsize=64)
def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
