"""`leadswitch away`: at once, in the log, by id or e-mail, and back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.program import Office

NEW = "8,Eve,Moss,eve@moss.example,Moss,,United States,9,Web,,2026-03-05T09:00:00Z\n"


def entries(office: Office) -> list[dict[str, object]]:
    with closing(sqlite3.connect(office.directory / "leadswitch.db")) as database:
        rows = database.execute("SELECT body FROM log WHERE kind = 'away' ORDER BY seq")
        return [json.loads(body) for (body,) in rows]


def owner_of_new_lead(office: Office) -> object:
    leads = office.directory / "leads.csv"
    leads.write_text(leads.read_text() + NEW)
    office.run("sync")
    return office.run("explain", "8", "--json").object["decisions"][0]


def test_who_is_away_gets_no_lead_and_explain_says_so(synced: Office) -> None:
    assert synced.run("away", "ana").out == "ana is away until marked back.\n"
    synced.run("away", "BO@example.com", "--until", "3d")
    decision = owner_of_new_lead(synced)
    assert isinstance(decision, dict)
    whys = {rep["rep"]: rep["why_not"] for one in decision["trace"]["considered"] for rep in one["reps"]}
    assert decision["same"]
    assert decision["owner"] not in ("ana", "bo")
    assert whys["ana"] == "marked away"
    assert whys["bo"].startswith("marked away until 20")


def test_nobody_loses_a_lead_by_being_marked(synced: Office) -> None:
    before = (
        (synced.directory / "leads.csv").read_bytes(),
        synced.run("report", "--json").object["connections"],
    )
    synced.run("away", "ana")
    after = (
        (synced.directory / "leads.csv").read_bytes(),
        synced.run("report", "--json").object["connections"],
    )
    assert before == after


def test_a_decision_of_before_comes_out_the_same(synced: Office) -> None:
    before = [synced.run("explain", str(number), "--json").object["decisions"] for number in range(1, 6)]
    for rep in ("ana", "bo", "cy"):
        synced.run("away", rep)
    assert [synced.run("explain", str(n), "--json").object["decisions"] for n in range(1, 6)] == before


def test_back_ends_it_and_saying_it_twice_is_one_entry(synced: Office) -> None:
    for arguments in (("ana",), ("ana",), ("ana", "--back"), ("ana", "--back")):
        assert synced.run("away", *arguments).code == 0
    assert [entry["away"] for entry in entries(synced)] == [True, False]
    assert synced.run("away").out == "Nobody is marked away.\n"
    assert synced.run("away", "--json").object == {}


@pytest.mark.parametrize("name", ["ana", "ANA", "Ana@Example.com", "ana ruiz"])
def test_a_rep_is_known_by_id_e_mail_and_name_in_any_case(synced: Office, name: str) -> None:
    assert synced.run("away", name, "--json").object["rep"] == "ana"


def test_the_list_and_the_report_name_who_is_away(synced: Office) -> None:
    synced.run("away", "ana", "--until", "2099-12-24", "--json")
    until = "2099-12-25T05:00:00+00:00"  # all of the day in New York
    assert synced.run("away", "--json").object == {"ana": until}
    assert synced.run("report", "--json").object["away"] == {"ana": until}
    assert "ana is away until 2099-12-25 05:00 UTC." in synced.run("report").out


def test_a_time_that_is_over_ends_it_by_itself(synced: Office) -> None:
    synced.run("away", "ana", "--until", "1h")
    with closing(sqlite3.connect(synced.directory / "leadswitch.db")) as database:
        over = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        body = json.dumps({"away": True, "until": over})
        database.execute("UPDATE log SET body = ? WHERE kind = 'away'", (body,))
        database.commit()
    assert synced.run("away").out == "Nobody is marked away.\n"


def test_it_works_before_the_first_pass(office: Office) -> None:
    told = office.run("away", "ana", "--json")
    assert (told.code, told.object) == (0, {"rep": "ana", "away": True, "until": None})


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("anna",), "there is no rep anna in teams.yaml, by id, e-mail or name; did you mean ana?"),
        (("ana", "--until", "soon"), "--until: 'soon' is neither a time nor a duration; write 4h, 3d"),
        (("ana", "--until", "2020-01-01"), "--until: 2020-01-01 is over; use --back"),
        (("ana", "--until", "0"), "--until: 0 is over; use --back"),
        (("ana", "--until", "999999999w"), "--until: 999999999w is too far off"),
        (("ana", "--until", "1d", "--back"), "--until and --back exclude each other"),
        (("--back",), "say which rep"),
    ],
)
def test_what_cannot_be_done_is_refused(synced: Office, arguments: tuple[str, ...], problem: str) -> None:
    told = synced.run("away", *arguments)
    assert (told.code, entries(synced)) == (2, [])
    assert problem in told.err
