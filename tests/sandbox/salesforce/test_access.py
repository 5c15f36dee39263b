"""Who gets in: every way to log in, and how each is refused."""

from __future__ import annotations

import jwt
import pytest

from sandbox.messages import Request
from sandbox.salesforce import Settings
from tests.sandbox.salesforce.caller import ROOT, Caller

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN = "https://login.salesforce.com"


@pytest.fixture(scope="module")
def org() -> Caller:
    return Caller()


def assertion(sf: Caller, **claims: object) -> str:
    known = {"iss": sf.org.client_id, "sub": sf.org.username, "aud": LOGIN, "exp": str(int(sf.now) + 180)}
    return jwt.encode({**known, **claims}, sf.org.private_key, algorithm="RS256")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, None),
        ({"exp": 2_000_000_000}, None),
        ({"aud": "https://sandbox.my.salesforce.com"}, None),
        ({"aud": "https://example.com"}, "audience is invalid"),
        ({"sub": "nobody@example.com"}, "user hasn't approved this consumer"),
        ({"iss": "other"}, "client identifier invalid"),
        ({"exp": "1"}, "expired authorization code"),
    ],
)
def test_an_assertion_is_looked_at(org: Caller, claims: dict[str, object], reason: str | None) -> None:
    answer = org.login(grant_type=BEARER, assertion=assertion(org, **claims))
    assert answer.json().get("error_description") == reason
    assert answer.status == (400 if reason else 200)


def test_an_assertion_that_another_key_signed_is_refused(org: Caller) -> None:
    head, body, signature = assertion(org).split(".")
    for wrong in (f"{head}.{body}.{signature[:-8]}AAAAAAAA", f"{head}.{body}", "nonsense"):
        answer = org.login(grant_type=BEARER, assertion=wrong)
        assert answer.json()["error_description"] == "invalid assertion"


def test_name_and_password_are_enough_with_an_app(org: Caller) -> None:
    app = {"grant_type": "password", "client_id": org.org.client_id, "client_secret": org.org.client_secret}
    for password in (org.org.password, org.org.password + org.org.security_token):
        assert org.login(**app, username=org.org.username, password=password).status == 200
    refused = org.login(**app, username=org.org.username, password="x")
    assert refused.json() == {"error": "invalid_grant", "error_description": "authentication failure"}


def soap(sf: Caller, password: str) -> tuple[int, str]:
    body = (
        f"<env:Body><n1:login><n1:username>{sf.org.username}</n1:username>"
        f"<n1:password>{password}</n1:password></n1:login></env:Body>"
    )
    answer = sf.org.answer(Request("POST", "/services/Soap/u/59.0", {"host": "a.example"}, body.encode()))
    return answer.status, answer.body.decode()


def test_soap_gives_a_session_that_works(org: Caller) -> None:
    status, xml = soap(org, org.org.password + org.org.security_token)
    session = xml.partition("<sessionId>")[2].partition("</sessionId>")[0]
    assert (status, "<serverUrl>https://a.example/services/Soap/u/59.0/" in xml) == (200, True)
    asked = Request("GET", f"{ROOT}/limits", {"authorization": f"Bearer {session}"})
    assert org.org.answer(asked).status == 200
    status, xml = soap(org, org.org.password)
    assert (status, "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in xml) == (500, True)


def test_userinfo_says_who_runs(org: Caller) -> None:
    told = org.json("GET", "/services/oauth2/userinfo")
    assert told["user_id"] == org.org.integration.id
    path = org.client_login().json()["id"].removeprefix(LOGIN)
    assert org.json("GET", path)["user_id"] == told["user_id"]


def test_a_session_ends_after_its_time_without_a_call_and_by_a_logout() -> None:
    sf = Caller(Settings(session_seconds=100))
    for _ in range(3):
        sf.now += 90
        assert sf.ask("GET", "limits").status == 200
    sf.now += 101
    assert sf.ask("GET", "limits").status == 401
    sf.token = sf.client_login().json()["access_token"]
    form = f"token={sf.token}".encode()
    assert sf.org.answer(Request("POST", "/services/oauth2/revoke", {}, form)).status == 200
    assert sf.ask("GET", "limits").status == 401
