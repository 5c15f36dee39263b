"""What an org takes and what it refuses, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.faults import ZOMBIE
from sandbox.salesforce import Settings
from tests.sandbox.salesforce.caller import NOON, ROOT, Caller, code


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"LastName": "x" * 81}, "STRING_TOO_LONG"),
        ({"LastName": " "}, "REQUIRED_FIELD_MISSING"),
        ({"Company": None}, "REQUIRED_FIELD_MISSING"),
        ({"Foo": 1}, "INVALID_FIELD"),
        ({"Name": "A B"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"CreatedDate": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS"),
        ({"CleanStatus": "Shiny"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"Industry": "Anything"}, ""),
        ({"NumberOfEmployees": "10000"}, ""),
        ({"NumberOfEmployees": "many"}, "JSON_PARSER_ERROR"),
        ({"Title": 7}, "JSON_PARSER_ERROR"),
        ({"IsUnreadByOwner": "yes"}, "JSON_PARSER_ERROR"),
        ({"OwnerId": "005"}, "MALFORMED_ID"),
        ({"OwnerId": "001ak0000000001"}, "MALFORMED_ID"),
        ({"OwnerId": "005ak0000000ZZZ"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"MQL__c": "2026-01-01T00:00:00.000+01:00"}, ""),
        ({"MQL__c": "yesterday"}, "JSON_PARSER_ERROR"),
        ({"Day__c": "2026-02-30"}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_value_is_checked_by_its_field(sf: Caller, sent: dict[str, Any], expected: str) -> None:
    sf.org.define("Lead", "MQL__c datetime")
    sf.org.define("Lead", "Day__c date")
    key = sf.org.add_lead()
    (outcome,) = sf.update({"Id": key, **sent})
    assert code(outcome) == expected
    answer = sf.ask("PATCH", f"sobjects/Lead/{key}", sent, Sforce_Auto_Assign="FALSE")
    assert answer.status == (400 if expected else 204)


def test_times_are_stored_as_utc(sf: Caller) -> None:
    sf.org.define("Lead", "MQL__c datetime")
    key = sf.org.add_lead(MQL__c="2026-01-01T00:30:00.250+01:00")
    assert sf.org.lead(key)["MQL__c"] == "2025-12-31T23:30:00.000+0000"


def test_one_of_many_rows_fails_on_its_own(sf: Caller) -> None:
    """A validation rule, a trigger, a lock, a missing right: each is a row's, with its code."""
    sf.org.validation_rule("Title must not be Boss", lambda lead: lead.get("Title") == "Boss")
    keys = [sf.org.add_lead() for _ in range(4)]
    sf.org.trip("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", ids=[keys[1]], message="LeadTrigger: null", times=1)
    sf.org.lock_row(keys[2], 5)
    rows = [{"Id": key, "Title": "Boss" if key == keys[0] else "CEO"} for key in keys]
    outcomes = sf.update(*rows)
    assert [code(one) for one in outcomes] == [
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "UNABLE_TO_LOCK_ROW",
        "",
    ]
    assert outcomes[0]["errors"][0]["message"] == "Title must not be Boss"
    sf.now += 5
    assert [code(one) for one in sf.update(*rows[1:])] == ["", "", ""]


def test_a_user_without_the_right_to_transfer_changes_other_fields_only(sf: Caller) -> None:
    ana, bo = sf.org.add_user("Ana Ruiz", "a@example.com"), sf.org.add_user("Bo Lind", "b@example.com")
    blind = sf.org.add_user("Kim Blind", "k@example.com", reads_leads=False)
    key = sf.org.add_lead(OwnerId=ana)
    sf.org.permit(transfer=False)
    assert code(sf.update({"Id": key, "OwnerId": bo})[0]) == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert code(sf.update({"Id": key, "OwnerId": ana, "Title": "x"})[0]) == ""
    sf.org.permit()
    assert code(sf.update({"Id": key, "OwnerId": blind})[0]) == "TRANSFER_REQUIRES_READ"
    sf.org.permit(edit=False)
    assert code(sf.update({"Id": key, "Title": "y"})[0]) == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_the_same_row_twice_in_a_call_is_refused_once(sf: Caller) -> None:
    """Not verified anywhere."""
    key = sf.org.add_lead()
    outcomes = sf.update({"Id": key, "Title": "a"}, {"Id": key[:15], "Title": "b"})
    assert [code(one) for one in outcomes] == ["", "DUPLICATE_VALUE"]


def test_created_leads_go_by_the_rule_and_else_to_the_default_owner(sf: Caller) -> None:
    ana, queue = sf.org.add_user("Ana Ruiz", "a@example.com"), sf.org.add_queue("Inbound")
    sf.org.default_owner = queue
    rule = sf.org.assignment_rule((lambda lead: lead.get("Country") == "DE", ana), active=False)
    row = {"LastName": "A", "Company": "B", "Country": "DE"}

    def made(**headers: str) -> str:
        return sf.org.owner_of(sf.json("POST", "sobjects/Lead", row, status=201, **headers)["id"])

    assert made() == sf.org.integration.id, "no active rule: the running user keeps it"
    assert made(Sforce_Auto_Assign=rule) == ana
    sf.org.automation.assignment[0].active = True
    assert (made(), made(Sforce_Auto_Assign="FALSE")) == (ana, sf.org.integration.id)
    row["Country"] = "FR"
    assert made() == queue


