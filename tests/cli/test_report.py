"""`leadswitch report`: the counts of the ledger, by connection and rep, and nothing of any lead."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from tests.cli.program import Office

SAME_AGAIN = "8,Mia,Keller,mia.keller@nordwind.de,Nordwind,,Germany,9,Web,,2026-03-05T09:00:00Z\n"


def told(office: Office, *arguments: str) -> dict[str, object]:
    found: dict[str, object] = office.run("report", *arguments, "--json").object["connections"]["sample"]
    return found


def test_assigned_leads_are_counted_by_rep_and_by_way(synced: Office) -> None:
    found = told(synced)
    assert (found["assigned"], found["unverified"], found["kept"], found["passes"]) == (5, 5, 1, 1)
    assert found["by_way"] == {"turn": 4, "sticky": 0, "named": 1, "queue": 0}
    assert found["reps"] == {
        "ana": {"turn": 2, "sticky": 0, "named": 0, "all": 2},
        "bo": {"turn": 2, "sticky": 0, "named": 0, "all": 2},
        "cy": {"turn": 0, "sticky": 0, "named": 1, "all": 1},
    }


def test_leads_that_follow_their_person_are_counted_apart(synced: Office) -> None:
    leads = (synced.directory / "leads.csv").read_text()
    synced.write("leads.csv", leads + SAME_AGAIN)
    assert synced.run("sync", "--json").object["duplicates"] == 1
    found = told(synced)
    assert (found["by_way"], found["duplicates"]) == ({"turn": 4, "sticky": 1, "named": 1, "queue": 0}, 1)


def test_what_was_undone_is_not_counted_as_assigned(synced: Office) -> None:
    run = synced.run("undo", "--json").objects[0]["run"]
    synced.run("undo", run)
    found = told(synced)
    assert (found["assigned"], found["undone"], found["passes"]) == (0, 5, 1)


def test_what_is_older_is_not_counted_but_what_stands_open_is(synced: Office) -> None:
    with closing(sqlite3.connect(synced.directory / "leadswitch.db")) as database:
        for table, column in (("claims", "at"), ("decisions", "at"), ("runs", "started")):
            database.execute(f"UPDATE {table} SET {column} = {column} - 8 * 86400000000")  # noqa: S608
        database.execute("UPDATE leads SET step = 'parked' WHERE step = 'kept'")
        database.commit()
    found = told(synced)
    assert (found["assigned"], found["passes"], found["parked"]) == (0, 0, 1)
    assert found["oldest_parked"] is not None
    assert told(synced, "--since", "9d")["assigned"] == 5
    assert told(synced, "--since", "2026-01-31")["assigned"] == 5


def test_people_read_the_same(synced: Office) -> None:
    shown = synced.run("report")
    assert shown.code == 0
    assert shown.out.startswith("sample: 5 assigned (4 in turn, 1 named by the rule)\n")
    assert "now open: 1 kept, 5 unverified" in shown.out
    assert re.search(r"1 pass, the last ended \d+ min ago", shown.out)
    assert "Leads by rep since " in shown.out


def test_fields_that_were_not_understood_are_counted_by_name(office: Office) -> None:
    leads = (office.directory / "leads.csv").read_text()
    office.write(
        "leads.csv", leads.replace("51-200", "a few").replace("mia.keller@nordwind.de", "mia at home")
    )
    office.run("sync")
    assert told(office)["not_understood"] == {"email": 1, "employees": 1}
    assert "not understood: " in office.run("report").out


def test_no_personal_value_is_in_it(synced: Office) -> None:
    shown = synced.run("report").out + synced.run("report", "--json").out
    assert not [part for part in ("keller", "nordwind", "Mia", "@") if part in shown]


def test_before_the_first_pass_there_is_nothing(office: Office) -> None:
    office.run("store", "migrate")
    assert office.run("report").out == "No pass was made yet.\n"


@pytest.mark.parametrize("since", ["soon", "2026-13-01", "9999999d"])
def test_a_time_that_is_none_is_refused(synced: Office, since: str) -> None:
    shown = synced.run("report", "--since", since)
    assert (shown.code, "write 7d or 2026-01-31" in shown.err) == (2, True)
