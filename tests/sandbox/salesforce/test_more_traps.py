"""Traps 13 to 30 of the list; see test_traps.py."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from sandbox.faults import CUT_AFTER, error_after
from sandbox.messages import Cut
from sandbox.salesforce.ids import full
from tests.sandbox.salesforce.caller import NOON, ROOT, Caller, code

FALSE = {"Sforce_Auto_Assign": "FALSE"}


def test_trap_13_a_write_without_an_answer_may_have_happened(sf: Caller) -> None:
    """Second hand; no idempotency key is documented."""
    key = sf.org.add_lead()
    task = {"attributes": {"type": "Task"}, "WhoId": key, "Subject": "x"}
    sf.org.faults.add("collections.create", CUT_AFTER, times=1)
    assert sf.ask("POST", "composite/sobjects", {"records": [task]}).cut is Cut.SILENT
    sf.org.faults.add("collections.create", error_after(500), times=1)
    answer = sf.ask("POST", "composite/sobjects", {"records": [task]})
    assert (answer.status, answer.json()[0]["errorCode"]) == (500, "UNKNOWN_EXCEPTION")
    assert len(sf.org.tasks(key)) == 2


def test_trap_14_an_update_answers_nothing_and_an_upsert_something(sf: Caller) -> None:
    """Recorded, the 300 documented."""
    key = sf.org.add_lead()
    answer = sf.ask("PATCH", f"sobjects/Lead/{key}", {"Title": "A"}, **FALSE)
    assert (answer.status, answer.body) == (204, b"")
    by_mail = "sobjects/Lead/Email/a%40example.com"
    made = sf.ask("PATCH", by_mail, {"LastName": "A", "Company": "B"})
    assert (made.status, made.json()["created"]) == (201, True)
    assert made.headers["Location"] == f"{ROOT}/sobjects/Lead/{made.json()['id']}"
    again = sf.ask("PATCH", by_mail, {"Title": "C"}, **FALSE)
    assert (again.status, again.json()) == (200, {**made.json(), "created": False})
    sf.org.add_lead(Email="A@example.com")
    several = sf.json("PATCH", by_mail, {"Title": "C"}, status=300)
    assert len(several) == 2
    assert all(url.startswith(f"{ROOT}/sobjects/Lead/00Q") for url in several)


def test_trap_15_a_composite_is_a_200_with_answers_of_their_own(sf: Caller) -> None:
    """Recorded: inner statuses, lists of errors. Five of 25, names by case, one call: documented."""
    key, used = sf.org.add_lead(), sf.org.usage.used
    parts = sf.composite(
        {"method": "GET", "url": f"{ROOT}/sobjects/Foo"},
        {"method": "GET", "url": f"{ROOT}/sobjects/Lead/{key}", "referenceId": "lead"},
        {
            "method": "POST",
            "url": f"{ROOT}/sobjects/Task",
            "referenceId": "task",
            "body": {"WhoId": "@{lead.Id}"},
        },
        {"method": "GET", "url": f"{ROOT}/sobjects/Task/@{{task.id}}"},
        {"method": "GET", "url": f"{ROOT}/sobjects/Task/@{{task.Id}}"},
    )
    assert [part["httpStatusCode"] for part in parts] == [404, 200, 201, 200, 400]
    assert parts[0]["body"] == [
        {"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}
    ]
    assert parts[3]["body"]["WhoId"] == key
    assert sf.org.usage.used == used + 1
    query = {"method": "GET", "url": f"{ROOT}/query?q=SELECT+Id+FROM+Lead"}
    five = {"compositeRequest": [{**query, "referenceId": f"q{number}"} for number in range(6)]}
    assert sf.ask("POST", "composite", five).status == 400
    batch = {
        "batchRequests": [{"method": "GET", "url": "v59.0/limits"}, {"method": "GET", "url": "v59.0/nothing"}]
    }
    told = sf.json("POST", "composite/batch", batch)
    assert (told["hasErrors"], [one["statusCode"] for one in told["results"]]) == (True, [200, 404])
    assert sf.org.usage.used == used + 5, "a batch and each of its parts"


def test_trap_15_a_whole_composite_or_graph_is_taken_back(sf: Caller) -> None:
    """Graphs: second hand."""
    make = {"method": "POST", "url": f"{ROOT}/sobjects/Lead", "body": {"LastName": "A", "Company": "B"}}
    fail = {**make, "body": {}}
    parts = sf.composite(make, fail, allOrNone=True)
    codes = [part["body"][0]["errorCode"] for part in parts]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    graphs = [
        {
            "graphId": name,
            "compositeRequest": [{**one, "referenceId": f"r{number}"} for number, one in enumerate(what)],
        }
        for name, what in (("bad", [make, fail]), ("good", [make]))
    ]
    told = sf.json("POST", "composite/graph", {"graphs": graphs})["graphs"]
    assert [(one["graphId"], one["isSuccessful"]) for one in told] == [("bad", False), ("good", True)]
    assert len(sf.org.leads()) == 1


def test_trap_16_queues_own_leads_where_they_may(sf: Caller) -> None:
    """Recorded: TYPEOF, owners of both kinds in the describe. The code for a queue of other objects is our choice."""
    queue, cases = sf.org.add_queue("Inbound"), sf.org.add_queue("Cases", owns=["Case"])
    key = sf.org.add_lead()
    assert [code(one) for one in sf.update({"Id": key, "OwnerId": queue})] == [""]
    assert [code(one) for one in sf.update({"Id": key, "OwnerId": cases})] == ["FIELD_INTEGRITY_EXCEPTION"]
    (row,) = sf.query("SELECT Owner.Name, Owner.Type FROM Lead WHERE Owner.Type = 'Queue'")["records"]
    assert row["Owner"]["attributes"]["type"] == "Name"
    assert (row["Owner"]["Name"], row["Owner"]["Type"]) == ("Inbound", "Queue")
    soql = "SELECT TYPEOF Owner WHEN User THEN Email WHEN Group THEN DeveloperName END FROM Lead"
    assert sf.query(soql)["records"][0]["Owner"]["DeveloperName"] == "Inbound"


def test_trap_17_converted_and_merged_leads_stay_and_refuse(sf: Caller) -> None:
    """Reported: most orgs refuse an update of a converted lead, some do not. Merge losers: recorded describe."""
    converted, kept, lost, gone = (sf.org.add_lead(LastName=name) for name in "ABCD")
    sf.org.convert(converted)
    sf.org.merge(kept, lost)
    sf.org.delete(gone)
    assert set(sf.found("SELECT Id FROM Lead")) == {converted, kept}
    rows = [{"Id": key, "Title": "x"} for key in (converted, kept, lost, gone)]
    assert [code(one) for one in sf.update(*rows)] == [
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "",
        "ENTITY_IS_DELETED",
        "ENTITY_IS_DELETED",
    ]
    every = sf.json("GET", "queryAll?q=SELECT+Id,IsDeleted,MasterRecordId+FROM+Lead+WHERE+IsDeleted=true")
    assert {row["Id"]: row["MasterRecordId"] for row in every["records"]} == {lost: kept, gone: None}
    sf.org.set(converted_updates=True)
    assert [code(one) for one in sf.update(rows[0])] == [""]


@pytest.mark.parametrize(
    ("allow", "header", "saved"), [(True, "true", True), (True, "false", False), (False, "true", False)]
)
def test_trap_18_duplicate_rules_hold_on_update(sf: Caller, header: str, *, allow: bool, saved: bool) -> None:
    """Second hand: on update, too; details in answers about one row only."""
    sf.org.add_lead(Email="same@example.com")
    key = sf.org.add_lead(Email="other@example.com")
    sf.org.duplicate_rule("Email", allow=allow)
    headers = {"Sforce_Duplicate_Rule_Header": f"allowSave={header}; includeRecordDetails=true", **FALSE}
    row = {"Email": "Same@example.com"}
    answer = sf.ask("PATCH", f"sobjects/Lead/{key}", row, **headers)
    assert answer.status == (204 if saved else 400)
    if not saved:
        (error,) = answer.json()
        assert error["duplicateResult"]["allowSave"] is allow
        (outcome,) = sf.update({"Id": key, **row}, headers=headers)
        (told,) = outcome["errors"]
        assert (told["statusCode"], set(told)) == ("DUPLICATES_DETECTED", {"statusCode", "message", "fields"})


def test_trap_19_ids_are_given_in_15_or_18_characters_and_answered_in_18(sf: Caller) -> None:
    """Executed on recorded ids: 2,539 of 2,542 verify."""
    key = sf.org.add_lead()
    assert (len(key), full(key[:15]), full(key)) == (18, key, key)
    assert full("0015500001QdRaY") == "0015500001QdRaYAAV"
    assert sf.leads(f"Id = '{key[:15]}'") == [key]
    assert sf.update({"Id": key[:15], "Title": "x"})[0]["id"] == key
    swapped = key[:14] + key[14].swapcase() + key[15:]
    assert full(swapped) is None or swapped != key
    assert (
        sf.error("SELECT Id FROM Lead WHERE Id = 'nonsense'")["errorCode"] == "INVALID_QUERY_FILTER_OPERATOR"
    )


def test_trap_26_a_complete_bulk_job_may_have_failed_rows(sf: Caller) -> None:
    """Documented; jobs' shapes recorded."""
    keys = [sf.org.add_lead() for _ in range(6)]
    sf.org.trip("FIELD_CUSTOM_VALIDATION_EXCEPTION", ids=keys[:2], message="no")

    def load(csv: bytes) -> tuple[str, str]:
        job = sf.json("POST", "jobs/ingest", {"object": "Lead", "operation": "update", "contentType": "CSV"})
        path = f"jobs/ingest/{job['id']}"
        assert sf.ask("PUT", f"{path}/batches", csv, Content_Type="text/csv").status == 201
        return str(sf.json("PATCH", path, {"state": "UploadComplete"})["state"]), path

    sheet = ("Id,Title\n" + "".join(f"{key},Boss\n" for key in keys)).encode()
    state, path = load(sheet)
    failed = sf.ask("GET", f"{path}/failedResults").body.decode().splitlines()
    done = sf.ask("GET", f"{path}/successfulResults").body.decode().splitlines()[1:]
    assert (state, len(failed), failed[0]) == ("JobComplete", 3, '"sf__Id","sf__Error","Id","Title"')
    assert sorted(line[1:19] for line in done) == keys[2:] != [line[1:19] for line in done]
    sf.org.set(bulk_failures=0.5)
    state, path = load(sheet)
    left = sf.ask("GET", f"{path}/unprocessedrecords").body.decode().splitlines()
    assert (state, len(left)) == ("Failed", 4)


