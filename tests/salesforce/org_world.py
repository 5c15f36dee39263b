"""The sandbox's Salesforce as a world of the contract's suite, over HTTP on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connectors.contract import Account, Connector, Secret, User
from connectors.errors import Retry
from connectors.salesforce import Options
from connectors.salesforce.connector import SalesforceConnector
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from sandbox.faults import CUT_AFTER, CUT_BEFORE
from sandbox.messages import Answer, Request
from sandbox.salesforce import Org, Settings
from sandbox.server import Server
from tests.contract.standing import SandboxWorld
from tests.contract.world import BUSY_SECONDS, Fault

FIELDS = frozenset({"FirstName", "Email", "Country"})
PAGE = 10
ERRORS = {"content-type": "application/json;charset=UTF-8"}
BUSY = Answer(
    429,
    b'[{"errorCode":"SERVER_UNAVAILABLE","message":"Server too busy"}]',
    ERRORS | {"retry-after": f"{BUSY_SECONDS:.0f}"},
)
NO_API = Answer(403, b'[{"errorCode":"API_DISABLED_FOR_ORG","message":"API is not enabled"}]', ERRORS)
"""What a user is told from whom the right to use the API was taken."""

CARRIER = (
    "Leadswitch_Note__c",
    ("Key__c string 20 x", "Lead__c reference Lead Lead__r", "Body__c textarea 32768"),
)


class OrgWorld(SandboxWorld):
    """An org with two people, a queue and a user who left. Its clock moves with every hand that changes something.

    A lead that nobody was given is the integration user's, as those of a web form are.
    """

    connection = ConnectionName("sf")
    object_type = "Lead"
    date = "CreatedDate"
    uncounted = frozenset({"token"})

    def __init__(
        self,
        *,
        fields: frozenset[str] = FIELDS,
        settings: Settings | None = None,
        carrier: str = "task",
        stamps: Mapping[str, int] | None = None,
        version: str = "62.0",
    ) -> None:
        super().__init__()
        self._instead: Answer | None = None
        self.gateway: Callable[[Request], Answer | None] = lambda _: None
        """What stands before the org, and may answer in its place."""
        self.org = Org(clock=lambda: self._time.timestamp(), settings=settings or Settings(page=PAGE))
        self.org.define("Lead", "routed_by__c string 255")
        if carrier == "record":
            self.org.define_object(*CARRIER)
        self.server = Server(self._answer)
        self.fields, self.carrier, self.stamps, self.version = fields, carrier, stamps or {}, version
        self.people_ids = [self._person("Ana Ruiz"), self._person("Bo Lind")]
        self.queue = OwnerId(self.org.add_queue("Inbound"))
        self.gone = self._person("Olga Old", active=False)
        self.unowned = OwnerId(self.org.default_owner)
        self.connector: Connector = self.another()

    def _person(self, name: str, *, active: bool = True) -> OwnerId:
        mail = f"{name.split()[0].lower()}@example.com"
        return OwnerId(self.org.add_user(name, mail, active=active))

    def _answer(self, request: Request) -> Answer:
        instead, self._instead = self._instead, None
        return instead or self.gateway(request) or self.org.answer(request)

    def options(self, **chosen: object) -> Options:
        given = chosen or {"client_id": self.org.client_id, "client_secret": Secret(self.org.client_secret)}
        return Options(**{"login_url": self.server.url, "version": self.version, **given})  # type: ignore[arg-type]

    def account(self) -> Account:
        return Account(
            connection=self.connection,
            object=self.object_type,
            clock=lambda: self._time,
            transport=self.carry,
            fields=self.fields,
            carrier=self.carrier,
            stamps=self.stamps,
        )

    def another(self, **chosen: object) -> SalesforceConnector:
        """Return one more connector, with these credentials where some are given."""
        made = SalesforceConnector(self.options(**chosen), self.account())
        self._connectors.append(made)
        return made

    # --- hands --------------------------------------------------------------------------------------------

    def add(
        self,
        entered: datetime,
        *,
        owner: OwnerId | None = None,
        name: str = "Ada",
        **more: str | float | None,
    ) -> LeadRef:
        given: dict[str, Any] = {**more, **({"OwnerId": owner} if owner else {})}
        return self.ref(self.org.add_lead(created=entered.timestamp(), FirstName=name, **given))

    def spoil(self, ref: LeadRef) -> None:
        self.org.row(ref.record).values["CreatedDate"] = None

    def edit_owner(self, ref: LeadRef, owner: OwnerId | None) -> None:
        self.tick()
        self.org.edit(ref.record, by=self.gone, OwnerId=owner or self.unowned)

    def delete(self, ref: LeadRef) -> None:
        self.org.delete(ref.record)

    def merge(self, loser: LeadRef, survivor: LeadRef) -> None:
        self.org.merge(survivor.record, loser.record)

    def add_company(
        self, name: str | None = None, domain: str | None = None, *, owner: OwnerId | None = None
    ) -> RecordId:
        self.tick()
        given: dict[str, Any] = {"Name": name or "?", "Website": f"https://www.{domain}/" if domain else None}
        return RecordId(self.org.add_account(**given, OwnerId=owner or self.unowned))

    def rename_company(self, company: RecordId, name: str) -> None:
        self.tick()
        self.org.edit(company, Name=name)

    def owner(self, ref: LeadRef) -> OwnerId | None:
        return OwnerId(self.org.owner_of(ref.record))

    def field(self, ref: LeadRef, name: str) -> object:
        return self.org.lead(ref.record).get(f"{name}__c")

    def notes(self, ref: LeadRef) -> list[str]:
        if self.carrier == "task":
            return [str(task["Description"]) for task in self.org.tasks(ref.record)]
        rows = [self.org.record(key) for key in self.org.ids(CARRIER[0])]
        return [str(row["Body__c"]) for row in rows if row["Lead__c"] == ref.record]

    def users(self) -> list[User]:
        return [_user(dict(self.org.record(key))) for key in self.org.ids("User")] + [
            User(self.queue, "Inbound", queue=True)
        ]

    def people(self) -> list[OwnerId]:
        return self.people_ids

    # --- faults ---------------------------------------------------------------------------------------------

    @contextmanager
    def struck(self, fault: Fault | None) -> Iterator[None]:
        match fault:
            case Fault.BUSY:
                self._instead = BUSY
                yield
            case Fault.UNREACHABLE:
                raise Retry("no connection")
            case Fault.FORBIDDEN:
                self._instead = NO_API
                yield
            case Fault.CUT_BEFORE | Fault.CUT_AFTER:
                self.org.faults.add("*", CUT_AFTER if fault is Fault.CUT_AFTER else CUT_BEFORE, times=1)
                yield
            case _:
                yield


def _user(row: Mapping[str, object]) -> User:
    return User(OwnerId(str(row["Id"])), str(row["Name"]), str(row["Email"]), active=row["IsActive"] is True)
