"""The way to HubSpot and back: tokens, timeouts, what was sent and what was not."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from urllib3 import exceptions as network

from connectors.contract import Everything, Secret, Verdict
from connectors.errors import Doubt, Retry, Stop
from connectors.hubspot import Options
from connectors.hubspot.client import READ_TIMEOUT, Client
from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.tokens import Token, Tokens
from connectors.hubspot.wire_paths import Request as Call
from connectors.network import CONNECT_TIMEOUT
from sandbox.messages import Answer, Request
from sync.seams import CALLS_AT_ONCE
from tests.contract.world import DAY
from tests.contract.writing import give, verdicts
from tests.hubspot.portal_world import PortalWorld

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GET = Call("GET", "/crm/v3/owners")


def with_oauth(world: PortalWorld, *, known: bool = True) -> HubSpotConnector:
    return HubSpotConnector(an_app(world, known=known), world.account(), page_size=10)


def an_app(world: PortalWorld, *, known: bool = True) -> Options:
    refresh = world.portal.access.oauth("client", "s3cret")
    return Options(
        client_id="client",
        client_secret=Secret("s3cret" if known else "wr0ng"),
        refresh_token=Secret(refresh),
        base_url=world.server.url,
    )


# --- tokens -----------------------------------------------------------------------------------------------


def test_an_access_token_is_fetched_once_and_again_a_minute_before_it_ends(world: PortalWorld) -> None:
    connector = with_oauth(world)
    connector.pages(Everything(), None)
    connector.pages(Everything(), None)
    assert world.names == ["token", "list", "list"]
    world.tick(1738)
    connector.pages(Everything(), None)
    world.tick(3)
    connector.pages(Everything(), None)
    assert world.names[3:] == ["list", "token", "list"]
    connector.close()


def test_a_token_that_ended_early_is_replaced_and_the_call_may_be_made_again(world: PortalWorld) -> None:
    connector = with_oauth(world)
    ref = world.add(DAY)
    batch = [give(world, ref, world.people()[0])]
    connector.pages(Everything(), None)
    world.portal.access.expire("oauth-access-1")
    with pytest.raises(Retry) as caught:
        connector.assign(batch)
    assert caught.value.after == 0.0
    assert world.owner(ref) is None
    assert verdicts(connector.assign(batch)) == {ref: Verdict.DONE}
    connector.close()


@pytest.mark.parametrize(
    ("said", "fetched_after"),
    [
        ("1800", 1741.0),
        (1800.0, 1741.0),
        (None, 1741.0),
        ("soon", 1741.0),
        (-1, 1741.0),
        ("nan", 1741.0),
        (40, 21.0),
        (10**400, 86_341.0),
    ],
)
def test_a_token_is_used_as_long_as_it_lives_or_as_they_usually_do(
    said: object, fetched_after: float, world: PortalWorld
) -> None:
    lived = {"access_token": world.portal.token, "expires_in": said}
    made = with_oauth(world)

    def told(request: Request) -> Answer:
        is_token = request.target.endswith("/token")
        return Answer(200, json.dumps(lived).encode()) if is_token else world.portal.answer(request)

    world.server._listener.answer = told
    for seconds in (0.0, fetched_after - 2, 2.0):
        world.tick(seconds)
        made.pages(Everything(), None)
    assert world.names == ["token", "list", "list", "token", "list"]
    made.close()


def test_an_answer_without_a_token_stops_the_pass(world: PortalWorld) -> None:
    connector = with_oauth(world)
    answering(world, Answer(200, b'{"expires_in":1800}'))
    with pytest.raises(Stop, match="has no access token"):
        connector.pages(Everything(), None)
    connector.close()


def test_passes_of_one_process_share_a_token_and_each_sees_when_it_is_replaced(world: PortalWorld) -> None:
    kept: dict[Any, Any] = {}
    options = an_app(world)
    first, second = (
        HubSpotConnector(options, replace(world.account(), kept=kept), page_size=10) for _ in range(2)
    )
    first.pages(Everything(), None)
    second.pages(Everything(), None)
    assert world.names == ["token", "list", "list"]
    world.portal.access.expire("oauth-access-1")
    with pytest.raises(Retry):
        first.pages(Everything(), None)
    second.pages(Everything(), None)
    first.pages(Everything(), None)
    assert world.names[3:] == ["list", "token", "list", "list"]
    for connector in (first, second):
        connector.close()


def token(name: str, *, at: int) -> Token:
    return Token.fetched(Secret(name), START + timedelta(seconds=at), 1800)


def test_a_token_that_was_replaced_meanwhile_is_not_refused_once_more() -> None:
    tokens, old, new = Tokens(), token("old", at=0), token("new", at=0)
    assert tokens.current(lambda: START, lambda: old) is old
    tokens.refused(old)
    assert tokens.current(lambda: START, lambda: new) is new
    tokens.refused(old)
    assert tokens.current(lambda: START, lambda: pytest.fail("fetched")) is new


def test_near_a_tokens_end_one_thread_fetches_another_and_the_others_go_on() -> None:
    tokens, old, new = Tokens(), token("old", at=0), token("new", at=1745)
    tokens.current(lambda: START, lambda: old)

    def near() -> datetime:
        return START + timedelta(seconds=1745)

    def fetch() -> Token:
        assert tokens.current(near, lambda: pytest.fail("fetched twice")) is old
        return new

    assert tokens.current(near, fetch) is new
    assert tokens.current(near, lambda: pytest.fail("fetched twice")) is new


def test_without_a_token_those_who_wait_take_the_one_that_was_fetched() -> None:
    tokens, fetching, go_on = Tokens(), threading.Event(), threading.Event()

    def slowly() -> Token:
        fetching.set()
        assert go_on.wait(10)
        return token("one", at=0)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(tokens.current, lambda: START, slowly)
        assert fetching.wait(10)
        second = pool.submit(tokens.current, lambda: START, lambda: token("two", at=0))
        go_on.set()
        assert first.result(10) is second.result(10)


def test_an_oauth_app_has_no_limit_of_the_day(world: PortalWorld) -> None:
    connector = with_oauth(world)
    assert [one.features.limits and one.features.limits.day for one in (connector, world.connector)] == [
        None,
        250_000,
    ]
    connector.close()


def test_credentials_that_no_token_is_given_for_stop_the_pass_and_stay_secret(world: PortalWorld) -> None:
    connector = with_oauth(world, known=False)
    with pytest.raises(Stop, match="no access token for this client and refresh token") as caught:
        connector.pages(Everything(), None)
    assert "wr0ng" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert "refresh-1" not in f"{caught.value!r} {caught.value.__cause__!r}"
    connector.close()


def test_a_revoked_token_and_one_that_ran_out_say_which_they_are(world: PortalWorld) -> None:
    world.portal.access.expire(world.portal.token)
    with pytest.raises(Stop, match="the token has expired"):
        world.connector.owners()
    world.portal.access.revoke(world.portal.token)
    with pytest.raises(Stop, match="revoked or mistyped"):
        world.connector.owners()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "give 'token'"),
        ({"client_id": "c"}, "or 'client_id', 'client_secret' and 'refresh_token'"),
        ({"token": Secret("t"), "refresh_token": Secret("r")}, "credentials"),
        ({"token": Secret("t"), "api": "v4"}, "must be v3 or a dated version such as 2026-09"),
        ({"token": Secret("t"), "base_url": "api.hubapi.com"}, "must begin with https://"),
        ({"token": Secret("s3cret\u200b")}, "^'token' has a .*: copy it again$"),
        ({"token": Secret("s3cret\n")}, "^'token' has a .*: copy it again$"),
        (
            {"token": Secret("t"), "base_url": "http://api.hubapi.com"},
            "http:// is for a server on this machine",
        ),
    ],
)
def test_options_that_cannot_work_are_refused_by_check(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Options(**given)


# --- sending ----------------------------------------------------------------------------------------------


def test_every_call_has_a_timeout_and_leaves_the_body_unlogged(
    world: PortalWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[dict[str, Any]] = []
    client = HubSpotConnector(world.options(), world.account())._client
    pool = client._way[0]
    real = pool.urlopen

    def watched(*place: Any, **chosen: Any) -> Any:
        seen.append(chosen)
        return real(*place, **chosen)

    monkeypatch.setattr(pool, "urlopen", watched)
    caplog.set_level("DEBUG")
    answer = client.ask("owners", GET)
    timeout = seen[0]["timeout"]
    assert (timeout.connect_timeout, timeout.read_timeout) == (CONNECT_TIMEOUT, READ_TIMEOUT)
    assert b"@" in answer.body
    assert "@" not in caplog.text
    client.close()


def test_no_call_waits_for_a_connection_nor_makes_one_that_is_not_kept(world: PortalWorld) -> None:
    client = HubSpotConnector(world.options(), world.account())._client
    gate = threading.Barrier(CALLS_AT_ONCE, timeout=10)
    answer = world.server._listener.answer

    def together(request: Request) -> Answer:
        gate.wait()
        return answer(request)

    world.server._listener.answer = together
    pool = client._way[0]
    with ThreadPoolExecutor(CALLS_AT_ONCE) as threads:
        for _ in range(2):
            answers = list(threads.map(lambda _: client.ask("owners", GET), range(CALLS_AT_ONCE)))
            assert {one.status for one in answers} == {200}
    assert pool.num_connections == CALLS_AT_ONCE
    client.close()


def failing(world: PortalWorld, error: Exception) -> Client:
    """Return a client whose SDK raises an error."""
    client = HubSpotConnector(world.options(), world.account())._client

    def fail(*_: object, **__: object) -> None:
        raise error

    client._way[0].urlopen = fail  # type: ignore[method-assign, assignment]
    return client


POOL: Any = None


@pytest.mark.parametrize(
    ("error", "asks"),
    [
        (network.NewConnectionError(POOL, "refused"), Retry),
        (network.ConnectTimeoutError(POOL, "slow"), Retry),
        (network.NameResolutionError("api.hubapi.com", POOL, OSError()), Retry),  # type: ignore[arg-type]
        (network.ReadTimeoutError(POOL, "/", "slow"), Doubt),
        (network.ProtocolError("Connection aborted."), Doubt),
        (network.IncompleteRead(3, 9), Doubt),
        (network.DecodeError("not gzip"), Doubt),
        (ConnectionResetError(), Doubt),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else one.__name__,
)
def test_only_what_was_never_sent_may_be_sent_again(
    world: PortalWorld, error: Exception, asks: type[Exception]
) -> None:
    with pytest.raises(asks) as caught:
        failing(world, error).ask("update", GET)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("reason", "asks"),
    [
        ("CERTIFICATE_VERIFY_FAILED self-signed", Stop),
        ("WRONG_VERSION_NUMBER", Stop),
        ("UNEXPECTED_EOF_WHILE_READING", Doubt),
    ],
)
def test_a_certificate_that_nobody_trusts_stops_and_a_broken_connection_is_doubt(
    world: PortalWorld, reason: str, asks: type[Exception]
) -> None:
    with pytest.raises(asks):
        failing(world, network.SSLError(reason)).ask("update", GET)


def answering(world: PortalWorld, answer: Answer) -> None:
    """Let the server answer every request like this."""
    world.server._listener.answer = lambda _: answer


def test_an_error_page_that_is_not_utf_8_is_read_all_the_same(world: PortalWorld) -> None:
    """The SDK's own way decodes error bodies as UTF-8 and loses them where they are not."""
    answering(world, Answer(403, "<html>Zugriff verweigert für Sie</html>".encode("latin-1")))
    with pytest.raises(Stop, match="HTML page came instead"):
        world.connector.owners()


