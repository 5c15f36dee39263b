"""What a client does all day: log in, find leads, write owners and tasks."""

from __future__ import annotations

import http.client
import json
import ssl
import time

import pytest

from sandbox.certificates import Authority
from sandbox.salesforce import Settings
from sandbox.server import Server
from tests.sandbox.salesforce.caller import KEEP, ROOT, Caller, code


def test_a_lead_enters_is_found_and_gets_an_owner_and_a_task(sf: Caller) -> None:
    queue, ana = sf.org.add_queue("Inbound"), sf.org.add_user("Ana Ruiz", "ana@example.com")
    sf.org.default_owner = queue
    key = sf.org.add_lead(LastName="Berg", Email="b@example.com")
    (row,) = sf.query(
        "SELECT Id, Name, OwnerId, Owner.Name, Owner.Type, SystemModstamp FROM Lead "
        "WHERE SystemModstamp >= 2020-01-01T00:00:00Z AND IsConverted = false ORDER BY SystemModstamp, Id"
    )["records"]
    assert (row["Id"], row["Name"], row["OwnerId"]) == (key, "Berg", queue)
    assert (row["Owner"]["Name"], row["Owner"]["Type"]) == ("Inbound", "Queue")
    task = {"attributes": {"type": "Task"}, "WhoId": key, "Subject": "Routed lsw:1", "Status": "Completed"}
    sobjects = f"{ROOT}/composite/sobjects"
    lead = {"attributes": {"type": "Lead"}, "Id": key, "OwnerId": ana}
    written = sf.composite(
        {"method": "PATCH", "url": sobjects, "body": {"records": [lead]}, "httpHeaders": KEEP},
        {"method": "POST", "url": sobjects, "body": {"records": [task]}},
    )
    assert [part["httpStatusCode"] for part in written] == [200, 200]
    assert [code(part["body"][0]) for part in written] == ["", ""]
    assert sf.org.owner_of(key) == ana
    assert [one["Subject"] for one in sf.org.tasks(key)] == ["Routed lsw:1"]
    assert [one["NewValue"] for one in sf.org.history(key)] == ["Ana Ruiz", ana]


def test_it_is_served_over_tls_by_an_authority_of_its_own(sf: Caller) -> None:
    authority = Authority()
    trusting = ssl.create_default_context(cadata=authority.ca.decode())
    with Server(sf.org.answer, tls=authority.context()) as server:
        made = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=trusting)
        form = (
            f"grant_type=client_credentials&client_id={sf.org.client_id}&client_secret={sf.org.client_secret}"
        )
        made.request("POST", "/services/oauth2/token", form)
        token = json.loads(made.getresponse().read())
        assert token["instance_url"] == server.url == f"https://127.0.0.1:{server.port}"
        made.request("GET", f"{ROOT}/limits", headers={"Authorization": f"Bearer {token['access_token']}"})
        answer = made.getresponse()
        assert (answer.status, "DailyApiRequests" in json.loads(answer.read())) == (200, True)
        made.close()


def test_closing_the_server_ends_secured_connections(sf: Caller) -> None:
    authority = Authority()
    trusting = ssl.create_default_context(cadata=authority.ca.decode())
    server = Server(sf.org.answer, tls=authority.context())
    made = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=trusting)
    made.request("GET", "/services/data")
    made.getresponse().read()
    server.close()
    with pytest.raises((OSError, http.client.HTTPException)):
        _again(made)
    made.close()


def _again(connection: http.client.HTTPSConnection) -> None:
    connection.request("GET", "/services/data")
    connection.getresponse()


@pytest.mark.slow
def test_five_thousand_leads_are_walked_and_written_in_seconds() -> None:
    """A bound far above what is usual (under 1 s), so that only a change of order fails."""
    sf, began = Caller(Settings(daily=None)), time.monotonic()
    keys = sf.org.add_leads([{"Email": f"u{number}@example.com"} for number in range(5_000)])
    ana = sf.org.add_user("Ana Ruiz", "ana@example.com")
    soql = "SELECT Id, Email, OwnerId FROM Lead WHERE CreatedDate >= 2020-01-01T00:00:00Z ORDER BY CreatedDate, Id"
    page, seen = sf.query(soql), 0
    while not page["done"]:
        seen += len(page["records"])
        page = sf.json("GET", page["nextRecordsUrl"])
    for start in range(0, 5_000, 200):
        sf.update(*({"Id": key, "OwnerId": ana} for key in keys[start : start + 200]))
    assert seen + len(page["records"]) == 5_000
    assert len(sf.found(soql + " LIMIT 2000")) == 2000
    assert sf.org.counts["collections.update"] == 25
    assert time.monotonic() - began < 20
