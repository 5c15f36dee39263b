"""No cassette holds a credential, a person, a host or an account; what is searched for is found where it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from vcr.request import Request  # type: ignore[import-untyped]

from tests.cassettes import scrub
from tests.cassettes.record import FOLDER

CASSETTES = sorted(FOLDER.rglob("*.yaml"))
RESERVED = re.compile(r"(^|\.)(example|test|invalid)$|(^|\.)example\.(com|org|net)$")
ADDRESS = re.compile(r"[\w.+%-]+(?:@|%40)((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
HOST = re.compile(r"https?://([\w.-]+)", re.IGNORECASE)
PUBLIC = {"developers.hubspot.com"}  # HubSpot's own documentation, which its refusals link to
SHAPES: Mapping[str, re.Pattern[str]] = {
    "a static token": re.compile(r"\bpat-[a-z]{2}\d?-", re.IGNORECASE),
    "a bearer token": re.compile(r"\bbearer\s+\S", re.IGNORECASE),
    "a header with credentials": re.compile(
        r"^\s*(authorization|set-cookie|cookie|x-[\w-]*(?:key|token))\s*:", re.MULTILINE | re.IGNORECASE
    ),
    "a header with an id of the request": re.compile(
        r"^\s*x-[\w-]*(?:request|correlation)-id\s*:", re.MULTILINE | re.IGNORECASE
    ),
    "a cookie of a browser": re.compile(r"BrowserId|\bsid="),
    "a signed token": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\."),
    "a token of OAuth": re.compile(
        r"(?:access_token|refresh_token|client_secret|client_id|tokenKey|signature|assertion|username|password)"
        r"(?:=|\"\s*:\s*\"|\s*:\s+)(?!REMOVED|bearer)[^\s&\"]",
        re.IGNORECASE,
    ),
    "a token of the sandbox": re.compile(r"oauth-access-\d|refresh-\d|a-secret|of-nobody"),
    "a session of Salesforce": re.compile(r"\b00D\w{12,15}!"),
    "a key of a connected app": re.compile(r"\b3MVG9"),
    "an org": re.compile(r"\b00D(?!0{12})[0-9A-Za-z]{12}(?:[0-9A-Z]{3})?\b"),
    "an error that Salesforce has a number for": re.compile(r"ErrorId[^:\"]*:\s*[1-9-]"),
    "a correlation id": re.compile(
        r"\b(?!0{8}-)[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    ),
    "a long random word": re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{40,}\b"),
}


def found_in(text: str) -> list[str]:
    """Return what should not stand in a cassette."""
    found = [what for what, shape in SHAPES.items() if shape.search(text)]
    found += [hit[0] for hit in ADDRESS.finditer(text) if not RESERVED.search(hit[1].lower())]
    hosts = {hit[1].lower() for hit in HOST.finditer(text)} - PUBLIC
    return found + sorted(host for host in hosts if not RESERVED.search(host))


@pytest.mark.parametrize("file", CASSETTES, ids=lambda file: str(file.stem))
def test_a_cassette_holds_nothing_of_anybody(file: Path) -> None:
    assert found_in(file.read_text(encoding="utf-8")) == []


LEAKS = {
    "Authorization:\n      - Bearer abc": "a bearer token",
    "      authorization:\n      - x": "a header with credentials",
    "      Set-Cookie:\n      - x": "a header with credentials",
    "token: pat-" + "na1-00000000": "a static token",
    '"access_token": "CMaB"': "a token of OAuth",
    "grant_type=refresh_token&refresh_token=abc": "a token of OAuth",
    "client_secret=abc": "a token of OAuth",
    "grant_type=password&username=REMOVED&password=abc": "a token of OAuth",
    '"signature": "c2lnbmVk"': "a token of OAuth",
    "client_id=3MVG9abc": "a key of a connected app",
    "00Dxx0000001gER!AQEAQ": "a session of Salesforce",
    "/id/00Dxx0000001gEREAY/005": "an org",
    "include this ErrorId if you contact support: 1234-5678 (9)": "an error that Salesforce has a number for",
    "      x-sfdc-request-id:\n      - x": "a header with an id of the request",
    "BrowserId=abc": "a cookie of a browser",
    "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ": "a signed token",
    '"correlationId": "019cadc7-88c8-7d96-a2be-ee31ac8be7d7"': "a correlation id",
    "CJSP5qf1KhICAQEYs-gDIIGOBii1hQIyGQAf3xBKmlwHjX7OIpuIFEavB2-qYAGQsF4": "a long random word",
    '"email": "ada@lovelace.io"': "ada@lovelace.io",
    "email=ada%40lovelace.io": "ada%40lovelace.io",
    "uri: https://api.hubapi.com/crm": "api.hubapi.com",
    "uri: https://somebody.my.salesforce.com/id": "somebody.my.salesforce.com",
    '"url": "https://app-eu1.hubspot.com/contacts/62515"': "app-eu1.hubspot.com",
}


@pytest.mark.parametrize("text", LEAKS)
def test_a_leak_would_be_seen(text: str) -> None:
    assert LEAKS[text] in found_in(text)


def test_there_are_cassettes_to_search() -> None:
    assert len(CASSETTES) > 10


# --- what the recorder takes out --------------------------------------------------------------------------


def _answer(body: str, **headers: str) -> scrub.Answer:
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return {"status": {"code": 200, "message": "OK"}, "headers": named, "body": {"string": body.encode()}}


def test_cookies_and_ids_of_an_answer_are_left_out_and_limits_kept() -> None:
    told = {
        "Set_Cookie": "__cf_bm=x",
        "X_HubSpot_Correlation_Id": "y",
        "X_HubSpot_RateLimit_Max": "190",
        "X_Sfdc_Request_Id": "y",
        "Sforce_Limit_Info": "api-usage=1/15000",
        "Date": "z",
    }
    assert scrub.answer(_answer("{}", **told), {})["headers"] == {
        "date": ["z"],
        "sforce-limit-info": ["api-usage=1/15000"],
        "x-hubspot-ratelimit-max": ["190"],
    }


REAL = {
    "a login": (
        '{"access_token": "00Dxx0000001gER!AQ", "instance_url": "https://some-body.my.salesforce.com", '
        '"id": "https://login.salesforce.com/id/00Dxx0000001gEREAY/005xx000001SwiUAAS", "signature": "c2ln"}'
    ),
    "an unknown error": '[{"message": "include this ErrorId if you contact support: 12-3 (-4)"}]',
}


@pytest.mark.parametrize("body", REAL.values(), ids=REAL)
def test_what_salesforce_says_of_an_org_is_taken_out(body: str) -> None:
    assert found_in(body)
    assert found_in(scrub.answer(_answer(body), {})["body"]["string"].decode()) == []


@pytest.mark.parametrize(
    "form",
    ["assertion=e30.e30.abc", "client_id=3MVG9&client_secret=abc&username=ada%40lovelace.io&password=abc"],
)
def test_no_form_of_a_login_keeps_its_secrets(form: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic abc"}
    cleaned = scrub.request(
        Request("POST", "https://login.salesforce.com/services/oauth2/token", form, headers), {}
    )
    assert cleaned.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert cleaned.uri == "https://salesforce.example/services/oauth2/token"
    assert set(parse_qs(cleaned.body.decode())) == set(parse_qs(form))
    assert found_in(cleaned.body.decode()) == []


PEOPLE = {
    "a page of HubSpot": (
        """{"results": [{"id": "7", "email": "ada@lovelace.io", "firstName": "Ada", "userId": 44, "teams":
        [{"id": "1", "name": "Engines"}], "properties": {"lastname": null, "hubspot_owner_id": "7"}}]}""",
        ['"id": "7"', '"lastname": null, "hubspot_owner_id": "7"'],
    ),
    "a page of Salesforce": (
        """{"records": [{"Id": "005xx000001SwiUAAS", "Name": "Ada Engines", "Email": "ada@lovelace.io",
        "Alias": "ada", "OldValue": "Ada", "NewValue": "005xx000001SwiUAAS", "UserType": "Standard"}]}""",
        ['"Id": "005xx000001SwiUAAS"', '"NewValue": "005xx000001SwiUAAS", "UserType": "Standard"'],
    ),
}


@pytest.mark.parametrize(("body", "kept"), PEOPLE.values(), ids=PEOPLE)
def test_people_of_a_real_account_become_nobody(body: str, kept: Sequence[str]) -> None:
    cleaned = scrub.impersonal(_answer(body), {})["body"]["string"].decode()
    assert not {"ada", "Ada", "44", "Engines"} & set(re.findall(r"\w+", cleaned))
    assert all(words in cleaned for words in kept)
