"""Search as the facts tell: an index that is late, counts ghosts, ends at 10,000 (traps 1 to 5)."""

from __future__ import annotations

import pytest

from sandbox.hubspot import Behaviour
from tests.sandbox.caller import AT_ONCE, NOON, Caller, by

SEARCH = "/crm/v3/objects/contacts/search"


# --- the index is late ------------------------------------------------------------------------------------


def test_a_new_contact_is_not_found_before_two_seconds_and_always_after_six(lagging: Caller) -> None:
    created = lagging.json(
        "POST", "/crm/v3/objects/contacts", {"properties": {"email": "a@b.example"}}, status=201
    )
    lagging.now += 1.9
    assert lagging.search()["total"] == 0
    assert lagging.json("GET", f"/crm/v3/objects/contacts/{created['id']}")["id"] == created["id"]
    assert len(lagging.json("GET", "/crm/v3/objects/contacts")["results"]) == 1
    lagging.now += 4.2
    assert lagging.found() == [created["id"]]


def test_filters_run_on_the_stale_index_while_returned_properties_are_fresh(lagging: Caller) -> None:
    owner = lagging.portal.owners.add("ana@example.com").id
    (key,) = lagging.contacts(1)
    lagging.update((key, {"hubspot_owner_id": owner}))
    found = lagging.search(by("hubspot_owner_id", "NOT_HAS_PROPERTY"), properties=["hubspot_owner_id"])
    assert found["results"][0]["properties"]["hubspot_owner_id"] == owner
    lagging.now += 6.1
    assert lagging.found(by("hubspot_owner_id", "NOT_HAS_PROPERTY")) == []
    assert lagging.found(by("hubspot_owner_id", "EQ", owner)) == [key]


def test_an_archived_contact_is_still_counted_in_total_but_not_returned(lagging: Caller) -> None:
    (key,) = lagging.contacts(1)
    lagging.portal.archive("contacts", key)
    assert lagging.search() == {"total": 1, "results": []}
    lagging.now += 6.1
    assert lagging.search() == {"total": 0, "results": []}


def test_a_short_page_is_not_the_last_one(lagging: Caller) -> None:
    keys = lagging.contacts(5)
    lagging.portal.archive("contacts", keys[0])
    page = lagging.search(limit=2)
    assert [one["id"] for one in page["results"]] == [keys[1]]
    assert page["paging"] == {"next": {"after": "2"}}


def test_later_changes_never_show_before_earlier_ones_in_the_index() -> None:
    crm = Caller(Behaviour(lag=(0.0, 6.0), bump=(1e9, 1e9)), seed=3)
    (key,) = crm.contacts(1, firstname="0")
    for value in range(1, 30):
        crm.portal.edit("contacts", key, {"firstname": str(value)})
    crm.now += 6.1
    assert crm.found(by("firstname", "EQ", "29")) == [key]


def test_a_late_visible_contact_is_listed_at_once_and_found_when_its_time_has_come(crm: Caller) -> None:
    key = crm.portal.add("contacts", {"email": "late@example.com"}, created=NOON - 300, visible_in=60)
    crm.now += 59
    assert crm.found() == []
    assert crm.json("GET", "/crm/v3/objects/contacts")["results"][0]["id"] == key
    crm.now += 2
    assert crm.found() == [key]


def test_a_contact_that_search_never_returns_stays_unfound_through_its_changes(crm: Caller) -> None:
    key = crm.portal.add("contacts", {"email": "never@example.com"}, visible_in=float("inf"))
    crm.portal.edit("contacts", key, {"firstname": "N"})
    crm.now += 1e6
    assert crm.found() == []


# --- pages ------------------------------------------------------------------------------------------------


def test_after_is_an_offset_written_as_a_string(crm: Caller) -> None:
    keys = crm.contacts(5)
    first = crm.search(limit=2)
    assert first["paging"]["next"] == {"after": "2"}
    assert crm.found(limit="2", after="4") == keys[4:]
    assert "paging" not in crm.search(limit=2, after="4")


def test_a_query_ends_at_ten_thousand_results_although_it_names_the_next_page(crm: Caller) -> None:
    crm.contacts(10_050)
    last = crm.search(limit=200, after="9800")
    assert (len(last["results"]), last["total"]) == (200, 10_050)
    refused = crm.ask("POST", SEARCH, {"limit": 200, "after": last["paging"]["next"]["after"]})
    assert refused.status == 400


