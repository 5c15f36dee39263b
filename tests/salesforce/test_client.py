"""The way to Salesforce and back: what every call carries, what was sent and what was not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
import requests
from requests import exceptions as sending
from urllib3 import exceptions as network

from connectors.contract import Account, Secret
from connectors.errors import ConnectorError, Doubt, Retry, Stop, Unusable
from connectors.salesforce import Options
from connectors.salesforce.client import Client
from connectors.salesforce.session import TIMEOUTS, opened, send, trusting
from connectors.salesforce.wire_paths import FIXED, Request
from router.model import ConnectionName
from sandbox.certificates import Authority
from sandbox.messages import Answer, Cut
from sandbox.server import Server
from tests.salesforce.front import FINE, START, Front, errors

LOOK = Request("GET", "query", query=[("q", "SELECT Id FROM Lead WHERE Name = 'Grün & Söhne'")])
WRITE = Request("PATCH", "composite/sobjects", {"allOrNone": False, "records": [{"Company": "Grün"}]})


POOL: Any = None


# --- what is sent -----------------------------------------------------------------------------------------


def test_a_write_that_straddles_the_end_of_its_token_keeps_every_header_at_the_org_s_new_address(
    front: Front,
) -> None:
    """The SDK's own refresh sends it again without them, to the old address: the org's rule takes the owner away."""
    client = front.client()
    client.ask("query", LOOK)
    front.end_sessions()
    front.at = 1
    with pytest.raises(Retry) as told:
        client.ask("update", WRITE)
    assert told.value.after == 0.0
    client.ask("update", WRITE)
    before, after = front.met[-2:]
    assert (before.server, after.server, len(front.logins)) == (0, 1, 2)
    assert before.request.headers["authorization"] != after.request.headers["authorization"]
    for one in (before.request, after.request):
        assert (one.method, one.target) == ("PATCH", "/services/data/v62.0/composite/sobjects")
        assert {name: one.headers[name.lower()] for name in FIXED} == FIXED
        assert one.headers["sforce-auto-assign"] == "FALSE"
        assert one.json() == WRITE.body


def test_the_fixed_headers_are_on_every_call_whatever_else_it_has(front: Front) -> None:
    client = front.client()
    client.ask("query", LOOK)
    client.ask("results", Request("GET", "jobs/query/1/results", headers={"Accept": "text/csv"}))
    client.ask("user", Request("GET", "/services/oauth2/userinfo"))
    for met in front.met:
        assert {name: met.request.headers[name.lower()] for name in FIXED} == FIXED
        assert "x-prettyprint" not in met.request.headers
    assert [met.request.headers["accept"] for met in front.met] == [
        "application/json",
        "text/csv",
        "application/json",
    ]
    assert [met.request.path for met in front.met] == [
        "/services/data/v62.0/query",
        "/services/data/v62.0/jobs/query/1/results",
        "/services/oauth2/userinfo",
    ]
    assert front.met[0].request.query["q"] == ["SELECT Id FROM Lead WHERE Name = 'Grün & Söhne'"]


def test_another_version_of_the_api_is_asked_where_the_connection_says_so(front: Front) -> None:
    client = front.client(client_id="a", client_secret=Secret("b"), version="59.0")
    client.ask("query", LOOK)
    assert front.met[0].request.path == "/services/data/v59.0/query"


def test_cookies_stay_behind(front: Front) -> None:
    front.say = lambda _: Answer(200, b"{}", {"set-cookie": "sid=abc; Path=/"})
    client = front.client()
    client.ask("query", LOOK)
    client.ask("query", LOOK)
    assert "cookie" not in front.met[1].request.headers


def test_a_netrc_file_does_not_take_the_token_s_place(
    front: Front, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    front.client().ask("query", LOOK)
    assert front.met[0].request.headers["authorization"] == "Bearer 00Dtoken!1"


def test_a_redirect_is_not_followed_with_the_token(front: Front) -> None:
    front.say = lambda _: Answer(302, headers={"location": f"{front.url(1)}/elsewhere"})
    assert front.client().ask("query", LOOK).status == 302
    assert [met.server for met in front.met] == [0]


def test_a_proxy_is_used_unless_the_org_is_on_this_machine(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def watched(_: object, request: object, *place: object, **chosen: Any) -> None:
        seen.append((chosen["timeout"], dict(chosen["proxies"] or {}).get("https")))
        raise sending.ReadTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", watched)
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    session = opened(None)
    for url in ("https://acme.my.salesforce.com/", "https://localhost:8443/", "https://[::1]/"):
        with pytest.raises(Doubt):
            send(session, "GET", url, headers={})
    assert seen == [(TIMEOUTS, "http://proxy.example:3128"), (TIMEOUTS, None), (TIMEOUTS, None)]


# --- what became of it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "asks"),
    [
        (sending.ConnectTimeout(), Retry),
        (sending.ProxyError(), Retry),
        (
            sending.ConnectionError(network.MaxRetryError(POOL, "/", network.NewConnectionError(POOL, "no"))),
            Retry,
        ),
        (
            sending.ConnectionError(
                network.MaxRetryError(POOL, "/", network.NameResolutionError("sf", POOL, POOL))
            ),
            Retry,
        ),
        (sending.ConnectionError(network.ProtocolError("Connection aborted.")), Doubt),
        (sending.ReadTimeout(), Doubt),
        (sending.ChunkedEncodingError(network.IncompleteRead(3, 9)), Doubt),
        (sending.ContentDecodingError("not gzip"), Doubt),
        (sending.SSLError("UNEXPECTED_EOF_WHILE_READING"), Doubt),
        (sending.SSLError("CERTIFICATE_VERIFY_FAILED self-signed"), Stop),
        (sending.SSLError("WRONG_VERSION_NUMBER"), Stop),
        (sending.InvalidProxyURL("no host in http://"), Stop),
        (OSError("Could not find a suitable TLS CA certificate bundle"), Stop),
        (ConnectionResetError(), Doubt),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else one.__name__,
)
def test_only_what_was_never_sent_may_be_sent_again(
    error: Exception, asks: type[ConnectorError], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(None)

    def failing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(session, "request", failing)
    with pytest.raises(asks) as told:
        send(session, "PATCH", "https://acme.my.salesforce.com/", headers={})
    assert told.value.__cause__ is error


@pytest.mark.parametrize("cut", Cut)
def test_a_write_whose_answer_is_cut_off_is_doubtful(front: Front, cut: Cut) -> None:
    client = front.client()
    client.ask("query", LOOK)
    front.say = lambda _: Answer(200, b"[]" * 9, cut=cut)
    with pytest.raises(Doubt):
        client.ask("update", WRITE)
    assert len(front.met) == 2


def test_where_nobody_listens_nothing_was_sent(front: Front) -> None:
    client = front.client()
    client.ask("query", LOOK)
    front.close()
    client.close()
    with pytest.raises(
        Retry, match=r"no connection to 127\.0\.0\.1:\d+: it takes none; are its name and port right"
    ):
        client.ask("update", WRITE)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (network.NameResolutionError("x", POOL, socket.gaierror()), "its name is not found"),
        (network.NewConnectionError(POOL, "refused"), "it takes none"),
        (network.ConnectTimeoutError(), "nothing answered within 5 s"),
        (network.ProxyError("tunnel", OSError()), "the proxy does not let us through"),
    ],
)
def test_why_there_is_no_connection_is_said_with_a_way_out(
    reason: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(None)

    def failing(*_: object, **__: object) -> None:
        raise sending.ConnectionError(network.MaxRetryError(POOL, "/", reason))

    monkeypatch.setattr(session, "request", failing)
    with pytest.raises(Retry, match=f"no connection to acme.example: {words}"):
        send(session, "GET", "https://acme.example/", headers={})


def test_every_call_is_made_through_the_engine_and_once(front: Front) -> None:
    calls: list[str] = []

    def counting(call: str, apply: Any) -> Any:
        calls.append(call)
        return apply()

    front.say = lambda _: errors(503, "SERVER_UNAVAILABLE")
    assert front.client(front.account(transport=counting)).ask("update", WRITE).status == 503
    assert calls == ["token", "update"]
    assert len(front.met) == 1


# --- too many calls ---------------------------------------------------------------------------------------


def test_too_many_calls_are_waited_for_shortly_and_then_they_are_those_of_24_hours(front: Front) -> None:
    client = front.client()
    front.say = lambda _: errors(403, "REQUEST_LIMIT_EXCEEDED")
    for _ in range(3):
        with pytest.raises(Retry) as told:
            client.ask("query", LOOK)
        assert told.value.after == 5.0
        front.later(5)
    with pytest.raises(Stop, match="24 hours"):
        client.ask("query", LOOK)
    front.say = lambda _: FINE
    client.ask("query", LOOK)
    front.say = lambda _: errors(403, "REQUEST_LIMIT_EXCEEDED")
    with pytest.raises(Retry):
        client.ask("query", LOOK)


def test_when_the_answer_says_that_the_calls_are_spent_nothing_is_waited_for(front: Front) -> None:
    front.say = lambda _: errors(
        403,
        "REQUEST_LIMIT_EXCEEDED",
        {"sforce-limit-info": "api-usage=15000/15000; per-app-api-usage=1/9(appName=x)"},
    )
    with pytest.raises(Stop, match=r"spent \(15,000 of 15,000\)"):
        front.client().ask("query", LOOK)


# --- TLS --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def safe(authority: Authority) -> Iterator[Server]:
    with Server(lambda _: FINE, tls=authority.context()) as server:
        yield server


def told_over_tls(server: Server, ca_file: Path | None) -> Answer:
    options = Options(token=Secret("t"), instance_url=server.url, ca_file=ca_file)
    account = Account(connection=ConnectionName("sf"), object="Lead", clock=lambda: START)
    answer = Client(options, account).ask("query", LOOK)
    return Answer(answer.status, answer.body)


def test_an_extra_authority_is_trusted_beside_the_usual_ones(
    safe: Server, authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.ca)
    assert told_over_tls(safe, file).status == 200
    context = trusting(file)
    before = len(context.get_ca_certs())
    context.load_verify_locations(certifi.where())  # as it is done for each connection
    assert len(context.get_ca_certs()) > before == 1


def test_a_server_of_another_authority_is_refused_and_ca_file_is_named(safe: Server, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(Authority().ca)
    for ca_file in (file, None):
        with pytest.raises(Stop, match=r"CERTIFICATE_VERIFY_FAILED.*does `ca_file` name the right authority"):
            told_over_tls(safe, ca_file)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read: No such file"), ("no pem", "holds no certificate")]
)
def test_a_ca_file_without_an_authority_is_refused_before_anything_is_sent(
    front: Front, tmp_path: Path, content: str | None, why: str
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Unusable, match=f"sf: 'ca_file': .*{why}"):
        front.client(client_id="a", client_secret=Secret("b"), ca_file=file)
