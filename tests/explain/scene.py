"""A sales floor in which a lead goes every way there is, over a store on SQLite; and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from config.settings import Configuration
from router.model import RecordId, RepId
from router.route import Router
from sync import schema
from sync.explain.lead import Entry, entry_lines
from sync.explain.standing import Standing, standing
from sync.explain.told import standing_lines
from sync.explain.who import who
from sync.explain.words import Told, broken
from sync.log import mark
from sync.passes import Order, run_pass
from sync.replay import archive_of, decisions_of, replayed
from sync.report import entries_of
from sync.wiring import stored_configuration
from tests.sync.office import START, Office

FILES = {
    "leadswitch.yaml": (
        "timezone: Europe/Berlin\nconnections:\n  - {name: crm, kind: memory, file: leads.json, take: all}\n"
    ),
    "teams.yaml": """
queues:
  backup: {crm: Backup}
reps:
  - {id: ana, name: Ana Ruiz, email: ana@reps.example, zone: Europe/London, hours: {mon-fri: "08:00-18:00"},
     capacity: {day: 20, open: 50}}
  - {id: bo, name: Bo Lind, email: bo@reps.example, zone: Europe/Berlin, attributes: {language: [de]}}
  - {id: cy, name: Cy Patel, email: cy@reps.example, away: [2026-03-02..2026-03-03]}
  - {id: gone, name: Gail Oneil, email: gone@reps.example}
  - {id: few, name: Fay Few, owner: {crm: u-boss}, capacity: {day: 1}}
teams:
  - {name: smb, members: [ana, bo, cy, gone], absence: {catch_up: {at_most: 3, within: 7d}}}
  - {name: night, members: [ana]}
  - {name: small, members: [few]}
""",
    "rules.yaml": """
bands:
  small: {employees: {lte: 199}}
  large: {employees: {gte: 200}}
score:
  - {when: {band: large}, points: 30}
  - {when: {page: {contains: pricing}}, points: 20, half_life: 14d}
rules:
  - {name: His, when: {country: FR}, assign: {owner: bo, charge_turn: true}}
  - {name: Partners stay, when: {source: partner}, assign: keep}
  - {name: Into the queue, when: {source: fair}, assign: {queue: backup}}
  - {name: Hot, when: {all: [{score: {gte: 40}}, {not: {country: [US, CA]}}]}, assign: {team: smb, by: ordered}}
  - name: German speakers
    when: {country: [DE, AT, CH]}
    assign: {team: smb, require: {language: same}, follow_account: true}
  - name: By night
    when: {source: night}
    assign: {team: night}
    otherwise: [{hold: {until: open, at_most: 72h}}, alert]
  - {name: One a day, when: {source: small}, assign: {team: small}, otherwise: [{queue: backup, if: full}, alert]}
  - {name: Nobody, when: {country: FI}, assign: {team: smb, require: {language: fi}}, otherwise: [alert]}
  - {name: Everyone, assign: {team: smb}}
""",
}
"""Of the reps, `gone` has no user in the CRM, and `few` may take one lead a day."""


@dataclass
class Scene:
    """An office under a configuration that its store keeps."""

    office: Office
    found: Configuration

    @classmethod
    def opened(cls, office: Office, files: Mapping[str, str] = FILES) -> Scene:
        scene = cls(office, stored_configuration(dict(files)))
        office.rulebook = scene.found.rulebook
        return scene

    def sync(self, **order: Any) -> None:
        """Make a pass under the configuration as it is now."""
        wired = replace(
            self.office.wired(),
            files=self.found.files,
            config=self.found.hash,
            router=Router(self.found.rulebook),
        )
        run_pass(wired, self.office.store, self.office.seams(), Order(**order))

    def came(self, **fields: str) -> RecordId:
        """Let a lead come, and make a pass."""
        record = self.office.lead(**fields)
        self.sync()
        return record

    def marked(self, rep: str, *, away: bool) -> None:
        with self.office.store.beside() as session, session.routing("away") as tx:
            mark(tx, self.office.clock(), RepId(rep), away=away)

    def changed(self, name: str, before: str, after: str) -> None:
        """Change a file of the configuration, which the next passes work by."""
        assert before in self.found.files[name]
        files = {**self.found.files, name: self.found.files[name].replace(before, after)}
        self.found = stored_configuration(files)
        self.office.rulebook = self.found.rulebook

    def tampered(self, **values: str) -> None:
        """Change every stored decision behind the program's back."""
        with self.office.store.session("x") as session, session.transaction("tamper") as tx:
            tx.execute(schema.decisions.update().values(values))

    def entry(self, record: RecordId) -> Entry:
        [row] = entries_of(self.office.store, f"crm/leads/{record}")
        numbers = decisions_of(self.office.store, row.key)
        told = tuple(replayed(self.office.store, number, row.ref) for number in numbers)
        return Entry(row, told, archive_of(self.office.store, row.key))

    def standing(self, rep: str, since: datetime = START) -> Standing:
        book, store = self.found.rulebook, self.office.store
        return standing(store, self.found, who(rep, book, store), since=since, now=self.office.clock.now)

    def stands(self, rep: str, width: int | None = None) -> str:
        return text(standing_lines(self.standing(rep), self.found.rulebook), width)

    def said(self, record: RecordId, width: int | None = None) -> str:
        return text(entry_lines(self.entry(record), self.found.timezone), width)


def text(lines: Iterable[Told], width: int | None = None) -> str:
    """Return lines as a screen of some width shows them."""
    return "\n".join(broken(lines, width))
