"""Notes, tasks, leads and associations (traps 9, 11, 16, 17), and association reads that are stale."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.sandbox.caller import AT_ONCE, Caller

NOTES = "/crm/v3/objects/notes"
READ = "/crm/v4/associations/contacts/notes/batch/read"


def note(contact: str, body: str = "because", kind: int = 202) -> dict[str, Any]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
    return {
        "properties": {"hs_timestamp": "2026-03-12T10:00:00Z", "hs_note_body": body},
        "associations": [{"to": {"id": contact}, "types": types}],
    }


# --- notes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/crm/v3/objects", "/crm/objects/2026-09"])
def test_a_batch_of_notes_with_inline_associations_lands_on_its_contacts(crm: Caller, prefix: str) -> None:
    keys = crm.contacts(3)
    inputs = [note(key, f"note of {key}") for key in keys]
    made = crm.json("POST", f"{prefix}/notes/batch/create", {"inputs": inputs}, status=201)["results"]
    assert [crm.portal.notes(key) for key in keys] == [(f"note of {key}",) for key in keys]
    assert {"hs_body_preview", "hs_obj_coords", "hs_createdate"} <= set(made[0]["properties"])


def test_a_repeated_note_makes_two_notes(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    for _ in range(2):
        crm.json("POST", NOTES, note(key), status=201)
    assert crm.portal.notes(key) == ("because", "because")


def test_a_note_moves_the_contacts_modified_stamp_a_moment_later(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    crm.json("POST", NOTES, note(key), status=201)
    before = crm.portal.values("contacts", key)
    crm.now += 5
    after = crm.portal.values("contacts", key)
    assert after["lastmodifieddate"] > before["lastmodifieddate"]
    assert after["num_notes"] == "1"


@pytest.mark.parametrize(
    "broken",
    [
        {"properties": {"hs_note_body": "no time"}},
        {"properties": {"hs_timestamp": "2026-01-01", "hs_note_body": "x" * 65_537}},
        note("999"),
        note("51", kind=201),
        {
            **note("51"),
            "associations": [
                {"to": {"id": "51"}, "types": [{"associationTypeId": 202}, {"associationTypeId": 190}]}
            ],
        },
    ],
    ids=[
        "no hs_timestamp",
        "too long",
        "no such contact",
        "the type of the other direction",
        "types of two kinds",
    ],
)
def test_a_note_that_is_wrong_refuses_its_batch(crm: Caller, broken: dict[str, Any]) -> None:
    (key,) = crm.contacts(1)
    answer = crm.ask("POST", f"{NOTES}/batch/create", {"inputs": [note(key), broken]})
    assert (answer.status, crm.portal.notes(key)) == (400, ())


def test_times_go_in_as_milliseconds_or_iso_and_come_out_as_iso(crm: Caller) -> None:
    for value in ("1773309600000", "2026-03-12T10:00:00Z", "2026-03-12T11:00:00+01:00"):
        body = crm.json("POST", NOTES, {"properties": {"hs_timestamp": value}}, status=201)
        assert body["properties"]["hs_timestamp"] == "2026-03-12T10:00:00Z"


def test_tasks_are_kept_by_contact_too(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    task = note(key, kind=204) | {"properties": {"hs_timestamp": "2026-01-01", "hs_task_subject": "Call"}}
    crm.json("POST", "/crm/v3/objects/tasks", task, status=201)
    assert crm.portal.tasks(key) == ("Call",)


def test_a_lead_needs_a_name_a_contact_and_an_owner_with_a_seat(crm: Caller) -> None:
    """Documented; no recording of the leads object exists."""
    (key,) = crm.contacts(1)
    owner = crm.portal.owners.put(replace(crm.portal.owners.add("o@example.com"), seat=False)).id
    to_contact = note(key, kind=578)["associations"]
    lead: dict[str, Any] = {"properties": {"hs_lead_name": "Big"}, "associations": to_contact}
    path = "/crm/objects/2026-09/0-136"
    assert crm.ask("POST", path, lead).status == 201
    assert crm.ask("POST", path, {**lead, "properties": {}}).status == 400
    assert crm.ask("POST", path, {**lead, "associations": []}).status == 400
    named = {"hs_lead_name": "Big", "hubspot_owner_id": owner}
    assert crm.ask("POST", path, {**lead, "properties": named}).status == 400


# --- associations -----------------------------------------------------------------------------------------


def test_read_back_ids_are_numbers_and_records_without_any_are_errors_of_a_207(crm: Caller) -> None:
    first, second = crm.contacts(2)
    made = crm.json("POST", NOTES, note(first), status=201)["id"]
    for path in (READ, "/crm/associations/2026-09/contacts/notes/batch/read"):
        body = crm.json("POST", path, {"inputs": [{"id": first}, {"id": second}]}, status=207)
        assert body["results"][0]["from"] == {"id": first}
        assert body["results"][0]["to"][0]["toObjectId"] == int(made)
        (error,) = body["errors"]
        assert error["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
        assert error["context"]["fromObjectId"] == [second]


def test_associations_can_be_read_late_while_the_note_itself_is_there() -> None:
    crm = Caller(replace(AT_ONCE, association_lag=(30.0, 30.0)))
    (key,) = crm.contacts(1)
    made = crm.json("POST", NOTES, note(key), status=201)["id"]
    assert crm.ask("POST", READ, {"inputs": [{"id": key}]}).json()["results"] == []
    assert crm.json("GET", f"{NOTES}/{made}")["id"] == made
    assert crm.portal.notes(key) == ("because",), "a test sees everything"
    crm.now += 30
    assert len(crm.json("POST", READ, {"inputs": [{"id": key}]})["results"]) == 1


def test_many_associations_of_one_record_come_in_pages() -> None:
    crm = Caller(replace(AT_ONCE, association_page=2))
    (key,) = crm.contacts(1)
    made = [int(crm.json("POST", NOTES, note(key), status=201)["id"]) for _ in range(3)]
    (first,) = crm.json("POST", READ, {"inputs": [{"id": key}]})["results"]
    after = first["paging"]["next"]["after"]
    (rest,) = crm.json("POST", READ, {"inputs": [{"id": key, "after": after}]})["results"]
    assert [one["toObjectId"] for one in first["to"] + rest["to"]] == made
    assert "paging" not in rest


def test_the_primary_company_has_two_types(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    company = crm.portal.add("companies", {"name": "Acme"})
    crm.portal.associate(("contacts", key), ("companies", company), [279, 1])
    path = "/crm/v4/associations/contacts/companies/batch/read"
    (found,) = crm.json("POST", path, {"inputs": [{"id": key}]})["results"]
    assert [(one["typeId"], one["label"]) for one in found["to"][0]["associationTypes"]] == [
        (1, "Primary"),
        (279, None),
    ]


def test_a_pair_that_cannot_be_joined_is_an_error_beside_the_others(crm: Caller) -> None:
    first, second = crm.contacts(2)
    pairs = [(first, second), (first, first), (first, "unknown_id"), (first, "999")]
    inputs = [{"from": {"id": one}, "to": {"id": two}, "types": []} for one, two in pairs]
    body = crm.json("POST", "/crm/associations/2026-03/0-1/0-1/batch/create", {"inputs": inputs}, status=207)
    assert (len(body["results"]), body["numErrors"]) == (1, 3)
    assert isinstance(body["errors"][1]["subCategory"], str)


def test_parting_a_pair_that_does_not_exist_is_a_204(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    inputs = [{"from": {"id": "1"}, "to": [{"id": key}]}]
    path = "/crm/v4/associations/company/contact/batch/archive"
    assert crm.ask("POST", path, {"inputs": inputs}).status == 204


def test_one_pair_is_joined_listed_and_parted(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    company = crm.portal.add("companies", {"name": "Acme"})
    path = f"/crm/v4/objects/contacts/{key}/associations"
    assert crm.ask("PUT", f"{path}/default/companies/{company}").status == 200
    assert crm.json("GET", f"{path}/companies")["results"][0]["toObjectId"] == int(company)
    record = crm.json("GET", f"/crm/v3/objects/contacts/{key}?associations=companies")
    assert record["associations"]["companies"]["results"][0] == {"id": company, "type": "contact_to_company"}
    assert crm.ask("DELETE", f"{path}/companies/{company}").status == 204
    assert crm.json("GET", f"{path}/companies")["results"] == []


def test_the_types_of_a_pair_are_listed_by_direction(crm: Caller) -> None:
    for pair, number in (("notes/contacts", 202), ("contacts/notes", 201), ("tasks/contacts", 204)):
        rows = crm.json("GET", f"/crm/v4/associations/{pair}/labels")["results"]
        assert [row["typeId"] for row in rows] == [number]
