"""A HubSpot account on loopback and a configuration that a user would write for it; the program runs between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.hubspot import Behaviour, Portal
from sandbox.messages import Answer, Request
from sandbox.server import Server
from tests.cli.program import Office, Said

ANA, BO, CY = "511", "512", "513"
REPS = {"ana": ANA, "bo": BO, "cy": CY}
WRITES = ("/batch/update", "/batch/create", "/batch/archive", "/batch/upsert")
AT_ONCE = Behaviour(lag=(0.0, 0.0))

LEADSWITCH = """\
timezone: Europe/London
connections:
  - name: hs
    kind: hubspot
    base_url: {url}
    token: ${{HUBSPOT_TOKEN}}
    take: all
"""
TEAMS = """\
reps:
  - {id: ana, name: Ana Ruiz, email: ana@example.com, attributes: {language: [en, es]}}
  - {id: bo, name: Bo Lind, email: bo@example.com, attributes: {language: [en, de]}}
  - {id: cy, name: Cy Moor, email: cy@example.com, attributes: {language: [en]}}
teams:
  - {name: smb, members: [ana, bo, cy]}
"""
RULES = """\
territories:
  dach: {country: [DE, AT, CH]}
rules:
  - {name: German-speaking, when: {territory: dach}, assign: {owner: bo}}
  - {name: Finland, when: {country: FI}, assign: {team: smb, require: {language: fi}}}
  - {name: Partner leads stay, when: {source: REFERRALS}, assign: keep}
  - {name: Everyone else, assign: {team: smb}}
"""


class Clock:
    """The real time, moved on by hand: sleeping moves it, and takes no time."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def seconds(self) -> float:
        return time.time() + self._ahead

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def pass_by(self, **span: float) -> None:
        self._ahead += timedelta(**span).total_seconds()

    def sleep(self, seconds: float) -> None:
        self._ahead += seconds


@dataclass
class Account:
    """The portal, what happens in it at certain calls, and the program in its office.

    `fast` is how far the program's clock is ahead of HubSpot's.
    """

    office: Office
    clock: Clock
    portal: Portal
    url: str = ""
    fast: timedelta = timedelta()
    requests: list[Request] = field(default_factory=list)
    _deeds: list[tuple[str, Callable[[Portal], object]]] = field(default_factory=list)
    _instead: Answer | None = None
    _where: str = ""

    # --- the CRM ------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """Answer a request; a deed that waits for this kind of call comes first."""
        self.requests.append(request)
        for waiting in [each for each in self._deeds if request.path.endswith(each[0])][:1]:
            self._deeds.remove(waiting)
            waiting[1](self.portal)
        if self._instead is not None and request.path.endswith(self._where):
            return self._instead
        return self.portal.answer(request)

    def before(self, end: str, deed: Callable[[Portal], object]) -> None:
        """Let something happen right before the next call whose path ends so is answered."""
        self._deeds.append((end, deed))

    def replaced_by(self, answer: Answer | None, where: str = "") -> None:
        """Let something else than HubSpot answer calls whose path ends so; None takes it away."""
        self._instead, self._where = answer, where

    def lead(self, *, visible_in: float | None = None, **values: str) -> str:
        """A form is filled in; returns the contact's id."""
        number = len(self.portal.ids()) + 1
        known = {"email": f"lead{number}@example.com", "country": "France", **values}
        return self.portal.add("contacts", known, visible_in=visible_in)

    def owners(self) -> list[str | None]:
        """Return the owner of each contact, in the order of their ids."""
        return [self.portal.owner_of(record) for record in self.portal.ids()]

    @property
    def writes(self) -> list[str]:
        """The paths of the requests so far that change something."""
        return [each.path for each in self.requests if each.path.endswith(WRITES)]

    def sent_owners(self) -> dict[str, str]:
        """Return the owner that the latest write asked for, by contact."""
        [*_, last] = [each for each in self.requests if each.path.endswith("/contacts/batch/update")]
        return {one["id"]: one["properties"]["hubspot_owner_id"] for one in last.json()["inputs"]}

    # --- the program --------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now() + self.fast

    def run(self, *arguments: str) -> Said:
        return self.office.run(*arguments)

    def counts(self, *arguments: str) -> dict[str, Any]:
        """Run `sync --json` and return its object."""
        return self.run("sync", "--json", *arguments).object

    def connection(self, line: str) -> None:
        """Add a line to the connection."""
        self.office.change("leadswitch.yaml", "    take: all\n", f"    take: all\n    {line}\n")


def configured(directory: Path, clock: Clock) -> Account:
    """Return an empty account with three people, and an office without its `base_url` yet."""
    portal = Portal(clock=clock.seconds, behaviour=AT_ONCE)
    for name, owner in REPS.items():
        portal.owners.add(f"{name}@example.com", id=owner, user_id=2000 + int(owner))
    return Account(Office(directory), clock, portal)


def serve(account: Account) -> Server:
    """Start the account's server and write the configuration that leads there."""
    server = Server(account.answer)
    account.url = server.url
    for name, text in (
        ("leadswitch.yaml", LEADSWITCH.format(url=server.url)),
        ("teams.yaml", TEAMS),
        ("rules.yaml", RULES),
    ):
        account.office.write(name, text)
    return server
