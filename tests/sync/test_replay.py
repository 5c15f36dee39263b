"""`explain`: a stored decision is made again from its inputs and comes out the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.memory.crm import MemoryCrm
from router.model import LeadRef, OwnerId, RepId
from router.route import Router
from sync import replay, schema
from sync.log import mark
from sync.passes import Order, run_pass
from sync.replay import decisions_of, replayed
from sync.report import entries_of
from sync.wiring import stored_configuration
from tests.sync.office import Office

FILES = {
    "leadswitch.yaml": "timezone: UTC\nconnections:\n  - {name: crm, kind: memory, file: leads.json, take: all}\n",
    "teams.yaml": """
reps:
  - {id: ana, name: Ana, email: ana@reps.example, attributes: {language: [de]}}
  - {id: bo, name: Bo, email: bo@reps.example, weight: 3}
  - {id: cy, name: Cy, email: cy@reps.example, away: [2026-03-02]}
  - {id: gone, name: Gone, email: gone@reps.example}
teams:
  - {name: smb, members: [ana, bo, cy, gone]}
""",
    "rules.yaml": """
otherwise: [{hold: 1h}, alert]
rules:
  - name: German
    when: {country: DE}
    assign: {team: smb, require: {language: same}}
  - name: Everyone
    assign: {team: smb}