def test_ids_as_key_read_more_than_ten_thousand_contacts_of_one_timestamp(crm: Caller) -> None:
    keys = crm.contacts(10_050)
    seen: list[str] = []
    stamp = by("createdate", "GTE", str(int((NOON - 3600) * 1000)))
    while True:
        floor = by("hs_object_id", "GT", seen[-1] if seen else "0")
        page = crm.search(
            stamp, floor, limit=200, sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        )
        seen += [one["id"] for one in page["results"]]
        if "paging" not in page:
            break
    assert seen == keys


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": "many"},
        {"after": "-1"},
        {"sorts": [{"propertyName": "email"}, {"propertyName": "createdate"}]},
        {"filterGroups": [{"filters": [by("email", "EQ", "a")]}] * 6},
        {"filterGroups": [{"filters": [by("email", "EQ", "a")] * 7}]},
        {"filterGroups": [{"filters": [by("email", "LIKE", "a")]}]},
        {"filterGroups": [{"filters": [by("no_such_property", "EQ", "a")]}]},
        {"filterGroups": [{"filters": [by("createdate", "GTE", "yesterday")]}]},
        {"query": "x" * 3000},
    ],
)
def test_a_search_beyond_the_documented_limits_is_refused(crm: Caller, body: dict[str, object]) -> None:
    """Documented limits; the bodies of these refusals were never recorded."""
    assert crm.ask("POST", SEARCH, body).status == 400


# --- filters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "hits"),
    [
        (by("firstname", "EQ", "ana"), "A"),
        (by("firstname", "NEQ", "Ana"), "B"),
        (by("firstname", "IN", values=["ana", "bo"]), "AB"),
        (by("firstname", "IN", values=["Ana"]), ""),
        (by("firstname", "NOT_IN", values=["ana"]), "B"),
        (by("firstname", "HAS_PROPERTY"), "AB"),
        (by("firstname", "NOT_HAS_PROPERTY"), "C"),
        (by("email", "CONTAINS_TOKEN", "example.org"), "C"),
        (by("email", "CONTAINS_TOKEN", "exam*"), "ABC"),
        (by("email", "NOT_CONTAINS_TOKEN", "example.org"), "AB"),
        (by("hs_lead_status", "EQ", "NEW"), "A"),
        (by("hs_lead_status", "EQ", "new"), ""),
        (by("createdate", "GTE", str(int(NOON * 1000) - 20_000)), "BC"),
        (by("createdate", "GT", "2026-09-21T14:12:59.999Z"), "BC"),
        (by("createdate", "LT", str(int(NOON * 1000) - 20_000)), "A"),
        (by("createdate", "LTE", str(int(NOON * 1000) - 20_000)), "AB"),
        (
            by(
                "createdate",
                "BETWEEN",
                str(int(NOON * 1000) - 20_000),
                highValue=str(int(NOON * 1000) - 15_000),
            ),
            "B",
        ),
        (by("hubspotscore", "GT", 5), "B"),
    ],
)
def test_filters_compare_as_documented(crm: Caller, condition: dict[str, object], hits: str) -> None:
    add = crm.portal.add
    names = {
        add(
            "contacts",
            {"email": "a@example.com", "firstname": "Ana", "hs_lead_status": "NEW"},
            created=NOON - 30,
        ): "A",
        add(
            "contacts", {"email": "b@example.com", "firstname": "Bo", "hubspotscore": 40}, created=NOON - 20
        ): "B",
        add("contacts", {"email": "c@example.org"}, created=NOON - 10.5): "C",
    }
    assert "".join(names[key] for key in crm.found(condition)) == hits


def test_groups_are_joined_by_or_and_their_filters_by_and(crm: Caller) -> None:
    first, second, _ = crm.contacts(3)
    crm.portal.edit("contacts", first, {"firstname": "Ana", "country": "US"})
    crm.portal.edit("contacts", second, {"firstname": "Bo", "country": "US"})
    both = {"filters": [by("firstname", "EQ", "ana"), by("country", "EQ", "us")]}
    other = {"filters": [by("firstname", "EQ", "bo")]}
    assert crm.found(filterGroups=[both, other]) == [first, second]


def test_results_are_sorted_by_one_property_in_either_direction(crm: Caller) -> None:
    keys = [crm.portal.add("contacts", {"firstname": name}) for name in ("b", "a", "c")]
    down = [{"propertyName": "firstname", "direction": "DESCENDING"}]
    assert crm.found(sorts=down) == [keys[2], keys[0], keys[1]]
    assert crm.found(sorts=["firstname"]) == [keys[1], keys[0], keys[2]]
    assert crm.found(sorts=["-hs_object_id"]) == keys[::-1]


def test_requested_properties_without_value_are_null_and_unknown_ones_are_left_out(crm: Caller) -> None:
    crm.contacts(1)
    (one,) = crm.search(properties=["phone", "no_such_property"])["results"]
    assert set(one["properties"]) == {"phone", "createdate", "hs_object_id", "lastmodifieddate"}
    assert one["properties"]["phone"] is None


def test_an_answer_follows_the_index_although_the_same_query_was_asked_before() -> None:
    crm = Caller(AT_ONCE)
    (key,) = crm.contacts(1)
    no_owner = by("hubspot_owner_id", "NOT_HAS_PROPERTY")
    assert crm.found(no_owner) == [key]
    crm.portal.edit("contacts", key, {"hubspot_owner_id": crm.portal.owners.add("ana@example.com").id})
    assert crm.found(no_owner) == []
    (second,) = crm.portal.add_contacts([{"email": "new@example.com"}])
    assert crm.found(no_owner) == [second]
