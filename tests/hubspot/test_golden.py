"""Every recorded answer goes through `wire.py` and becomes the value or the error that it means."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Absent, Assignment, Entered, Record, User, Verdict
from connectors.errors import Doubt, Retry, Stop
from connectors.hubspot import wire, wire_walks, wire_write
from connectors.hubspot.wire_dates import moment
from connectors.hubspot.wire_errors import Refused, content, expired
from router.model import OwnerId
from tests.hubspot.recorded import Sample, ref, samples

WALK = Entered("createdate", datetime(2020, 1, 1, tzinfo=UTC))
SEARCHES = samples("search_")
LISTS = samples("objects_list")
UPDATES = samples("batch_update_200")
SINGLES = samples("objects_read_200", "objects_update_200", "objects_create_201")

NEVER_ASKED = (
    "account_info_200",
    "associations_create",
    "associations_list_200",
    "batch_create_201",
    "object_schemas_200",
    "owners_read_200",
    "properties_",
)
"""Calls that we do not make: their answers are read as JSON objects, and no more is claimed of them."""


def told(found: object) -> object:
    """Return what `pages` or `looks` made of a record, in the sample's own words."""
    assert isinstance(found, Record)
    return found.ref.record, found.fields, found.owner


def owner_in(one: dict[str, Any]) -> str | None:
    """Return the owner of a recorded record; one that was taken away is an empty text on the wire."""
    return one["properties"].get("hubspot_owner_id") or None


def test_every_sample_is_tested_here_by_its_kind() -> None:
    tested = [*SEARCHES, *LISTS, *UPDATES, *SINGLES, *samples(*NEVER_ASKED, *BY_KIND)]
    assert Counter(one.name for one in tested) == Counter(one.name for one in samples())
    assert len(samples()) == 166


# --- reading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SEARCHES, ids=str)
def test_a_search_is_the_records_that_it_shows(sample: Sample) -> None:
    page = wire_walks.found(sample.answer(), WALK, None, ref).page
    shown = sample.body["results"]
    assert [told(change.record) for change in page.changes] == [
        (one["id"], one["properties"], owner_in(one)) for one in shown
    ]
    dates = [one["properties"].get("createdate") for one in shown]
    assert [change.stamp for change in page.changes] == [
        datetime.fromisoformat(one) if one else None for one in dates
    ]
    assert page.server_time == sample.answer().date()


@pytest.mark.parametrize("sample", SEARCHES, ids=str)
def test_only_a_missing_next_ends_a_search(sample: Sample) -> None:
    page = wire_walks.found(sample.answer(), WALK, None, ref).page
    assert page.next == ("73183578360" if "paging" in sample.body else None)


@pytest.mark.parametrize("sample", LISTS, ids=str)
def test_a_page_of_the_list_is_its_records_and_its_own_next(sample: Sample) -> None:
    page = wire_walks.listed(sample.answer(), ("createdate",), ref)
    shown = sample.body["results"]
    assert [told(change.record) for change in page.changes] == [
        (one["id"], one["properties"], owner_in(one)) for one in shown
    ]
    stamps = [moment(one["properties"].get("createdate")) for one in shown]
    assert [change.stamp for change in page.changes] == stamps
    assert page.newest == max((stamp for stamp in stamps if stamp), default=None)
    if sample.kind == "objects_list_page_200":
        assert page.next is not None
        assert int(page.next) >= int(shown[-1]["id"]) + 1
    else:
        assert page.next is None


@pytest.mark.parametrize("sample", SINGLES, ids=str)
def test_a_record_alone_is_itself(sample: Sample) -> None:
    one = sample.body
    look = wire.single(sample.answer(), ref(one["id"]))
    assert told(look.record) == (one["id"], one["properties"], owner_in(one))


@pytest.mark.parametrize("sample", samples("batch_read_200"), ids=str)
def test_a_batch_read_answers_by_id(sample: Sample) -> None:
    refs = [ref("110338039632"), ref("110323586992")]
    looks = wire.looks(sample.answer(), refs)
    assert {one.record for one in looks} == {"110338039632", "110323586992"}
    assert looks[refs[0]].record == Record(refs[0], sample.body["results"][0]["properties"], None)


@pytest.mark.parametrize("sample", samples("owners_list_200"), ids=str)
def test_owners_are_read_by_their_owner_id(sample: Sample) -> None:
    page = wire.owners(sample.answer(), archived=False)
    assert [user.id for user in page.users] == [one["id"] for one in sample.body["results"]]
    assert page.after is None
    first = User(OwnerId("31871817"), "Given08 Family07", "user028@corp-a.example.com")
    assert page.users[0] == first or page.users[0].id != first.id
    assert not {user.id for user in page.users} & {str(one["userId"]) for one in sample.body["results"]}