""",
}


@pytest.fixture
def routed(office: Office) -> Office:
    """An office whose configuration is in the store, after some passes with holds, releases and changes."""
    found = stored_configuration(FILES)
    office.rulebook = found.rulebook
    for n in range(40):
        language = {0: "de", 1: "fr"}.get(n % 3, "")
        office.lead(email=f"p{n % 30}@leads.example", country=("DE", "US")[n % 2], language=language)
    _sync(office)
    office.crm.edit_owner(office.lead(), OwnerId("u-boss"))
    office.clock.pass_by(hours=2)
    for n in range(10):
        office.lead(email=f"q{n}@leads.example", country="US")
    _sync(office)
    return office


def _sync(office: Office, files: Mapping[str, str] = FILES) -> None:
    found = stored_configuration(dict(files))
    wired = replace(office.wired(), files=found.files, config=found.hash, router=Router(found.rulebook))
    run_pass(wired, office.store, office.seams(), Order())


def test_every_decision_comes_out_the_same(routed: Office) -> None:
    checked = 0
    for row in routed.ledger().values():
        for entry in entries_of(routed.store, f"crm/leads/{row['record_id']}"):
            for number in decisions_of(routed.store, entry.key):
                found = replayed(routed.store, number, entry.ref)
                assert found.same, entry.ref
                assert found.trace is not None
                checked += 1
    assert checked >= 50
    assert {row["action"] for row in routed.table(schema.decisions)} == {"assign", "park"}
    assert {row["by"] for row in routed.table(schema.decisions)} >= {"round_robin", "same_person", "hold"}


def test_a_changed_input_would_be_noticed(routed: Office) -> None:
    decision = next(row for row in routed.table(schema.decisions) if row["by"] == "round_robin")
    other = "bo" if decision["rep"] == "ana" else "ana"
    with routed.store.session("x") as session, session.transaction("tamper") as tx:
        tx.execute(schema.decisions.update().where(schema.decisions.c.id == decision["id"]).values(rep=other))
    ref = entries_of(routed.store, decision["lead"])[0].ref
    assert not replayed(routed.store, decision["id"], ref).same


def test_a_forgotten_lead_says_so(routed: Office) -> None:
    decision = routed.table(schema.decisions)[0]
    with routed.store.session("x") as session, session.transaction("forget") as tx:
        tx.execute(schema.lead_values.update().values(body=None))
    ref = entries_of(routed.store, decision["lead"])[0].ref
    found = replayed(routed.store, decision["id"], ref)
    assert (found.trace, found.same) == (None, True)


def test_the_stored_configuration_holds_no_secret(routed: Office) -> None:
    files = json.loads(routed.table(schema.configurations)[0]["files"])
    assert set(files) == set(FILES)


def test_held_leads_are_one_decision_however_often_they_are_looked_at(office: Office) -> None:
    found = stored_configuration(FILES)
    office.rulebook = found.rulebook
    lead = office.lead(country="DE", language="ja")
    for _ in range(5):
        _sync(office)
        office.clock.pass_by(minutes=5)
    assert office.step(lead) == "held"
    assert len(office.table(schema.decisions)) == 1
    office.clock.pass_by(hours=1)
    _sync(office)
    assert office.step(lead) == "parked"


def test_a_newer_calendar_of_holidays_changes_no_decision_of_the_past(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams = FILES["teams.yaml"].replace("{id: bo,", "{id: bo, holidays: GB-SCT,")
    files = {**FILES, "teams.yaml": teams.replace("[ana, bo, cy, gone]", "[ana, bo]")}
    office.clock.now = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)  # a public holiday in Scotland alone
    leads = [office.lead(country="US") for _ in range(4)]
    _sync(office, files)
    assert {office.owner(lead) for lead in leads} == {"u-ana"}
    monkeypatch.setattr("config.holidays.holidays_of", lambda *_: {})
    replay.rulebook_of.cache_clear()
    for row in office.ledger().values():
        found = replayed(office.store, row["decision"], LeadRef(*row["record"].split("/")))
        assert found.same


def test_who_was_marked_away_then_is_away_in_the_decision_made_again(office: Office) -> None:
    office.rulebook = stored_configuration(FILES).rulebook
    first = office.lead(country="US")
    _sync(office)
    with office.store.beside() as session, session.routing("away") as tx:
        mark(tx, office.clock(), RepId("bo"), away=True, until=office.clock.now + timedelta(hours=1))
    during = [office.lead(country="US") for _ in range(4)]
    _sync(office)
    office.clock.pass_by(hours=1)
    after = [office.lead(country="US") for _ in range(4)]
    _sync(office)
    with office.store.beside() as session, session.routing("away") as tx:
        mark(tx, office.clock(), RepId("bo"), away=False)
    assert {office.owner(lead) for lead in during} == {"u-ana"}
    assert "u-bo" in {office.owner(lead) for lead in after}
    for lead in (first, *during, *after):
        row = office.ledger()[lead]
        assert replayed(office.store, row["decision"], LeadRef(*row["record"].split("/"))).same


def test_a_held_lead_goes_out_when_somebody_may_take_it(office: Office) -> None:
    files = {
        **FILES,
        "teams.yaml": FILES["teams.yaml"].replace("{id: bo,", "{id: bo, works: [2026-03-03..],"),
    }
    files["teams.yaml"] = files["teams.yaml"].replace("[ana, bo, cy, gone]", "[bo, cy]")
    files["rules.yaml"] = files["rules.yaml"].replace("1h", "48h")
    office.rulebook = stored_configuration(files).rulebook
    lead = office.lead(country="US")
    summary = office.sync()
    assert (office.step(lead), summary.counts.held, summary.exit_code) == ("held", 1, 0)
    office.clock.pass_by(hours=24)
    office.sync()
    assert office.owner(lead) in ("u-bo", "u-cy")


def test_the_log_is_in_order_and_its_numbers_are_its_own(routed: Office) -> None:
    with routed.store.reading() as connection, connection.begin():
        numbers = list(connection.scalars(sa.select(schema.log.c.seq).order_by(schema.log.c.seq)))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_memory_crm_is_not_needed_to_explain(routed: Office, tmp_path: Path) -> None:
    decision = routed.table(schema.decisions)[-1]
    routed.crm = MemoryCrm(routed.clock)
    ref = entries_of(routed.store, decision["lead"])[0].ref
    assert replayed(routed.store, decision["id"], ref).same
