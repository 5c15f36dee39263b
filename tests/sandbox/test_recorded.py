"""Recorded requests of real accounts get answers of the recorded status, headers and shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.messages import Answer
from tests.sandbox.recorded import Sample, Stage, differences, samples

ELSEWHERE = (
    "/crm/v3/lists",
    "/crm/v3/schemas",
    "/crm-object-schemas",
    "/crm-associations/v1",
    "/contacts/v1",
    "/engagements/v1",
    "/hubspot",
    "/webhook_uri",
)
"""Interfaces that the sandbox does not have, because nothing of ours may call them."""

EDITED = {"objects_list_page_200-d5f34e"}
"""Answers from which their authors took properties that every account sends."""

UNASKED = {
    "batch_create_400_validation": {
        "inputs": [{"properties": {"first000name": "a", "last000name": "b"}} for _ in range(2)]
    },
    "batch_update_400_validation": {
        "inputs": [{"id": str(n), "properties": {"first000name": "a", "last000name": "b"}} for n in (1, 2)]
    },
    "error_400_json": {},
}
"""Requests of bodies that were recorded without theirs."""


def of(*kinds: str) -> list[Sample]:
    found = [one for one in samples() if not one.target.startswith(ELSEWHERE)]
    return [one for one in found if one.kind.startswith(kinds)]


def same(sample: Sample, answer: Answer, *, write: bool = False) -> None:
    """Compare status, kind of content, rate headers and the body's shape."""
    assert answer.status == sample.status, answer.body
    if sample.rates:
        assert {name for name in answer.headers if "ratelimit" in name} == sample.rates
    if sample.told is None:
        assert answer.body == b""
        return
    assert (
        answer.headers["content-type"].partition(";")[0] == sample.headers["content-type"].partition(";")[0]
    )
    if isinstance(sample.told, str):
        assert answer.body.decode() == sample.told
        return
    assert differences(sample.told, answer.json(), write=write) == []


@pytest.mark.parametrize("sample", of("search_"), ids=str)
def test_a_recorded_search_gets_the_recorded_page(sample: Sample) -> None:
    if "date" not in sample.headers and sample.told["results"]:  # recorded without its request
        names = list(sample.told["results"][0]["properties"])
        sample = replace(sample, body={**sample.body, "properties": names})
    stage = Stage(sample)
    stage.index()
    answer = stage.ask()
    same(sample, answer)
    told = answer.json()
    assert told["total"] == sample.told["total"]
    key = _by_id if "sorts" not in sample.body else None
    recorded = sample.told["results"] if key is None else sorted(sample.told["results"], key=key)
    assert [one["id"] for one in told["results"]] == [one["id"] for one in recorded]
    assert [one["properties"] for one in told["results"]] == [one["properties"] for one in recorded]


def _by_id(one: dict[str, Any]) -> int:
    return int(one["id"])


@pytest.mark.parametrize("sample", of("rate_limited"), ids=str)
def test_a_recorded_429_of_search_has_its_body_and_no_retry_after(sample: Sample) -> None:
    answer = Stage(sample).ask()
    same(sample, answer)
    assert {**answer.json(), "correlationId": ""} == {**sample.told, "correlationId": ""}
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(
    "sample",
    [one for one in of("objects_list", "objects_read", "batch_read") if one.name not in EDITED],
    ids=str,
)
def test_a_recorded_read_gets_the_recorded_records(sample: Sample) -> None:
    stage = Stage(sample)
    asked = sample.body or {"inputs": [{"id": one["id"]} for one in sample.told.get("results", ())]}
    if sample.kind.startswith("batch"):
        answer = stage.crm.ask("POST", sample.target, asked)
    else:
        _more(stage)
        answer = stage.crm.ask("GET", _from_the_start(sample))
    same(sample, answer)


def _more(stage: Stage) -> None:
    """Add a record behind the recorded page where that named a next one."""
    if "paging" in stage.sample.told:
        last = int(stage.sample.told["paging"]["next"]["after"])
        for number in range(last, last + 100):
            stage.put(stage.table(), str(number), {"hubspot_owner_id": ""})


def _from_the_start(sample: Sample) -> str:
    """Return the path without an `after` that no recorded id follows (recordings were shortened)."""
    first = min((int(one["id"]) for one in sample.told.get("results", ())), default=0)
    path, _, query = sample.target.partition("?")
    kept = [part for part in query.split("&") if not (part.startswith("after=") and int(part[6:]) > first)]
    return f"{path}?{'&'.join(kept)}"


@pytest.mark.parametrize("sample", of("objects_create", "error_400_validation"), ids=str)
def test_a_recorded_create_gets_the_recorded_answer(sample: Sample) -> None:
    stage = Stage(sample)
    stage.inline()
    answer = stage.ask()
    same(sample, answer, write=True)
    if sample.status == 201:
        assert answer.headers["location"].rpartition("/")[0] == sample.headers["location"].rpartition("/")[0]


@pytest.mark.parametrize("sample", of("objects_update", "batch_update_200", "batch_create_201"), ids=str)
def test_a_recorded_change_gets_the_recorded_answer(sample: Sample) -> None:
    stage = Stage(sample)
    if sample.kind == "batch_update_200":
        for one in sample.body["inputs"]:
            stage.put(stage.table(), one["id"], {})
    same(sample, stage.ask(), write=True)


