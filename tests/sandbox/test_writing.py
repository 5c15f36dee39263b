"""Writes of one record (traps 8 to 10, 15, 17, 19, 20, 22)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.sandbox.caller import AT_ONCE, NOON, Caller

CONTACTS = "/crm/v3/objects/contacts"
DATED = "/crm/objects/2026-09/contacts"


@pytest.fixture
def owner(crm: Caller) -> str:
    return crm.portal.owners.add("ana@example.com", id="511", user_id=2_506_672).id


# --- one record -------------------------------------------------------------------------------------------


def test_a_create_answers_201_with_location_and_computed_properties_and_no_owner_key(crm: Caller) -> None:
    answer = crm.ask("POST", CONTACTS, {"properties": {"email": "New@B.example"}})
    body = answer.json()
    assert (answer.status, answer.headers["location"]) == (
        201,
        f"https://api.hubapi.com{CONTACTS}/{body['id']}",
    )
    told = body["properties"]
    assert (told["email"], told["hs_email_domain"], told["lifecyclestage"]) == (
        "new@b.example",
        "b.example",
        "lead",
    )
    assert told["hs_pipeline"] == "contacts-lifecycle-pipeline"
    assert (told["hs_object_source"], told["hs_is_unworked"]) == ("INTEGRATION", "true")
    assert "hubspot_owner_id" not in told


def test_a_date_is_milliseconds_in_the_answer_to_a_create_and_iso_when_read(crm: Caller) -> None:
    body = crm.json("POST", CONTACTS, {"properties": {"email": "a@b.example"}}, status=201)
    assert body["properties"]["hs_lifecyclestage_lead_date"] == str(int(NOON * 1000))
    path = f"{CONTACTS}/{body['id']}?properties=hs_lifecyclestage_lead_date"
    assert crm.json("GET", path)["properties"]["hs_lifecyclestage_lead_date"] == "2026-09-21T14:13:20Z"
    early = Caller(replace(AT_ONCE, late_dates=False))
    told = early.json("POST", CONTACTS, {"properties": {}}, status=201)["properties"]
    assert told["hs_lifecyclestage_lead_date"].endswith("Z")


def test_a_patch_answers_only_changed_and_computed_properties(crm: Caller) -> None:
    (key,) = crm.contacts(1, firstname="Ana", country="US")
    told = crm.json("PATCH", f"{CONTACTS}/{key}", {"properties": {"lastname": "Ruiz"}})["properties"]
    assert told["lastname"] == "Ruiz"
    assert not {"firstname", "country", "email"} & set(told)


def test_an_owner_write_changes_its_companions_too(crm: Caller, owner: str) -> None:
    (key,) = crm.contacts(1)
    told = crm.json("PATCH", f"{CONTACTS}/{key}", {"properties": {"hubspot_owner_id": int(owner)}})[
        "properties"
    ]
    assert told["hubspot_owner_id"] == owner
    assert told["hs_all_owner_ids"] == owner
    assert told["hs_user_ids_of_all_owners"] == "2506672"
    assert told["hubspot_owner_assigneddate"] == "2026-09-21T14:13:20Z"
    assert told["hs_updated_by_user_id"] == "2506672"


def test_the_empty_string_clears_a_property_and_is_echoed(crm: Caller, owner: str) -> None:
    (key,) = crm.contacts(1, hubspot_owner_id=owner)
    told = crm.json("PATCH", f"{CONTACTS}/{key}", {"properties": {"hubspot_owner_id": ""}})["properties"]
    assert told["hubspot_owner_id"] == ""
    assert crm.portal.owner_of(key) is None


def test_of_two_patches_the_last_wins_and_no_header_could_prevent_it(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    for name in ("first", "second"):
        answer = crm.ask("PATCH", f"{CONTACTS}/{key}", {"properties": {"firstname": name}})
        assert "etag" not in {header.lower() for header in answer.headers}
    assert crm.portal.values("contacts", key)["firstname"] == "second"


@pytest.mark.parametrize(
    ("value", "why"), [("2506672", "a user id"), ("999", "a stranger"), ("512", "an archived owner")]
)
def test_an_owner_that_cannot_own_is_refused(crm: Caller, owner: str, value: str, why: str) -> None:
    """Documented; the exact body is not established."""
    crm.portal.owners.add("gone@example.com", id="512")
    crm.portal.owners.archive("512")
    (key,) = crm.contacts(1)
    body = crm.json("PATCH", f"{CONTACTS}/{key}", {"properties": {"hubspot_owner_id": value}}, status=400)
    assert body["category"] == "VALIDATION_ERROR", why
    assert crm.portal.owner_of(key) is None


def test_a_write_to_a_missing_record_is_a_404(crm: Caller) -> None:
    """The shape is not established; JSON is assumed."""
    assert crm.json("PATCH", f"{CONTACTS}/999", {"properties": {}}, status=404)["status"] == "error"


def test_a_known_email_is_a_conflict_that_names_the_existing_contact(crm: Caller) -> None:
    key = crm.portal.add("contacts", {"email": "a@b.example", "hs_additional_emails": "old@b.example"})
    for email in ("a@b.example", "OLD@b.example"):
        body = crm.json("POST", CONTACTS, {"properties": {"email": email}}, status=409)
        assert (body["category"], body["message"]) == (
            "CONFLICT",
            f"Contact already exists. Existing ID: {key}",
        )


def test_the_lifecycle_stage_does_not_move_back_unless_it_was_cleared(crm: Caller) -> None:
    """A third party's word, unverified."""
    (key,) = crm.contacts(1, lifecyclestage="customer")
    for value, stage in (("lead", "customer"), ("", ""), ("lead", "lead")):
        crm.ask("PATCH", f"{CONTACTS}/{key}", {"properties": {"lifecyclestage": value}})
        assert crm.portal.values("contacts", key)["lifecyclestage"] == stage


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"{", b'{"properties": 5}'])
def test_a_body_that_is_no_object_is_refused(crm: Caller, body: bytes) -> None:
    from sandbox.messages import Request

    headers = {"authorization": f"Bearer {crm.portal.token}"}
    answer = crm.portal.answer(Request("POST", CONTACTS, headers, body))
    assert answer.status == 400
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("contacts/search", {"filterGroups": "x"}),
        ("contacts/search", {"filterGroups": [{"filters": [5]}]}),
        ("contacts/search", {"sorts": [7]}),
        ("contacts/batch/read", {"inputs": [{"id": "1"}], "properties": 5}),
        ("contacts/batch/create", {"inputs": [{"properties": 5}]}),
        ("notes", {"properties": {"hs_timestamp": "1"}, "associations": [{"to": "1"}]}),
        ("notes", {"properties": {"hs_timestamp": "1"}, "associations": [{"to": {"id": "1"}, "types": [1]}]}),
        ("contacts/merge", {"primaryObjectId": {}}),
    ],
)
def test_a_body_of_the_wrong_shape_is_refused_and_changes_nothing(
    crm: Caller, path: str, body: object
) -> None:
    crm.contacts(1)
    assert crm.ask("POST", f"/crm/v3/objects/{path}", body).status == 400
    assert (len(crm.portal.ids()), crm.portal.ids("notes")) == (1, ())


def test_invalid_values_are_a_json_list_inside_the_message_and_a_shorter_list_beside(crm: Caller) -> None:
    inputs = [{"properties": {"no_a": "1", "no_b": "2"}}, {"properties": {"no_a": "1", "no_b": "2"}}]
    body = crm.json("POST", f"{CONTACTS}/batch/create", {"inputs": inputs}, status=400)
    listed = json.loads(body["message"].partition(": ")[2])
    assert [one["error"] for one in listed] == ["PROPERTY_DOESNT_EXIST"] * 4
    assert len(body["errors"]) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hubspotscore", "many"),
        ("lifecyclestage", "LEAD"),
        ("email", "no address"),
        ("createdate", "2026-01-01"),
        ("hs_lifecyclestage_salesqualifiedlead_date", "invalid"),
    ],
)
def test_a_value_that_does_not_fit_its_property_is_refused(crm: Caller, name: str, value: str) -> None:
    body = crm.json("POST", CONTACTS, {"properties": {name: value}}, status=400)
    assert (body["category"], name in body["message"]) == ("VALIDATION_ERROR", True)
