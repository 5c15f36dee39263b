"""Calendars in a pass, in `route` and in `check`: who is busy gets no leads, and a decision can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.model import LeadRef, RecordId, RepId, State
from router.outside import outside
from router.route import Router
from router.trace import Bar
from sync import schema
from sync.calendars.asking import Unread
from sync.calendars.reading import read_files, weeks_from
from sync.passes import Order, run_pass
from sync.replay import replayed
from sync.seams import Seams
from sync.wiring import stored_configuration
from tests.calendars.test_events import calendar, event
from tests.router.build import rep
from tests.sync.office import Office

SECRET = "https://cal.example/private-5ecret/ana.ics"
FILES = {
    "leadswitch.yaml": "connections:\n  - {name: crm, kind: memory, file: leads.json, take: all}\n",
    "teams.yaml": "reps:\n"
    "  - {id: ana, name: Ana, email: ana@reps.example, calendar: ana.ics}\n"
    f"  - {{id: bo, name: Bo, email: bo@reps.example, calendar: '{SECRET}'}}\n"
    "  - {id: cy, name: Cy, email: cy@reps.example}\n"
    "teams:\n  - {name: smb, members: [ana, bo, cy]}\n",
    "rules.yaml": "rules:\n  - {name: Everyone, assign: {team: smb}}\n",
}
TODAY = calendar(
    event("DTSTART:20260302T080000Z\nDTEND:20260302T120000Z")
)  # the office opens at nine that day
TOMORROW = calendar(event("DTSTART;VALUE=DATE:20260303"))


class Feeds:
    """What the rep's calendars say; None: it cannot be had."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self.remote: str | None = calendar()

    def file(self, text: str | None) -> None:
        path = self.folder / "ana.ics"
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)

    def fetch(self, url: str, _allowed: object) -> str:
        assert url == SECRET
        if self.remote is None:
            raise Unread("cal.example answers 503")
        return self.remote

    def sync(self) -> list[str]:
        """Make a pass; return what was told."""
        found = stored_configuration(FILES)
        reps = dict(found.rulebook.reps)
        reps[RepId("ana")] = replace(reps[RepId("ana")], calendar=str(self.folder / "ana.ics"))
        book = replace(found.rulebook, reps=reps)
        self.office.rulebook = book
        wired = replace(self.office.wired(), files=found.files, config=found.hash, router=Router(book))
        seams: Seams = replace(self.office.seams(), fetch=self.fetch)
        told: list[str] = []
        assert run_pass(wired, self.office.store, seams, Order(tell=told.append)).exit_code == 0
        return told

    def routed(self, count: int = 6) -> tuple[set[str], list[str]]:
        leads = [self.office.lead() for _ in range(count)]
        told = self.sync()
        return self.owners(leads), [line for line in told if "to assign" not in line]

    def owners(self, leads: list[RecordId]) -> set[str]:
        return {str(self.office.owner(lead)).removeprefix("u-") for lead in leads}

    def entries(self) -> list[str]:
        return [row["subject"] for row in self.office.table(schema.log) if row["kind"] == "calendar"]

    def all_same(self) -> bool:
        rows = [(row["id"], row["lead"]) for row in self.office.table(schema.decisions)]
        return all(
            replayed(self.office.store, number, LeadRef(*lead.partition("#")[0].split("/"))).same
            for number, lead in rows
        )


@pytest.fixture
def feeds(office: Office, tmp_path: Path) -> Feeds:
    return Feeds(office, tmp_path)


def test_who_is_busy_gets_no_leads_until_it_is_over(feeds: Feeds) -> None:
    feeds.file(TODAY)
    assert feeds.routed() == ({"bo", "cy"}, [])
    feeds.remote = TOMORROW
    feeds.office.clock.pass_by(hours=3)  # twelve o'clock
    assert feeds.routed() == ({"ana", "bo", "cy"}, [])
    feeds.office.clock.pass_by(hours=12)
    assert feeds.routed() == ({"ana", "cy"}, [])
    assert feeds.all_same()


def test_what_was_known_stays_in_force_while_a_calendar_cannot_be_read(feeds: Feeds) -> None:
    feeds.file(TODAY)
    feeds.remote = TODAY
    assert feeds.routed() == ({"cy"}, [])
    feeds.file(None)
    feeds.remote = None
    owners, told = feeds.routed()
    stays = "what was known of it before stays in force"
    assert owners == {"cy"}
    assert told == [
        f"crm: ana.ics, the calendar of ana: cannot be read: No such file or directory; {stays}",
        f"crm: the calendar of bo at cal.example: cal.example answers 503; {stays}",
    ]
    assert "5ecret" not in "".join(told)
    feeds.file("<html>log in</html>")
    feeds.remote = calendar(event("DTSTART:soon"))
    owners, told = feeds.routed()
    assert owners == {"bo", "cy"}  # Bo's was read, but for one event
    assert told == [
        f"crm: ana.ics, the calendar of ana: line 1: no calendar: it does not begin with BEGIN:VCALENDAR; {stays}",
        "crm: the calendar of bo at cal.example: line 5: DTSTART holds no date: soon; that part is left out",
    ]
    assert feeds.all_same()


