"""On the way to a CRM, whichever it is: the environment's proxy, and answers that trickle."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import network
from connectors.contract import Account, Secret
from connectors.errors import Doubt, Retry, Stop, Unusable
from connectors.hubspot import Options as HubSpotOptions
from connectors.hubspot import client as hubspot
from connectors.hubspot.wire_paths import Request as HubSpotRequest
from connectors.salesforce import Options as SalesforceOptions
from connectors.salesforce import client as salesforce
from connectors.salesforce.wire_paths import Request as SalesforceRequest
from router.model import ConnectionName

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Ask = Callable[[str], object]
"""Sends a call to a CRM at this address."""


def account(kind: str) -> Account:
    return Account(connection=ConnectionName("crm"), object=kind, clock=lambda: START)


def ask_hubspot(url: str) -> object:
    options = HubSpotOptions(token=Secret("t"), base_url=url)
    client = hubspot.Client(options, account("contacts"), "/token")
    try:
        return client.ask("owners", HubSpotRequest("GET", "/crm/v3/owners"))
    finally:
        client.close()


def ask_salesforce(url: str) -> object:
    options = SalesforceOptions(token=Secret("t"), instance_url=url)
    client = salesforce.Client(options, account("Lead"))
    try:
        return client.ask("query", SalesforceRequest("GET", "query"))
    finally:
        client.close()


BOTH = pytest.mark.parametrize("ask", [ask_hubspot, ask_salesforce])


@contextmanager
def saying(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Serve one connection after another on loopback: take a request, say this, hang up."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    there, _ = listener.accept()
                except OSError:
                    return
                with there:
                    asked.append(there.recv(65_536))
                    there.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


# --- the proxy --------------------------------------------------------------------------------------------


@BOTH
def test_the_environments_proxy_is_used_and_told_who_we_are(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with saying(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as (place, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://ana:s3%20cret@{place}")
        with pytest.raises(
            Retry,
            match=r"no connection to .*crm\.example: the proxy does not let us through .*407.*HTTPS_PROXY",
        ) as told:
            ask("https://crm.example")
    assert asked[0].startswith(b"CONNECT crm.example:443 ")
    assert b64encode(b"ana:s3 cret") in asked[0]
    assert "cret" not in str(told.value)
    assert b"Bearer" not in asked[0]


@BOTH
def test_a_proxy_that_is_not_there_is_named_as_the_reason(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("https_proxy", place)  # curl's form, without a scheme
    with pytest.raises(Retry, match=r"the proxy does not let us through .*; is HTTPS_PROXY right"):
        ask("https://crm.example")


@BOTH
@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "http://", "http://[", "ftp://127.0.0.1"])
def test_what_is_no_proxy_of_http_is_refused_and_nothing_is_sent(
    ask: Ask, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises((Unusable, Stop), match=r"(?i)proxy|SOCKS"):
        ask("https://crm.example")


@BOTH
def test_this_machine_is_reached_without_the_proxy(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}") as (place, asked):
        ask(f"http://{place}")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("https://api.hubapi.com", {}, None),
        ("https://api.hubapi.com", {"HTTPS_PROXY": "http://p.example:3128"}, "http://p.example:3128"),
        ("https://api.hubapi.com", {"https_proxy": "p.example:3128"}, "http://p.example:3128"),
        ("https://api.hubapi.com", {"ALL_PROXY": "https://p.example"}, "https://p.example"),
        ("https://api.hubapi.com", {"HTTP_PROXY": "http://p.example:3128"}, None),
        ("https://api.hubapi.com", {"HTTPS_PROXY": "p:1", "NO_PROXY": "localhost, .hubapi.com"}, None),
        (
            "https://crm.corp.example",
            {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example"},
            "http://p:1",
        ),
        ("https://10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, None),
        ("https://localhost:8443", {"HTTPS_PROXY": "http://p:1"}, None),
        ("https://127.0.0.9", {"HTTPS_PROXY": "socks5://p:1"}, None),
        ("https://[::1]:8443", {"ALL_PROXY": "http://p:1"}, None),
    ],
)
def test_which_proxy_an_address_has(
    url: str, environment: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert network.proxy_for(url) == proxy


# --- answers that trickle ---------------------------------------------------------------------------------


def hurry(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the clock of answers move on by so much at each look at it."""
    looks = iter(range(10_000))
    monkeypatch.setattr(network, "monotonic", lambda: next(looks) * seconds)


@BOTH
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n" + b" " * 90_000,
        b"HTTP/1.1 200 OK\r\n" + b"x-more: 1\r\n" * 90 + b"x-long: " + b"a" * 60_000 + b"\r\n\r\n",
    ],
    ids=["body", "headers"],
)
def test_an_answer_that_takes_too_long_as_a_whole_is_lost_however_it_trickles(
    ask: Ask, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch, network.LONGEST / 3)
    with saying(answer) as (place, _), pytest.raises(Doubt, match="was lost"):
        ask(f"http://{place}")


@BOTH
def test_an_answer_that_comes_in_time_is_read_as_a_whole(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, network.LONGEST / 1000)
    with saying(b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n" + b" " * 90_000) as (place, _):
        answer: Any = ask(f"http://{place}")
    assert len(answer.body) == 90_000


def test_the_last_read_waits_no_longer_than_the_answer_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(30)
        monkeypatch.setattr(network, "LONGEST", 0.01)
        with network._Timed(ours).makefile("rb") as file, pytest.raises(TimeoutError):
            file.read(1)


@BOTH
def test_what_a_proxy_itself_says_is_timed_too(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, network.LONGEST * 2)
    with saying(b"HTTP/1.1 200 OK\r\n\r\n") as (place, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{place}")
        with pytest.raises(Doubt, match="ReadTimeout"):
            ask("https://crm.example")
