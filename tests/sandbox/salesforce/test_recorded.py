"""Recorded requests of real orgs get answers of the recorded status and shape."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.recorded import differences
from tests.sandbox.salesforce.caller import ROOT, Caller
from tests.sandbox.salesforce.recorded import Sample, Stage, samples

ELSEWHERE = ("/services/async/", "/data/")
"""Interfaces that the sandbox does not have: Bulk 1 and streams."""

NESTED = "%28select"
"""Queries inside SELECT, which it does not know."""

IN_TESTS = ("bulk_v2", "describe_", "error_500", "composite_not_modified")
"""Kinds of samples that other tests here look at, or that say nothing of a shape."""

EDITED = {
    "query_page_200-520206": "its authors took nextRecordsUrl into a last page",
    "query_200-74e967": "its authors took Id out, which was asked for",
    "composite_200-e83837": "its authors left little of two describes",
    "collections_failed-4f7699": "an example of the documentation: a failed row with an id",
}
"""Answers that are not as an org sent them."""

LEAD = {"attributes": {"type": "Contact"}}
UNASKED: dict[str, Any] = {
    "collections_failed-027b37": {
        "allOrNone": True,
        "records": [LEAD, {**LEAD, "LastName": "B"}],
    },
    "collections_failed-16f8cc": {"records": [LEAD, LEAD]},
    "error_400-268594": {"records": []},
}
"""Requests of bodies that were recorded without theirs."""


def here() -> list[Sample]:
    return [
        sample
        for sample in samples()
        if sample.target.startswith("/services/data/")
        and NESTED not in sample.target.lower()
        and not sample.kind.startswith(IN_TESTS)
        and sample.name not in EDITED
    ]


def test_most_samples_are_asked_again() -> None:
    assert len(here()) > 30
    assert set(EDITED) <= {sample.name for sample in samples()}


@pytest.mark.parametrize("sample", here(), ids=str)
def test_a_recorded_request_gets_the_recorded_shape(sample: Sample) -> None:
    stage = Stage(sample, UNASKED.get(sample.name))
    if sample.status == 404:
        key = next(iter(stage.renamed), "")
        assert not key
        stage = _deleted(sample)
    answer = stage.ask()
    assert answer.status == sample.status, answer.body
    assert answer.headers["content-type"].lower() == "application/json;charset=utf-8"
    assert differences(sample.told, answer.json(), write=False) == []


def _deleted(sample: Sample) -> Stage:
    """Return an org where the record of a request was deleted."""
    stage = Stage(sample)
    org = stage.sf.org
    key = org.add("Contact", LastName="A")
    org.delete(key)
    stage.renamed[sample.target.rpartition("/")[2]] = key
    return stage


# --- describe ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", [one for one in samples() if one.kind == "describe_200"], ids=str)
def test_objects_are_described_with_the_recorded_names(sf: Caller, sample: Sample) -> None:
    sf.org.define_object("Custom__c", ["CustomField__c string 80"])
    kind = sample.target.split("/")[-2]
    ours = sf.json("GET", f"sobjects/{kind if kind != 'Case' else 'Account'}/describe")
    assert set(sample.told) <= set(ours), "newer versions have more"
    first, ours_first = sample.told["fields"][0], ours["fields"][0]
    assert set(first) <= set(ours_first)
    if kind == "Custom__c":
        told = {one["name"]: (one["type"], one["length"], one["custom"]) for one in sample.told["fields"]}
        mine = {one["name"]: (one["type"], one["length"], one["custom"]) for one in ours["fields"]}
        assert mine["CustomField__c"] == told["CustomField__c"]
        assert ours["custom"] is sample.told["custom"] is True


def test_a_lead_is_described_as_recorded_with_what_was_changed_since(sf: Caller) -> None:
    before = sf.json("GET", "sobjects/Lead/describe")
    assert len(before["fields"]) == 54
    owner = next(one for one in before["fields"] if one["name"] == "OwnerId")
    assert owner["referenceTo"] == ["Group", "User"]
    sf.org.define("Lead", "Plan__c picklist 255", values=["Free", "Paid"])
    sf.org.restrict("Lead", "Industry")
    sf.org.restrict("Lead", "Rating", hidden=True)
    sf.org.add_record_type("Inbound")
    after = {one["name"]: one for one in sf.json("GET", "sobjects/Lead/describe")["fields"]}
    assert [one["value"] for one in after["Plan__c"]["picklistValues"]] == ["Free", "Paid"]
    assert (after["Industry"]["updateable"], "Rating" in after, after["Plan__c"]["custom"]) == (
        False,
        False,
        True,
    )
    types = sf.json("GET", "sobjects/Lead/describe")["recordTypeInfos"]
    assert [one["name"] for one in types] == ["Inbound", "Master"]
    listed = sf.json("GET", "sobjects")["sobjects"]
    assert {"Lead", "Task", "User", "Group"} <= {one["name"] for one in listed}


# --- bulk 2.0 ---------------------------------------------------------------------------------------------


def test_bulk_jobs_have_the_recorded_shape(sf: Caller) -> None:
    sf.org.add_lead()
    told = {sample.name: sample.told for sample in samples() if sample.kind == "bulk_v2_job_200"}
    opened = [one for one in told.values() if one["state"] == "Open"]
    ours = sf.json("POST", "jobs/ingest", {"object": "Lead", "operation": "update", "contentType": "CSV"})
    assert opened
    for one in opened:
        assert not differences({k: v for k, v in one.items() if k in ours}, ours, write=False)
        assert set(ours) <= set(one)
    query = sf.json("POST", "jobs/query", {"operation": "query", "query": "SELECT Id FROM Lead"})
    recorded = next(one for one in told.values() if one["operation"] == "query")
    assert set(query) == set(recorded)


def test_a_version_that_does_not_exist_is_not_found(sf: Caller) -> None:
    assert sf.ask("GET", f"{ROOT.replace('59', '99')}/limits").status == 404
    versions = sf.json("GET", "/services/data")
    assert versions[-1].keys() == {"label", "url", "version"}
