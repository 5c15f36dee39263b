"""What is written to Salesforce and what it answers to that, in shapes that no sandbox gives; users and companies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Assignment, Note, Record, Verdict
from connectors.errors import Doubt, Retry
from connectors.http import Answer
from connectors.salesforce import wire_accounts, wire_users, wire_write
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire_composite import Part, composite, parts, query
from connectors.salesforce.wire_write import Records, Tasks, Write
from router.model import OwnerId
from tests.salesforce.recorded import DATE, ref, table

DAY = datetime(2026, 3, 1, tzinfo=UTC)
LEAD, OTHER = "00Qak00000696HFEAY", "00Qak00000696HGEAY"


def answer(body: object) -> Answer:
    return Answer(200, {"date": DATE}, json.dumps(body).encode())


# --- composites -------------------------------------------------------------------------------------------


def test_a_query_in_a_composite_is_an_address_without_a_body() -> None:
    made = composite([query("SELECT Id FROM Lead WHERE Name = 'a&b'", deleted=True)], "62.0")
    assert made.body == {
        "allOrNone": False,
        "compositeRequest": [
            {
                "method": "GET",
                "url": "/services/data/v62.0/queryAll?q=SELECT%20Id%20FROM%20Lead%20WHERE%20Name%20%3D%20%27a%26b%27",
                "referenceId": "part0",
            }
        ],
    }


@pytest.mark.parametrize(
    "told", [{}, [], {"compositeResponse": None}, {"compositeResponse": [{"referenceId": "part1"}]}]
)
def test_a_composite_that_does_not_tell_of_every_part_is_doubtful(told: object) -> None:
    with pytest.raises(Doubt):
        parts(answer(told), 1)


# --- writes -----------------------------------------------------------------------------------------------

WRITES = [Write(ref(one), {"id": one}) for one in (LEAD, OTHER)]
LOCKED = Part(503, [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": ""}])
BUSY = Part(400, [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": ""}])
WRONG = Part(400, [{"errorCode": "MALFORMED_ID", "message": ""}])
FINE = Part(200, [{"id": LEAD, "success": True, "errors": []}])


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([{"id": LEAD, "success": True, "errors": []}], Verdict.DONE),
        ([{"id": LEAD[:15], "success": True, "errors": []}], Verdict.DONE),
        ([{"success": True, "errors": []}], Verdict.DONE),
        ([{"id": OTHER, "success": True, "errors": []}], Verdict.DOUBTFUL),
        ([{"success": "yes"}], Verdict.DOUBTFUL),
        ([None], Verdict.DOUBTFUL),
        ([{"success": False}], Verdict.REFUSED),
        ([{"success": False, "errors": [{"statusCode": "ENTITY_IS_DELETED"}]}], Verdict.GONE),
    ],
)
def test_a_row_is_done_only_if_the_answer_says_so(rows: list[Any], verdict: Verdict) -> None:
    assert [one.verdict for one in wire_write.outcomes(Part(200, rows), WRITES[:1])] == [verdict]


@pytest.mark.parametrize("rows", [None, [], {}, [FINE.body[0], FINE.body[0]], "x"])
def test_an_answer_with_rows_too_few_or_too_many_is_doubtful(rows: object) -> None:
    with pytest.raises(Doubt):
        wire_write.outcomes(Part(200, rows), WRITES[:1])


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (LOCKED, Verdict.DOUBTFUL),
        (BUSY, Verdict.CONFLICT),
        (WRONG, Verdict.REFUSED),
        (FINE, Verdict.DOUBTFUL),
    ],
)
def test_a_part_that_failed_is_the_outcome_of_its_own_rows(other: Part, verdict: Verdict) -> None:
    told = wire_write.joined([FINE, other], [WRITES[:1], WRITES[1:]])
    assert {one.ref.record: one.verdict for one in told} == {LEAD: Verdict.DONE, OTHER: verdict}


def test_where_nothing_was_applied_the_whole_call_may_be_made_again() -> None:
    with pytest.raises(Retry):
        wire_write.joined([BUSY, BUSY], [WRITES[:1], WRITES[1:]])


def test_each_lead_is_written_once_in_a_call() -> None:
    batch = [
        Assignment(Record(ref(one), {}, None), OwnerId("005ak00000003CGAAY")) for one in (LEAD, LEAD[:15])
    ]
    (write,) = wire_write.owners(batch, table())
    assert isinstance(write, Write)
    assert write.row["id"] == LEAD


def test_an_owner_that_is_no_id_is_refused_before_anything_is_sent() -> None:
    (outcome,) = wire_write.owners([Assignment(Record(ref(LEAD), {}, None), OwnerId("ana"))], table())
    assert not isinstance(outcome, Write)
    assert outcome.verdict is Verdict.REFUSED


# --- notes ------------------------------------------------------------------------------------------------

KEY = "lsw:0123456789abcdef"


def test_the_key_ends_the_subject_and_the_text_of_a_task_however_long_they_are() -> None:
    row = Tasks(table()).row(Note(ref(LEAD), KEY, f"{'é' * 40_000}\n{KEY}"), DAY.date())
    assert len(str(row["Subject"])) == 255
    assert len(str(row["Description"])) <= 32_000
    assert str(row["Subject"]).endswith(f" {KEY}")
    assert str(row["Description"]).splitlines()[-2:] == ["...", KEY]
    assert Tasks(table()).keys([{"Subject": row["Subject"]}, {"Subject": None}, {}]) >= {KEY}


def test_a_task_of_another_object_names_it_otherwise() -> None:
    found = Tasks(table(kind="Inquiry__c")).row(Note(ref(LEAD), KEY, KEY), DAY.date())
    assert (found["WhatId"], "WhoId" in found) == (LEAD, False)


def test_a_record_of_one_s_own_object_is_written_under_its_key() -> None:
    carrier = Records("Note__c", "Key__c", "Lead__c", "Body__c")
    made = carrier.writing([Write(ref(LEAD), carrier.row(Note(ref(LEAD), KEY, "why"), DAY.date()))])
    assert (made.method, made.path) == ("PATCH", "composite/sobjects/Note__c/Key__c")
    assert list(carrier.asking([Note(ref(LEAD), KEY, "")])) == [
        soql.select(["Key__c"], "Note__c", [f"Key__c IN ('{KEY}')"])
    ]


# --- users, history, companies ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "integration"),
    [
        ({"UserType": "Standard", "ProfileId": "00e"}, False),
        ({"UserType": "PowerPartner", "ProfileId": "00e"}, False),
        ({"UserType": "Standard", "ProfileId": None}, True),
        ({"UserType": "CloudIntegrationUser", "ProfileId": "00e"}, True),
        ({"UserType": "Guest", "ProfileId": "00e"}, True),
        ({}, True),
    ],
)
def test_a_user_is_a_person_by_type_and_profile(row: dict[str, Any], integration: bool) -> None:
    (user,) = wire_users.owners([{"Id": "005ak00000003CGAAY", "IsActive": True, **row}], [], [])
    assert user.integration is integration


@pytest.mark.parametrize(
    ("kind", "history"),
    [
        ("Lead", "SELECT LeadId,OldValue,NewValue,CreatedById,CreatedDate FROM LeadHistory"),
        ("contact", "SELECT ContactId,OldValue,NewValue,CreatedById,CreatedDate FROM ContactHistory"),
        ("Inquiry__c", "SELECT ParentId,OldValue,NewValue,CreatedById,CreatedDate FROM Inquiry__History"),
        (
            "Opportunity",
            "SELECT OpportunityId,OldValue,NewValue,CreatedById,CreatedDate FROM OpportunityFieldHistory",
        ),
    ],
)
def test_each_object_has_a_history_of_its_own(kind: str, history: str) -> None:
    (made,) = wire_users.histories(table(kind=kind), [LEAD])
    assert made.startswith(f"{history} WHERE ")


def test_names_of_owners_in_a_history_are_left_out() -> None:
    at = "2026-05-01T07:25:37.000+0000"
    rows = [
        {"LeadId": LEAD, "NewValue": value, "CreatedById": "005ak00000003CF", "CreatedDate": at}
        for value in ("Ana Ruiz", "005ak00000003CGAAY", None, "Fifteen letters")
    ]
    (told,) = wire_users.changes(rows, table(), [ref(LEAD)], "005ak00000003CFAAY").values()
    assert [(one.owner, one.ours) for one in told] == [("005ak00000003CGAAY", True)]


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.Acme.com/uk", "acme.com"),
        ("acme.com?x=https://y.com", "acme.com"),
        ("http://user@acme.com:80/", "acme.com"),
        ("www.", None),
        ("  ", None),
        ("https://", None),
    ],
)
def test_a_website_s_host_is_found(website: str, host: str | None) -> None:
    assert wire_accounts.host(website) == host