def test_a_redirect_is_not_followed_with_the_token(world: PortalWorld) -> None:
    seen: list[str] = []

    def redirecting(request: Request) -> Answer:
        seen.append(request.target)
        return Answer(302, headers={"location": "/elsewhere"})

    world.server._listener.answer = redirecting
    with pytest.raises(Stop, match="HTTP 302"):
        world.connector.read([world.add(DAY)])
    assert seen == ["/crm/v3/objects/contacts/batch/read"]


def test_the_api_may_lie_below_a_path_of_its_host(world: PortalWorld) -> None:
    seen: list[str] = []

    def told(request: Request) -> Answer:
        seen.append(request.target)
        return Answer(200, b'{"results":[]}')

    world.server._listener.answer = told
    options = replace(world.options(), base_url=f"{world.server.url}/way/to/../hubspot/")
    HubSpotConnector(options, world.account()).owners()
    assert seen[0].startswith("/way/hubspot/crm/v3/owners?")


def test_an_address_that_is_none_fails_at_the_call(world: PortalWorld) -> None:
    odd = HubSpotConnector(replace(world.options(), base_url="https://api.hub api.com"), world.account())
    with pytest.raises(Retry, match="LocationParseError"):
        odd.owners()
    odd.close()


def test_a_proxys_page_of_success_is_no_answer(world: PortalWorld) -> None:
    answering(world, Answer(200, b"<html>Please log in</html>", {"content-type": "text/html"}))
    with pytest.raises(Retry, match="is a proxy in between"):
        world.connector.owners()


def test_without_a_date_in_its_answers_our_own_clock_counts(world: PortalWorld) -> None:
    answering(world, Answer(200, b'{"total":0,"results":[]}'))
    assert world.connector.pages(world.walk, None).server_time == world.now


def test_the_clock_of_this_machine_is_not_asked_for_the_time_of_a_page(world: PortalWorld) -> None:
    world.add(DAY)
    connector = world.another()
    object.__setattr__(connector._account, "clock", lambda: world.now + timedelta(days=400))
    assert connector.pages(world.walk, None).server_time == world.now
