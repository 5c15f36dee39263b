"""A small office for tests of the engine: a memory CRM, a clock that ticks, a store, and `sync`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from config.settings import All_, Connection
from connectors.contract import Account, Connector, Features, RawValue, User
from connectors.memory.connector import MemoryConnector
from connectors.memory.crm import MemoryCrm
from connectors.memory.rows import Row as CrmRow
from connectors.normalise.mapping import compile_mapping
from connectors.normalise.standard import HEADINGS
from router.match import question
from router.model import (
    ConnectionName,
    Member,
    OwnerId,
    Queue,
    QueueName,
    RecordId,
    Rep,
    RepId,
    Team,
    TeamName,
)
from router.route import Router
from router.rules import ALWAYS, Rule, Rulebook, SamePerson, ToTeam
from sync import schema
from sync.passes import Order, Summary, run_pass
from sync.seams import Pending, Seams
from sync.store import Store, open_store
from sync.work import Wired

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPS = ("ana", "bo", "cy")
SMB = TeamName("smb")
ABLE = Features(history=True)


class Ticking:
    """A clock that moves a little each time it is read, and further when told to."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class Done(Pending[T]):
    """A call made at once."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._value: T | None = None
        self._error: Exception | None = None
        try:
            self._value = call()
        except Exception as error:  # handed over with the result, as a pool of threads does
            self._error = error

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]


def book(*rules: Rule, **more: Any) -> Rulebook:
    """Three reps in one team; without rules everyone's lead goes to the team in turn."""
    reps = {
        RepId(name): Rep(id=RepId(name), name=name.title(), email=f"{name}@reps.example") for name in REPS
    }
    catch_all = Rule("everyone", ALWAYS, ToTeam(SMB))
    return Rulebook(
        rules=(*rules, catch_all),
        reps=reps,
        teams={SMB: Team(SMB, tuple(Member(rep) for rep in reps))},
        queues={QueueName("backup"): Queue(QueueName("backup"), {ConnectionName("crm"): "Backup"})},
        same_person=SamePerson(365 * 86_400.0, 0.0),
        **more,
    )


SETTINGS = Connection(
    name="crm", kind="memory", object="leads", enters=("created",), take=All_(), overlap=600.0
)


@dataclass
class Office:
    """Everything a pass needs; change a field before the next `sync`."""

    url: str
    clock: Ticking = field(default_factory=Ticking)
    rulebook: Rulebook = field(default_factory=book)
    settings: Connection = SETTINGS
    features: Features = ABLE
    config: str = "config-1"
    stopping: Callable[[], bool] = lambda: False
    wrapped: Callable[[Connector], Connector] = lambda connector: connector

    def __post_init__(self) -> None:
        users = [User(OwnerId(f"u-{name}"), name.title(), f"{name}@reps.example") for name in REPS]
        boss = User(OwnerId("u-boss"), "Boss", "boss@reps.example")
        queue = User(OwnerId("q-backup"), "Backup", queue=True)
        robot = User(OwnerId("u-robot"), "Web import", integration=True)
        self.crm = MemoryCrm(self.clock, users=[*users, boss, queue, robot])
        self.store: Store = open_store(self.url, create=False)
        self.slept: list[float] = []
        self.calls: list[str] = []
        self.told: list[str] = []

    # --- the world ---

    def lead(self, *, owner: str | None = None, **fields: RawValue) -> RecordId:
        """A form is filled in; returns the record."""
        return self.crm.add({"country": "DE", **fields}, owner=OwnerId(owner) if owner else None)

    def row(self, record: RecordId) -> CrmRow:
        found = self.crm.look([record])[0]
        assert found is not None
        return found

    def owner(self, record: RecordId) -> OwnerId | None:
        return self.row(record).owner

    # --- the program ---

    def connector(self) -> Connector:
        account = Account(
            connection=ConnectionName(self.settings.name),
            object=self.settings.object,
            clock=self.clock,
            transport=self._transport,
        )
        return self.wrapped(MemoryConnector(self.crm, account, features=self.features, page_size=50))

    def _transport(self, name: str, apply: Callable[[], T]) -> T:
        self.calls.append(name)
        return apply()

    def seams(self) -> Seams:
        return Seams(clock=self.clock, sleep=self._sleep, spawn=Done, stopping=self.stopping)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.pass_by(seconds=seconds)

    def wired(self) -> Wired:
        return Wired(
            settings=self.settings,
            connector=self.connector(),
            normalise=compile_mapping(HEADINGS, zone="UTC"),
            router=Router(self.rulebook),
            when=question(self.settings.when),
            config=self.config,
            files={},
            zone="UTC",
            calls=lambda: len(self.calls),
        )

    def sync(self, **order: Any) -> Summary:
        self.calls.clear()
        return run_pass(self.wired(), self.store, self.seams(), Order(tell=self.told.append, **order))

    def change(self, **settings: Any) -> None:
        self.settings = replace(self.settings, **settings)

    # --- the ledger ---

    def ledger(self) -> dict[RecordId, Mapping[str, Any]]:
        """The newest entry of each record, by its id."""
        with self.store.reading() as connection, connection.begin():
            rows = connection.execute(sa.select(schema.leads).order_by(schema.leads.c.entry)).mappings().all()
        return {RecordId(row["record_id"]): dict(row) for row in rows}

    def step(self, record: RecordId) -> str:
        return str(self.ledger()[record]["step"])

    def table(self, table: sa.Table) -> list[dict[str, Any]]:
        with self.store.reading() as connection, connection.begin():
            return [dict(row) for row in connection.execute(sa.select(table)).mappings()]
