"""What HubSpot refuses, and why, reaches the reason of the lead: in every shape recorded or documented."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.contract import Assignment, Record, Verdict
from connectors.errors import Stop
from connectors.http import Answer
from connectors.hubspot.wire_errors import Refused, error_of
from connectors.hubspot.wire_words import errors, words
from connectors.hubspot.wire_write import updated
from router.model import OwnerId
from tests.hubspot.recorded import ref, samples

OWNER = {
    "isValid": False,
    "message": "512 is no owner",
    "error": "INVALID_OWNER_ID",
    "name": "hubspot_owner_id",
}
LONG = {"isValid": False, "message": "3 was not a valid long.", "error": "INVALID_LONG", "name": "lsw_turn"}


def refusal(*wrong: object, **more: object) -> dict[str, Any]:
    listed = json.dumps(list(wrong), separators=(",", ":"))
    return {"status": "error", "message": f"Property values were not valid: {listed}", **more}


def beside(wrong: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of a message's list as `errors` has it."""
    return {"message": wrong["message"], "code": wrong["error"], "context": {"propertyName": [wrong["name"]]}}


BOTH = (
    "Property values were not valid: hubspot_owner_id: 512 is no owner (INVALID_OWNER_ID); "
    "lsw_turn: 3 was not a valid long. (INVALID_LONG)"
)

SAID: list[tuple[dict[str, Any], str]] = [
    (refusal(OWNER, LONG), BOTH),
    (refusal(OWNER, LONG, OWNER, LONG), BOTH),
    (refusal(OWNER, LONG, OWNER, errors=[beside(OWNER), beside(LONG)]), BOTH),
    (refusal(OWNER, errors=[beside(LONG)]), BOTH),
    (refusal(OWNER, errors=[{"message": "512 is no owner"}]), BOTH.partition(";")[0]),
    ({"message": json.dumps([OWNER])}, f"HubSpot refuses it: {BOTH.partition(': ')[2].partition(';')[0]}"),
    ({"message": f"{refusal(OWNER, LONG)['message'][:-30]}"}, BOTH.partition(";")[0]),
    ({"message": "validation error", "errors": ["The body is null"]}, "validation error; The body is null"),
    ({"errors": [beside(LONG)]}, "lsw_turn: 3 was not a valid long. (INVALID_LONG)"),
    ({"message": "Taken", "error": "CONTACT_EXISTS", "errors": [{"message": "No", "in": "email"}]},
     "Taken (CONTACT_EXISTS); email: No"),
    ({"message": "no valid ID", "subCategory": "crm.associations.INVALID"}, "no valid ID (INVALID)"),
    ({"message": "no", "subCategory": {"id": 7}, "context": {"propertyName": "plan"}}, "plan: no"),
    ({"message": "see: [1, 2]"}, "see: [1, 2]"),
    ({"message": 'see: [{"message'}, 'see: [{"message'),
    ({"message": "Rule: ada.b@mail.example.com must not"}, "Rule: (an e-mail address) must not"),
    ({}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "said"), SAID)
def test_a_refusal_says_which_property_which_rule_and_what(body: dict[str, Any], said: str) -> None:
    assert words(body) == said


def test_of_many_wrong_values_the_first_are_named_and_the_others_counted() -> None:
    many = [{**LONG, "name": f"property_{number:03}"} for number in range(40)]
    said = words(refusal(*many))
    assert "property_000" in said
    assert said.endswith("; and 34 more")
    assert len(said) < 500


def test_a_long_list_of_choices_hides_neither_the_property_nor_the_rule() -> None:
    said = words(refusal({**OWNER, "message": f"512 is none of {['label'] * 200}"}))
    assert said.startswith("Property values were not valid: hubspot_owner_id: 512 is none of")
    assert said.endswith("... (INVALID_OWNER_ID)")


RECORDED = {
    "error_400_validation": "hs_meeting_start_time: invalid was not a valid long. Portal 62515, object type 0-47 "
    "(INVALID_LONG)",
    "error_409_conflict": "Contact already exists (CONTACT_EXISTS); "
    "A contact with email (an e-mail address) already exists.",
    "batch_update_400_validation": 'Property values were not valid: Property "first000name" does not exist '
    '(PROPERTY_DOESNT_EXIST); Property "last000name" does not exist (PROPERTY_DOESNT_EXIST)',
    "associations_create_partial_207": "unknown_id_123456798 is not a valid ID (INVALID_IDENTIFIER)",
    "error_404_json": "List does not exist with ID -1. (LIST_ID_DOES_NOT_EXIST)",
}


@pytest.mark.parametrize("kind", RECORDED)
def test_recorded_refusals_are_told_in_full(kind: str) -> None:
    said = [words(each) for one in samples(kind) for each in (one.body, *errors(one.body))]
    assert any(text.endswith(RECORDED[kind]) for text in said)


def test_no_recorded_refusal_shows_json_to_people() -> None:
    refused = [one for one in samples() if one.status >= 400]
    assert len(refused) > 15
    assert [str(error_of(one.answer())) for one in refused if '{"' in str(error_of(one.answer()))] == []


def test_a_property_that_does_not_exist_stops_the_pass_even_where_only_the_message_lists_it() -> None:
    unknown = {"isValid": False, "message": 'Property "x" does not exist', "error": "PROPERTY_DOESNT_EXIST"}
    error = error_of(Answer(400, {}, json.dumps(refusal({**unknown, "name": "lsw_rule"})).encode()))
    assert isinstance(error, Stop)
    assert "no property lsw_rule here" in str(error)


def test_a_record_of_a_partial_answer_is_refused_with_all_its_words() -> None:
    body = {"results": [], "errors": [{**refusal(OWNER), "context": {"ids": ["1"]}}]}
    (outcome,) = updated(
        Answer(207, {}, json.dumps(body).encode()), [Assignment(Record(ref("1"), {}, None), OwnerId("512"))]
    )
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUSED, BOTH.partition(";")[0])


def test_a_refusal_as_a_whole_carries_its_words() -> None:
    error = error_of(Answer(400, {}, json.dumps(refusal(OWNER)).encode()))
    assert isinstance(error, Refused)
    assert error.words == f"HubSpot: {BOTH.partition(';')[0]} (HTTP 400)"
