"""Some days of two CRMs on one store, with all that makes history hard to make again. The same each time."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from config.settings import Configuration
from connectors.contract import Connector, Features, Look
from router.model import LeadRef, OwnerId, RecordId, RepId
from router.route import Router
from sync.log import mark
from sync.passes import Order, run_pass
from sync.undo import Undo
from sync.wiring import stored_configuration
from tests.sync.office import ABLE, SETTINGS, Office, Ticking
from tests.sync.test_writing import Meddled

BEGIN = datetime(2026, 4, 27, 6, 0, tzinfo=UTC)  # a Monday; May 1 is a public holiday in Germany
BOSS = OwnerId("u-boss")

FILES = {
    "leadswitch.yaml": """
timezone: Europe/Berlin
connections:
  - {name: crm, kind: memory, file: leads.json, take: all, closed: [DONE]}
  - {name: web, kind: memory, file: more.json, take: all}
""",
    "teams.yaml": """
queues:
  backup: {crm: Backup, web: Backup}
reps:
  - {id: ana, name: Ana, email: ana@reps.example, zone: Europe/Berlin, hours: {mon-fri: "09:00-17:00"},
     holidays: DE, capacity: {day: 4, open: 12}, attributes: {language: [de, en]}}
  - {id: bo, name: Bo, email: bo@reps.example, weight: {2026-01-01: 1, 2026-05-04: 0.5},
     hours: {mon-sat: "08:00-20:00"}, away: [2026-04-30..2026-05-02], capacity: {week: 15}}
  - {id: cy, name: Cy, email: cy@reps.example, hours: {mon-fri: "08:00-16:00"}, attributes: {language: [fr, de]}}
teams:
  - {name: smb, members: [ana, bo, cy]}
  - {name: late, members: [cy, {bo: 2}]}
""",
    "rules.yaml": """
same_person: {within: 30d, wait: 4h}
otherwise: [{hold: 12h}, {team: late, if: full}, alert]
rules:
  - {name: German, when: {country: DE}, assign: {team: smb, require: {language: same}},
     otherwise: [{hold: 6h}, {queue: backup}]}
  - {name: Partners, when: {source: partner}, assign: keep}
  - {name: Everyone, assign: {team: smb, follow_account: true, wait: 2h}}
""",
}
"""What is in force at first."""

CHANGED = {**FILES, "rules.yaml": FILES["rules.yaml"].replace("hold: 12h", "hold: 20h")}
"""What is in force from the fourth day on."""

CHANGE = BEGIN + timedelta(days=3)
_DAYS, _HOURS = 8, (0, 6, 9, 15)


@cache
def configuration(text: str) -> Configuration:
    return stored_configuration(json.loads(text))


@dataclass
class Week:
    """Leads, passes, absences, people and undos, drawn by a seed."""

    url: str

    def __post_init__(self) -> None:
        self._draw = random.Random(7)
        self._clock = Ticking(BEGIN)
        crm = Office(self.url, clock=self._clock, features=Features(history=True, accounts=True))
        web = Office(self.url, clock=self._clock, features=ABLE)
        crm.change(closed=("DONE",))
        web.settings = replace(SETTINGS, name="web")
        self.offices = (crm, web)
        self.store = crm.store
        self.runs: list[str] = []

    def play(self) -> Week:
        for day in range(_DAYS):
            for hour in _HOURS:
                self._clock.now = BEGIN + timedelta(days=day, hours=hour)
                files = CHANGED if self._clock.now >= CHANGE else FILES
                self._people(day, hour, files)
                for office in self.offices:
                    self._leads(office)
                    self._sync(office, files)
        return self

    def _people(self, day: int, hour: int, files: Mapping[str, str]) -> None:
        """Mark somebody away or back, close leads, take leads that wait, take a pass back."""
        if (day, hour) in ((1, 9), (4, 0)):
            self._mark(RepId("cy"), away=True)
        if (day, hour) in ((2, 9), (4, 9)):
            self._mark(RepId("cy"), away=False)
        crm = self.offices[0]
        for row in crm.crm.rows():
            if row.owner and self._draw.random() < 0.03:
                crm.crm.edit(row.id, {"status": "DONE"})
            if row.owner is None and self._draw.random() < 0.05:
                crm.crm.edit_owner(row.id, BOSS)
        if (day, hour) in ((2, 15), (4, 15), (7, 15)):
            self._pass(crm, files, Order(instead=Undo(self.runs[-4])))

    def _mark(self, rep: RepId, *, away: bool) -> None:
        with self.store.beside() as session, session.routing("away") as tx:
            mark(tx, self._clock(), rep, away=away)

    def _leads(self, office: Office) -> None:
        for _ in range(self._draw.choice((1, 2, 3, 5))):
            person = self._draw.randrange(60)
            office.lead(
                email=f"p{person}@firm{person % 25}.example",
                company=f"Firm {person % 25} GmbH",
                country=self._draw.choice(("DE", "DE", "FR", "US")),
                language=self._draw.choice(("de", "fr", "", "ja")),
                source=self._draw.choice(("web", "web", "web", "partner")),
            )

    def _sync(self, office: Office, files: Mapping[str, str]) -> None:
        overrun = self._draw.random() < 0.2

        def quicker(inner: Connector) -> Connector:
            def read(refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
                for ref in refs[:1] if overrun else ():
                    if office.owner(RecordId(ref.record)) is None:
                        office.crm.edit_owner(RecordId(ref.record), BOSS)
                return inner.read(refs)

            return Meddled(inner, read=read)

        office.wrapped = quicker
        self.runs.append(self._pass(office, files, Order()))

    def _pass(self, office: Office, files: Mapping[str, str], order: Order) -> str:
        found = configuration(json.dumps(files))
        office.rulebook = found.rulebook
        wired = replace(office.wired(), files=found.files, config=found.hash, router=Router(found.rulebook))
        return run_pass(wired, office.store, office.seams(), order).run
