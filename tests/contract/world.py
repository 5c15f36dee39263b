"""What the suite needs of a CRM behind a connector: hands that change it, eyes that see the truth, faults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from enum import Enum, auto

from connectors.contract import Connector, Entered, Record, User
from router.model import ConnectionName, LeadRef, OwnerId, RecordId

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The date of the first record a check adds."""


class Fault(Enum):
    """What happens to the next call."""

    BUSY = auto()  # refused before it was applied, "come back in 7 seconds"
    UNREACHABLE = auto()  # no connection: nothing was sent
    CUT_BEFORE = auto()  # sent, never applied, no answer
    CUT_AFTER = auto()  # sent and applied, no answer
    FORBIDDEN = auto()  # the credentials were revoked


BUSY_SECONDS = 7.0


class World(ABC):
    """A small empty CRM with at least two active people, a queue and an inactive user, and a connector to it.

    Its pages are small: ten records at most, so that a check needs few records to see several pages.
    """

    connection: ConnectionName
    object_type: str
    date: str
    """The date field by which the suite walks."""
    connector: Connector
    unowned: OwnerId | None = None
    """Who owns a record that was given to nobody; None where the CRM knows records without an owner."""

    @abstractmethod
    def another(self) -> Connector:
        """Return a second connector to the same CRM, as another process would build it."""

    @abstractmethod
    def add(self, entered: datetime, *, owner: OwnerId | None = None, name: str = "Ada") -> LeadRef:
        """Create a record whose date field is `entered`."""

    @abstractmethod
    def spoil(self, ref: LeadRef) -> None:
        """Give the record a date that cannot be read."""

    @abstractmethod
    def edit_owner(self, ref: LeadRef, owner: OwnerId | None) -> None:
        """Change the owner as a person would."""

    @abstractmethod
    def delete(self, ref: LeadRef) -> None:
        """Delete the record."""

    @abstractmethod
    def merge(self, loser: LeadRef, survivor: LeadRef) -> None:
        """Merge `loser` into `survivor`."""

    def add_company(
        self, name: str | None = None, domain: str | None = None, *, owner: OwnerId | None = None
    ) -> RecordId:
        """Create a company; a world whose connector has `accounts` can."""
        raise NotImplementedError

    def rename_company(self, company: RecordId, name: str) -> None:
        """Give a company another name."""
        raise NotImplementedError

    @abstractmethod
    def owner(self, ref: LeadRef) -> OwnerId | None:
        """Return the owner who stands in the CRM, not asked through a connector."""

    @abstractmethod
    def field(self, ref: LeadRef, name: str) -> object:
        """Return a field that stands in the CRM."""

    @abstractmethod
    def notes(self, ref: LeadRef) -> list[str]:
        """Return the bodies of the record's notes that stand in the CRM."""

    @abstractmethod
    def users(self) -> list[User]:
        """Return the users and queues there are."""

    @abstractmethod
    def fail_next(self, fault: Fault) -> None:
        """Let the next call of any connector meet this fault."""

    @property
    @abstractmethod
    def calls(self) -> int:
        """How many calls the connectors have made so far, failed ones too."""

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The CRM's clock."""

    def close(self) -> None:
        """Give back what it holds; it is not used afterwards."""
        return

    # What every check may use, built on the above.

    @property
    def walk(self) -> Entered:
        """The walk from the date of the first record on."""
        return Entered(self.date, DAY)

    def people(self) -> list[OwnerId]:
        """Return the active users who are persons."""
        return [user.id for user in self.users() if user.active and not user.queue]

    def inactive(self) -> OwnerId:
        """Return a user who must not own records any more."""
        return next(user.id for user in self.users() if not user.active)

    def seen(self, ref: LeadRef) -> Record:
        """Return the record as the connector reads it now."""
        record = self.connector.read([ref])[ref].record
        assert record is not None
        return record

    def nowhere(self) -> LeadRef:
        """Return a ref to no record."""
        return LeadRef(self.connection, self.object_type, RecordId("999999999"))