def test_trap_27_answers_are_pretty_where_that_is_asked(sf: Caller) -> None:
    """Recorded, and the SDK always asks."""
    sf.org.add_lead()
    soql = "query?q=SELECT+Id+FROM+Lead"
    plain, pretty = sf.ask("GET", soql), sf.ask("GET", soql, X_PrettyPrint="1")
    assert b'\n  "totalSize" : 1' in pretty.body
    assert pretty.json() == plain.json()


def test_trap_28_machines_are_active_users_and_nobody_says_who_is_out(sf: Caller) -> None:
    """Recorded: a user list of a real org. OutOfOffice is often absent: documented."""
    ana = sf.org.add_user("Ana Ruiz", "ana@example.com")
    rows = sf.query("SELECT Id, Name, FirstName, UserType, ProfileId FROM User WHERE IsActive = true")[
        "records"
    ]
    assert {row["Name"]: row["ProfileId"] is None for row in rows} == {
        "Automated Process": True,
        "Platform Integration User": True,
        "Leadswitch Integration": False,
        "Ana Ruiz": False,
    }
    assert sf.error("SELECT UserId FROM OutOfOffice")["errorCode"] == "INVALID_TYPE"
    sf.org.deactivate(ana)
    key = sf.org.add_lead()
    assert code(sf.update({"Id": key, "OwnerId": ana})[0]) == "INACTIVE_OWNER_OR_USER"


def test_trap_30_times_have_no_colon_and_no_fraction_and_some_are_days(sf: Caller) -> None:
    """Recorded."""
    key = sf.org.add_lead()
    sf.now += 0.9
    sf.org.convert(key)
    (row,) = sf.query("SELECT CreatedDate, SystemModstamp, ConvertedDate FROM Lead")["records"]
    assert row["CreatedDate"] == "2026-09-21T14:13:20.000+0000"
    assert row["SystemModstamp"].endswith(":20.000+0000")
    assert row["ConvertedDate"] == "2026-09-21"
    assert datetime.strptime(row["CreatedDate"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() == NOON
    assert (
        json.loads(sf.ask("GET", f"sobjects/Lead/{key}?fields=ConvertedDate").body)["ConvertedDate"]
        == "2026-09-21"
    )
