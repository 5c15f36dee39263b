"""The list, single records, history and paths (traps 4, 7, 9 to 11, 20 and 23)."""

from __future__ import annotations

import pytest

from sandbox.hubspot import Behaviour
from sandbox.hubspot.desk import WORKFLOW, person
from tests.sandbox.caller import AT_ONCE, NOON, Caller

CONTACTS = "/crm/v3/objects/contacts"


def test_the_list_goes_by_id_without_a_cap_and_its_after_is_the_last_id_plus_one(crm: Caller) -> None:
    keys = crm.contacts(10_050)
    seen: list[str] = []
    after = "0"
    while after:
        page = crm.json("GET", f"{CONTACTS}?limit=100&after={after}")
        seen += [one["id"] for one in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after", "")
        assert not after or int(after) == int(seen[-1]) + 1
    assert seen == keys


def test_the_link_to_the_next_page_has_two_shapes(crm: Caller) -> None:
    crm.contacts(3)
    links: list[str] = [
        crm.json("GET", f"{CONTACTS}?limit=1&after={start}")["paging"]["next"]["link"] for start in (0, 52)
    ]
    assert [link.partition("api.hubapi.com")[2].split("/")[2] for link in links] == ["v3", "objects"]


def test_a_list_takes_at_most_a_hundred_and_fifty_with_history(crm: Caller) -> None:
    assert crm.ask("GET", f"{CONTACTS}?limit=101").status == 400
    assert crm.ask("GET", f"{CONTACTS}?limit=51&propertiesWithHistory=email").status == 400
    assert crm.ask("GET", f"{CONTACTS}?limit=ten").status == 400
    assert crm.ask("GET", f"{CONTACTS}?after=x").status == 400


def test_a_missing_record_is_a_page_of_html_and_not_json(crm: Caller) -> None:
    answer = crm.ask("GET", f"{CONTACTS}/999")
    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html;charset=iso-8859-1"
    assert answer.headers["x-hubspot-notfound"] == "true"
    assert answer.body.startswith(b"<html>")


def test_an_archived_record_is_missing_and_only_a_list_of_archived_ones_has_it(crm: Caller) -> None:
    first, second = crm.contacts(2)
    assert crm.ask("DELETE", f"{CONTACTS}/{first}").status == 204
    assert crm.ask("GET", f"{CONTACTS}/{first}").status == 404
    assert crm.json("GET", f"{CONTACTS}/{first}?archived=true")["archived"] is True
    assert [one["id"] for one in crm.json("GET", CONTACTS)["results"]] == [second]
    assert [one["id"] for one in crm.json("GET", f"{CONTACTS}?archived=True")["results"]] == [first]


def test_only_default_properties_come_unasked_and_all_values_are_strings_or_null(crm: Caller) -> None:
    (key,) = crm.contacts(1, hubspotscore=7)
    found = crm.json("GET", f"{CONTACTS}/{key}")["properties"]
    assert sorted(found) == [
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    ]
    assert found["firstname"] is None
    assert crm.json("GET", f"{CONTACTS}/{key}?properties=hubspotscore")["properties"]["hubspotscore"] == "7"


def test_repeated_parameters_and_comma_lists_ask_for_the_same(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    repeated = crm.json("GET", f"{CONTACTS}/{key}?properties=phone&properties=city")
    assert repeated == crm.json("GET", f"{CONTACTS}/{key}/?properties=phone,city&archived=False")
    assert {"phone", "city"} <= set(repeated["properties"])


def test_a_contact_is_found_by_email_and_by_a_secondary_email(crm: Caller) -> None:
    key = crm.portal.add(
        "contacts", {"email": "a@b.example", "hs_additional_emails": "old@b.example;x@b.example"}
    )
    for email in ("a%40b.example", "A@B.example", "x@b.example"):
        assert crm.json("GET", f"{CONTACTS}/{email}?idProperty=email")["id"] == key


@pytest.mark.parametrize("name", ["contacts", "CONTACT", "Contacts", "0-1", "p_contacts"])
@pytest.mark.parametrize("prefix", ["/crm/v3/objects", "/crm/objects/2026-09", "/crm/objects/2026-03"])
def test_object_types_have_many_names_under_both_generations_of_paths(
    crm: Caller, prefix: str, name: str
) -> None:
    (key,) = crm.contacts(1)
    assert crm.json("GET", f"{prefix}/{name}/{key}")["id"] == key
    assert crm.json("POST", f"{prefix}/{name}/search", {})["total"] == 1


def test_an_unknown_object_type_is_an_error_without_category(crm: Caller) -> None:
    body = crm.json("POST", "/crm/objects/2026-09/butterflies/search", {}, status=400)
    assert body["message"] == "Unable to infer object type from: butterflies"
    assert "category" not in body


def test_a_path_that_is_none_is_not_found(crm: Caller) -> None:
    for path in (
        "/",
        "/crm/v3",
        "/crm/v3/objects",
        "/crm/objects/2025-09/contacts",
        "/crm/v3/objects/contacts/1/x",
    ):
        assert crm.ask("GET", path).status == 404


def test_timestamps_drop_zero_milliseconds(crm: Caller) -> None:
    keys = [crm.portal.add("contacts", {}, created=NOON + part) for part in (0.0, 0.5)]
    stamps = [crm.json("GET", f"{CONTACTS}/{key}")["createdAt"] for key in keys]
    assert [len(stamp) for stamp in stamps] == [len("2026-09-21T14:13:20Z"), len("2026-09-21T14:13:20.500Z")]


def test_the_modified_stamp_moves_by_itself_two_to_twenty_two_seconds_after_creation() -> None:
    crm = Caller(Behaviour())
    key = crm.json("POST", CONTACTS, {"properties": {"email": "a@b.example"}}, status=201)["id"]
    created = crm.portal.values("contacts", key)["lastmodifieddate"]
    crm.now += 1.9
    assert crm.portal.values("contacts", key)["lastmodifieddate"] == created
    crm.now += 3600
    record = crm.portal.record("contacts", key)
    assert record is not None
    assert 2000 <= record.updated - record.created <= 22_000, (
        "stamped when it was due, not when somebody looked"
    )


@pytest.mark.parametrize(
    ("kind", "stamp"),
    [
        ("contacts", "lastmodifieddate"),
        ("companies", "hs_lastmodifieddate"),
        ("notes", "hs_lastmodifieddate"),
    ],
)
def test_the_modified_stamp_has_another_name_on_contacts(crm: Caller, kind: str, stamp: str) -> None:
    key = crm.portal.add(kind, {"hs_timestamp": "2026-01-01"} if kind == "notes" else {})
    assert stamp in crm.json("GET", f"/crm/v3/objects/{kind}/{key}")["properties"]


def test_history_tells_who_changed_the_owner_newest_first(crm: Caller) -> None:
    """The shape is from the specification; no recording has a history."""
    owners = [crm.portal.owners.add(f"o{number}@example.com").id for number in range(3)]
    (key,) = crm.contacts(1)
    crm.update((key, {"hubspot_owner_id": owners[0]}))
    crm.now += 10
    crm.portal.edit("contacts", key, {"hubspot_owner_id": owners[1]}, by=person(77))
    crm.portal.edit("contacts", key, {"hubspot_owner_id": owners[2]}, by=WORKFLOW)
    found = crm.json("GET", f"{CONTACTS}/{key}?propertiesWithHistory=hubspot_owner_id")
    entries = found["propertiesWithHistory"]["hubspot_owner_id"]
    assert [one["value"] for one in entries] == owners[::-1]
    assert [one["sourceType"] for one in entries] == ["AUTOMATION_PLATFORM", "CRM_UI", "INTEGRATION"]
    assert (entries[1]["updatedByUserId"], entries[2]["sourceId"]) == (77, "4169410")


def test_urls_can_be_left_out_as_before_november_2025() -> None:
    from dataclasses import replace

    crm = Caller(replace(AT_ONCE, urls=False))
    (key,) = crm.contacts(1)
    assert "url" not in crm.json("GET", f"{CONTACTS}/{key}")
    assert Caller().json("GET", CONTACTS) == {"results": []}
