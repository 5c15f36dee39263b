"""A HubSpot account on loopback that keeps a journal, and that can end its caller at a chosen call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.faults import CUT_AFTER, CUT_BEFORE, ZOMBIE, error_after, error_before
from sandbox.hubspot import Behaviour, Limits, Portal
from sandbox.hubspot.desk import person
from sandbox.messages import Answer, Cut, Request
from sandbox.server import Server
from tests.kill9.clock import SharedClock

REPS = {"ana": "511", "bo": "512", "cy": "513"}
BOSS, BOSS_USER = "599", 2599
LOOK, WRITE, NOTE = "/contacts/batch/read", "/contacts/batch/update", "/notes/batch/create"
LAGS = Behaviour(lag=(0.0, 8.0), association_lag=(0.0, 3.0))


class Moment(StrEnum):
    """When in a call its caller dies."""

    BEFORE = "the call comes to nothing"
    APPLIED = "it is applied, nobody hears the answer"
    ANSWERED = "some milliseconds after its answer"


@dataclass(frozen=True, slots=True)
class Doom:
    """A process dies at its nth call; where it makes fewer it ends by itself."""

    call: int
    moment: Moment
    milliseconds: float
    kill: Callable[[float], object]
    """Kills after so many seconds; 0: returns when it is dead."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A process was shown this owner of a record."""

    record: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A process asked for this owner."""

    record: str
    owner: str


@dataclass(frozen=True, slots=True)
class Started:
    """A new process begins; what the one before it saw is lost."""


Entry = Looked | Sent | Started


@dataclass
class Account:
    """One portal. `taken` are the contacts of which a person became the owner."""

    name: str
    portal: Portal
    draw: random.Random
    people: float = 0.0
    journal: list[Entry] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    deaths: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    doom: Doom | None = None

    @classmethod
    def empty(cls, name: str, clock: SharedClock, seed: int) -> Account:
        portal = Portal(clock=clock.seconds, seed=seed, behaviour=LAGS, limits=Limits.none())
        for rep, owner in REPS.items():
            portal.owners.add(f"{rep}@example.com", id=owner, user_id=2000 + int(owner))
        portal.owners.add("boss@example.com", id=BOSS, user_id=BOSS_USER)
        return cls(name, portal, random.Random(f"{name} {seed}"))

    def serve(self) -> Server:
        return Server(self.answer)

    # --- what happens in it -------------------------------------------------------------------------------

    def lead(self, number: int) -> str:
        """A form is filled in; one number is one person, in any account."""
        known = {"email": f"p{number}@leads.example", "country": "France"}
        return self.portal.add("contacts", known)

    def trouble(self, rate: float) -> None:
        """Let calls of every kind go wrong, each kind of fault at `rate`."""
        add = self.portal.faults.add
        for writes in ("contacts.batch_update", "notes.batch_create"):
            for fault in (CUT_BEFORE, CUT_AFTER, ZOMBIE, error_before(502), error_after(502)):
                add(writes, fault, chance=rate)
        for fault in (CUT_BEFORE, CUT_AFTER, error_before(500)):
            add("*", fault, chance=rate / 2)

    def calm(self) -> None:
        self.portal.faults.clear()
        self.people = 0.0

    def took(self, record: str) -> None:
        """A person makes a colleague the owner."""
        self.portal.edit("contacts", record, {"hubspot_owner_id": BOSS}, by=person(BOSS_USER))
        self.taken.add(record)

    # --- calls --------------------------------------------------------------------------------------------

    def begins(self, doom: Doom | None) -> None:
        """A new process is about to call."""
        self.journal.append(Started())
        self.calls, self.doom = 0, doom

    def answer(self, request: Request) -> Answer:
        doom = self._struck(request)
        if doom and doom.moment is Moment.BEFORE:
            doom.kill(0.0)
            return Answer(500, cut=Cut.SILENT)
        self._people_act(request)
        answer = self.portal.answer(request)
        self.journal += _entries(request, answer)
        if doom:
            doom.kill(0.0 if doom.moment is Moment.APPLIED else doom.milliseconds / 1000)
        return answer

    def _struck(self, request: Request) -> Doom | None:
        with self.portal.lock:
            self.calls += 1
            doom = self.doom
            if doom is None or self.calls != doom.call:
                return None
            self.doom = None
            self.deaths[f"{doom.moment} {'/'.join(request.segments[-3:])}"] += 1
            return doom

    def _people_act(self, request: Request) -> None:
        """Somebody takes a lead in the instant before it is read, or before its owner is written."""
        if self.people and request.path.endswith((LOOK, WRITE)):
            with self.portal.lock:
                ids = [one["id"] for one in request.json()["inputs"]]
                if self.draw.random() < self.people:
                    self.took(self.draw.choice(ids))


def _entries(request: Request, answer: Answer) -> Iterable[Entry]:
    if request.path.endswith(WRITE):
        for one in request.json()["inputs"]:
            yield Sent(one["id"], one["properties"]["hubspot_owner_id"])
    elif "/contacts/" in request.path and answer.status in (200, 207) and answer.cut is None:
        for found in _records(request, answer.json()):
            yield Looked(found["id"], found["properties"].get("hubspot_owner_id") or None)


def _records(request: Request, body: Any) -> list[Any]:
    if request.path.endswith(LOOK):
        return [] if "propertiesWithHistory" in request.json() else list(body["results"])
    return [body] if request.method == "GET" and "properties" in body else []
