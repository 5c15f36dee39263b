"""Where a scenario is played: the real engine and connector, a clock that stands, and a CRM while recording.

A scenario says what the program does (`sync`, time that passes) and what people do behind its back. On replay there
is no CRM: the second half is left out, and its answers come from the cassette.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

import sqlalchemy as sa

from config.loader import parse
from connectors.contract import Account, Connector
from connectors.normalise.mapping import FieldMap, FieldMapping, compile_mapping
from router.match import question
from router.model import ConnectionName
from router.route import Router
from sandbox.messages import Answer, Request
from sync import schema
from sync.passes import Order, Summary, run_pass
from sync.seams import Pending, Seams
from sync.store import Store
from sync.wiring import vocabulary
from sync.work import Wired

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FILES: Mapping[str, str] = {
    "leadswitch.yaml": """\
timezone: UTC
store: sqlite:///leadswitch.db
connections:
  - {connection}
""",
    "teams.yaml": """\
reps:
  - {id: ana, name: Ana Ruiz, email: ana@example.com}
  - {id: bo, name: Bo Lind, email: bo@example.com}
  - {id: cy, name: Cy Moor, email: cy@example.com}
teams:
  - {name: smb, members: [ana, bo, cy]}
""",
    "rules.yaml": """\
rules:
  - {name: Everyone, assign: {team: smb}}
""",
}


class Crm(Protocol):
    """An account of the sandbox."""

    def answer(self, request: Request, /) -> Answer: ...


C = TypeVar("C", bound=Crm)
Clock = Callable[[], float]
"""Seconds since 1970, as the sandbox counts them."""


@dataclass(frozen=True, slots=True)
class Program:
    """The program as its users set it up: the connection's entry, its fields of a lead, and how it is opened.

    `connect` is given the addresses of the scenario's hosts by their names.
    """

    connection: str
    fields: Mapping[str, str]
    connect: Callable[[Account, Mapping[str, str]], Connector]

    @property
    def files(self) -> Mapping[str, str]:
        return {name: text.replace("{connection}", self.connection) for name, text in FILES.items()}


@dataclass(frozen=True, slots=True)
class Scenario(Generic[C]):
    """What happens, and the account and the program that it happens with.

    `opened` returns the account as it is before anything happens. It answers at each of the `hosts`.
    """

    crm: str
    play: Callable[[Stage[C]], object]
    opened: Callable[[Clock], C]
    program: Program
    hosts: Sequence[str]

    @property
    def name(self) -> str:
        return self.play.__name__

    @property
    def cassette(self) -> str:
        """Where its cassette is, below the folder of all of them."""
        return f"{self.crm}/{self.name}.yaml"


class Standing:
    """A clock that moves only when it is told to: requests hold no instant that another run would not have."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class Done(Pending[T]):
    """A call made at once, in this thread: vcrpy loses requests of threads, and lets some out into the world."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._made: T | Exception
        try:
            self._made = call()
        except Exception as error:  # handed over with the result, as a pool of threads does
            self._made = error

    def result(self) -> T:
        if isinstance(self._made, Exception):
            raise self._made
        return self._made


@dataclass
class Stage(Generic[C]):
    """One connection over HTTP with a store of its own. `crm` is None on replay; `urls` is where each host is."""

    store: Store
    program: Program
    urls: Mapping[str, str]
    crm: C | None = None
    clock: Standing = field(default_factory=Standing)
    passes: list[Summary] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _before: dict[str, list[Callable[[C], object]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.clock.pass_by(minutes=1)  # what was made when the clock began is in the search index by now

    # --- the program --------------------------------------------------------------------------------------

    def sync(self) -> Summary:
        """Run one pass, as `leadswitch sync` does, a second after what came before."""
        self.clock.pass_by(seconds=1)
        seams = Seams(clock=self.clock, sleep=self._sleep, spawn=Done)
        wired = self._wired()
        try:
            self.passes.append(run_pass(wired, self.store, seams, Order()))
        finally:
            wired.connector.close()
        return self.passes[-1]

    def sync_after(self, **time: float) -> Summary:
        """Let time pass, then run a pass."""
        self.clock.pass_by(**time)
        return self.sync()

    def _wired(self) -> Wired:
        found, mapped = parse(self.program.files, vocabulary(), secrets=False), self.program.fields
        connection = found.connections[0]
        account = Account(
            connection=ConnectionName(connection.name),
            object=connection.object,
            clock=self.clock,
            transport=self._carry,
            fields=frozenset(mapped.values()),
        )
        mapping = FieldMapping(tuple(FieldMap(name, source) for name, source in mapped.items()))
        return Wired(
            settings=connection,
            connector=self.program.connect(account, self.urls),
            normalise=compile_mapping(mapping, zone=found.timezone),
            router=Router(found.rulebook),
            when=question(connection.when),
            config=found.hash,
            files=found.files,
            zone=found.timezone,
            calls=lambda: len(self.calls),
        )

    def _carry(self, call: str, apply: Callable[[], T]) -> T:
        self.calls.append(call)
        waiting = self._before[call]
        if waiting and self.crm is not None:
            waiting.pop(0)(self.crm)
        return apply()

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.pass_by(seconds=seconds)

    # --- behind its back ----------------------------------------------------------------------------------

    def behind(self, deed: Callable[[C], object]) -> None:
        """Let something happen in the account now."""
        if self.crm is not None:
            deed(self.crm)

    def before(self, call: str, deed: Callable[[C], object]) -> None:
        """Let something happen right before the next call of this name goes out."""
        self._before[call].append(deed)

    def pass_by(self, **time: float) -> None:
        self.clock.pass_by(**time)

    # --- the outcome --------------------------------------------------------------------------------------

    def ledger(self) -> dict[str, tuple[str, str | None]]:
        """Return the step and the owner of each record's newest entry."""
        table = schema.leads
        query = sa.select(table.c.record_id, table.c.step, table.c.owner_id).order_by(table.c.entry)
        with self.store.reading() as connection, connection.begin():
            return {row.record_id: (row.step, row.owner_id) for row in connection.execute(query)}

    def reason(self, record: str) -> str:
        """Return why a record's newest entry stands where it stands."""
        table = schema.leads
        query = sa.select(table.c.reason).where(table.c.record_id == record).order_by(table.c.entry.desc())
        with self.store.reading() as connection, connection.begin():
            return str(connection.scalar(query.limit(1)))
