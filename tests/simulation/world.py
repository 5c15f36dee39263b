"""One seeded world: a CRM with index lag and faults, people who change owners, two workers that run `sync`."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from config.settings import All_, Connection
from connectors.contract import (
    Account,
    Assignment,
    Connector,
    Entered,
    Features,
    Look,
    Note,
    Outcome,
    Page,
    Record,
    User,
    Walk,
)
from connectors.errors import Doubt, Retry
from connectors.memory.connector import MemoryConnector
from connectors.memory.crm import MemoryCrm
from connectors.memory.events import Event
from router.match import question
from router.model import ConnectionName, Lead, LeadRef, Member, OwnerId, RecordId, Rep, RepId, Team, TeamName
from router.route import Router
from router.rules import ALWAYS, Comparison, Op, Rule, Rulebook, ToTeam
from sync.passes import Order, run_pass
from sync.seams import Pending, Seams
from sync.store import Held, Store, open_store
from sync.work import Wired
from tests.simulation.baton import Baton, Crash

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPS = ("ana", "bo", "cy")
CRM = ConnectionName("crm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How hard the world is; rates are per call, or per lead for people."""

    leads: int = 12
    arrivals: float = 300.0
    settle: float = 700.0
    workers: int = 2
    crash: float = 0.01
    lost_before: float = 0.03
    lost_after: float = 0.03
    zombie: float = 0.02
    refused_for_now: float = 0.03
    lag: float = 100.0
    person: float = 0.3
    removed: float = 0.05
    merged: float = 0.0
    stale: float = 0.0  # for so many seconds a note does not show where notes are looked for
    features: Features = Features(history=True, read_batch=5, write_batch=5, note_batch=5)  # noqa: RUF009


PROFILES: Mapping[str, Profile] = {
    "memory": Profile(),
    "hubspot": Profile(lag=300.0, merged=0.15, stale=4.0, zombie=0.04, person=0.4),
}
"""How `make seeds` makes the world: as it may be, and with the habits of HubSpot that are known to hurt."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A worker read a record and saw this owner."""

    record: RecordId
    owner: OwnerId | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A worker sent an owner."""

    record: RecordId
    owner: OwnerId


Entry = Event | Looked | Sent


@dataclass(slots=True)
class World:
    """A world under way. `history` is all that the checker may read, besides the CRM and the store at the end."""

    profile: Profile
    rng: random.Random
    baton: Baton
    crm: MemoryCrm
    store: Store
    history: list[Entry] = field(default_factory=list)
    quiet_from: datetime = START
    passes: int = 0
    crashes: int = 0

    def quiet(self) -> bool:
        return self.baton.now >= self.quiet_from


def build(
    seed: int, folder: Path, template: Path, profile: Profile, crash: Callable[[str], bool] | None = None
) -> World:
    """Make the world of a seed; `crash` replaces the seed's own crashes."""
    rng = random.Random(seed)
    quiet_from = START + timedelta(seconds=profile.arrivals)
    baton = Baton(rng, START, crash or (lambda _: baton.now < quiet_from and rng.random() < profile.crash))
    history: list[Entry] = []
    crm = MemoryCrm(lambda: baton.now, users=_users(), record=history.extend)
    file = folder / f"{seed}.db"
    shutil.copy(template, file)
    store = replace(
        open_store(f"sqlite:///{file}", create=False),
        gate=lambda edge, name: baton.step(f"store: {edge} {name}", switch=edge != "commit"),
    )
    world = World(profile, rng, baton, crm, store, history, quiet_from)
    _people_and_forms(world)
    for number in range(profile.workers):
        baton.add(f"worker {number}", partial(_cron, world))
    return world


def _users() -> list[User]:
    people = [User(OwnerId(f"u-{rep}"), rep, f"{rep}@reps.example") for rep in REPS]
    return [*people, User(OwnerId("u-boss"), "boss", "boss@reps.example")]


def _people_and_forms(world: World) -> None:
    rng, profile = world.rng, world.profile
    for number in range(profile.leads):
        arrives = START + timedelta(seconds=rng.uniform(0, profile.arrivals))
        record = RecordId(str(number + 1))
        person = rng.randrange(profile.leads * 4)  # some fill in two forms
        fields = {"email": f"p{person}@leads.example", "country": rng.choice(("US", "DE", ""))}
        _later(world, arrives, 0, partial(world.crm.add, fields, record=record))
        if rng.random() < profile.person:
            owner = OwnerId(rng.choice(("u-boss", "u-ana", "u-bo")))
            _later(world, arrives, 90, partial(world.crm.edit_owner, record, owner))
        if rng.random() < profile.removed:
            _later(world, arrives, 200, partial(world.crm.delete, record))
        if number and rng.random() < profile.merged:
            survivor = RecordId(str(rng.randrange(number) + 1))
            _later(world, arrives, 200, partial(world.crm.merge, record, survivor))


def _later(world: World, after: datetime, within: float, act: Callable[[], object]) -> None:
    def happen() -> None:
        try:
            act()
        except KeyError:
            return  # it is gone already

    world.baton.at(after + timedelta(seconds=world.rng.uniform(0, within)), happen)


# --- the CRM's bad days -----------------------------------------------------------------------------------