@pytest.mark.parametrize("sample", of("objects_delete", "batch_archive", "associations_archive"), ids=str)
def test_a_recorded_removal_gets_an_empty_204(sample: Sample) -> None:
    same(sample, Stage(sample).ask())


@pytest.mark.parametrize("sample", of("error_404_html"), ids=str)
def test_a_recorded_missing_record_gets_the_very_page(sample: Sample) -> None:
    same(sample, Stage(sample).ask())


@pytest.mark.parametrize("sample", of("batch_create_400", "batch_update_400", "error_400_json"), ids=str)
def test_a_recorded_refusal_gets_its_words(sample: Sample) -> None:
    answer = Stage(sample).crm.ask("POST", sample.target, UNASKED[sample.kind])
    same(sample, answer)
    assert answer.json()["message"] == sample.told["message"]


@pytest.mark.parametrize("sample", of("batch_create_409"), ids=str)
def test_a_recorded_conflict_gets_its_words(sample: Sample) -> None:
    stage = Stage(sample)
    stage.portal.add("contacts", {"email": "a@b.example"})
    body = {"inputs": [{"properties": {"email": "a@b.example"}}]}
    answer = stage.crm.ask("POST", sample.target, body)
    same(sample, answer)
    assert answer.json()["message"] == sample.told["message"]


@pytest.mark.parametrize("sample", of("associations_create"), ids=str)
def test_recorded_associations_are_made(sample: Sample) -> None:
    stage = Stage(sample)
    if sample.method == "PUT":
        kind, key = sample.target.split("/")[7:9]
        stage.put(stage.portal.account.table(kind), key, {})
    elif sample.status == 207 and sample.body:
        stage.put(stage.portal.account.table("deals"), str(sample.body["inputs"][0]["from"]["id"]), {})
    elif sample.body is None:
        sample = replace(sample, body=_pairs(sample))
    same(sample, stage.crm.ask(sample.method, sample.target, sample.body))


def _pairs(sample: Sample) -> dict[str, Any]:
    """Return the request of an answer that was recorded without it."""
    if sample.status == 207:
        ends = [("211762804612", "unknown_id_123456798"), ("211762804612", "211762804612")]
    else:
        ends = [(str(one["fromObjectId"]), str(one["toObjectId"])) for one in sample.told["results"]]
    return {"inputs": [{"from": {"id": one}, "to": {"id": two}, "types": []} for one, two in ends]}


@pytest.mark.parametrize("sample", of("associations_list", "batch_partial"), ids=str)
def test_recorded_associations_are_read(sample: Sample) -> None:
    stage = Stage(sample)
    tables = [stage.portal.account.table(name) for name in _ends(sample)]
    for start, end, types in _links(sample):
        first, second = stage.put(tables[0], start, {}), stage.put(tables[1], str(end), {})
        stage.portal.associate((tables[0].kind.name, first.id), (tables[1].kind.name, second.id), types)
    same(sample, stage.ask())


def _ends(sample: Sample) -> tuple[str, str]:
    parts = sample.target.split("/")
    return (parts[4], parts[7]) if "objects" in parts else (parts[4], parts[5])


def _links(sample: Sample) -> Iterable[tuple[str, int, list[int]]]:
    for row in sample.told["results"]:
        for one in row.get("to", [row]):
            start = row["from"]["id"] if "from" in row else sample.target.split("/")[5]
            yield start, one["toObjectId"], [found["typeId"] for found in one["associationTypes"]]


@pytest.mark.parametrize("sample", of("owners"), ids=str)
def test_recorded_owners_are_told(sample: Sample) -> None:
    stage = Stage(sample)
    for one in sample.told.get("results", [sample.told]):
        stage.portal.owners.add(one["email"], id=one["id"], user_id=one["userId"])
    same(sample, stage.ask())


@pytest.mark.parametrize("sample", of("properties_list", "properties_create", "account_info"), ids=str)
def test_recorded_definitions_have_the_recorded_keys(sample: Sample) -> None:
    told = Stage(sample).ask()
    assert (told.status, told.headers.keys() >= sample.rates) == (sample.status, True)
    ours, recorded = told.json(), sample.told
    if "results" in recorded:
        listed = {one["name"]: one for one in recorded["results"]}
        shared = [(listed[one["name"]], one) for one in ours["results"] if one["name"] in listed]
        assert len(shared) > 40
        found = [differences(one, two, write=False) for one, two in shared]
        stamped = {
            "modificationMetadata.readOnlyOptions",
            "createdAt",
            "updatedAt",
            "showCurrencySymbol",
            "calculationFormula",
            "archived",
            "referencedObjectType",
        }
        assert not [
            text
            for texts in found
            for text in texts
            if text.rpartition(":")[0].strip(".") not in stamped and not text.startswith(".options")
        ]
    else:
        assert differences(recorded, ours, write=False) == []


def test_every_sample_is_replayed_or_named_as_out_of_scope() -> None:
    tested = of(
        "search_",
        "rate_limited",
        "objects_",
        "batch_",
        "error_4",
        "associations_",
        "owners",
        "properties",
        "account_info",
    )
    names = {one.name for one in tested}
    left = [one for one in samples() if one.name not in names and not one.target.startswith(ELSEWHERE)]
    assert left == []
    assert len(tested) > 110
