"""Every recorded answer goes through `wire*.py` and becomes the value or the error that it means."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Entered, Verdict
from connectors.errors import ConnectorError, Doubt
from connectors.http import Answer
from connectors.salesforce import wire, wire_bulk, wire_describe, wire_write
from connectors.salesforce.wire import Place
from connectors.salesforce.wire_composite import Part, if_any, parts
from connectors.salesforce.wire_errors import Refused, content
from connectors.salesforce.wire_write import Write
from tests.salesforce.recorded import DATE, Sample, ref, samples, table

WALK = Entered("CreatedDate", datetime(2020, 1, 1, tzinfo=UTC))
START = Place("2020-01-01T00:00:00Z")
QUERIES = samples("query_200", "query_page", "query_empty", "query_nested")
COLLECTIONS = [one for one in samples("collections") if isinstance(one.body, list)]
COMPOSITES = samples("composite")
DESCRIBES = samples("describe_200")
JOBS = samples("bulk_v2_job_200")
ERRORS = samples("error")

NEVER_ASKED = (
    "bulk_v2_failed_results_200",
    "collections_failed-4f7699",
    "create_201",
    "query_count_200",
    "record_count_200",
    "record_read_200",
)
"""Answers to calls that we do not make: nothing is claimed of them but that they are read."""


def test_every_sample_is_tested_here_by_its_kind() -> None:
    never = [one for one in samples() if one.name.startswith(NEVER_ASKED)]
    tested = [*QUERIES, *COLLECTIONS, *COMPOSITES, *DESCRIBES, *JOBS, *ERRORS, *never]
    assert Counter(one.name for one in tested) == Counter(one.name for one in samples())
    assert len(samples()) == 58


@pytest.mark.parametrize(
    "sample", [one for one in samples() if one.name.startswith(NEVER_ASKED[1:])], ids=str
)
def test_what_is_never_asked_is_read_as_json_all_the_same(sample: Sample) -> None:
    assert content(sample.answer()) == sample.body


# --- queries ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", QUERIES, ids=str)
def test_a_query_is_the_rows_that_it_shows(sample: Sample) -> None:
    shown = sample.body["records"]
    names = {name for row in shown for name in row} - {"attributes", "Id"}
    asked = table(*names, kind="Contact")
    page = wire.walked(sample.answer(), content(sample.answer()), asked, WALK, START)
    assert [change.record.ref.record for change in page.changes] == [_id(row) for row in shown]
    told = [{name: change.record.fields[name] for name in names} for change in page.changes]
    assert told == [{name: _plain(row.get(name)) for name in names} for row in shown]
    assert page.server_time == sample.answer().date()


@pytest.mark.parametrize("sample", QUERIES, ids=str)
def test_done_ends_a_walk_whatever_else_the_answer_says(sample: Sample) -> None:
    body = content(sample.answer())
    assert wire.walked(sample.answer(), body, table(kind="Contact"), WALK, START).next is None
    assert wire.cursor(body) is None


def _id(row: dict[str, Any]) -> str:
    return str(row.get("Id") or row["attributes"]["url"].rpartition("/")[2])


def _plain(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


# --- collections ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", COLLECTIONS, ids=str)
def test_rows_of_a_collection_end_each_by_itself(sample: Sample) -> None:
    sent = (sample.asked or {}).get("records") or [{} for _ in sample.body]
    writes = [Write(ref(f"00Q{place:015}"), _sent(row)) for place, row in enumerate(sent)]
    outcomes = wire_write.outcomes(Part(sample.status, sample.body), writes)
    assert [one.ref for one in outcomes] == [write.ref for write in writes]
    assert [one.verdict is Verdict.DONE for one in outcomes] == [row["success"] for row in sample.body]
    assert all(one.detail for one in outcomes if one.verdict is not Verdict.DONE)


def _sent(row: dict[str, Any]) -> dict[str, object]:
    return {"id": row["Id"]} if row.get("Id") else {}


# --- composites -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", COMPOSITES, ids=str)
def test_a_composite_tells_of_each_part_in_the_order_of_the_question(sample: Sample) -> None:
    told = sample.body["compositeResponse"]
    renamed = [{**one, "referenceId": f"part{place}"} for place, one in enumerate(told)]
    raw = json.dumps({"compositeResponse": list(reversed(renamed))}).encode()
    found = parts(Answer(sample.status, {"date": DATE}, raw), len(told))
    assert [(one.status, one.body) for one in found] == [(one["httpStatusCode"], one["body"]) for one in told]
    for part, one in zip(found, told, strict=True):
        if one["httpStatusCode"] < 300:
            assert part.content() == one["body"]
        else:
            with pytest.raises(ConnectorError):
                part.content()


def test_a_missing_object_in_a_composite_is_refused_by_its_code() -> None:
    (sample,) = samples("composite_inner_error")
    one = sample.body["compositeResponse"][0]
    with pytest.raises(Refused) as told:
        Part(one["httpStatusCode"], one["body"]).content()
    assert told.value.code == "NOT_FOUND"
    assert if_any(Part(one["httpStatusCode"], one["body"]).content) is None


# --- the rest ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", DESCRIBES, ids=str)
def test_a_description_has_every_field(sample: Sample) -> None:
    found = wire_describe.described(content(sample.answer()))
    assert found.name == sample.body["name"]
    assert {one.name: one.updateable for one in found.fields.values()} == {
        one["name"]: one["updateable"] for one in sample.body["fields"]
    }
    related = [one["relationshipName"] for one in sample.body["fields"] if one["relationshipName"]]
    assert all(found.has(f"{name}.Name") and not found.has(name) for name in related)
    assert not found.has("Nothing.Name")


@pytest.mark.parametrize("sample", [one for one in JOBS if one.body["state"] != "Failed"], ids=str)
def test_a_job_is_waited_for_until_it_is_complete(sample: Sample) -> None:
    wait = wire_bulk.wait(sample.answer())
    assert (wait == 0.0) == (sample.body["state"] == "JobComplete")
    assert (
        wire_bulk.started(sample.answer(), wire_bulk.Job("2026-01-01"))
        == f"bulk 2026-01-01 {sample.body['id']}"
    )


def test_a_job_that_failed_is_refused() -> None:
    (failed,) = [one for one in JOBS if one.body["state"] == "Failed"]
    with pytest.raises(Refused, match="ended as Failed"):
        wire_bulk.wait(failed.answer())


@pytest.mark.parametrize("sample", ERRORS, ids=str)
def test_an_error_asks_for_what_helps(sample: Sample) -> None:
    with pytest.raises(Doubt if sample.status == 500 else Refused):
        content(sample.answer())