def test_an_owner_change_leaves_history_with_names_and_with_ids(sf: Caller) -> None:
    ana = sf.org.add_user("Ana Ruiz", "a@example.com")
    key, before = sf.org.add_lead(), sf.org.integration.id
    sf.now += 60
    sf.update({"Id": key, "OwnerId": ana})
    sf.org.edit(key, by=ana, OwnerId=before)
    rows = [
        (row["DataType"], row["OldValue"], row["NewValue"], row["CreatedById"]) for row in sf.org.history(key)
    ]
    name = "Leadswitch Integration"
    assert rows == [
        ("Text", name, "Ana Ruiz", before),
        ("EntityId", before, ana, before),
        ("Text", "Ana Ruiz", name, ana),
        ("EntityId", ana, before, ana),
    ]
    quiet = Caller(Settings(tracked=frozenset()))
    key = quiet.org.add_lead()
    quiet.org.edit(key, Title="x", OwnerId=quiet.org.add_queue("Q"))
    assert quiet.org.history(key) == ()


def test_a_task_moves_the_last_activity_and_no_stamp(sf: Caller) -> None:
    key = sf.org.add_lead()
    sf.now += 100
    sf.json("POST", "sobjects/Task", {"WhoId": key, "Subject": "Call", "Status": "Completed"}, status=201)
    lead = sf.org.lead(key)
    assert (lead["SystemModstamp"], lead["LastActivityDate"]) == (lead["CreatedDate"], "2026-09-21")
    (task,) = sf.query("SELECT IsClosed, Who.Name FROM Task")["records"]
    assert (task["IsClosed"], task["Who"]["Name"]) == (True, "Doe")


def test_a_note_object_with_an_external_id_is_written_once(sf: Caller) -> None:
    lines = ["Key__c string 40 x", "Lead__c reference Lead Lead__r", "Text__c textarea 32000"]
    sf.org.define_object("Routing_Note__c", lines)
    key = sf.org.add_lead()
    note = {"attributes": {"type": "Routing_Note__c"}, "Key__c": "lsw:1", "Lead__c": key, "Text__c": "why"}
    path = "composite/sobjects/Routing_Note__c/Key__c"
    told = [sf.json("PATCH", path, {"records": [note]})[0] for _ in range(2)]
    assert [one["created"] for one in told] == [True, False]
    assert told[0]["id"] == told[1]["id"]
    (row,) = sf.query("SELECT Text__c, Lead__r.Name FROM Routing_Note__c WHERE Key__c = 'LSW:1'")["records"]
    assert (row["Text__c"], row["Lead__r"]["Name"]) == ("why", "Doe")
    failed = sf.json("PATCH", path, {"records": [{**note, "Foo": 1}]})[0]
    assert (failed["success"], failed["created"]) == (False, False)


def test_a_zombie_write_lands_later_over_what_a_person_wrote(sf: Caller) -> None:
    ana, bo = sf.org.add_user("Ana Ruiz", "a@example.com"), sf.org.add_user("Bo Lind", "b@example.com")
    key = sf.org.add_lead()
    sf.org.faults.add("composite.update", ZOMBIE)
    url = f"{ROOT}/composite/sobjects"
    body = {"records": [{"attributes": {"type": "Lead"}, "Id": key, "OwnerId": ana}]}
    part = {"method": "PATCH", "url": url, "body": body, "referenceId": "a"}
    assert sf.ask("POST", "composite", {"compositeRequest": [part]}).cut is not None
    sf.now += 5
    sf.org.edit(key, OwnerId=bo)
    assert sf.org.owner_of(key) == bo
    sf.now += 40
    assert sf.org.owner_of(key) == ana
    assert str(sf.org.lead(key)["SystemModstamp"]) < "2026-09-21T14:14:00"


def test_rows_are_read_by_ids_and_deleted(sf: Caller) -> None:
    one, two = sf.org.add_lead(LastName="A"), sf.org.add_lead(LastName="B")
    body = {"ids": [two, "00Qak0000000000", one], "fields": ["LastName"]}
    rows = sf.json("POST", "composite/sobjects/Lead", body)
    assert [row and row["LastName"] for row in rows] == ["B", None, "A"]
    told = sf.json("DELETE", f"composite/sobjects?ids={one},00Qak0000000000&allOrNone=false")
    assert [code(outcome) for outcome in told] == ["", "INVALID_CROSS_REFERENCE_KEY"]
    assert sf.ask("DELETE", f"sobjects/Lead/{one}").status == 404
    assert sf.ask("GET", f"sobjects/Lead/{one}").status == 404
    assert sf.ask("DELETE", f"sobjects/Lead/{two}").status == 204


def test_a_bulk_query_takes_its_time_and_is_read_by_locator(sf: Caller) -> None:
    keys = [sf.org.add_lead(LastName=f'L "{number}"', created=NOON - 100) for number in range(5)]
    job = sf.json(
        "POST", "jobs/query", {"operation": "query", "query": "SELECT Id, LastName, IsConverted FROM Lead"}
    )
    path = f"jobs/query/{job['id']}"
    assert (job["state"], sf.ask("GET", f"{path}/results").status) == ("UploadComplete", 400)
    sf.now += 3
    assert sf.json("GET", path)["state"] == "JobComplete"
    first = sf.ask("GET", f"{path}/results?maxRecords=3")
    assert first.body.decode().splitlines()[:2] == [
        '"Id","LastName","IsConverted"',
        f'"{keys[0]}","L ""0""","false"',
    ]
    locator = first.headers["Sforce-Locator"]
    last = sf.ask("GET", f"{path}/results?maxRecords=3&locator={locator}")
    assert (last.headers["Sforce-Locator"], last.headers["Sforce-NumberOfRecords"]) == ("null", "2")
    assert sf.ask("GET", f"{path}/results?locator=WRONG").status == 400
    sf.org.jobs.lose()
    assert sf.ask("GET", path).status == 404
