"""Calendars on the command line: `check` and `route` say which cannot be read, and whose they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.starter import write_starter
from tests.cli.program import Office

CALENDAR = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261118
END:VEVENT
END:VCALENDAR
"""
WEDNESDAY = "2026-11-18T12:00Z"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A configuration with one rep who has a calendar."""
    write_starter(tmp_path)
    office = Office(tmp_path)
    office.write(
        "teams.yaml",
        "reps:\n  - {id: ana, email: ana@example.com, calendar: ana.ics}\n  - {id: bo, email: bo@example.com}\n"
        "teams:\n  - {name: smb, members: [ana, bo]}\n",
    )
    office.write("rules.yaml", "rules:\n  - {name: Everyone, assign: {team: smb}}\n")
    office.write("ana.ics", CALENDAR)
    office.write("new.csv", "email\n" + "".join(f"p{n}@leads.example\n" for n in range(6)))
    return office


def owners(office: Office, at: str) -> set[str]:
    said = office.run("route", str(office.directory / "new.csv"), "--json", "--at", at)
    assert said.code == 0
    return {each["owner"] for each in said.objects}


def test_route_knows_the_calendars_that_are_files(office: Office) -> None:
    assert owners(office, WEDNESDAY) == {"bo"}
    assert owners(office, "2026-11-19T12:00Z") == {"ana", "bo"}


def test_a_calendar_that_cannot_be_read_is_said_and_stops_nothing(office: Office) -> None:
    assert office.run("check").err == ""
    (office.directory / "ana.ics").unlink()
    said = office.run("check")
    assert (said.code, said.err.strip()) == (
        0,
        "note: ana.ics, the calendar of ana: cannot be read: No such file or directory",
    )
    said = office.run("route", str(office.directory / "new.csv"), "--at", WEDNESDAY)
    assert "cannot be read: No such file or directory; counts as free time" in said.err
    office.write("ana.ics", CALENDAR.replace("20261118", "soon"))
    assert "ana.ics, the calendar of ana: line 3: DTSTART holds no date: soon" in office.run("check").err


def test_times_of_a_zone_that_nobody_knows_count_and_nothing_else_is_said(office: Office) -> None:
    office.write(
        "ana.ics", CALENDAR.replace("VALUE=DATE:20261118", "TZID=Mars/X:20261118T110000\nDURATION:PT4H")
    )
    said = office.run("route", str(office.directory / "new.csv"), "--at", WEDNESDAY)
    line = (
        "ana.ics, the calendar of ana: line 3: nobody knows the time zone Mars/X, so its times are taken as"
    )
    assert line in said.err
    assert "free time" not in said.err
    assert line in office.run("check").err
    assert owners(office, WEDNESDAY) == {"bo"}


def test_a_url_is_asked_by_check_live_alone(office: Office) -> None:
    office.change("teams.yaml", "calendar: ana.ics", "calendar: 'http://127.0.0.1:9/5ecret.ics'")
    assert office.run("check").err == ""
    said = office.run("check", "--live")
    assert (said.code, "note: the calendar of ana at 127.0.0.1: 127.0.0.1 cannot be reached" in said.err) == (
        0,
        True,
    )
    assert "5ecret" not in said.err + said.out
    assert owners(office, WEDNESDAY) == {"ana", "bo"}
    said = office.run("sync")
    assert said.code == 0
    assert "the calendar of ana at 127.0.0.1: 127.0.0.1 cannot be reached" in said.err
