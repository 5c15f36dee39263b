"""The access token of an OAuth app: one for all threads and passes of a process, fetched before the old one ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.contract import Clock, Secret

MARGIN = 60.0
"""How many seconds before its end a token is no longer used; of one that does not live long, half of its life."""

USUAL_LIFE = 1800.0
"""Seconds that a token is used which does not say how long it lives; when it is refused earlier, another is fetched."""

_LONGEST_LIFE = 86_400.0


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, until when it is used, and when it ends."""

    secret: Secret
    used_until: datetime
    end: datetime

    @classmethod
    def fetched(cls, secret: Secret, now: datetime, life: object) -> Token:
        """Return a token that was given `now`; `life` is what the answer says, seconds as a number or a text."""
        seconds = _seconds(life)
        end = now + timedelta(seconds=seconds)
        return cls(secret, end - timedelta(seconds=min(MARGIN, seconds / 2)), end)


class Tokens:
    """The token in use. Near its end one thread fetches another, and the others go on with the old one till then."""

    def __init__(self) -> None:
        self._fetching = threading.Lock()
        self._token: Token | None = None

    def current(self, clock: Clock, fetch: Callable[[], Token]) -> Token:
        """Return a token that may be used now. Raises what `fetch` does."""
        token, now = self._token, clock()
        if token is not None and now < token.used_until:
            return token
        if not self._fetching.acquire(blocking=token is None or now >= token.end) and token is not None:
            return token
        try:
            if self._token is None or self._token is token:  # else another thread was first
                self._token = fetch()
            return self._token
        finally:
            self._fetching.release()

    def refused(self, token: Token) -> None:
        """Learn that a token has ended early: the next one to ask for one fetches another."""
        if token is self._token:
            self._token = None


def _seconds(life: object) -> float:
    try:
        found = float(str(life))
    except ValueError:
        return USUAL_LIFE
    return min(found, _LONGEST_LIFE) if found > 0 else USUAL_LIFE
