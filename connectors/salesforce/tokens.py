"""Whose turn it is to log in: one token for all threads and all passes of a process, fetched when it is needed.

A token tells nobody how long it lives: that it is over is learned from a 401. An org takes 3,600 logins of a user in an
hour and then locks everybody out who uses it, so a token that is not accepted is never fetched over and over.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta

from connectors.contract import Clock
from connectors.errors import ConnectorError, Retry, Stop
from connectors.salesforce.wire_auth import Token

MOST_LOGINS = 360
"""Logins in an hour that we allow ourselves: a tenth of what a user may have."""

_HOUR = timedelta(hours=1)
_AFTER_STOP, _AFTER_RETRY = timedelta(minutes=5), timedelta(seconds=1)
"""How long a failed login stands, also for those who asked meanwhile: a password that is tried often locks the user."""


class Tokens:
    """The token in use. Several threads may ask at once: one of them logs in, the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._accepted = False
        self._logins: deque[datetime] = deque(maxlen=MOST_LOGINS)
        self._failed: tuple[datetime, ConnectorError] | None = None

    def current(self, clock: Clock, log_in: Callable[[], Token]) -> Token:
        """Return the token in use, a new one where there is none. Raises what `log_in` does, or `Stop`."""
        token = self._token
        if token is not None:
            return token
        with self._lock:
            if self._token is None:
                self._token, self._accepted = self._new(clock, log_in), False
            return self._token

    def accepted(self, token: Token) -> None:
        """Learn that Salesforce took a token: when it does no more, the token has run out."""
        if token is self._token:
            self._accepted = True

    def refused(self, token: Token, clock: Clock) -> Retry | Stop:
        """Return what a 401 asks of the caller; the next one to ask for a token logs in, once."""
        with self._lock:
            if token is not self._token:
                return Retry("Salesforce: the token was replaced meanwhile", after=0.0)
            self._token = None
            if self._accepted:
                return Retry("Salesforce: the token had run out; a new one is fetched", after=0.0)
            stop = Stop(
                "Salesforce does not accept the token that it gave a moment ago (HTTP 401): may the user use the API, "
                "and does nobody else end this user's sessions?"
            )
            self._failed = (clock() + _AFTER_STOP, stop)
            return stop

    def _new(self, clock: Clock, log_in: Callable[[], Token]) -> Token:
        now = clock()
        if self._failed is not None and now < self._failed[0]:
            raise copy(self._failed[1])
        if len(self._logins) == MOST_LOGINS and now - self._logins[0] < _HOUR:
            raise Stop(
                f"{MOST_LOGINS} logins to Salesforce in an hour: something ends our sessions all the time"
            )
        self._logins.append(now)
        try:
            return log_in()
        except (Retry, Stop) as error:
            self._failed = (clock() + (_AFTER_STOP if isinstance(error, Stop) else _AFTER_RETRY), error)
            raise
