"""Answers that Salesforce should never give: nothing is taken for granted from them, and nothing breaks by them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.contract import Entered, Everything
from connectors.errors import ConnectorError, Doubt, Retry
from connectors.http import Answer
from connectors.salesforce import wire, wire_accounts, wire_bulk, wire_describe, wire_users, wire_write
from connectors.salesforce.wire import Place
from connectors.salesforce.wire_bulk import Job
from connectors.salesforce.wire_composite import if_any, parts
from connectors.salesforce.wire_errors import content, whole
from connectors.salesforce.wire_write import Records, Tasks, Write
from sandbox.messages import Answer as Sent
from tests.contract.world import DAY
from tests.odd import spoilt
from tests.salesforce.org_world import OrgWorld
from tests.salesforce.recorded import DATE, ref, table

LEAD, OTHER = "00Q000000000001AAA", "00Q000000000002AAA"
ANA, QUEUE = "005000000000001AAA", "00G000000000001AAA"
REFS = [ref(LEAD), ref(OTHER)]
TABLE = table("Email", "Owner.Name")
WALK = Entered("CreatedDate", DAY)
PLACE = Place("2026-03-01T12:00:00Z")
STAMP = "2026-03-01T12:00:00.000+0000"
ROW = {
    "attributes": {"type": "Lead", "url": f"/services/data/v62.0/sobjects/Lead/{LEAD}"},
    "Id": LEAD,
    "OwnerId": ANA,
    "Owner": {"Name": "Ana"},
    "IsConverted": False,
    "IsDeleted": False,
    "MasterRecordId": None,
    "CreatedDate": STAMP,
}
PAGE = {
    "totalSize": 2086,
    "done": False,
    "nextRecordsUrl": "/services/data/v62.0/query/0r8-1000",
    "records": [ROW],
}
SAVED = [
    {"id": LEAD, "success": True, "errors": []},
    {"success": False, "errors": [{"statusCode": "ENTITY_IS_DELETED", "message": "gone", "fields": []}]},
]
COMPOSITE = {
    "compositeResponse": [
        {"body": SAVED, "httpHeaders": {}, "httpStatusCode": 200, "referenceId": "part0"},
        {"body": [{"errorCode": "NOT_FOUND"}], "httpStatusCode": 404, "referenceId": "part1"},
    ]
}
USER = {
    "Id": ANA,
    "Name": "Ana",
    "Email": "a@example.com",
    "IsActive": True,
    "UserType": "Standard",
    "ProfileId": "0",
}
CHANGE = {"LeadId": LEAD, "OldValue": QUEUE, "NewValue": ANA, "CreatedById": ANA, "CreatedDate": STAMP}
COMPANY = {
    "Id": "001000000000001AAA",
    "Name": "Acme",
    "Website": "acme.example",
    "OwnerId": ANA,
    "LastModifiedDate": STAMP,
}
FIELD = {"name": "OwnerId", "length": 18, "updateable": True, "relationshipName": "Owner"}
TASK = {"attributes": {"type": "Task"}, "Subject": "Rule lsw:0123", "WhoId": LEAD}


def rows(*found: object) -> object:
    return {"totalSize": len(found), "done": True, "records": [*found]}


def written(answer: Answer) -> object:
    batches = [[Write(REFS[0], {"id": LEAD}), Write(REFS[1], {"id": OTHER})], [Write(REFS[0], {"id": LEAD})]]
    return wire_write.joined(parts(answer, 2), batches)


def pages(answer: Answer) -> object:
    body = content(answer)
    found = wire.walked(answer, body, TABLE, WALK, PLACE)
    return found, found.next and wire.place(found.next), wire.total(body), wire.cursor(body)


READERS: dict[str, tuple[object, Callable[[Answer], object]]] = {
    "walk": (PAGE, pages),
    "sweep": (
        rows(ROW),
        lambda one: wire.swept_page(one, content(one), TABLE, Everything(("CreatedDate",))),
    ),
    "looks": (rows(ROW), lambda one: wire.looks(wire.rows(content(one)), TABLE, REFS)),
    "users": (rows(USER), lambda one: wire_users.owners(wire.rows(content(one)), (), None)),
    "queues": (
        rows({"Id": QUEUE, "Name": "Inbound", "QueueId": QUEUE}),
        lambda one: wire_users.owners((), wire.rows(content(one)), wire.rows(content(one))),
    ),
    "history": (rows(CHANGE), lambda one: wire_users.changes(wire.rows(content(one)), TABLE, REFS, ANA)),
    "companies": (
        rows(COMPANY),
        lambda one: wire_accounts.companies(wire.rows(content(one)), ["acme.example"], ["acme"]),
    ),
    "tasks": (rows(TASK), lambda one: Tasks(TABLE).keys(wire.rows(content(one)))),
    "writes": (COMPOSITE, written),
    "queries": (COMPOSITE, lambda one: [if_any(part.content) for part in parts(one, 2)]),
    "describe": (
        {"name": "Lead", "createable": True, "updateable": True, "fields": [FIELD]},
        lambda one: wire_describe.rights(wire_describe.described(whole(one)), (), tasks=None),
    ),
    "job": ({"id": "750000000000001AAA", "state": "Open", "createdDate": STAMP}, wire_bulk.wait),
    "job begun": ({"id": "750000000000001AAA"}, lambda one: wire_bulk.started(one, Job("2026-03-01"))),
}


@pytest.mark.parametrize("name", READERS)
def test_no_answer_breaks_its_reader_whatever_stands_in_one_of_its_places(name: str) -> None:
    body, read = READERS[name]
    read(answer(200, body))
    for odd in spoilt(body):
        for status in (200, 204, 400):
            try:
                hash(str(read(answer(status, odd))))
            except ConnectorError:
                continue


FURTHER = "/services/data/v62.0/query/0r8-1000"


@pytest.mark.parametrize(
    ("said", "path"),
    [
        (FURTHER, FURTHER),
        (f"https://acme.my.salesforce.com{FURTHER}", FURTHER),
        (f"https://elsewhere.example{FURTHER}?a=b", f"{FURTHER}?a=b"),
        (None, ""),
        ("", ""),
        ("0r8-1000", ""),
        ("https://elsewhere.example/", ""),
        ("https://[elsewhere", ""),
        (f"{FURTHER} -", ""),
    ],
)
def test_where_rows_go_on_is_a_path_of_the_org_that_is_asked(said: str | None, path: str) -> None:
    body = {**PAGE, "nextRecordsUrl": said}
    assert wire.cursor(body) == path
    page = wire.walked(answer(200, body), body, TABLE, WALK, PLACE)
    assert page.next is not None
    assert wire.place(page.next) == Place(PLACE.date, LEAD, path)


def test_a_cursor_that_leads_nowhere_is_left_for_the_last_record() -> None:
    at = PLACE._replace(cursor=FURTHER)
    page = wire.walked(answer(200, PAGE), PAGE, TABLE, WALK, at)
    assert page.next == str(Place(PLACE.date, LEAD))
    empty = {**PAGE, "records": []}
    with pytest.raises(Doubt, match="there is more, and not where"):
        wire.walked(answer(200, empty), empty, TABLE, WALK, at)


@pytest.mark.parametrize("further", [None, FURTHER])
def test_rows_that_are_not_all_there_count_as_no_answer(world: OrgWorld, further: str | None) -> None:
    lead = world.add(DAY)
    body = json.dumps({**PAGE, "nextRecordsUrl": further}).encode()
    world.gateway = lambda request: Sent(200, body) if "/query" in request.path else None
    with pytest.raises(Retry, match="there is more, and not where"):
        world.connector.read([lead])


def test_a_user_who_is_told_twice_is_one() -> None:
    assert [one.id for one in wire_users.owners([USER, USER], (), None)] == [ANA]


def test_the_case_of_a_fields_name_is_that_of_whoever_asks() -> None:
    spelt = table("createddate", "EMAIL", "Email")
    body = rows({**ROW, "Email": "ana@example.com"})
    (change,) = wire.walked(answer(200, body), body, spelt, WALK, PLACE).changes
    assert change.stamp == DAY
    assert {change.record.fields[name] for name in ("EMAIL", "Email")} == {"ana@example.com"}
    assert change.record.fields["createddate"] == change.record.fields["CreatedDate"]
    assert sorted(map(str.lower, spelt.asked("CreatedDate"))) == [
        "createddate",
        "email",
        "id",
        "isconverted",
        "ownerid",
    ]
    found = Records("Note__c", "key__c", "Lead__c", "Body__c").keys([{"Key__c": "lsw:0"}])
    assert found == {"lsw:0"}


def answer(status: int, body: Any) -> Answer:
    return Answer(status, {"date": DATE, "content-type": "application/json"}, json.dumps(body).encode())