def test_a_decision_made_again_knows_what_the_calendar_said_then(feeds: Feeds) -> None:
    feeds.file(TODAY)
    feeds.routed()
    feeds.file(calendar())
    feeds.routed()
    assert feeds.all_same()
    with feeds.office.store.session("x") as session, session.transaction("tamper") as tx:
        tx.execute(schema.log.delete().where(schema.log.c.subject == "calendar:ana"))
    assert not feeds.all_same()


def test_the_log_grows_only_with_what_is_new(feeds: Feeds) -> None:
    feeds.file(TODAY)
    for _ in range(3):
        feeds.routed(1)
        feeds.office.clock.pass_by(hours=30)
    assert feeds.entries() == ["calendar:ana", "calendar:bo"]
    feeds.file(TOMORROW)
    feeds.routed(1)
    assert feeds.entries() == ["calendar:ana", "calendar:bo", "calendar:ana"]
    feeds.office.clock.pass_by(days=7)  # what is over leaves it, a week at a time
    feeds.routed(1)
    assert feeds.entries()[3:] == ["calendar:ana"]


def test_no_word_of_a_calendar_is_stored(feeds: Feeds) -> None:
    feeds.file(
        TODAY.replace("UID:1", "UID:1\nSUMMARY:Dentist\nLOCATION:Main St\nATTENDEE:mailto:eve@x.example")
    )
    feeds.routed()
    bodies = [row["body"] for row in feeds.office.table(schema.log) if row["kind"] == "calendar"]
    assert bodies == ["[1772438400,1772452800]", "[]"]


def test_the_window_begins_with_the_week_and_is_some_weeks_long() -> None:
    start, end = weeks_from(datetime(2026, 3, 8, 23, 59, tzinfo=UTC))
    assert (start, end) == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert weeks_from(datetime(2026, 3, 9, tzinfo=UTC)).start == datetime(2026, 3, 9, tzinfo=UTC)


def test_files_are_read_without_asking_anybody(tmp_path: Path) -> None:
    (tmp_path / "ana.ics").write_text(TODAY)
    reps = [rep("ana", calendar=str(tmp_path / "ana.ics")), rep("bo", calendar=SECRET), rep("cy")]
    known = read_files(reps, datetime(2026, 3, 2, tzinfo=UTC))
    assert list(known.busy) == ["ana"]
    assert known.unread == ("the calendar of bo at cal.example: it is not asked from here",)


def test_of_many_parts_that_cannot_be_read_a_few_are_named(tmp_path: Path) -> None:
    broken = calendar(*(event("DTSTART:tomorrow", uid=str(number)) for number in range(1_000)))
    (tmp_path / "ana.ics").write_text(broken)
    known = read_files([rep("ana", calendar=str(tmp_path / "ana.ics"))], datetime(2026, 3, 2, tzinfo=UTC))
    assert len(known.left_out) == 6
    assert known.left_out[0] == "ana.ics, the calendar of ana: line 5: DTSTART holds no date: tomorrow"
    assert known.left_out[-1] == "ana.ics, the calendar of ana: and 995 more such lines"


# --- the router -------------------------------------------------------------------------------------------

EIGHT, NOON = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "away", "why", "end"),
    [
        (EIGHT - MINUTE, {}, None, None),
        (EIGHT, {}, "busy until 2026-03-02 12:00 UTC, by their calendar", NOON),
        (NOON - MINUTE, {}, "busy until 2026-03-02 12:00 UTC, by their calendar", NOON),
        (NOON, {}, None, None),
        (EIGHT, {"ana": None}, "marked away", None),
        (EIGHT, {"ana": EIGHT + MINUTE}, "marked away until 2026-03-02 08:01 UTC", NOON),
        (EIGHT, {"ana": NOON + MINUTE}, "marked away until 2026-03-02 12:01 UTC", NOON + MINUTE),
        (EIGHT, {"ana": EIGHT - MINUTE}, "busy until 2026-03-02 12:00 UTC, by their calendar", NOON),
    ],
)
def test_a_busy_rep_is_away_until_the_later_end(
    now: datetime, away: Mapping[RepId, datetime | None], why: str | None, end: datetime | None
) -> None:
    ana = RepId("ana")
    found = outside(State(away=away, busy={ana: (EIGHT, NOON)}), now, ())
    told = found.whys.get(ana)
    assert told == (None if why is None else (Bar.AWAY, why))
    assert found.marked.get(ana) == end
