"""Who logs in, how, how often, and what is said where it does not work."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.contract import Secret
from connectors.errors import Retry, Stop
from connectors.http import Answer as Told
from connectors.salesforce import Options
from connectors.salesforce.client import Client
from connectors.salesforce.tokens import MOST_LOGINS, Tokens
from connectors.salesforce.wire_auth import Token, login, token
from connectors.salesforce.wire_paths import Request
from sandbox.messages import Answer, Cut, packed
from sandbox.messages import Request as Arrived
from tests.salesforce.front import EXPIRED, START, Front, errors

LOOK = Request("GET", "limits")
SECRETS = {"client_secret": "s3cret", "password": "pa$$&<word>", "security_token": "tok3n"}
USER = "ana@example.com"
PASSWORD: dict[str, Any] = {
    "username": USER,
    "password": Secret(SECRETS["password"]),
    "security_token": Secret("tok3n"),
}
APP: dict[str, Any] = {"client_id": "app", "client_secret": Secret("s3cret")}


def pem(key: Any, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    written: bytes = key.private_bytes(encoding, form, lock)
    return written


def fields(login: Arrived) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(login.body.decode()).items()}


# --- the flows --------------------------------------------------------------------------------------------


def test_client_credentials_are_sent_as_basic_and_the_token_is_used(front: Front) -> None:
    front.client().ask("limits", LOOK)
    (login,) = front.logins
    assert login.headers["authorization"] == f"Basic {base64.b64encode(b'app:s3cret').decode()}"
    assert fields(login) == {"grant_type": "client_credentials"}
    assert front.met[0].request.headers["authorization"] == "Bearer 00Dtoken!1"


def test_a_password_is_sent_with_its_security_token_behind_it(front: Front) -> None:
    front.client(**APP, **PASSWORD).ask("limits", LOOK)
    assert fields(front.logins[0]) == {
        "grant_type": "password",
        "client_id": "app",
        "client_secret": "s3cret",
        "username": USER,
        "password": "pa$$&<word>tok3n",
    }


def test_a_jwt_says_who_asks_for_whom_and_for_three_minutes(
    front: Front, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(pem(key))
    front.client(client_id="app", username=USER, private_key_file=file).ask("limits", LOOK)
    sent = fields(front.logins[0])
    assert sent["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    told = jwt.decode(
        sent["assertion"], key.public_key(), ["RS256"], audience=front.url(), options={"verify_exp": False}
    )
    assert told == {
        "iss": "app",
        "sub": USER,
        "aud": front.url(),
        "exp": int((START + timedelta(minutes=3)).timestamp()),
    }


def soap(front: Front) -> Callable[[Arrived], Answer]:
    def give(_: Arrived) -> Answer:
        front.good.add("00Dsession&1")
        return Answer(
            200,
            b'<?xml version="1.0"?><soapenv:Envelope><soapenv:Body><loginResponse><result>'
            + f"<serverUrl>{front.url(1)}/services/Soap/u/62.0/00D</serverUrl>".encode()
            + b"<sessionId>00Dsession&amp;1</sessionId><userId>005000000000001AAA</userId>"
            b"<userInfo><userId>005000000000001AAA</userId></userInfo></result></loginResponse></soapenv:Body>",
            {"content-type": "text/xml; charset=utf-8"},
        )

    return give


def test_without_a_connected_app_the_login_is_soap_and_its_session_a_token(front: Front) -> None:
    front.give = soap(front)
    client = front.client(**PASSWORD)
    client.ask("limits", LOOK)
    (login,) = front.logins
    assert (login.path, login.headers["soapaction"]) == ("/services/Soap/u/62.0", "login")
    assert (
        b"<username>ana@example.com</username><password>pa$$&amp;&lt;word&gt;tok3n</password>" in login.body
    )
    assert (front.met[0].server, front.met[0].request.headers["authorization"]) == (1, "Bearer 00Dsession&1")
    assert client.user() == "005000000000001AAA"


def test_a_session_that_is_open_is_used_without_a_login_until_it_ends(front: Front) -> None:
    front.good.add("opened")
    client = front.client(token=Secret("opened"), instance_url=f"{front.url(1)}/")
    client.ask("limits", LOOK)
    front.end_sessions()
    for _ in range(2):
        with pytest.raises(Stop, match="the session has ended, give another one"):
            client.ask("limits", LOOK)
    assert (front.logins, {met.server for met in front.met}) == ([], {1})


def test_the_user_is_known_from_the_login_or_asked_for_once(front: Front) -> None:
    client = front.client()
    assert client.user() == "005000000000001AAA"
    assert front.met == []
    front.good.add("opened")
    front.say = lambda _: Answer(200, packed({"user_id": "005000000000002AAA", "email": "x"}))
    client = front.client(token=Secret("opened"), instance_url=front.url())
    assert (client.user(), client.user()) == ("005000000000002AAA", "005000000000002AAA")
    assert [met.request.path for met in front.met] == ["/services/oauth2/userinfo"]


# --- when a token ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        EXPIRED,
        errors(401, "INVALID_AUTH_HEADER"),
        Answer(401, b'{"error":"invalid_token"}'),
        Answer(401, b"[]"),
        Answer(401, b"<html>log in</html>", {"content-type": "text/html"}),
        Answer(401, b"<?xml version='1.0'?><faultcode>LOGIN_OAUTH_INVALID_TOKEN</faultcode>"),
        Answer(401),
    ],
    ids=["session", "header", "object", "empty list", "html", "xml", "nothing"],
)
def test_whatever_a_401_looks_like_it_costs_one_login_and_the_next_one_ends_the_pass(
    front: Front, answer: Answer
) -> None:
    client = front.client()
    client.ask("limits", LOOK)
    front.say = lambda _: answer
    with pytest.raises(Retry) as told:
        client.ask("limits", LOOK)
    assert told.value.after == 0.0
    for _ in range(3):
        with pytest.raises(Stop, match="does not accept the token that it gave a moment ago"):
            client.ask("limits", LOOK)
    assert (len(front.logins), len(front.met)) == (2, 3)


def test_a_token_that_was_taken_may_end_as_often_as_it_likes(front: Front) -> None:
    client = front.client()
    for _ in range(5):
        client.ask("limits", LOOK)
        front.end_sessions()
        with pytest.raises(Retry):
            client.ask("limits", LOOK)
    assert len(front.logins) == 5


def test_many_threads_that_meet_the_end_of_a_token_log_in_once(front: Front) -> None:
    client, together = front.client(), threading.Barrier(8)
    client.ask("limits", LOOK)
    front.end_sessions()
    front.ended = lambda: together.wait(10)

    def work() -> int:
        with pytest.raises(Retry):
            client.ask("limits", LOOK)
        return client.ask("limits", LOOK).status

    with ThreadPoolExecutor(8) as pool:
        assert [one.result(10) for one in [pool.submit(work) for _ in range(8)]] == [200] * 8
    assert len(front.logins) == 2


class Watched:
    """A lock that counts who came to it, also those who still wait."""

    def __init__(self) -> None:
        self._lock, self._came, self._count = threading.Lock(), threading.Condition(), 0

    def __enter__(self) -> None:
        with self._came:
            self._count += 1
            self._came.notify_all()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait_for(self, count: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: self._count == count, 10)


def test_those_who_come_during_a_login_wait_for_its_token() -> None:
    tokens, lock, logins = Tokens(), Watched(), list[Token]()
    tokens._lock = lock  # type: ignore[assignment]

    def log_in() -> Token:
        lock.wait_for(8)
        logins.append(Token(Secret(f"t{len(logins)}"), "https://acme.my.salesforce.com"))
        return logins[-1]

    with ThreadPoolExecutor(8) as pool:
        given = [pool.submit(tokens.current, lambda: START, log_in) for _ in range(8)]
        assert {id(one.result(10)) for one in given} == {id(logins[0])}
    assert len(logins) == 1


def test_those_who_waited_for_a_login_that_failed_do_not_try_it_again(front: Front) -> None:
    front.give = lambda _: Answer(
        400, b'{"error":"invalid_grant","error_description":"authentication failure"}'
    )
    client, together = front.client(), threading.Barrier(8)

    def work() -> None:
        together.wait(10)
        with pytest.raises(Stop, match="authentication failure"):
            client.ask("limits", LOOK)

    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(work) for _ in range(8)]:
            one.result(10)
    assert len(front.logins) == 1


def test_a_wrong_password_is_not_tried_in_every_pass_until_the_user_is_locked(front: Front) -> None:
    front.give = lambda _: Answer(
        400, b'{"error":"invalid_grant","error_description":"authentication failure"}'
    )
    account = front.account()
    for _ in range(60):  # a pass a minute
        with pytest.raises(Stop):
            front.client(account).ask("limits", LOOK)
        front.later(60)
    assert len(front.logins) == 12
    front.give = None
    front.later(300)
    front.client(account).ask("limits", LOOK)


def test_the_next_pass_of_the_same_process_goes_on_with_the_token(front: Front) -> None:
    account = front.account()
    for _ in range(3):
        client = front.client(account)
        client.ask("limits", LOOK)
        client.close()
    assert len(front.logins) == 1
    front.client(account, client_id="other", client_secret=Secret("other")).ask("limits", LOOK)
    assert len(front.logins) == 2


def test_sessions_that_end_all_the_time_stop_long_before_the_logins_of_an_hour_are_spent() -> None:
    tokens, now, logins = Tokens(), START, list[str]()

    def log_in() -> Token:
        logins.append("login")
        return Token(Secret("t"), "https://acme.my.salesforce.com")

    def take() -> None:
        token = tokens.current(lambda: now, log_in)
        tokens.accepted(token)
        assert isinstance(tokens.refused(token, lambda: now), Retry)

    for _ in range(MOST_LOGINS):
        take()
        now += timedelta(seconds=1)
    with pytest.raises(Stop, match="360 logins to Salesforce in an hour"):
        take()
    assert len(logins) == MOST_LOGINS
    now = START + timedelta(hours=1)
    take()


# --- logins that fail -------------------------------------------------------------------------------------


def refusing(error: str, description: str) -> Answer:
    return Answer(400, packed({"error": error, "error_description": description}))


def fault(code: str) -> Answer:
    message = f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>Nein.</sf:exceptionMessage>"
    return Answer(500, f"<soapenv:Fault><faultcode>sf:{code}</faultcode>{message}</soapenv:Fault>".encode())


@pytest.mark.parametrize(
    ("answer", "asks", "says"),
    [
        (refusing("invalid_grant", "authentication failure"), Stop, "password or security token is wrong"),
        (
            refusing("invalid_grant", "user hasn't approved this consumer"),
            Stop,
            "pre-authorise the connected app",
        ),
        (refusing("invalid_grant", "audience is invalid"), Stop, "must be https://login.salesforce.com"),
        (refusing("invalid_grant", "expired access/refresh token"), Stop, "revoked or ran out"),
        (refusing("invalid_grant", "login rate exceeded"), Stop, "wait an hour"),
        (refusing("invalid_grant", "no client credentials user enabled"), Stop, "choose a user to run as"),
        (refusing("invalid_grant", "request not supported on this domain"), Stop, "the org's own address"),
        (refusing("invalid_grant", "IP restricted"), Stop, "does not let this address in"),
        (refusing("invalid_client_id", "client identifier invalid"), Stop, "`client_id` is wrong"),
        (refusing("invalid_client", "invalid client credentials"), Stop, "`client_secret` is wrong"),
        (refusing("unsupported_grant_type", "grant type not supported"), Stop, "allow this flow in Setup"),
        (refusing("something_new", "never seen before"), Stop, "something_new: never seen before; check the"),
        (fault("INVALID_LOGIN"), Stop, "INVALID_LOGIN; the username, password"),
        (fault("LOGIN_MUST_USE_SECURITY_TOKEN"), Stop, "`security_token` is wrong or missing"),
        (fault("PASSWORD_LOCKOUT"), Stop, "locked the user"),
        (fault("SERVER_UNAVAILABLE"), Retry, "SERVER_UNAVAILABLE"),
        (refusing("temporarily_unavailable", "later"), Retry, "temporarily_unavailable"),
        (Answer(503, b"<html>Down for Maintenance</html>"), Retry, "an HTML page came instead"),
        (Answer(500), Retry, "its answer was empty"),
        (Answer(420, b"<html></html>"), Retry, "HTTP 420"),
        (Answer(429, b"", {"retry-after": "30"}), Retry, "HTTP 429"),
        (Answer(404, b"<html>Not found</html>"), Stop, "is `login_url` right"),
        (Answer(302, b"", {"location": "https://elsewhere/"}), Stop, "is `login_url` right"),
        (Answer(400), Stop, "its answer was empty"),
        (Answer(200, b"<html>Please log in</html>"), Stop, "is `login_url` right"),
        (Answer(200, b'{"access_token":""}'), Stop, "is `login_url` right"),
        (Answer(200, b'{"access_token":"t","instance_url":"http://acme.example"}'), Stop, "not https://"),
    ],
)
def test_a_login_that_fails_says_what_to_do(answer: Answer, asks: type[Exception], says: str) -> None:
    with pytest.raises(asks, match=says):
        token(Told(answer.status, answer.headers, answer.body), Options(**APP))


def test_a_login_whose_answer_is_lost_is_tried_again(front: Front) -> None:
    front.give = lambda _: Answer(200, b"{}", cut=Cut.SILENT)
    with pytest.raises(Retry, match="no answer to the login"):
        front.client().ask("limits", LOOK)
    assert front.met == []


def test_a_login_that_is_asked_to_wait_says_for_how_long(front: Front) -> None:
    front.give = lambda _: Answer(429, b"", {"retry-after": "30"})
    with pytest.raises(Retry) as told:
        front.client().ask("limits", LOOK)
    assert told.value.after == 30.0


@pytest.mark.parametrize("chosen", [{**APP, **PASSWORD}, APP, PASSWORD])
def test_no_secret_is_in_any_error_or_log_even_if_the_answer_repeats_it(
    front: Front, chosen: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = f"wrong: {USER} {' '.join(SECRETS.values())} {SECRETS['password']}{SECRETS['security_token']}"
    front.give = lambda _: refusing("invalid_grant", said)
    options = front.options(**chosen)
    with pytest.raises(Stop) as told:
        Client(options, front.account()).ask("limits", LOOK)
    shown = f"{told.value!r} {told.value.__cause__!r} {options!r} {caplog.text}"
    given = {name: value for name, value in SECRETS.items() if name in chosen}
    assert [value for value in given.values() if value in shown] == []


def test_neither_a_token_nor_a_login_shows_what_it_holds(front: Front) -> None:
    client = front.client()
    client.ask("limits", LOOK)
    shown = f"{client._tokens.current(front.account().clock, pytest.fail)!r} {login(front.options())!r}"
    assert "00Dtoken" not in shown
    assert "Basic" not in shown
