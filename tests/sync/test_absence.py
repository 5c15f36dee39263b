"""Absences, charged turns and holds until somebody is there: in the log, made again from it, and given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from router.model import LEAD, OwnerId, RecordId, RepId, TeamName, TeamTurns
from router.route import Router
from sync import schema
from sync.log import mark, team_turns
from sync.passes import Order, run_pass
from sync.replay import decisions_of, replayed
from sync.report import entries_of
from sync.undo import Undo
from sync.wiring import stored_configuration
from tests.sync.office import Office

FILES = {
    "leadswitch.yaml": "timezone: UTC\nconnections:\n  - {name: crm, kind: memory, file: leads.json, take: all}\n",
    "teams.yaml": """
reps:
  - {id: ana, name: Ana, email: ana@reps.example, hours: {mon-fri: "08:00-18:00"}}
  - {id: bo, name: Bo, email: bo@reps.example, hours: {mon-fri: "08:00-18:00"}}
  - {id: cy, name: Cy, email: cy@reps.example, hours: {mon-fri: "08:00-20:00"}}
teams:
  - {name: smb, members: [ana, bo, cy], absence: {catch_up: {at_most: 2, within: 2d}}}
""",
    "rules.yaml": """
rules:
  - {name: Hers, when: {country: FR}, assign: {owner: ana, charge_turn: true}}
  - name: Everyone
    assign: {team: smb, charge_turn: true}
    otherwise: [{hold: {until: open, at_most: 72h}}, alert]
""",
}
SMB = TeamName("smb")


@pytest.fixture
def there(office: Office) -> Office:
    office.rulebook = stored_configuration(FILES).rulebook
    return office


def sync(office: Office, **order: Any) -> str:
    found = stored_configuration(FILES)
    wired = replace(office.wired(), files=found.files, config=found.hash, router=Router(found.rulebook))
    return run_pass(wired, office.store, office.seams(), Order(**order)).run


def turns(office: Office) -> TeamTurns:
    with office.store.reading() as connection, connection.begin():
        return team_turns(connection, SMB)


def marked(office: Office, rep: str, *, away: bool) -> None:
    with office.store.beside() as session, session.routing("away") as tx:
        mark(tx, office.clock(), RepId(rep), away=away)


def came_in(office: Office, count: int, country: str = "DE") -> list[RecordId]:
    return [office.lead(country=country) for _ in range(count)]


def test_days_of_absences_come_out_the_same_when_made_again(there: Office) -> None:
    """Days and nights, a weekend, a mark that has no end, charged leads."""
    there.clock.now = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)  # a Thursday
    for day in range(5):
        if day in (0, 4):
            marked(there, "bo", away=day == 0)
        for _ in range(2):
            came_in(there, 3)
            came_in(there, day % 2, "FR")
            there.lead(email="eve@leads.example")
            sync(there)
            there.clock.pass_by(hours=12)
    seen = set()
    for record in there.ledger():
        for entry in entries_of(there.store, f"crm/leads/{record}"):
            for number in decisions_of(there.store, entry.key):
                found = replayed(there.store, number, entry.ref)
                assert found.trace is not None
                assert found.trace.decision.reasons == found.stored.reasons
                assert found.same
                seen.update(" ".join(found.stored.reasons).replace(",", "").split())
    assert {"away", "catches", "counts"} <= seen
    assert sum(turns(there).credits.values()) == 0


def test_who_was_marked_away_has_two_leads_more_when_back(there: Office) -> None:
    marked(there, "ana", away=True)
    came_in(there, 30)
    sync(there)
    assert turns(there).missed[RepId("ana")][0].units == 2 * LEAD
    marked(there, "ana", away=False)
    back = came_in(there, 30)
    sync(there)
    assert sum(there.owner(lead) == OwnerId("u-ana") for lead in back) == 12


def test_a_lead_of_the_night_is_held_until_the_first_of_the_morning(there: Office) -> None:
    there.clock.now = datetime(2026, 3, 6, 21, 0, tzinfo=UTC)  # a Friday
    late = there.lead(country="DE")
    sync(there)
    row = there.ledger()[late]
    assert (row["step"], row["due"]) == ("held", datetime(2026, 3, 9, 8, 0, tzinfo=UTC))
    there.clock.now = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    sync(there)
    assert there.owner(late) is not None


def test_a_charged_turn_goes_back_with_its_lead(there: Office) -> None:
    came_in(there, 1, "FR")
    run = sync(there)
    assert turns(there).credits[RepId("ana")] < 0
    charged = [row for row in there.table(schema.decisions) if row["turn"]]
    assert [(row["by"], row["team"]) for row in charged] == [("owner", "smb")]
    there.clock.pass_by(minutes=2)
    sync(there, instead=Undo(run))
    assert set(turns(there).credits.values()) == {0}


def test_what_was_missed_and_not_made_up_for_in_time_goes_to_the_others(there: Office) -> None:
    marked(there, "ana", away=True)
    came_in(there, 30)
    sync(there)
    marked(there, "ana", away=False)
    first = there.lead(country="DE")
    sync(there)
    assert there.owner(first) == OwnerId("u-ana")
    there.clock.pass_by(days=2, hours=1)
    later = came_in(there, 30)
    sync(there)
    assert sum(there.owner(lead) == OwnerId("u-ana") for lead in later) == 10
