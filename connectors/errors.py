"""What a failed call asks its caller to do. Connectors translate their CRM's errors into these, once."""

from __future__ import annotations


class ConnectorError(Exception):
    """A call to a CRM did not end as asked; the subclass says what to do."""


class Retry(ConnectorError):
    """Nothing was applied: the same call may be made again, no sooner than `after` seconds (None: as you like)."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Doubt(ConnectorError):
    """The call was sent and its outcome is unknown: look before doing anything again."""


class Skip(ConnectorError):
    """This record cannot be done and asking again will not help; the others are not affected."""


class Stop(ConnectorError):
    """The pass cannot go on: credentials revoked, quota spent, permission missing, service refused us.

    The call that raised it was not applied.
    """


class Conflict(ConnectorError):
    """Someone else won: the record is not as it was seen."""


class Unusable(ConnectorError):
    """What the options name cannot be used as it is; the text names the place and the way out."""
