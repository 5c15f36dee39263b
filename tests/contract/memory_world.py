"""The memory CRM as a world of the suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from connectors.contract import Account, Company, Connector, Features, T, User
from connectors.errors import Doubt, Retry, Stop
from connectors.memory.connector import ABILITIES, MemoryConnector
from connectors.memory.crm import MemoryCrm
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from tests.contract.standing import StandingWorld
from tests.contract.world import BUSY_SECONDS, Fault

USERS = (
    User(OwnerId("ana"), "Ana Ruiz", "ana@example.com"),
    User(OwnerId("bo"), "Bo Lind", "bo@example.com"),
    User(OwnerId("inbound"), "Inbound", queue=True),
    User(OwnerId("old"), "Olga Old", "olga@example.com", active=False),
)

Make = Callable[..., MemoryConnector]


class MemoryWorld(StandingWorld):
    """A memory CRM; `make` builds the connector, so that broken ones can be put in its place."""

    connection = ConnectionName("mem")
    object_type = "leads"
    date = "created"

    def __init__(self, make: Make = MemoryConnector, *, features: Features = ABILITIES) -> None:
        super().__init__()
        self._make = make
        self._features = features
        self.crm = MemoryCrm(lambda: self._time, users=USERS, companies=())
        assert self.crm.companies is not None
        self.companies = self.crm.companies
        self.connector: Connector = self.another()

    def another(self) -> Connector:
        account = Account(
            connection=self.connection,
            object=self.object_type,
            clock=lambda: self._time,
            transport=self._carry,
        )
        return self._make(self.crm, account, features=self._features, page_size=10)

    def add(self, entered: datetime, *, owner: OwnerId | None = None, name: str = "Ada") -> LeadRef:
        record = self.crm.add({"name": name, self.date: entered.isoformat()}, owner=owner)
        return self.ref(record)

    def spoil(self, ref: LeadRef) -> None:
        self.crm.edit(ref.record, {self.date: "the day before yesterday"})

    def edit_owner(self, ref: LeadRef, owner: OwnerId | None) -> None:
        self.crm.edit_owner(ref.record, owner)

    def delete(self, ref: LeadRef) -> None:
        self.crm.delete(ref.record)

    def merge(self, loser: LeadRef, survivor: LeadRef) -> None:
        self.crm.merge(loser.record, survivor.record)

    def add_company(
        self, name: str | None = None, domain: str | None = None, *, owner: OwnerId | None = None
    ) -> RecordId:
        company = Company(RecordId(f"c{len(self.companies)}"), name, domain, owner, self._time)
        self.companies[company.id] = company
        return company.id

    def rename_company(self, company: RecordId, name: str) -> None:
        self.companies[company] = replace(self.companies[company], name=name, changed=self._time)

    def owner(self, ref: LeadRef) -> OwnerId | None:
        (row,) = self.crm.look([ref.record])
        return row.owner if row else None

    def field(self, ref: LeadRef, name: str) -> object:
        (row,) = self.crm.look([ref.record])
        return row.fields.get(name) if row else None

    def notes(self, ref: LeadRef) -> list[str]:
        (row,) = self.crm.look([RecordId(ref.record)])
        return [note.body for note in row.notes] if row else []

    def users(self) -> list[User]:
        return list(USERS)

    def _carry(self, call: str, apply: Callable[[], T], /) -> T:
        match self.counted(call):
            case Fault.BUSY:
                raise Retry("busy", after=BUSY_SECONDS)
            case Fault.UNREACHABLE:
                raise Retry("unreachable")
            case Fault.FORBIDDEN:
                raise Stop("the credentials were revoked")
            case Fault.CUT_BEFORE:
                raise TimeoutError
            case Fault.CUT_AFTER:
                apply()
                raise Doubt("cut")
        return apply()
