"""Where a scenario is played: the real engine and connector, a clock that stands, and a portal while recording.

A scenario says what the program does (`sync`, time that passes) and what people do behind its back. On replay there
is no portal: the second half is left out, and the answers of the CRM come from the cassette.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from config.loader import parse
from connectors.contract import Account, Secret
from connectors.hubspot import Options
from connectors.hubspot.connector import HubSpotConnector
from connectors.normalise.mapping import FieldMap, FieldMapping, compile_mapping
from router.match import question
from router.model import ConnectionName
from router.route import Router
from sandbox.hubspot import Portal
from sync import schema
from sync.passes import Order, Summary, run_pass
from sync.seams import Pending, Seams
from sync.store import Store
from sync.wiring import vocabulary
from sync.work import Wired
from tests.cassettes.scrub import HOST

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAPPING = FieldMapping((FieldMap("email", "email"), FieldMap("country", "country")))
FILES: Mapping[str, str] = {
    "leadswitch.yaml": """\
timezone: UTC
store: sqlite:///leadswitch.db
connections:
  - {name: hs, kind: hubspot, token: "${HUBSPOT_TOKEN}", take: all}
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
OPTIONS = Options(token=Secret("of-nobody"), base_url=f"https://{HOST}")


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
class Stage:
    """One connection over HTTP with a store of its own. `portal` is None on replay."""

    store: Store
    portal: Portal | None = None
    options: Options = OPTIONS
    page_size: int = 200
    clock: Standing = field(default_factory=Standing)
    passes: list[Summary] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _before: dict[str, list[Callable[[Portal], object]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.clock.pass_by(minutes=1)  # what was made when the clock began is in the search index by now

    # --- the program --------------------------------------------------------------------------------------

    def sync(self, **settings: Any) -> Summary:
        """Run one pass, as `leadswitch sync` does, a second after what came before."""
        self.clock.pass_by(seconds=1)
        seams = Seams(clock=self.clock, sleep=self._sleep, spawn=Done)
        wired = self._wired(settings)
        try:
            self.passes.append(run_pass(wired, self.store, seams, Order()))
        finally:
            wired.connector.close()
        return self.passes[-1]

    def _wired(self, settings: Mapping[str, Any]) -> Wired:
        found = parse(FILES, vocabulary(), secrets=False)
        connection = replace(found.connections[0], **settings)
        account = Account(
            connection=ConnectionName(connection.name),
            object=connection.object,
            clock=self.clock,
            transport=self._carry,
            fields=frozenset({"email", "country"}),
        )
        return Wired(
            settings=connection,
            connector=HubSpotConnector(self.options, account, page_size=self.page_size),
            normalise=compile_mapping(MAPPING, zone=found.timezone),
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
        if waiting and self.portal is not None:
            waiting.pop(0)(self.portal)
        return apply()

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.pass_by(seconds=seconds)

    # --- behind its back ----------------------------------------------------------------------------------

    def behind(self, deed: Callable[[Portal], object]) -> None:
        """Let something happen in the portal now."""
        if self.portal is not None:
            deed(self.portal)

    def before(self, call: str, deed: Callable[[Portal], object]) -> None:
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