class SimulatedConnector(MemoryConnector):
    """Memory with an index that lags, and a history of what was looked at and sent."""

    def __init__(self, world: World) -> None:
        account = Account(
            connection=CRM, object="leads", clock=lambda: world.baton.now, transport=self._transport
        )
        super().__init__(world.crm, account, features=world.profile.features, page_size=7)
        self._world = world
        self.calls = 0

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        if not isinstance(walk, Entered):
            return page
        visible = [change for change in page.changes if self._indexed(change.record.ref, change.stamp)]
        return replace(page, changes=visible, newest=max((c.stamp for c in visible if c.stamp), default=None))

    def _indexed(self, ref: LeadRef, stamp: datetime | None) -> bool:
        lag = random.Random(f"lag {ref.record}").uniform(0, self._world.profile.lag)
        return stamp is None or self._world.baton.now >= stamp + timedelta(seconds=lag)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        looks = super().read(refs)
        self._world.history.extend(
            Looked(ref.record, look.record.owner) for ref, look in looks.items() if look.record
        )
        return looks

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        since = self._world.baton.now - timedelta(seconds=self._world.profile.stale)
        rows = [row for row in self._world.crm.look([note.ref.record for note in notes]) if row]
        hidden = {note.key for row in rows for note in row.notes if note.at > since}
        return super().noted(notes) - hidden

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        self._world.history.extend(Sent(one.record.ref.record, one.owner) for one in batch)
        return super().assign(batch)

    def _transport(self, name: str, apply: Callable[[], T]) -> T:
        world, profile = self._world, self._world.profile
        self.calls += 1
        world.baton.step(f"before {name}")
        if world.quiet():
            return apply()
        dice = world.rng.random()
        if dice < profile.refused_for_now:
            raise Retry(f"{name}: not now", after=world.rng.uniform(1, 15))
        if dice < profile.refused_for_now + profile.lost_before:
            raise Doubt(f"{name}: cut before it arrived")
        if (
            name in ("assign", "annotate")
            and dice < profile.refused_for_now + profile.lost_before + profile.zombie
        ):
            world.baton.at(
                world.baton.now + timedelta(seconds=world.rng.uniform(11, 40)), lambda: _quietly(apply)
            )
            raise Doubt(f"{name}: no answer yet")
        result = apply()
        world.baton.step(f"after {name}")
        if world.rng.random() < profile.lost_after:
            raise Doubt(f"{name}: cut after it was applied")
        return result


def _quietly(apply: Callable[[], object]) -> None:
    apply()


# --- the workers ------------------------------------------------------------------------------------------


def rulebook() -> Rulebook:
    reps = {RepId(name): Rep(id=RepId(name), name=name, email=f"{name}@reps.example") for name in REPS}
    team = Team(TeamName("all"), tuple(Member(rep) for rep in reps))
    north = Team(TeamName("north"), tuple(Member(RepId(name)) for name in REPS[:2]))
    german = Comparison("country", Op.IS, ("DE",))
    rules = (Rule("german", german, ToTeam(north.name)), Rule("everyone", ALWAYS, ToTeam(team.name)))
    return Rulebook(rules=rules, reps=reps, teams={team.name: team, north.name: north})


ROUTER = Router(rulebook())
SETTINGS = Connection(
    name=CRM, kind="memory", object="leads", enters=("created",), take=All_(), overlap=600.0
)


def normalise(record: Record) -> Lead:
    email, country = record.fields.get("email"), record.fields.get("country")
    return Lead(
        ref=record.ref,
        email=str(email) if email else None,
        country=str(country) if country else None,
        owner=record.owner,
    )


def _cron(world: World) -> None:
    """A worker: `sync` again and again; a new process takes over where one crashed."""
    end = world.quiet_from + timedelta(seconds=world.profile.settle)
    while world.baton.now < end:
        try:
            _pass(world)
        except Crash:
            world.crashes += 1
            world.baton.revive()
        except Held:
            pass
        world.baton.sleep(world.rng.uniform(20, 60))


def _pass(world: World) -> None:
    connector = SimulatedConnector(world)
    seams = Seams(clock=lambda: world.baton.now, sleep=world.baton.sleep, spawn=_Later(world).spawn)
    wired = Wired(
        settings=SETTINGS,
        connector=connector,
        normalise=normalise,
        router=ROUTER,
        when=question(SETTINGS.when),
        config="sim",
        files={},
        zone="UTC",
        calls=lambda: connector.calls,
    )
    world.passes += 1
    run_pass(wired, world.store, seams, Order())


@dataclass(frozen=True, slots=True)
class _Later:
    """Calls run at once or when their result is asked for, as the seed says."""

    world: World

    def spawn(self, call: Callable[[], T]) -> Pending[T]:
        pending = _Deferred(call)
        if self.world.rng.random() < 0.5:
            pending.run()
        return pending


class _Deferred(Pending[T]):
    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._done: list[T] = []
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._done.append(self._call())
        except Exception as error:  # handed over with the result, as a thread pool would
            self._error = error

    def result(self) -> T:
        if not self._done and self._error is None:
            self.run()
        if self._error is not None:
            raise self._error
        return self._done[0]


def as_connector(world: World) -> Connector:
    return SimulatedConnector(world)
