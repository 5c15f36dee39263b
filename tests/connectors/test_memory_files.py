"""A memory CRM in files: what is kept between runs, and what a crash leaves."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.contract import Assignment, Entered, Note, Verdict
from connectors.errors import Stop
from connectors.memory import Options
from connectors.memory.wire import Unloadable
from tests.connectors.memory_files import ANA, BO, CSV, NOW, give, records, ref, start


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "killed"])
@pytest.mark.parametrize("name", ["csv_file", "json_file"])
def test_the_next_run_sees_owners_notes_and_traces(
    name: str, closed: bool, request: pytest.FixtureRequest
) -> None:
    file: Path = request.getfixturevalue(name)
    for run in range(3):
        connector = start(Options(file=file))
        if run == 0:
            assert give(connector, "7") is Verdict.DONE
            connector.annotate([Note(ref("7"), "lsw:1", "why\nlsw:1")])
        found = records(connector)["7"]
        assert (found.owner, found.version, found.fields["trace"]) == ("ana", "2", "rule 1")
        assert connector.noted([Note(ref("7"), "lsw:1", "")]) == {"lsw:1"}
        assert [(one.owner, one.ours) for one in connector.history([ref("7")])[ref("7")]] == [("ana", True)]
        if closed:
            connector.close()


def test_the_state_of_a_csv_is_beside_it_and_that_of_a_json_in_it(csv_file: Path, json_file: Path) -> None:
    for file in (csv_file, json_file):
        connector = start(Options(file=file))
        give(connector, "7")
        connector.close()
    assert {one.name for one in csv_file.parent.iterdir()} == {"leads.csv", "leads.json", "leads.state.json"}
    assert csv_file.read_text() == CSV
    saved = json.loads(json_file.read_text())
    assert saved["records"][0]["owner"] == "ana"
    assert [user["id"] for user in saved["users"]] == ["ana"]


def test_save_names_another_place(csv_file: Path, tmp_path: Path) -> None:
    options = Options(file=csv_file, save=tmp_path / "elsewhere.json")
    connector = start(options)
    give(connector, "7")
    connector.close()
    assert records(start(options))["7"].owner == "ana"
    assert records(start(Options(file=csv_file)))["7"].owner is None


def test_looking_alone_writes_nothing(csv_file: Path) -> None:
    connector = start(Options(file=csv_file))
    connector.read([ref("7")])
    connector.owners()
    connector.close()
    assert list(csv_file.parent.iterdir()) == [csv_file]


def test_a_record_without_a_date_is_stamped_once_with_the_time_it_came(csv_file: Path) -> None:
    csv_file.write_text("id,createdate\n1,\n2,next week\n3,2026-01-01\n")
    walk = Entered("createdate", NOW - timedelta(days=1))
    for later in (0, 5):
        connector = start(Options(file=csv_file), now=NOW + timedelta(days=later))
        page = connector.pages(walk, None)
        assert [(one.record.ref.record, one.stamp) for one in page.changes] == [("1", NOW), ("2", NOW)]
        connector.close()


def test_a_blank_date_other_than_that_of_creation_has_not_happened(csv_file: Path) -> None:
    csv_file.write_text("id,became_lead\n1,\n2,2026-02-03\n")
    page = start(Options(file=csv_file)).pages(Entered("became_lead", NOW - timedelta(days=90)), None)
    assert [one.record.ref.record for one in page.changes] == ["2"]


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "killed"])
def test_what_a_person_edits_in_the_file_between_two_runs_is_seen(csv_file: Path, closed: bool) -> None:
    for run in range(4):
        connector = start(Options(file=csv_file))
        found = records(connector)
        if run == 0:
            give(connector, "7")
            csv_file.write_text(
                "id,email,owner\n7,new@example.com,bo\n8,b@example.com,bo\n9,c@example.com,\n"
            )
        else:
            assert {name: one.owner for name, one in found.items()} == {"7": "bo", "8": "bo", "9": None}
            assert found["7"].fields == {"email": "new@example.com", "trace": "rule 1"}
            history = connector.history([ref("7")])[ref("7")]
            assert [(one.owner, one.ours) for one in history] == [("ana", True), ("bo", False)]
        if closed:
            connector.close()


def test_a_persons_choice_in_the_file_is_taken_once_even_if_it_is_undone(csv_file: Path) -> None:
    first = start(Options(file=csv_file))
    give(first, "7")
    first.close()
    csv_file.write_text(CSV.replace("com,,", "com,bo,"))
    second = start(Options(file=csv_file))
    assert records(second)["7"].owner == "bo"
    assert give(second, "7") is Verdict.DONE
    assert records(start(Options(file=csv_file)))["7"].owner == "ana"


# --- crashes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 20])
def test_a_torn_last_line_is_dropped_and_the_rest_recovered(csv_file: Path, cut: int) -> None:
    connector = start(Options(file=csv_file))
    give(connector, "7")
    give(connector, "8")
    journal = csv_file.with_name("leads.state.json.journal")
    journal.write_bytes(journal.read_bytes()[:-cut])
    second = start(Options(file=csv_file))
    assert [records(second)[one].owner for one in ("7", "8")] == ["ana", "bo"]
    assert give(second, "8") is Verdict.DONE
    third = start(Options(file=csv_file))
    assert [records(third)[one].owner for one in ("7", "8")] == ["ana", "ana"]


def test_a_crash_between_saving_and_forgetting_the_journal_doubles_nothing(csv_file: Path) -> None:
    connector = start(Options(file=csv_file))
    give(connector, "7")
    connector.annotate([Note(ref("7"), "lsw:1", "why\nlsw:1")])
    journal = csv_file.with_name("leads.state.json.journal")
    shutil.copy(journal, kept := csv_file.with_name("copy"))
    connector.close()
    assert not journal.exists()
    kept.rename(journal)
    again = start(Options(file=csv_file))
    assert len(again.history([ref("7")])[ref("7")]) == 1
    assert records(again)["7"].version == "2"


def test_a_journal_of_another_state_is_refused_with_the_way_out(csv_file: Path) -> None:
    connector = start(Options(file=csv_file))
    give(connector, "7")
    connector.close()
    connector = start(Options(file=csv_file))
    give(connector, "7", BO)
    csv_file.with_name("leads.state.json").unlink()
    with pytest.raises(Unloadable, match="restore that, or delete both"):
        start(Options(file=csv_file))


def test_a_broken_line_inside_the_journal_is_named(csv_file: Path) -> None:
    give(start(Options(file=csv_file)), "7")
    journal = csv_file.with_name("leads.state.json.journal")
    journal.write_bytes(b"[1, 2]\n" + journal.read_bytes())
    with pytest.raises(Unloadable, match=r"journal:1: this is no line of a journal"):
        start(Options(file=csv_file))


@pytest.mark.parametrize("torn", [False, True])
def test_a_full_disk_stops_the_pass_and_nothing_was_written(
    csv_file: Path, monkeypatch: pytest.MonkeyPatch, torn: bool
) -> None:
    records(start(Options(file=csv_file)))
    with csv_file.with_name("leads.state.json.journal").open("ab") as journal:
        journal.write(b'["owned", {"rec' * torn)
    connector = start(Options(file=csv_file))
    seen = records(connector)["7"]
    write = os.write

    def full(descriptor: int, lines: bytes) -> int:
        write(descriptor, lines[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(Stop, match="No space left"):
            connector.assign([Assignment(seen, ANA)])
    assert records(connector)["7"] == seen
    assert give(connector, "7") is Verdict.DONE
    assert records(start(Options(file=csv_file)))["7"].owner == "ana"


def test_a_killed_process_loses_nothing_that_was_confirmed(csv_file: Path) -> None:
    csv_file.write_text("id\n" + "".join(f"{number}\n" for number in range(1, 500)))
    command = [sys.executable, "-m", "tests.connectors.memory_files", str(csv_file)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        assert child.stdout is not None
        confirmed = [child.stdout.readline().strip() for _ in range(50)]
        child.kill()
        confirmed += child.stdout.read().split("\n")[:-1]
    found = start(Options(file=csv_file)).read([ref(one) for one in confirmed])
    assert {look.record.owner for look in found.values() if look.record} == {"ana"}
    assert len(confirmed) == len(found) >= 50
