"""Queries, ids, places of walks, and shapes of answers that no sandbox gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Absent, Entered, Everything
from connectors.errors import Doubt, Stop
from connectors.http import Answer
from connectors.salesforce import wire, wire_bulk
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire import Place
from connectors.salesforce.wire_dates import moment
from connectors.salesforce.wire_ids import full, is_id
from tests.salesforce.recorded import DATE, ref, samples, table

SINCE = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
WALK = Entered("CreatedDate", SINCE)
LEAD, OTHER = "00Qak00000696HFEAY", "00Qak00000696HGEAY"
LOCATOR = "/services/data/v62.0/query/0r8xx5R2yRjYJoUASW-2000"


def answer(body: object, status: int = 200, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"date": DATE, **headers}, raw)


# --- ids --------------------------------------------------------------------------------------------------


def recorded_ids() -> list[str]:
    """Return every id of the samples that nobody scrubbed."""
    rows = [row for sample in samples("query") for row in wire.rows(sample.body)]
    return [found for found in map(wire.record_id, rows) if "0x" not in found and is_id(found)]


def test_the_last_three_characters_of_recorded_ids_are_computed() -> None:
    found = recorded_ids()
    assert len(found) > 30
    assert [full(one[:15]) for one in found] == found


@pytest.mark.parametrize("text", ["", "00Q", LEAD, "00Q-00000696HF", "00Qak00000696Hé", "x" * 16])
def test_what_is_no_short_id_stays_as_it_is(text: str) -> None:
    assert full(text) == text


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "quoted", "like"),
    [
        ("O'Hara", r"'O\'Hara'", r"'%O\'Hara%'"),
        ("50% a_b", "'50% a_b'", r"'%50\% a\_b%'"),
        ('\\ " \n', r"'\\ \" \n'", r"'%\\ \" \n%'"),
        ("x' OR Name != '", r"'x\' OR Name != \''", r"'%x\' OR Name != \'%'"),
    ],
)
def test_a_text_is_quoted_so_that_it_ends_where_it_should(value: str, quoted: str, like: str) -> None:
    assert (soql.text(value), soql.containing(value)) == (quoted, like)


@pytest.mark.parametrize(
    ("at", "literal"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00Z"),
        (SINCE, "2026-03-01T12:00:00.250Z"),
        (datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2026-03-01T06:30:00Z"),
    ],
)
def test_a_moment_is_written_in_utc(at: datetime, literal: str) -> None:
    assert soql.moment(at) == literal
    assert soql.like("2026-01-01", at) == literal[:10]


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("2026-05-01T07:25:37.000+0000", datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC)),
        ("2026-05-01T07:25:37.000Z", datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("the day before", None),
        (None, None),
        (True, None),
    ],
)
def test_a_time_is_read_in_each_form(raw: Any, at: datetime | None) -> None:
    assert moment(raw) == at


@pytest.mark.parametrize("name", ["Email", "Plan__c", "RecordType.DeveloperName", "Account__r.Owner.Name"])
def test_names_and_paths_can_be_asked_for(name: str) -> None:
    assert soql.is_name(name)


@pytest.mark.parametrize(
    "name", ["", "First Name", "a,b", "Id FROM User", "a..b", ".a", "(SELECT", "1st", "é"]
)
def test_nothing_else_can(name: str) -> None:
    assert not soql.is_name(name)


# --- room -------------------------------------------------------------------------------------------------


def test_an_address_holds_any_sign() -> None:
    assert soql.in_address("a = 'ü %'") == "a%20%3D%20%27%C3%BC%20%25%27"


@settings(max_examples=60)
@given(st.lists(st.text(min_size=1, max_size=400), max_size=80), st.integers(1, 30))
def test_what_is_asked_in_parts_is_all_there_each_once_and_fits(items: list[str], most: int) -> None:
    asked: list[tuple[str, ...]] = []

    def of(some: Any) -> str:
        return soql.select(["Id"], "Account", [f"Name IN {soql.texts(some)}"])

    for made in soql.filled(items, of, most):
        size = next(n for n in range(1, most + 1) if of(items[sum(map(len, asked)) :][:n]) == made)
        asked.append(tuple(items[sum(map(len, asked)) :][:size]))
        assert soql.fits(made) or size == 1
    assert [one for part in asked for one in part] == items


def test_fields_without_room_are_asked_for_by_another_query() -> None:
    names = [f"Field_{number:04}__c" for number in range(900)]
    queries = list(wire.by_ids(table(*names), [LEAD], table(*names).asked()))
    assert len(queries) > 1
    assert all(soql.fits(one) and "IsDeleted" in one for one in queries)
    assert all(any(f",{name}" in one for one in queries) for name in names)


def test_rows_of_one_record_complete_each_other() -> None:
    rows = [{"Id": LEAD, "OwnerId": "005", "Email": "a"}, {"Id": LEAD, "Phone": "1"}]
    looks = wire.looks(rows, table("Email", "Phone"), [ref(LEAD), ref(OTHER)])
    record = looks[ref(LEAD)].record
    assert record is not None
    assert (record.fields["Email"], record.fields["Phone"]) == ("a", "1")
    assert looks[ref(OTHER)].absent is Absent.MISSING


# --- walks ------------------------------------------------------------------------------------------------


def test_a_walk_begins_inclusive_and_goes_on_behind_the_last_record() -> None:
    asked = table("Email")
    first = wire.entered(asked, WALK, Place(soql.moment(SINCE)), ["Id"])
    assert first == (
        "SELECT Id FROM Lead WHERE CreatedDate >= 2026-03-01T12:00:00.250Z AND IsConverted = false "
        "ORDER BY CreatedDate, Id"
    )
    later = wire.entered(asked, WALK, Place("2026-03-01T12:00:01Z", LEAD), ["Id"])
    assert (
        f"(CreatedDate > 2026-03-01T12:00:01Z OR (CreatedDate = 2026-03-01T12:00:01Z AND Id > '{LEAD}'))"
        in later
    )


def test_other_objects_are_not_asked_whether_they_were_converted() -> None:
    assert "IsConverted" not in wire.entered(table(kind="Inquiry__c"), WALK, Place("2026-03-01"), ["Id"])
    assert wire.looked(table(kind="Inquiry__c")) == ("IsDeleted",)
    assert wire.looked(table(kind="Contact")) == ("IsDeleted", "MasterRecordId")


@pytest.mark.parametrize(
    "found",
    [Place("2026-03-01"), Place("2026-03-01T12:00:00Z", LEAD), Place("2026-03-01T12:00:00Z", "", LOCATOR)],
)
def test_a_place_is_a_position_and_back(found: Place) -> None:
    assert wire.place(str(found)) == found


@pytest.mark.parametrize(
    "position",
    ["", "x", "2026-03-01 nothing", f"2026-03-01 {LEAD} https://else.where/", f"a {LEAD}", "1 2 3 4"],
)
def test_what_is_no_place_ends_the_pass(position: str) -> None:
    with pytest.raises(Stop, match="begin the walk again"):
        wire.place(position)
    with pytest.raises(Stop):
        wire.swept(table(), position or "x", ["Id"])


@pytest.mark.parametrize("position", ["bulk", "bulk x", "bulk 2026-03-01 x", f"bulk 2026-03-01 {LEAD} y z"])
def test_what_is_no_job_ends_the_pass(position: str) -> None:
    with pytest.raises(Stop, match="begin the walk again"):
        wire_bulk.job(position)


def body(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"totalSize": len(rows), "done": True, "records": list(rows), **more}


ROW = {"attributes": {"type": "Lead"}, "Id": LEAD, "CreatedDate": "2026-03-01T12:00:01.000+0000"}


@pytest.mark.parametrize(
    ("told", "following"),
    [
        (body(ROW), None),
        (body(ROW, nextRecordsUrl=LOCATOR), None),
        (body(ROW, done=False, nextRecordsUrl=LOCATOR), f"2026-03-01T12:00:01Z {LEAD} {LOCATOR}"),
        (body(ROW, done=False), f"2026-03-01T12:00:01Z {LEAD}"),
        (body(done=False, nextRecordsUrl=LOCATOR), f"2026-01-01T00:00:00Z - {LOCATOR}"),
        (
            body({**ROW, "CreatedDate": None}, done=False, nextRecordsUrl=LOCATOR),
            f"2026-01-01T00:00:00Z - {LOCATOR}",
        ),
    ],
)
def test_a_walk_goes_on_where_the_answer_says(told: dict[str, Any], following: str | None) -> None:
    page = wire.walked(answer(told), told, table(), WALK, Place("2026-01-01T00:00:00Z"))
    assert page.next == following


def test_an_answer_that_says_that_there_is_more_and_not_where_is_asked_for_again() -> None:
    with pytest.raises(Doubt, match="not where"):
        wire.walked(answer({}), body(done=False), table(), WALK, Place("2026-01-01"))


def test_a_full_page_of_the_sweep_goes_on_behind_its_last_record() -> None:
    rows = [{"Id": f"00Q{number:012}AAA"} for number in range(wire.PAGE)]
    assert wire.swept_page(answer({}), body(*rows), table(), Everything()).next == rows[-1]["Id"]
    assert wire.swept_page(answer({}), body(*rows[:-1]), table(), Everything()).next is None
    short = body(*rows[:5], done=False, nextRecordsUrl=LOCATOR)
    assert wire.swept_page(answer({}), short, table(), Everything()).next == rows[4]["Id"]


@pytest.mark.parametrize("odd", [{}, [], None, {"records": None}, {"records": {}}, {"done": True}])
def test_an_answer_without_records_is_doubtful_and_never_means_that_there_are_none(odd: object) -> None:
    with pytest.raises(Doubt, match="no records"):
        wire.walked(answer(odd), odd, table(), WALK, Place("2026-01-01"))
    with pytest.raises(Doubt, match="no records"):
        wire.rows(odd)


def test_rows_that_are_none_hide_no_other() -> None:
    found = body(None, {}, {"Id": "?"}, ROW)  # type: ignore[arg-type]
    page = wire.walked(answer(found), found, table(), WALK, Place("2026-01-01"))
    assert [one.record.ref.record for one in page.changes] == [LEAD]
