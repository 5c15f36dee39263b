"""Merges make a third record (trap 21). Documented since January 2025; no recording under these rules exists."""

from __future__ import annotations

import pytest

from sandbox.hubspot import Behaviour
from tests.sandbox.caller import Caller, ids

CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture
def merged(crm: Caller) -> tuple[str, str, str]:
    """Two contacts and the third id that a merge over the API made of them."""
    first, second = crm.contacts(2)
    crm.portal.edit("contacts", second, {"country": "US"})
    body = {"primaryObjectId": first, "objectIdToMerge": second}
    return first, second, crm.json("POST", f"{CONTACTS}/merge", body)["id"]


def test_both_old_ids_answer_with_the_new_record_and_its_new_id(
    crm: Caller, merged: tuple[str, str, str]
) -> None:
    first, second, third = merged
    assert len({first, second, third}) == 3
    for key in merged:
        found = crm.json("GET", f"{CONTACTS}/{key}?properties=hs_merged_object_ids,country,email")
        assert found["id"] == third
        assert found["properties"]["hs_merged_object_ids"] == f"{first};{second}"
        assert found["properties"]["country"] == "US"


def test_a_batch_read_of_old_ids_answers_once_with_the_new_id(
    crm: Caller, merged: tuple[str, str, str]
) -> None:
    answer = crm.ask("POST", f"{CONTACTS}/batch/read", {"inputs": [{"id": key} for key in merged]})
    assert (answer.status, ids(answer)) == (200, [merged[2]])


def test_a_batch_update_does_not_mention_a_merged_away_id(crm: Caller, merged: tuple[str, str, str]) -> None:
    """From a comment in a third party's tests."""
    answer = crm.update((merged[0], {"firstname": "Ghost"}))
    assert (answer.status, answer.json()["results"]) == (200, [])
    assert "errors" not in answer.json()
    assert "firstname" not in crm.portal.values("contacts", merged[2])


def test_the_list_shows_only_the_third_record(crm: Caller, merged: tuple[str, str, str]) -> None:
    assert crm.portal.ids() == (merged[2],)


def test_search_counts_the_old_records_until_its_index_follows() -> None:
    crm = Caller(Behaviour())
    first, second = crm.contacts(2)
    third = crm.portal.merge("contacts", first, second)
    assert crm.search() == {"total": 2, "results": []}
    crm.now += 6.1
    assert crm.found() == [third]


def test_the_new_record_keeps_the_earliest_create_date_notes_and_history(crm: Caller) -> None:
    first, second = crm.contacts(2)
    for key in (first, second):
        made = crm.portal.add("notes", {"hs_timestamp": "2026-01-01", "hs_note_body": f"of {key}"})
        crm.portal.associate(("notes", made), ("contacts", key))
    crm.portal.edit("contacts", first, {"hubspot_owner_id": crm.portal.owners.add("a@example.com").id})
    created = crm.portal.values("contacts", first)["createdate"]
    third = crm.portal.merge("contacts", first, second)
    assert crm.portal.values("contacts", third)["createdate"] == created
    assert crm.portal.notes(first) == (f"of {first}", f"of {second}")
    assert crm.portal.history("contacts", third, "hubspot_owner_id")
    assert crm.json("GET", f"{CONTACTS}/user1%40example.com?idProperty=email")["id"] == third


def test_ids_lead_through_several_merges_up_to_two_hundred_and_fifty(crm: Caller) -> None:
    keys = crm.contacts(253)
    last = keys[0]
    for key in keys[1:251]:
        last = crm.portal.merge("contacts", last, key)
    assert crm.json("GET", f"{CONTACTS}/{keys[0]}")["id"] == last
    body = {"primaryObjectId": last, "objectIdToMerge": keys[252]}
    assert crm.ask("POST", f"{CONTACTS}/merge", body).status == 414


def test_what_cannot_be_merged_is_refused(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    for other in ("999", key):
        body = {"primaryObjectId": key, "objectIdToMerge": other}
        assert crm.ask("POST", f"{CONTACTS}/merge", body).status == 400
