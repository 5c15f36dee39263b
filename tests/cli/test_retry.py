"""`leadswitch retry`: what failed, now; what was left alone, when it is asked for."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.cli.program import Office
from tests.cli.test_exit_codes import moody

__all__ = ["moody"]


@pytest.fixture
def undone(synced: Office) -> Office:
    """The starter configuration after its first pass was taken back."""
    run = synced.run("undo", "--json").objects[0]["run"]
    assert synced.run("undo", run, "--json").object["put_back"] == 5
    assert "which the next pass verifies; ask again then" in synced.run("retry", "1").err
    with closing(sqlite3.connect(synced.directory / "leadswitch.db")) as database:
        database.execute("UPDATE leads SET due = 0 WHERE step = 'verify'")
        database.commit()
    synced.run("sync")
    return synced


def test_failed_leads_are_listed_with_reason_and_the_next_time(moody: Office) -> None:
    moody.change("leadswitch.yaml", "mood: well", "mood: refusing")
    moody.run("sync")
    listed = moody.run("retry", "--list", "--json").objects
    assert {told["state"] for told in listed} == {"failed"}
    assert all(told["reason"] and told["until"] and told["attempts"] == 1 for told in listed)
    assert moody.run("retry", "--list", "--connection", "sample", "--json").objects == []
    assert len(moody.run("parked", "--connection", "crm", "--json").objects) == len(listed)
    shown = moody.run("retry", "--list")
    assert shown.out.startswith("1 lead failed or in doubt\n")


def test_one_lead_is_tried_again(moody: Office) -> None:
    moody.change("leadswitch.yaml", "mood: well", "mood: refusing")
    moody.run("sync")
    [first, *_] = moody.run("retry", "--list", "--json").objects
    moody.change("leadswitch.yaml", "mood: refusing", "mood: well")
    assert moody.run("retry", first["lead"], "--json").object["assigned"] == 1
    assert moody.run("retry", "--connection", "crm", "--json").object == {"retried": 0}
    assert moody.run("retry", "--list").out == "No lead has failed.\n"


def test_all_of_a_connection_are_tried_again(moody: Office) -> None:
    moody.change("leadswitch.yaml", "mood: well", "mood: refusing")
    moody.run("sync")
    moody.change("leadswitch.yaml", "mood: refusing", "mood: well")
    assert moody.run("retry", "--connection", "sample", "--json").object == {"retried": 0}
    assert moody.run("retry", "--connection", "crm", "--json").object["assigned"] == 1


def test_an_undone_lead_is_taken_again_when_it_is_asked_for_and_only_then(undone: Office) -> None:
    assert undone.run("retry").out == "No lead has failed.\n"
    told = undone.run("retry", "sample/leads/1", "--json").object
    assert (told["assigned"], told["failed"]) == (1, 0)
    assert undone.run("explain", "1", "--json").object["step"] in ("verify", "settled")
    assert undone.run("sync", "--json").object["assigned"] == 0


def test_a_forgotten_lead_comes_back_when_it_is_asked_for(undone: Office) -> None:
    undone.run("forget", "mia.keller@nordwind.de")
    assert undone.run("explain", "1", "--json").object["forgotten"] is not None
    assert undone.run("retry", "1", "--json").object["assigned"] == 1
    assert undone.run("explain", "1", "--json").object["forgotten"] is None


def test_a_lead_that_is_well_is_refused(synced: Office) -> None:
    told = synced.run("retry", "1")
    assert (told.code, told.err.startswith("1 has not failed: it is ")) == (2, True)
