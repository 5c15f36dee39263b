"""Shapes of HubSpot's answers that are known from documentation or by reason only, and the bodies that we send."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Absent, Assignment, Entered, Look, Note, Record, Verdict
from connectors.errors import ConnectorError, Doubt, Retry, Stop, TurnedAway
from connectors.http import Answer
from connectors.hubspot import wire, wire_walks, wire_write
from connectors.hubspot.wire_dates import moment
from connectors.hubspot.wire_errors import Refused, content, error_of
from connectors.hubspot.wire_paths import paths
from router.model import OwnerId, RecordId
from tests.hubspot.recorded import DATE, ref

SINCE = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=UTC)
WALK = Entered("createdate", SINCE)


def answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"date": DATE, **(headers or {})}, raw)


# --- statuses ---------------------------------------------------------------------------------------------

ASKS: list[tuple[Answer, type[ConnectorError], float | None]] = [
    (answer(423, {}), Retry, 2.0),
    (answer(423, {}, {"retry-after": "9"}), Retry, 9.0),
    (answer(477, {}, {"retry-after": "30"}), Retry, 30.0),
    (answer(477, {}, {"retry-after": "86400"}), Stop, None),
    (answer(429, {}, {"retry-after": "86400"}), Stop, None),
    (answer(503, {}, {"retry-after": "9"}), Doubt, 9.0),
    (answer(307, {}, {"location": "https://elsewhere.example/"}), Stop, None),
    (answer(429, b"<html>slow down</html>"), Retry, 10.0),
    (answer(429, {"policyName": "TEN_SECONDLY_ROLLING"}), Retry, 10.0),
    (answer(429, {}, {"x-hubspot-ratelimit-interval-milliseconds": "5000"}), Retry, 5.0),
    (answer(429, {"policyName": "DAILY"}), Stop, None),
    (answer(429, {"message": "You have reached your daily limit."}), Stop, None),
    (answer(429, {"message": "You have reached your ten_secondly_rolling limit."}), Retry, 10.0),
    (answer(429, {}, {"retry-after": "Tue, 21 Apr 2026 13:39:50 GMT"}), Retry, 3.0),
    (answer(500, {}), Doubt, None),
    (answer(502, b"<html>"), Doubt, None),
    (answer(524, b"<html>"), Doubt, None),
    (answer(408, {}), Doubt, None),
    (answer(401, {"category": "EXPIRED_AUTHENTICATION"}), Stop, None),
    (answer(401, b""), Stop, None),
    (answer(403, {"message": "You do not have permissions to view properties"}), Stop, None),
    (answer(403, b"<html>blocked</html>"), TurnedAway, None),
    (answer(404, {}), Stop, None),
    (answer(301, b""), Stop, None),
    (answer(407, b"<html>"), Stop, None),
    (answer(400, {"message": "no"}), Refused, None),
    (answer(400, b"<html>"), TurnedAway, None),
    (answer(413, b""), TurnedAway, None),
    (answer(414, {"message": "merged too often"}), Refused, None),
]


@pytest.mark.parametrize(("given", "asks", "after"), ASKS, ids=lambda one: str(getattr(one, "status", one)))
def test_a_status_asks_for_what_helps(given: Answer, asks: type[ConnectorError], after: float | None) -> None:
    error = error_of(given)
    assert type(error) is asks
    assert getattr(error, "after", None) == after
    assert str(error)


ODD: list[dict[str, Any]] = [
    {},
    {"errors": None},
    {"errors": "x"},
    {"errors": [None, 3]},
    {"errors": [{"context": "x"}]},
    {"context": []},
    {"message": 7},
]


@pytest.mark.parametrize("body", ODD)
def test_no_field_of_an_error_can_be_relied_on(body: dict[str, Any]) -> None:
    for status in (400, 401, 403, 404, 409, 429, 500):
        assert str(error_of(answer(status, body)))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b'{"a":', b"\xff\xfe", b"[" * 100_000])
def test_success_that_cannot_be_read_is_doubt(body: bytes) -> None:
    with pytest.raises(Doubt):
        content(answer(200, body))


def test_words_are_short_and_without_addresses() -> None:
    error = error_of(answer(400, {"message": f"ada@example.com {'is wrong ' * 100}"}))
    assert "ada" not in str(error)
    assert len(str(error)) < 400


# --- walks ------------------------------------------------------------------------------------------------


def test_a_search_goes_by_id_and_never_by_offset() -> None:
    assert wire_walks.search(WALK, "51", {"email"}, size=200) == {
        "filterGroups": [
            {
                "filters": [
                    {"propertyName": "createdate", "operator": "GTE", "value": "1772366400123"},
                    {"propertyName": "hs_object_id", "operator": "GT", "value": "51"},
                ]
            }
        ],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": ["email"],
        "limit": 200,
    }


def a_page(*ids: int, total: int) -> Answer:
    """Return a page of a search with more behind it."""
    results = [{"id": str(record), "properties": {}} for record in ids]
    return answer(200, {"total": total, "results": results, "paging": {"next": {"after": "200"}}})


def test_only_behind_ghosts_a_search_goes_on_by_offset_and_not_too_far() -> None:
    def page(after: str) -> Answer:
        return answer(200, {"total": 9, "results": [], "paging": {"next": {"after": after}}})

    assert wire_walks.found(page("200"), WALK, "51", ref).page.next == "51+200"
    assert wire_walks.found(page("400"), WALK, "51+200", ref).page.next == "51+400"
    assert wire_walks.found(page("200"), WALK, None, ref).page.next == "+200"
    assert wire_walks.found(page("10000"), WALK, "51+9800", ref).page.next is None
    assert wire_walks.search(WALK, "51+200", (), size=200)["after"] == "200"


def test_a_long_walk_goes_on_up_to_a_page_in_the_middle_and_from_behind_it() -> None:
    first, left = wire_walks.found(a_page(*range(1, 201), total=20_000), WALK, None, ref)
    assert (first.next, left) == ("200", 19_800)
    middle = wire_walks.middle("200", left)
    assert wire_walks.search(WALK, middle, (), size=200)["after"] == "9800", "no offset is farther"
    assert wire_walks.middle("200", 5000) == "200+2500"
    within = wire_walks.found(a_page(*range(10_001, 10_201), total=19_800), WALK, middle, ref)
    assert within.left == 0, "behind an offset the total says nothing"
    page = wire_walks.parted(first, within.page)
    assert len(page.changes) == 400
    assert (page.next, page.parts) == ("200<10001>10200", ("200<10001", "10200"))
    body = wire_walks.search(WALK, "200<10001>10200", (), size=200)
    assert body == wire_walks.search(WALK, "200", (), size=200), "any server knows this search"


@pytest.mark.parametrize(
    ("position", "shown", "met", "following"),
    [
        ("200<10001>10200", (400, 600), 2, "600<10001>10200"),
        ("200<10001", (400, 600), 2, "600<10001"),
        ("9800<10001>10200", (10_000, 10_001, 10_002), 1, "10200"),
        ("9800<10001", (10_000, 10_001, 10_002), 1, None),
        ("9800<10001>10200", (10_001,), 0, "10200"),
        ("9800<10001>10200", (), 0, "9800+200<10001>10200"),
    ],
)
def test_a_part_ends_where_the_middle_begins(
    position: str, shown: Sequence[int], met: int, following: str | None
) -> None:
    page, left = wire_walks.found(a_page(*shown, total=20_000), WALK, position, ref)
    assert (len(page.changes), page.next, left) == (met, following, 0)


@pytest.mark.parametrize("within", [(), range(1, 201), (200,)])
def test_a_walk_stays_whole_where_the_middle_does_not_lie_behind_its_beginning(within: Sequence[int]) -> None:
    first = wire_walks.found(a_page(*range(1, 201), total=20_000), WALK, None, ref).page
    odd = wire_walks.found(a_page(*within, total=20_000), WALK, "200+9800", ref).page
    assert wire_walks.parted(first, odd) == first


def test_the_last_id_is_the_largest_number_whatever_the_order() -> None:
    results: list[object] = [{"id": record, "properties": {}} for record in ("99", "1000", "100")]
    page = wire_walks.found(
        answer(200, {"results": results, "paging": {"next": {"after": "3"}}}), WALK, None, ref
    ).page
    assert page.next == "1000"


@pytest.mark.parametrize("position", ["x", "5+x", "-1", "5 5", "٣"])
def test_a_position_of_something_else_is_refused(position: str) -> None:
    with pytest.raises(Stop, match="begin the walk again"):
        wire_walks.search(WALK, position, (), size=200)


def test_a_result_that_is_no_record_hides_no_other() -> None:
    results: list[object] = [None, {}, {"id": ""}, {"id": "x"}, {"id": 7}, {"id": "8", "properties": None}]
    page = wire_walks.listed(answer(200, {"results": results}), (), ref)
    assert [change.record.ref.record for change in page.changes] == ["7", "8"]


MOMENTS = {
    "2022-02-17T19:25:29Z": datetime(2022, 2, 17, 19, 25, 29, tzinfo=UTC),
    "2022-02-17T19:25:29.5Z": datetime(2022, 2, 17, 19, 25, 29, 500_000, tzinfo=UTC),
    "1762212973632": datetime(2025, 11, 3, 23, 36, 13, 632_000, tzinfo=UTC),
    "2026-03-01": datetime(2026, 3, 1, tzinfo=UTC),
    "2026-03-01T12:00:00+02:00": datetime(2026, 3, 1, 10, tzinfo=UTC),
    "": None,
    None: None,
    "soon": None,
    "9" * 30: None,
}


@pytest.mark.parametrize("raw", MOMENTS, ids=str)
def test_times_come_in_several_forms(raw: str | None) -> None:
    assert moment(raw) == MOMENTS[raw]


# --- reading ----------------------------------------------------------------------------------------------


def test_a_read_with_missing_ids_is_a_207_that_names_them() -> None:
    body = {
        "results": [{"id": "1", "properties": {"hubspot_owner_id": "5"}}, {"id": "2", "archived": True}],
        "numErrors": 1,
        "errors": [{"category": "OBJECT_NOT_FOUND", "context": {"ids": ["3", "4"]}}],
    }
    looks = wire.looks(answer(207, body), [ref(one) for one in "12345"])
    assert {one.record: (look.record is not None, look.absent) for one, look in looks.items()} == {
        "1": (True, None),
        "2": (False, Absent.DELETED),
        "3": (False, Absent.MISSING),
        "4": (False, Absent.MISSING),
    }


def test_a_history_is_told_oldest_first_whatever_its_order() -> None:
    entries = [
        {"value": "2", "timestamp": "2026-03-01T12:00:02.000Z", "sourceType": "CRM_UI", "sourceId": "u"},
        {"value": "", "timestamp": "2026-03-01T12:00:01Z", "sourceType": "INTEGRATION", "sourceId": "9"},
        {"value": "1", "timestamp": "1772366400000", "sourceType": "INTEGRATION", "sourceId": 7},
        {"value": "0", "timestamp": None},
    ]
    body = {"results": [{"id": "1", "propertiesWithHistory": {"hubspot_owner_id": entries}}]}
    told = wire.histories(answer(200, body), [ref("1"), ref("2")], "7")
    assert [(change.owner, change.ours) for change in told[ref("1")]] == [
        ("1", True),
        (None, False),
        ("2", False),
    ]
    assert told[ref("2")] == []


# --- writing ----------------------------------------------------------------------------------------------


def given(*records: str, owner: str = "5") -> list[Assignment]:
    return [Assignment(Record(ref(one), {}, None), OwnerId(owner)) for one in records]


def test_an_update_carries_the_trace_as_text() -> None:
    one = Assignment(Record(ref("1"), {}, None), OwnerId("5"), {"a": None, "b": True, "c": 1.5})
    assert wire_write.update([one]) == {
        "inputs": [{"id": "1", "properties": {"hubspot_owner_id": "5", "a": "", "b": "true", "c": "1.5"}}]
    }


def test_every_id_of_an_update_is_accounted_for() -> None:
    body = {
        "results": [{"id": "3"}, {"id": "1", "properties": {"hubspot_owner_id": "6"}}],
        "errors": [
            {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["4"]}, "message": "gone"},
            {"category": "VALIDATION_ERROR", "context": {"ids": ["5"]}, "message": "no"},
            {"category": "RATE_LIMITS", "context": {"id": "6"}},
        ],
    }
    outcomes = wire_write.updated(answer(207, body), given(*"1234567"))
    assert {one.ref.record: one.verdict for one in outcomes} == {
        "1": Verdict.DOUBTFUL,  # another owner stands there
        "3": Verdict.DONE,
        "4": Verdict.GONE,
        "5": Verdict.REFUSED,
        "6": Verdict.CONFLICT,
    }  # it tells nothing of 2 and 7: they are looked for


@pytest.mark.parametrize(
    ("look", "verdict", "detail"),
    [
        (Look(None, Absent.MERGED, RecordId("9")), Verdict.GONE, "the record is merged into 9"),
        (Look(None, Absent.DELETED), Verdict.GONE, "the record is deleted"),
        (Look(Record(ref("1"), {}, None)), Verdict.DOUBTFUL, "does not say what became of it"),
        (None, Verdict.DOUBTFUL, "does not say what became of it"),
    ],
)
def test_what_an_answer_leaves_out_is_gone_only_where_it_is_seen_to_be(
    look: Look | None, verdict: Verdict, detail: str
) -> None:
    outcome = wire_write.left_out(ref("1"), look)
    assert outcome.verdict is verdict
    assert detail in outcome.detail


def test_an_error_that_names_nobody_is_not_taken_for_a_merge() -> None:
    body = {"results": [{"id": "1"}], "errors": [{"message": "something was wrong"}]}
    outcomes = wire_write.updated(answer(207, body), given("1", "2"))
    assert [one.verdict for one in outcomes] == [Verdict.DONE, Verdict.REFUSED]


def test_a_note_is_html_that_ends_in_its_key() -> None:
    note = Note(ref("1"), "lsw:0123456789abcdef", "Rule: A & <B>\nlsw:0123456789abcdef")
    body: Any = wire_write.notes([note], SINCE)
    (sent,) = body["inputs"]
    assert sent["properties"] == {
        "hs_timestamp": "1772366400123",
        "hs_note_body": "Rule: A &amp; &lt;B&gt;<br>\nlsw:0123456789abcdef",
    }
    assert sent["objectWriteTraceId"] == note.key
    assert sent["associations"][0]["types"][0]["associationTypeId"] == 202


@pytest.mark.parametrize(
    "body",
    [
        "a\nlsw:1",
        "a<br>\nlsw:1",
        "<p>a</p><p>lsw:1</p>",
        "<div>a<br/>lsw:1</div>\n<p>&nbsp;</p>\n",
        '<html>\n <head></head>\n <body>\n a <br> <span style="x">lsw:1</span>\n </body>\n</html>',
        " lsw:1 \r\n",
    ],
)
def test_the_key_is_found_however_hubspot_has_wrapped_the_note(body: str) -> None:
    assert wire_write.last_line(body) == "lsw:1"


def test_a_note_that_is_too_long_keeps_its_beginning_and_its_key() -> None:
    text = wire_write.to_html("\n".join(["first", *["- reason & reason"] * 9000, "lsw:1"]))
    assert len(text) <= wire_write.LONGEST_BODY
    assert text.startswith("first<br>")
    assert wire_write.last_line(text) == "lsw:1"


def test_notes_are_joined_by_trace_id_or_key_and_the_silent_ones_are_doubtful() -> None:
    notes = [Note(ref(one), f"lsw:{one}", f"x\nlsw:{one}") for one in "12345"]
    body = {
        "results": [
            {"id": "90", "objectWriteTraceId": "lsw:2"},
            {"id": "91", "properties": {"hs_note_body": "x<br>\nlsw:1"}},
        ],
        "errors": [
            {"message": "CONTACT=3 is not valid", "category": "VALIDATION_ERROR"},
            {"message": "no", "context": {"objectWriteTraceId": ["lsw:4"]}},
        ],
    }
    outcomes = wire_write.noted_outcomes(answer(207, body), notes)
    assert [one.verdict for one in outcomes] == [
        Verdict.DONE,
        Verdict.DONE,
        Verdict.GONE,
        Verdict.REFUSED,
        Verdict.DOUBTFUL,
    ]


def test_associations_that_go_on_are_asked_for_from_where_they_stopped() -> None:
    body = {"results": [{"from": {"id": 1}, "to": [{"toObjectId": 7}], "paging": {"next": {"after": "x"}}}]}
    to, rest = wire_write.associated(answer(200, body))
    assert (to, rest) == ({"1": ["7"]}, [("1", "x")])
    assert wire_write.associations(rest) == {"inputs": [{"id": "1", "after": "x"}]}


def test_one_place_says_where_calls_go() -> None:
    assert (paths("v3").objects, paths("v3").associations) == ("/crm/v3/objects", "/crm/v4/associations")
    assert (paths("2026-09").objects, paths("2026-09").associations) == (
        "/crm/objects/2026-09",
        "/crm/associations/2026-09",
    )