# --- writing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", UPDATES, ids=str)
def test_an_update_confirms_each_of_its_ids_whatever_their_order(sample: Sample) -> None:
    batch = [Assignment(Record(ref(one["id"]), {}, None), OwnerId("1")) for one in sample.asked["inputs"]]
    outcomes = wire_write.updated(sample.answer(), batch)
    assert {one.ref.record: one.verdict for one in outcomes} == {
        one["id"]: Verdict.DONE for one in sample.body["results"]
    }


def test_results_in_another_order_are_joined_by_id() -> None:
    sample = next(one for one in UPDATES if len(one.body["results"]) == 2)
    first, second = sample.body["results"]
    turned = dataclasses.replace(sample, body={**sample.body, "results": [second, first]})
    batch = [Assignment(Record(ref(one), {}, None), OwnerId("1")) for one in (first["id"], second["id"], "7")]
    assert [one.verdict for one in wire_write.updated(turned.answer(), batch)] == [
        Verdict.DONE,
        Verdict.DONE,
    ]


@pytest.mark.parametrize("sample", samples("batch_partial_207"), ids=str)
def test_associations_that_are_partly_there_are_read_and_the_rest_is_none(sample: Sample) -> None:
    to, rest = wire_write.associated(sample.answer())
    assert to == {"501": ["29022297485"]}  # a number on the wire
    assert rest == []


# --- the rest ---------------------------------------------------------------------------------------------


EMPTY = [one for one in samples() if one.body is None]


@pytest.mark.parametrize("sample", [one for one in samples(*NEVER_ASKED) if one.body is not None], ids=str)
def test_other_answers_of_success_are_read_as_they_are(sample: Sample) -> None:
    assert content(sample.answer()) == sample.body


@pytest.mark.parametrize("sample", EMPTY, ids=str)
def test_an_empty_answer_is_no_answer_to_a_question(sample: Sample) -> None:
    with pytest.raises(Doubt, match="empty"):
        content(sample.answer())


def test_a_word_instead_of_an_object_is_no_answer() -> None:
    (sample,) = samples("contact_merge_v1_200")
    with pytest.raises(Doubt, match="not JSON"):
        content(sample.answer())


@pytest.mark.parametrize("sample", samples("rate_limited_429"), ids=str)
def test_the_limit_of_searches_asks_for_a_second_where_hubspot_says_nothing(sample: Sample) -> None:
    with pytest.raises(Retry, match="searches in one second") as caught:
        content(sample.answer())
    assert caught.value.after == 1.0


@pytest.mark.parametrize("sample", samples("error_404_html"), ids=str)
def test_the_html_of_a_404_is_a_missing_record_where_one_was_asked_for(sample: Sample) -> None:
    assert wire.single(sample.answer(), ref("7")).absent is Absent.MISSING
    with pytest.raises(Stop, match="HTML page"):
        content(sample.answer())


REFUSALS = {
    "batch_create_409_conflict": "HubSpot: Contact already exists (HTTP 409)",
    "batch_create_400_validation": None,
    "contact_merge_v1_400": "HubSpot: vid to merge is not a valid contact or is already in the process of being "
    "merged (HTTP 400)",
    "error_400_json": None,
    "error_400_validation": None,
    "error_409_conflict": "HubSpot: Contact already exists (CONTACT_EXISTS); A contact with email (an e-mail address) "
    "already exists. (HTTP 409)",
}


@pytest.mark.parametrize(
    "sample", samples("contact_merge_v1_400", "error_400_json", "error_409", "batch_create_409"), ids=str
)
def test_a_refusal_of_a_whole_call_keeps_hubspots_words_and_no_address(sample: Sample) -> None:
    with pytest.raises(Refused) as caught:
        content(sample.answer())
    expected = REFUSALS[sample.kind]
    assert expected is None or caught.value.words == expected
    assert "@" not in caught.value.words
    assert sample.body["message"][:40] in caught.value.words


@pytest.mark.parametrize("sample", samples("batch_update_400", "batch_create_400"), ids=str)
def test_a_property_that_is_not_there_stops_the_pass_and_is_named(sample: Sample) -> None:
    with pytest.raises(Stop, match=r"no property first000name, last000name here"):
        content(sample.answer())


def test_a_missing_scope_is_named() -> None:
    (sample,) = samples("error_403")
    with pytest.raises(Stop, match="one of: custom-object-read; add it"):
        content(sample.answer())
    assert not expired(sample.answer())


def test_a_404_of_json_says_what_is_not_there() -> None:
    (sample,) = samples("error_404_json")
    with pytest.raises(Stop, match="List does not exist with ID -1"):
        content(sample.answer())


def test_a_refused_value_is_named_with_the_portals_words() -> None:
    (sample,) = samples("error_400_validation")
    with pytest.raises(Refused) as caught:
        content(sample.answer())
    assert caught.value.words.startswith("HubSpot: Property values were not valid")


BY_KIND = (
    "associations_archive",
    "batch_archive",
    "batch_create_4",
    "batch_partial_207",
    "batch_read_200",
    "batch_update_400",
    "contact_merge",
    "error_",
    "objects_delete",
    "owners_list_200",
    "rate_limited_429",
)
