"""The sandbox's HubSpot as a world of the contract's suite, over HTTP on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from connectors.contract import Account, Connector, Secret, User
from connectors.hubspot import Options
from connectors.hubspot.connector import HubSpotConnector
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from sandbox.faults import CUT_AFTER, CUT_BEFORE
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.settings import Behaviour, Limits
from sandbox.messages import Answer, Request
from sandbox.server import Server
from tests.contract.standing import SandboxWorld
from tests.contract.world import BUSY_SECONDS, Fault

FIELDS = frozenset({"firstname", "email", "country"})
AT_ONCE = Behaviour(lag=(0.0, 0.0))
BUSY = Answer(
    429, b'{"status":"error","policyName":"TEN_SECONDLY_ROLLING"}', {"retry-after": f"{BUSY_SECONDS:.0f}"}
)
PEOPLE = (
    ("Ana Ruiz", "ana@example.com", "PERSON"),
    ("Bo Lind", "bo@example.com", "PERSON"),
    ("Inbound", "inbound@example.com", "QUEUE"),
    ("Olga Old", "olga@example.com", "PERSON"),
)


class PortalWorld(SandboxWorld):
    """A portal with four owners. Its clock moves a second with every hand that changes something."""

    connection = ConnectionName("hs")
    object_type = "contacts"
    date = "createdate"

    def __init__(
        self,
        *,
        api: str = "v3",
        fields: frozenset[str] = FIELDS,
        behaviour: Behaviour = AT_ONCE,
        limits: Limits | None = None,
    ) -> None:
        super().__init__()
        self._busy = False
        self.portal = Portal(
            clock=lambda: self._time.timestamp(), behaviour=behaviour, limits=limits or Limits.none()
        )
        self.portal.define("contacts", "routed_by")
        self.server = Server(self._answer)
        self.api, self.fields = api, fields
        owners = self.portal.owners
        self._users = [
            User(OwnerId(owners.add(mail, name=name, type=kind).id), name, mail, queue=kind == "QUEUE")
            for name, mail, kind in PEOPLE
        ]
        owners.archive(self._users[-1].id)
        self._users[-1] = replace(self._users[-1], active=False)
        self.connector: Connector = self.another()

    def _answer(self, request: Request) -> Answer:
        answer = BUSY if self._busy else self.portal.answer(request)
        self._busy = False
        return replace(answer, headers={"date": format_datetime(self._time, usegmt=True), **answer.headers})

    def options(self, *, app_id: str | None = None) -> Options:
        token = Secret(self.portal.token)
        return Options(token=token, base_url=self.server.url, api=self.api, app_id=app_id)

    def account(self) -> Account:
        return Account(
            connection=self.connection,
            object=self.object_type,
            clock=lambda: self._time,
            transport=self.carry,
            fields=self.fields,
        )

    def another(self) -> HubSpotConnector:
        made = HubSpotConnector(self.options(), self.account(), page_size=10, whole=2)
        self._connectors.append(made)
        return made

    # --- hands --------------------------------------------------------------------------------------------

    def add(
        self, entered: datetime, *, owner: OwnerId | None = None, name: str = "Ada", **more: str
    ) -> LeadRef:
        values = {"firstname": name, **more, **({"hubspot_owner_id": owner} if owner else {})}
        return self.ref(self.portal.add("contacts", values, created=entered.timestamp()))

    def spoil(self, ref: LeadRef) -> None:
        record = self.portal.record("contacts", ref.record)
        assert record is not None
        record.values = {**record.values, "createdate": "the day before yesterday"}

    def edit_owner(self, ref: LeadRef, owner: OwnerId | None) -> None:
        self.tick()
        self.portal.edit("contacts", ref.record, {"hubspot_owner_id": owner or ""})

    def delete(self, ref: LeadRef) -> None:
        self.portal.archive("contacts", ref.record)

    def merge(self, loser: LeadRef, survivor: LeadRef) -> None:
        """Merge as HubSpot did before 2025: the survivor keeps its id. Third ids have tests of their own."""
        with self.portal.lock:
            table = self.portal.account.table("contacts")
            old, new = table.records[loser.record], table.records[survivor.record]
            table.merge(old, new)
            table.write(new, {"hs_merged_object_ids": old.id}, at=new.updated, source=new.changes[0][2])

    def add_company(
        self, name: str | None = None, domain: str | None = None, *, owner: OwnerId | None = None
    ) -> RecordId:
        given = {"name": name, "domain": domain, "hubspot_owner_id": owner}
        self.tick()
        return RecordId(self.portal.add("companies", {key: value for key, value in given.items() if value}))

    def rename_company(self, company: RecordId, name: str) -> None:
        self.tick()
        self.portal.edit("companies", company, {"name": name})

    def owner(self, ref: LeadRef) -> OwnerId | None:
        owner = self.portal.owner_of(ref.record)
        return OwnerId(owner) if owner else None

    def field(self, ref: LeadRef, name: str) -> object:
        return self.portal.values("contacts", ref.record).get(name)

    def notes(self, ref: LeadRef) -> list[str]:
        return list(self.portal.notes(ref.record))

    def users(self) -> list[User]:
        return list(self._users)

    # --- faults ---------------------------------------------------------------------------------------------

    @contextmanager
    def struck(self, fault: Fault | None) -> Iterator[None]:
        portal = self.portal
        match fault:
            case Fault.BUSY:
                self._busy = True
                yield
            case Fault.UNREACHABLE:
                for one in self._connectors:
                    one._client.close()
                    one._client._host = "http://127.0.0.1:1"
                try:
                    yield
                finally:
                    for one in self._connectors:
                        one._client.close()
                        one._client._host = self.server.url
            case Fault.FORBIDDEN:
                portal.access.revoke(portal.token)
                try:
                    yield
                finally:
                    portal.access.private(portal.token)
            case Fault.CUT_BEFORE | Fault.CUT_AFTER:
                portal.faults.add("*", CUT_AFTER if fault is Fault.CUT_AFTER else CUT_BEFORE, times=1)
                yield
            case _:
                yield
