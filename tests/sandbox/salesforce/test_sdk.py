"""The SDK against the sandbox, over TLS: what it does on the wire that a client of ours must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce, SFType
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession

from sandbox.certificates import Authority
from sandbox.salesforce import Org, Settings
from sandbox.server import Server

KEEP = {"Sforce-Auto-Assign": "FALSE"}


class Redirecting(HTTPAdapter):
    """Sends what is meant for a host of Salesforce to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: Any, *rest: Any, **more: Any) -> requests.Response:
        request.url = self._url + request.path_url
        return super().send(request, *rest, **more)


@pytest.fixture
def org() -> Org:
    return Org(settings=Settings(logins=8))


@pytest.fixture
def client(org: Org, tmp_path: Path) -> Iterator[Any]:
    authority = Authority()
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.ca)
    with Server(org.answer, tls=authority.context()) as server, requests.Session() as session:
        session.verify = str(ca)
        session.trust_env = False
        session.mount("https://acme.my.salesforce.com", Redirecting(server.url))
        yield Salesforce(
            domain="acme.my",
            consumer_key=org.client_id,
            consumer_secret=org.client_secret,
            session=session,
        )


def test_it_logs_in_queries_pages_and_describes(org: Org, client: Any) -> None:
    org.set(page=20)
    keys = org.add_leads([{"LastName": f"L{number}"} for number in range(50)])
    assert [row["Id"] for row in client.query_all_iter("SELECT Id FROM Lead ORDER BY Id")] == keys
    lead = SFType("Lead", client.session_id, client.sf_instance, session=client.session)
    assert len(lead.describe()["fields"]) == 54
    assert client.api_usage["api-usage"].total == 100_000


def test_trap_29_the_sdk_loses_the_header_when_a_token_ends_and_the_rule_moves_the_owner(
    org: Org, client: Salesforce
) -> None:
    """Executed against simple-salesforce 1.12: the same call keeps the owner before, and loses it then."""
    ana, other = org.add_user("Ana Ruiz", "ana@example.com"), org.add_user("Ola Oth", "o@example.com")
    org.assignment_rule((lambda _: True, other))
    key = org.add_lead()

    def write() -> str:
        record = {"attributes": {"type": "Lead"}, "id": key, "OwnerId": ana}
        client.restful("composite/sobjects", method="PATCH", json={"records": [record]}, headers=KEEP)
        return org.owner_of(key)

    assert write() == ana
    org.access.revoke()
    assert write() == other
    assert [(call.kind, call.headers.get("sforce-auto-assign")) for call in org.calls][-3:] == [
        ("collections.update", "FALSE"),
        ("token", None),
        ("collections.update", None),
    ]


def test_trap_29_a_session_that_never_lives_is_asked_for_until_the_logins_of_the_hour_are_spent(
    org: Org, client: Any
) -> None:
    """Executed: nothing but the org's own bound ends it."""
    key = org.add_lead()
    org.set(session_seconds=0.0)
    with pytest.raises((SalesforceAuthenticationFailed, SalesforceExpiredSession)):
        client.Lead.update(key, {"Title": "x"})
    assert org.counts["token"] > 8
