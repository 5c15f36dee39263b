"""teams.yaml: what becomes of reps, teams and queues, and what is refused."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from router.model import Absence, Days, Hours, Member, Queue, Rep
from tests.config.world import configured, notices, problems

D = Decimal


def teams(rep: str, *, more: str = "") -> str:
    reps = f"reps:\n  - {rep}\n  - {{id: bo, email: bo@example.com}}\n"
    return f"{reps}teams:\n  - {{name: smb, members: [ana, bo]}}\n{more}"


def ana(keys: str) -> Rep:
    book = configured(teams=teams(f"{{id: ana, email: ana@example.com, {keys}}}")).rulebook
    return next(rep for rep in book.reps.values() if rep.id == "ana")


def stretch(days: str, start: str, end: str) -> tuple[Hours, ...]:
    return tuple(Hours(int(day), time.fromisoformat(start), time.fromisoformat(end)) for day in days)


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("always", ()),
        ('{mon-fri: "09:00-17:30"}', stretch("01234", "09:00", "17:30")),
        ("{mon-fri: 09:00-17:30}", stretch("01234", "09:00", "17:30")),
        ("{sat: 9:00 – 12:00}", stretch("5", "09:00", "12:00")),
        ("{Monday: 09:00-12:00}", stretch("0", "09:00", "12:00")),
        ('{"mon,wed": 09:00-12:00}', stretch("02", "09:00", "12:00")),
        ("{sat-mon: 09:00-12:00}", stretch("056", "09:00", "12:00")),
        (
            '{mon: ["08:00-12:00", "13:00-17:00"]}',
            (*stretch("0", "08:00", "12:00"), *stretch("0", "13:00", "17:00")),
        ),
        ("{tue: 00:00-24:00}", stretch("1", "00:00", "00:00")),
        ("{tue: 20:00-00:00}", stretch("1", "20:00", "00:00")),
        ("{sun: 22:00-06:00}", (*stretch("0", "00:00", "06:00"), *stretch("6", "22:00", "00:00"))),
        ("{mon-fri: 09:00-17:00, sun: []}", stretch("01234", "09:00", "17:00")),
    ],
)
def test_hours_mean(written: str, hours: tuple[Hours, ...]) -> None:
    assert ana(f"hours: {written}").hours == hours


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("[2026-12-24..2027-01-02]", (Days(date(2026, 12, 24), date(2027, 1, 2)),)),
        ("[2026-11-01..]", (Days(date(2026, 11, 1), None),)),
        ("[..2026-11-01]", (Days(None, date(2026, 11, 1)),)),
        ("[2026-12-24]", (Days(date(2026, 12, 24), date(2026, 12, 24)),)),
        ("2026-12-24", (Days(date(2026, 12, 24), date(2026, 12, 24)),)),
    ],
)
def test_days_mean(written: str, days: tuple[Days, ...]) -> None:
    assert ana(f"away: {written}").away == days
    assert ana(f"works: {written}").works == days


@pytest.mark.parametrize(
    ("written", "weights"),
    [
        ("0", ((None, D(0)),)),
        ("0.5", ((None, D("0.5")),)),
        (
            "{2027-01-01: 1, 2026-11-01: 0.25}",
            ((date(2026, 11, 1), D("0.25")), (date(2027, 1, 1), D(1))),
        ),
    ],
)
def test_weights_mean(written: str, weights: tuple[tuple[date | None, Decimal], ...]) -> None:
    assert ana(f"weight: {written}").weights == weights


def test_a_rep_needs_an_id_only() -> None:
    book = configured(teams=teams("{id: ana}")).rulebook
    rep = next(iter(book.reps.values()))
    assert rep == Rep(id=rep.id, name="ana", zone="UTC")


def test_the_zone_of_the_configuration_is_that_of_reps_without_one() -> None:
    zoned = "timezone: Asia/Tokyo\nconnections: [{name: crm, kind: memory, file: x, mapping: map.yaml}]"
    book = configured(leadswitch=zoned, teams=teams("{id: ana, zone: Europe/Oslo}")).rulebook
    assert [rep.zone for rep in book.reps.values()] == ["Europe/Oslo", "Asia/Tokyo"]


def test_attributes_are_lists_and_codes_are_canonical() -> None:
    rep = ana("attributes: {language: [EN, es_mx], country: no, experience: Senior}")
    assert rep.attributes == {"language": ("en", "es-MX"), "country": ("NO",), "experience": ("Senior",)}


def test_everything_of_a_rep_is_kept() -> None:
    keys = (
        "owner: {crm: 0511}, holidays: us-ca, calendar: ana.ics, capacity: {day: 20, open: 50}, manager: bo"
    )
    rep = ana(keys)
    assert (rep.owners, rep.holidays, rep.calendar) == ({"crm": "0511"}, "US-CA", "ana.ics")
    assert (rep.capacity, rep.manager) == ({"day": 20, "open": 50}, "bo")


def test_members_have_weights_of_their_own() -> None:
    text = "reps: [{id: ana}, {id: bo}]\nteams: [{name: smb, members: [ana, {bo: 0.5}]}]"
    team = next(iter(configured(teams=text).rulebook.teams.values()))
    assert [(member.rep, member.weight) for member in team.members] == [("ana", D(1)), ("bo", D("0.5"))]
    assert all(isinstance(member, Member) for member in team.members)


@pytest.mark.parametrize(
    ("absence", "catch_up"),
    [
        ("keep_place", None),
        ("{catch_up: {at_most: 3, within: 7d}}", Absence(3, 604800.0)),
        ("{catch_up: {at_most: 1, within: 48h}}", Absence(1, 172800.0)),
    ],
)
def test_absence_means(absence: str, catch_up: Absence | None) -> None:
    text = f"reps: [{{id: ana}}]\nteams: [{{name: smb, members: [ana], absence: {absence}}}]"
    assert next(iter(configured(teams=text).rulebook.teams.values())).catch_up == catch_up


def test_a_queue_has_an_id_or_name_for_each_connection_or_none() -> None:
    book = configured(
        teams=teams("{id: ana}", more='queues: {backup: {crm: "0512"}, later: {}, never: }')
    ).rulebook
    assert [queue.targets for queue in book.queues.values()] == [{"crm": "0512"}, {}, {}]
    assert all(isinstance(queue, Queue) for queue in book.queues.values())


def test_a_connection_that_is_not_there_yet_is_noticed() -> None:
    text = teams("{id: ana, owner: {sf: 005x}}", more="queues: {backup: {hs: 1}}")
    found = [notice for notice in notices(teams=text) if "there is no connection" in notice]
    assert found == [
        "teams.yaml:2:23: there is no connection 'sf' (known: crm)",
        "teams.yaml:6:19: there is no connection 'hs' (known: crm)",
    ]


@pytest.mark.parametrize(
    ("rep", "problem"),
    [
        ("{name: Ana}", "2:5: 'id' is missing"),
        (
            "{id: ana, zone: Europe/Londn}",
            "2:21: unknown time zone 'Europe/Londn' (did you mean 'Europe/London'?)",
        ),
        ("{id: ana, hours: 9-17}", "2:22: hours must be a mapping"),
        ("{id: ana, hours: {mo-fr: 09:00-17:00}}", "2:23: 'mo' is no weekday"),
        ("{id: ana, hours: {mon: 9-17}}", "2:28: '9-17' is no stretch of hours"),
        ("{id: ana, hours: {mon: 09:00-25:00}}", "2:28: '09:00-25:00' holds no time of day"),
        ("{id: ana, hours: {mon: 09:61-12:00}}", "2:28: '09:61-12:00' holds no time of day"),
        ("{id: ana, hours: {mon: 09:00-09:00}}", "2:28: '09:00-09:00' has no length"),
        ("{id: ana, hours: {mon-fri: 09:00-17:00, fri: 09:00-15:00}}", "2:22: hours of fri overlap"),
        ("{id: ana, hours: {}}", "2:22: no hours at all"),
        ("{id: ana, away: [2026-13-01]}", "2:22: '2026-13-01' is no date"),
        ("{id: ana, away: [24.12.2026]}", "2:22: '24.12.2026' is no date (write year-month-day"),
        ("{id: ana, away: [2026-12-24..2026-12-01]}", "2:22: '2026-12-24..2026-12-01' ends before it begins"),
        ("{id: ana, away: ['..']}", "2:22: '..' has neither a first nor a last day"),
        ("{id: ana, weight: -1}", "2:23: a weight cannot be negative"),
        ("{id: ana, weight: lots}", "2:23: 'lots' is no number"),
        ("{id: ana, weight: {soon: 1}}", "2:24: 'soon' is no date"),
        ("{id: ana, calendar: ../ana.ics}", "2:25: ../ana.ics is outside of the configuration's directory"),
        (
            "{id: ana, calendar: 'http://cal.example/a'}",
            "2:25: http is not safe for a calendar (write https://)",
        ),
        (
            "{id: ana, calendar: 'ftp://cal.example/a'}",
            "2:25: ftp is not safe for a calendar (write https://)",
        ),
        (
            "{id: ana, calendar: 'https:///a.ics'}",
            "2:25: not a URL (write https://HOST/PATH, or the name of a file)",
        ),
        ("{id: ana, calendar: 'https://[::1/a'}", "2:25: not a URL"),
        (
            "{id: ana, calendar: 'https://ana:pw@cal.example'}",
            "2:25: a password must not be written into the",
        ),
        ("{id: ana, calendar: [a.ics]}", "2:25: a single value is expected here"),
        ("{id: ana, capacity: {day: many}}", "2:31: 'many' is no whole number"),
        (
            "{id: ana, capacity: {day: 0}}",
            "2:31: a capacity of 0 would take no lead ever (leave it out for no limit; ",
        ),
        (
            "{id: ana, capacity: {24: 5}}",
            "2:26: unknown key '24' (known: hour, day, week, month, open, or a ",
        ),
        ("{id: ana, capacity: {0s: 5}}", "2:26: unknown key '0s' (known: hour, day, "),
        ("{id: ana, capacity: {24h: 5, 1d: 6}}", "2:34: limit '1d' is there twice (first on line 2)"),
        ("{id: ana, capacity: {days: 5}}", "2:26: unknown key 'days' (did you mean 'day'?)"),
        ("{id: ana, manager: zoe}", "2:24: unknown rep 'zoe' (known: ana, bo)"),
        ("{id: ana, holidays: Germany}", "2:25: 'Germany' is no country code (write the ISO code: DE)"),
        ("{id: ana, attributes: {language: English}}", "2:38: 'English' is no language code"),
        ("{id: ana, email: ana}", "2:22: 'ana' is no e-mail address"),
        (
            "{id: ana, email: BO@example.com}",
            "3:21: e-mail 'bo@example.com' is there twice (first on line 2)",
        ),
        ("{id: ana, emial: a@example.com}", "2:15: unknown key 'emial' (did you mean 'email'?)"),
        ("{id: [ana]}", "2:10: a single value is expected here"),
        ("ana", "2:5: this must be a mapping"),
    ],
)
def test_a_wrong_rep_is_refused_at_its_place(rep: str, problem: str) -> None:
    found = [line for line in problems(teams=teams(rep)) if "unknown rep 'ana'" not in line]
    assert len(found) == 1
    assert found[0].startswith(f"teams.yaml:{problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("reps: [{id: ana}, {id: ana}]", "1:24: rep id 'ana' is there twice (first on line 1)"),
        (
            "reps: [{id: ana, owner: {crm: 1}}, {id: bo, owner: {crm: 1}}]",
            "1:58: owner id '1' is there twice",
        ),
        ("reps: ana", "1:7: 'reps' must be a list"),
        ("teams: [{name: smb}]", "1:9: 'members' is missing"),
        ("teams: [{name: smb, members: [zoe]}]", "1:31: unknown rep 'zoe'"),
        ("reps: [{id: a}]\nteams: [{name: smb, members: [a, a]}]", "2:34: member 'a' is there twice"),
        ("reps: [{id: a}]\nteams: [{name: smb, members: [{a: -1}]}]", "2:35: a weight cannot be negative"),
        (
            "reps: [{id: a}]\nteams: [{name: smb, members: [a]}, {name: smb, members: [a]}]",
            "2:43: team 'smb' is there twice",
        ),
        (
            "teams: [{name: smb, members: []}]",
            "1:30: a team without members can take no lead (name a rep, or remove the team)",
        ),
        (
            "reps: [{id: a}]\nteams: [{name: smb, members: [a], absence: gone}]",
            "2:44: 'gone' is not known here (write keep_place, or",
        ),
        ("queues: [backup]", "1:9: 'queues' must be a mapping"),
        ("queues: {backup: Inbound}", "1:18: a queue is an id or name for each connection"),
    ],
)
def test_a_wrong_team_is_refused_at_its_place(text: str, problem: str) -> None:
    found = [line for line in problems(teams=text) if line.startswith("teams.yaml")]
    assert len(found) == 1
    assert found[0].startswith(f"teams.yaml:{problem}")
