"""No cassette holds a credential, a person, a host or a portal; what is searched for is found where it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cassettes import scrub
from tests.cassettes.record import FOLDER

CASSETTES = sorted(FOLDER.parent.rglob("*.yaml"))
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
    "a signed token": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\."),
    "a token of OAuth": re.compile(
        r"(?:access_token|refresh_token|client_secret|client_id|tokenKey)"
        r"(?:=|\"\s*:\s*\"|\s*:\s+)(?!REMOVED|bearer)[^\s&\"]",
        re.IGNORECASE,
    ),
    "a token of the sandbox": re.compile(r"oauth-access-\d|refresh-\d|a-secret"),
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
    "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ": "a signed token",
    '"correlationId": "019cadc7-88c8-7d96-a2be-ee31ac8be7d7"': "a correlation id",
    "CJSP5qf1KhICAQEYs-gDIIGOBii1hQIyGQAf3xBKmlwHjX7OIpuIFEavB2-qYAGQsF4": "a long random word",
    '"email": "ada@lovelace.io"': "ada@lovelace.io",
    "email=ada%40lovelace.io": "ada%40lovelace.io",
    "uri: https://api.hubapi.com/crm": "api.hubapi.com",
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
    cleaned = scrub.answer(
        _answer(
            "{}",
            Set_Cookie="__cf_bm=x",
            X_HubSpot_Correlation_Id="y",
            X_HubSpot_RateLimit_Max="190",
            Date="z",
        )
    )
    assert cleaned["headers"] == {"date": ["z"], "x-hubspot-ratelimit-max": ["190"]}


def test_people_of_a_real_account_become_nobody() -> None:
    body = (
        '{"results": [{"id": "7", "email": "ada@lovelace.io", "firstName": "Ada", "userId": 44, "teams": '
        '[{"id": "1", "name": "Engines"}], "properties": {"lastname": null, "hubspot_owner_id": "7"}}]}'
    )
    cleaned = scrub.impersonal(_answer(body))["body"]["string"].decode()
    assert not {"ada", "Ada", "44", "Engines"} & set(re.findall(r"\w+", cleaned))
    assert '"id": "7"' in cleaned
    assert '"lastname": null, "hubspot_owner_id": "7"' in cleaned
