"""What a failed call asks its caller to do. Connectors translate their CRM's errors into these, once."""

from __future__ import annotations

PATIENCE = 60.0
"""Seconds: a longer wait that a CRM asks for ends the pass."""


class ConnectorError(Exception):
    """A call to a CRM did not end as asked; the subclass says what to do."""


class Retry(ConnectorError):
    """Nothing was applied: the same call may be made again, no sooner than `after` seconds (None: as you like)."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Doubt(ConnectorError):
    """The call was sent and its outcome is unknown: look before doing anything again, `after` seconds later."""

    def __init__(self, message: str = "", *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Skip(ConnectorError):
    """This record cannot be done and asking again will not help; the others are not affected."""


class Stop(ConnectorError):
    """The pass cannot go on: credentials revoked, quota spent, permission missing, service refused us.

    The call that raised it was not applied.
    """


class TurnedAway(Stop):
    """Something on the way to the CRM refused the call with a page of its own, as a firewall does for what is in it.

    Another call may well be let through: a batch of writes need not end the pass.
    """


class Conflict(ConnectorError):
    """Someone else won: the record is not as it was seen."""


class Unusable(ConnectorError):
    """What the options name cannot be used as it is; the text names the place and the way out."""


def busy(message: str, after: float | None) -> Retry | Stop:
    """Return what a CRM that wants to be asked later asks of the caller: to wait, or to leave it to another pass."""
    if after is None or after <= PATIENCE:
        return Retry(message, after=after)
    return Stop(f"{message}; it asks to be left alone for {after:,.0f} s")
