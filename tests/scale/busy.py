"""Passes in which everything happens that passes do, over a CRM in memory: what is left of each step is taken up."""

from __future__ import annotations

from datetime import timedelta

from connectors.errors import Doubt
from router.model import OwnerId, RepId
from router.rules import Comparison, Keep, Op, Rule
from sync.explain.standing import standing
from sync.explain.who import Who
from sync.report import calls_made
from sync.wiring import stored_configuration
from tests.sync.office import START, Office, book
from tests.sync.test_writing import honest, meddle, raising

_FILES = {
    "leadswitch.yaml": "connections: [{name: crm, kind: memory, file: x.json, take: all}]",
    "teams.yaml": """
reps:
  - {id: ana, name: Ana, email: ana@reps.example, capacity: {hour: 9, 3h: 1}}
  - {id: bo, name: Bo, email: bo@reps.example, capacity: {day: 20}}
teams: [{name: smb, members: [ana, bo]}]
""",
    "rules.yaml": "rules: [{name: all, assign: {team: smb}}]",
}
_PARTNERS = Rule("partner", Comparison("source", Op.IS, ("partner",)), Keep())


def busy_office(url: str) -> Office:
    return Office(url, rulebook=book(_PARTNERS))


def busy(office: Office, *, leads: int) -> None:
    """Run passes with new leads, known persons, kept ones, lost answers, people who were quicker, and what follows."""
    for number in range(leads):
        source = "partner" if number % 10 == 0 else "web"
        office.lead(email=f"p{number % (leads // 2 + 1)}@leads.example", source=source)
    office.sync()
    taken = office.lead()
    meddle(office, assign=raising(Doubt("cut")))
    office.sync()
    honest(office)
    office.crm.edit_owner(taken, OwnerId("u-boss"))
    office.lead()
    meddle(office, annotate=raising(Doubt("cut")))
    office.sync()
    honest(office)
    office.config = "config-2"
    for _ in range(3):
        office.clock.pass_by(minutes=2)
        office.sync()
    calls_made(office.store, [office.settings.name], START)
    explained(office)


def explained(office: Office) -> None:
    """Ask how a rep stands who has limits, over more leads than are looked at."""
    found = stored_configuration(_FILES)
    ana = Who(RepId("ana"), now=found.rulebook.reps[RepId("ana")])
    now = office.clock.now
    standing(office.store, found, ana, since=now - timedelta(days=7), now=now)
