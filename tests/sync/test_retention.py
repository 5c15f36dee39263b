"""What is over leaves the store after its time, what is not stays, and no lead is taken twice for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Retention
from connectors.contract import Assignment, Connector, Outcome, Verdict
from router.model import ConnectionName, RecordId
from sync import schema
from sync.archive import name_of, rows
from sync.log import team_turns
from sync.replay import TURNS_GONE, decisions_of, replayed
from sync.report import entries_of
from sync.retention import Trim, Trimmed
from sync.wiring import stored_configuration
from tests.sync.office import SMB, Office
from tests.sync.test_replay import FILES, _sync
from tests.sync.test_writing import Meddled, honest, meddle

DAY = 86_400.0
YEAR = Retention(365 * DAY, 365 * DAY)


def trim(office: Office, kept: Retention = YEAR, *, at_most: int | None = None) -> Trimmed:
    with office.store.session("crm") as session:
        return Trim(session, ConnectionName("crm"), kept, office.clock()).run(at_most=at_most)


def settle(office: Office) -> None:
    for _ in range(3):
        office.clock.pass_by(seconds=200)
        _sync(office)


@pytest.fixture
def grown(office: Office) -> tuple[Office, list[RecordId], list[RecordId]]:
    """An office with twenty leads of two years ago, and ten of yesterday."""
    office.rulebook = stored_configuration(FILES).rulebook
    old = [_person(office, n) for n in range(20)]
    settle(office)
    office.clock.pass_by(days=730)
    new = [_person(office, n) for n in range(20, 30)]
    settle(office)
    return office, old, new


def _person(office: Office, n: int) -> RecordId:
    return office.lead(email=f"p{n}@leads.example", last_name=f"Canary{n}x", country="US")


def bodies(office: Office) -> str:
    return str(office.table(schema.lead_values))


def test_old_leads_keep_a_row_and_nothing_else(grown: tuple[Office, list[RecordId], list[RecordId]]) -> None:
    office, old, new = grown
    told = trim(office)
    assert (told.leads, told.values, told.done) == (20, 20, True)
    rows_now = office.ledger()
    assert {rows_now[lead]["archived"] for lead in old} == {""}
    assert {rows_now[lead]["archived"] for lead in new} == {None}
    assert {(rows_now[lead]["step"], rows_now[lead]["config"]) for lead in old} == {("settled", None)}
    assert all(rows_now[lead]["rep"] for lead in old)
    assert [n for n in range(30) if f"Canary{n}x" in bodies(office)] == list(range(20, 30))
    assert {row["lead"] for row in office.table(schema.decisions)} == {rows_now[lead]["key"] for lead in new}
    assert {row["lead"] for row in office.table(schema.persons)} == {rows_now[lead]["key"] for lead in new}


def test_a_lead_that_was_archived_is_never_assigned_again(
    grown: tuple[Office, list[RecordId], list[RecordId]],
) -> None:
    office, old, _ = grown
    trim(office)
    owners = [office.owner(lead) for lead in old]
    for lead in old:
        office.crm.edit_owner(lead, None)
    with office.store.session("crm") as session, session.transaction("again") as tx:
        tx.execute(schema.cursors.delete().where(schema.cursors.c.walk == "created"))
    settle(office)
    assert [office.owner(lead) for lead in old] == [None] * 20
    assert all(owners)


def test_turns_go_on_where_they_stood(grown: tuple[Office, list[RecordId], list[RecordId]]) -> None:
    office, _, _ = grown
    with office.store.reading() as tx, tx.begin():
        before = team_turns(tx, SMB)
    told = trim(office)
    assert told.log > 15
    with office.store.reading() as tx, tx.begin():
        assert team_turns(tx, SMB) == before
    lead = _person(office, 99)
    settle(office)
    assert office.owner(lead) is not None


def test_what_is_kept_can_still_be_made_again(grown: tuple[Office, list[RecordId], list[RecordId]]) -> None:
    office, _, new = grown
    trim(office)
    for lead in new:
        [row] = entries_of(office.store, f"crm/leads/{lead}")
        [number] = decisions_of(office.store, row.key)
        found = replayed(office.store, number, row.ref)
        assert found.trace is not None
        assert found.same


def test_an_archive_takes_what_leaves(
    grown: tuple[Office, list[RecordId], list[RecordId]], tmp_path: Path
) -> None:
    office, old, _ = grown
    before = {row["id"]: row for row in office.table(schema.decisions)}
    log = {row["seq"]: row for row in office.table(schema.log)}
    folder = tmp_path / "archive"
    told = trim(office, replace(YEAR, archive=folder))
    name = name_of("crm", office.clock())
    assert office.ledger()[old[0]]["archived"] == name
    kept = rows(folder, name)
    assert {row.pop("table") for row in kept} == {"decisions"}
    assert [plain(before[row["id"]]) for row in kept] == kept
    assert len(kept) == told.decisions == 20
    others = rows(folder, name_of("store", office.clock()))
    gone = [row for row in others if row.pop("table") == "log"]
    assert [plain(log[row["seq"]]) for row in gone] == gone
    assert len(gone) == told.log
    assert (folder / name).stat().st_mode & 0o077 == 0


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: at.isoformat() if isinstance(at, datetime) else at for name, at in row.items()}


def test_no_personal_value_is_in_the_archive(
    grown: tuple[Office, list[RecordId], list[RecordId]], tmp_path: Path
) -> None:
    office, _, _ = grown
    folder = tmp_path / "archive"
    trim(office, replace(YEAR, archive=folder))
    held = "".join(str(rows(folder, file.name)) for file in folder.iterdir())
    assert "turn" in held
    assert "Canary" not in held
    assert "leads.example" not in held


def test_values_may_go_before_decisions(grown: tuple[Office, list[RecordId], list[RecordId]]) -> None:
    office, old, _ = grown
    told = trim(office, Retention(365 * DAY, 3 * 365 * DAY))
    assert (told.values, told.leads, told.decisions, told.log, told.runs) == (20, 0, 0, 0, 0)
    [row] = entries_of(office.store, f"crm/leads/{old[0]}")
    [number] = decisions_of(office.store, row.key)
    found = replayed(office.store, number, row.ref)
    assert (found.trace, found.same) == (None, True)


def test_leads_that_are_not_over_stay_whole(office: Office) -> None:
    office.rulebook = stored_configuration(FILES).rulebook
    parked = office.lead(country="DE", language="ja", email="parked@leads.example")
    meddle(office, assign=lambda batch: [Outcome(a.record.ref, Verdict.REFUSED, "no") for a in batch])
    failed = _person(office, 1)
    _sync(office)
    honest(office)
    office.clock.pass_by(days=730)
    told = trim(office)
    assert (told.leads, told.values) == (0, 0)
    assert "parked@leads.example" in bodies(office)
    settle(office)
    assert office.step(parked) in ("parked", "held")
    assert office.owner(failed) is not None


def test_a_claim_of_two_years_ago_still_gives_its_turn_back(office: Office) -> None:
    office.rulebook = stored_configuration(FILES).rulebook
    lead, other = _person(office, 1), _person(office, 2)
    refused = {lead, _person(office, 3)}

    def refuse(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        told = {a.record.ref: Outcome(a.record.ref, Verdict.REFUSED, "no") for a in batch}
        well = inner.assign([a for a in batch if a.record.ref.record not in refused])
        return list((told | {outcome.ref: outcome for outcome in well}).values())

    office.wrapped = lambda inner: Meddled(inner, assign=lambda batch: refuse(inner, batch))
    settle(office)
    honest(office)
    office.clock.pass_by(days=730)
    assert (office.step(lead), trim(office).leads) == ("failed", 1)
    assert office.ledger()[other]["archived"] == ""
    office.crm.delete(lead)
    office.clock.pass_by(days=2)
    settle(office)
    assert office.step(lead) == "gone"
    with office.store.reading() as tx, tx.begin():
        assert sum(team_turns(tx, SMB).credits.values()) == 0
    assert [row["kind"] for row in office.table(schema.log)].count("returned") == 1


def test_skipped_leads_lose_their_values_too_and_can_become_ours_later(office: Office) -> None:
    lead = office.lead(owner="u-boss", last_name="Canary1x")
    office.sync()
    office.clock.pass_by(days=730)
    assert trim(office).values == 1
    office.crm.edit_owner(lead, None)
    with office.store.session("crm") as session, session.transaction("again") as tx:
        tx.execute(schema.cursors.delete().where(schema.cursors.c.walk == "created"))
    office.sync()
    assert office.owner(lead) is not None


def test_a_pass_does_a_bounded_part_and_the_next_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.retention._CHUNK", 4)
    for n in range(21):
        _person(office, n)
    for _ in range(3):
        office.sync()
        office.clock.pass_by(seconds=200)
    office.clock.pass_by(days=730)
    told = [trim(office, at_most=8) for _ in range(5)]
    assert [each.done for each in told] == [False, False, True, True, True]
    assert {each.looked_at for each in told} <= {8, 5, 0}
    assert sum(each.leads for each in told) == 20
    assert sum(each.log for each in told) == 20


def test_a_day_passes_before_it_begins_again(office: Office) -> None:
    _person(office, 1)
    _person(office, 2)
    office.sync()
    office.clock.pass_by(seconds=200)
    office.sync()
    trim(office, at_most=1000)
    office.clock.pass_by(days=730)
    office.lead()
    office.sync()
    assert trim(office, at_most=1000).leads == 2
    office.clock.pass_by(hours=1)
    assert trim(office, at_most=1000).looked_at == 0
    office.clock.pass_by(days=1)
    assert trim(office, at_most=1000).looked_at > 0


def test_runs_and_configurations_leave_with_their_decisions(
    grown: tuple[Office, list[RecordId], list[RecordId]],
) -> None:
    office, _, _ = grown
    office.config = "config-2"
    with office.store.session("crm") as session, session.transaction("old") as tx:
        long_ago = office.clock.now - timedelta(days=700)
        tx.execute(schema.configurations.insert().values(hash="unused", files="{}", first_used=long_ago))
    told = trim(office)
    assert told.runs == 3
    assert told.configurations == 1
    assert len(office.table(schema.configurations)) == 1
    assert len(office.table(schema.runs)) == 3


def test_a_crash_between_archive_and_store_loses_nothing(
    grown: tuple[Office, list[RecordId], list[RecordId]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _, _ = grown
    kept = replace(YEAR, archive=tmp_path / "archive")
    with monkeypatch.context() as patched:
        patched.setattr("sync.retention._left_behind", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            trim(office, kept)
    assert len(office.table(schema.decisions)) == 30
    trim(office, kept)
    name = name_of("crm", office.clock())
    assert len({row["id"] for row in rows(tmp_path / "archive", name)}) == 20


def test_nothing_is_trimmed_unless_it_is_asked_for(
    grown: tuple[Office, list[RecordId], list[RecordId]],
) -> None:
    assert trim(grown[0], Retention()) == Trimmed(done=True, looked_at=0)


def test_a_lead_that_was_decided_again_is_archived_again(office: Office) -> None:
    lead = office.lead(owner="u-boss", last_name="Canary1x")
    office.sync()
    office.clock.pass_by(days=730)
    trim(office)
    office.crm.edit_owner(lead, None)
    with office.store.session("crm") as session, session.transaction("again") as tx:
        tx.execute(schema.cursors.delete().where(schema.cursors.c.walk == "created"))
    office.sync()
    office.clock.pass_by(seconds=200)
    office.sync()
    assert "Canary1x" in bodies(office)
    office.clock.pass_by(days=730)
    office.lead()
    office.sync()
    assert trim(office).leads == 1
    assert "Canary1x" not in bodies(office)


def test_the_last_run_of_a_connection_stays(office: Office) -> None:
    office.sync()
    office.clock.pass_by(seconds=10)
    office.sync()
    office.clock.pass_by(days=730)
    assert trim(office).runs == 1
    assert office.store.connections() == ["crm"]


def test_a_decision_whose_turns_are_gone_says_so_and_is_not_made_again(office: Office) -> None:
    office.rulebook = stored_configuration(FILES).rulebook
    parked = office.lead(country="DE", language="ja")
    for n in range(5):
        _person(office, n)
    settle(office)
    office.clock.pass_by(days=730)
    _person(office, 9)
    settle(office)
    first = decisions_of(office.store, office.ledger()[parked]["key"])[0]
    assert replayed(office.store, first, entries_of(office.store, f"crm/leads/{parked}")[0].ref).trace
    trim(office)
    found = replayed(office.store, first, entries_of(office.store, f"crm/leads/{parked}")[0].ref)
    assert (found.trace, found.gone, found.same) == (None, TURNS_GONE, True)
