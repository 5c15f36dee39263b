"""Loads: counted from the ledger, closed by statuses, given back, and the same when a decision is made again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa

from router.model import LeadRef, OwnerId, RecordId, RepId
from router.route import Router
from sync import schema
from sync.loads import loads_of
from sync.passes import Order, run_pass
from sync.replay import replayed
from sync.wiring import stored_configuration
from tests.sync.office import Office

FILES = {
    "leadswitch.yaml": "timezone: UTC\nconnections:\n  - {name: crm, kind: memory, file: leads.json, take: all}\n",
    "teams.yaml": """
reps:
  - {id: ana, name: Ana, email: ana@reps.example, capacity: {day: 3, open: 4}}
  - {id: bo, name: Bo, email: bo@reps.example, zone: America/New_York, capacity: {hour: 2}}
  - {id: cy, name: Cy, email: cy@reps.example}
teams:
  - {name: smb, members: [ana, bo]}
""",
    "rules.yaml": """
rules:
  - name: Everyone
    assign: {team: smb}
    otherwise: [{owner: cy, if: full}, alert]
""",
}


@pytest.fixture
def office(office: Office) -> Office:
    office.change(closed=("Done", "LOST"))
    return office


def sync(office: Office, files: dict[str, str] = FILES) -> None:
    found = stored_configuration(files)
    office.rulebook = found.rulebook
    wired = replace(office.wired(), files=found.files, config=found.hash, router=Router(found.rulebook))
    assert run_pass(wired, office.store, office.seams(), Order()).exit_code == 0


def owners(office: Office, leads: list[RecordId]) -> Counter[str]:
    return Counter(str(office.owner(lead)).removeprefix("u-") for lead in leads)


def all_same(office: Office) -> bool:
    rows = [(row["id"], row["lead"]) for row in office.table(schema.decisions)]
    refs = {number: LeadRef(*lead.partition("#")[0].split("/")) for number, lead in rows}
    return all(replayed(office.store, number, ref).same for number, ref in refs.items())


def counts(office: Office) -> dict[str, dict[str, int]]:
    book = office.rulebook
    reps = [RepId(rep) for rep in ("ana", "bo")]
    with office.store.reading() as tx, tx.begin():
        return {rep: dict(load) for rep, load in loads_of(tx, book, reps, office.clock.now).items()}


def test_nobody_gets_more_than_their_capacity_and_every_decision_comes_out_the_same(office: Office) -> None:
    first = [office.lead() for _ in range(12)]
    sync(office)
    assert owners(office, first) == {"ana": 3, "bo": 2, "cy": 7}
    office.clock.pass_by(hours=1)
    second = [office.lead() for _ in range(5)]
    sync(office)
    assert owners(office, second) == {"bo": 2, "cy": 3}  # an hour later: a new hour, the same day
    office.clock.pass_by(days=1)
    third = [office.lead() for _ in range(5)]
    sync(office)
    assert owners(office, third) == {"ana": 1, "bo": 2, "cy": 2}  # a new day, but four are open
    assert all_same(office)


def test_a_rolling_window_counts_back_from_each_lead(office: Office) -> None:
    teams = (
        FILES["teams.yaml"].replace("{day: 3, open: 4}", "{24h: 3}").replace("{hour: 2}", "{90m: 2, day: 9}")
    )
    files, got = {**FILES, "teams.yaml": teams}, []
    for hours in (0, 1, 1, 22):  # 9:00, 10:00, 11:00, and 9:00 again
        office.clock.pass_by(hours=hours)
        leads = [office.lead() for _ in range(6)]
        sync(office, files)
        got.append(owners(office, leads))
    assert got == [
        {"ana": 3, "bo": 2, "cy": 1},
        {"cy": 6},
        {"bo": 2, "cy": 4},
        {"ana": 3, "bo": 2, "cy": 1},
    ]
    assert all_same(office)


def test_a_decision_would_differ_without_the_loads_of_its_time(office: Office) -> None:
    for _ in range(12):
        office.lead()
    sync(office)
    with office.store.session("x") as session, session.transaction("tamper") as tx:
        tx.execute(schema.log.delete().where(schema.log.c.kind == "loads"))
    assert not all_same(office)


def test_statuses_close_leads_and_open_them_again(office: Office) -> None:
    leads = [office.lead() for _ in range(5)]
    sync(office)
    mine = [lead for lead in leads if office.owner(lead) == "u-ana"]
    assert counts(office)["ana"]["open"] == 3
    for status, still_open in (("done", 2), ("Lost", 2), ("Working", 3)):
        office.crm.edit(mine[0], {"status": status})
        office.clock.pass_by(days=1, minutes=1)
        sync(office)  # the daily sweep meets it
        assert counts(office)["ana"]["open"] == still_open, status


def test_what_a_person_took_or_an_undo_gave_back_is_no_load(office: Office) -> None:
    lead = office.lead()
    sync(office)
    rep = str(office.owner(lead)).removeprefix("u-")
    window = "hour" if rep == "bo" else "day"
    assert counts(office)[rep][window] == 1
    with office.store.session("x") as session, session.transaction("give back") as tx:
        tx.execute(schema.claims.delete())
    assert counts(office).get(rep, {}) == {}


def test_a_lead_that_enters_again_is_open_once(office: Office) -> None:
    lead = office.lead()
    for _ in range(2):
        sync(office)
        office.clock.pass_by(minutes=5)
    office.crm.edit_owner(lead, None)
    office.clock.pass_by(days=2)
    sync(office)
    claims = office.table(schema.claims)
    assert [claim["closed"] is None for claim in sorted(claims, key=lambda claim: claim["lead"])] == [
        False,
        True,
    ]


def test_the_fewest_open_leads_are_of_the_time_of_the_decision(office: Office) -> None:
    files = {**FILES, "rules.yaml": FILES["rules.yaml"].replace("team: smb", "team: smb, by: least_loaded")}
    files["teams.yaml"] = FILES["teams.yaml"].replace("capacity: {day: 3, open: 4}", "weight: 1")
    files["teams.yaml"] = files["teams.yaml"].replace(", capacity: {hour: 2}", "")
    for _ in range(3):
        leads = [office.lead() for _ in range(4)]
        sync(office, files)
        assert owners(office, leads) == {"ana": 2, "bo": 2}
        office.clock.pass_by(minutes=10)
    assert {row["by"] for row in office.table(schema.decisions)} == {"least_loaded"}
    assert all_same(office)


def test_a_pass_that_decides_nothing_writes_no_loads(office: Office) -> None:
    files = {**FILES, "rules.yaml": FILES["rules.yaml"].replace("{owner: cy, if: full}", "{hold: 48h}")}
    for _ in range(7):
        office.lead()
    sync(office, files)
    entries = len(office.table(schema.log))
    for _ in range(3):
        sync(office, files)
    assert len(office.table(schema.log)) == entries
    assert all_same(office)


def test_who_needs_no_count_costs_no_statement(office: Office) -> None:
    files = {**FILES, "teams.yaml": FILES["teams.yaml"].replace("capacity: {day: 3, open: 4}", "weight: 1")}
    files["teams.yaml"] = files["teams.yaml"].replace("capacity: {hour: 2}", "weight: 1")
    office.lead()
    sync(office, files)
    assert "loads" not in {row["kind"] for row in office.table(schema.log)}


def test_counting_is_one_statement(office: Office) -> None:
    office.lead()
    sync(office)
    seen: list[str] = []
    with office.store.reading() as tx, tx.begin():
        engine = office.store.engine

        def note(*given: object) -> None:
            seen.append(str(given[2]))

        sa.event.listen(engine, "before_cursor_execute", note)
        loads_of(tx, office.rulebook, [RepId("ana"), RepId("bo")], office.clock.now)
        sa.event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == 1


def test_the_owner_in_the_crm_is_not_asked(office: Office) -> None:
    lead = office.lead()
    sync(office)
    office.crm.edit_owner(lead, OwnerId("u-boss"))
    assert sum(load.get("day", 0) + load.get("hour", 0) for load in counts(office).values()) == 1
