"""The server: real HTTP/1.1 on loopback, with connections that stay open, and those that are cut."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from sandbox.faults import CUT_AFTER, CUT_WITHIN, delay
from sandbox.hubspot import Limits, Portal
from sandbox.hubspot.control import Control
from sandbox.server import Server

CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture
def portal() -> Portal:
    return Portal(limits=Limits.none())


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def server(portal: Portal, waits: list[float]) -> Iterator[Server]:
    with Server(Control(portal).answer, sleep=waits.append) as running:
        yield running


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield made
    made.close()


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: object = None, token: str = ""
) -> tuple[int, bytes]:
    raw = None if body is None else json.dumps(body)
    connection.request(method, path, raw, {"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_one_connection_serves_many_calls(portal: Portal, connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "GET", CONTACTS, token=portal.token) == (200, b'{"results":[]}')
    first = connection.sock
    for _ in range(20):
        assert ask(connection, "POST", f"{CONTACTS}/search", {}, portal.token)[0] == 200
    assert connection.sock is first


def test_answers_without_a_body_keep_the_connection_too(
    portal: Portal, connection: http.client.HTTPConnection
) -> None:
    key = portal.add("contacts", {})
    assert ask(connection, "DELETE", f"{CONTACTS}/{key}", token=portal.token) == (204, b"")
    assert ask(connection, "GET", f"{CONTACTS}/{key}", token=portal.token)[0] == 404


def test_a_cut_connection_says_nothing_although_the_write_was_applied(
    portal: Portal, connection: http.client.HTTPConnection
) -> None:
    portal.faults.add("contacts.create", CUT_AFTER, times=1)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(connection, "POST", CONTACTS, {"properties": {}}, portal.token)
    assert len(portal.ids()) == 1


def test_an_answer_can_be_cut_in_its_middle(portal: Portal, connection: http.client.HTTPConnection) -> None:
    portal.faults.add("contacts.create", CUT_WITHIN)
    with pytest.raises(http.client.IncompleteRead):
        ask(connection, "POST", CONTACTS, {"properties": {}}, portal.token)


def test_latency_and_delays_are_waited_for(
    portal: Portal, waits: list[float], connection: http.client.HTTPConnection
) -> None:
    portal.latency = 0.08
    portal.faults.add("contacts.list", delay(2.0), times=1)
    for _ in range(2):
        ask(connection, "GET", CONTACTS, token=portal.token)
    assert waits == [2.08, 0.08]


def test_many_connections_are_served_at_once(portal: Portal, server: Server) -> None:
    together = threading.Barrier(50)
    statuses: list[int] = []

    def one() -> None:
        made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        made.connect()
        together.wait(10)
        statuses.append(ask(made, "POST", f"{CONTACTS}/search", {}, portal.token)[0])
        made.close()

    threads = [threading.Thread(target=one) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 50


def test_what_is_no_http_is_refused_and_the_server_goes_on(portal: Portal, server: Server) -> None:
    for raw in (
        b"hello\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300,
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as rough:
            rough.sendall(raw)
            assert rough.recv(100).startswith(b"HTTP/1.1 400")
    made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    assert ask(made, "GET", "/crm/v3/owners", token=portal.token)[0] == 200
    made.close()


def test_a_chunked_body_is_read(portal: Portal, connection: http.client.HTTPConnection) -> None:
    headers = {"Authorization": f"Bearer {portal.token}"}
    pieces = (piece for piece in (b'{"prop', b'erties": {}}'))
    connection.request("POST", CONTACTS, pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 201


def test_closing_the_server_ends_open_connections(portal: Portal) -> None:
    server = Server(portal.answer)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as waiting:
        waiting.sendall(b"GET / HTTP/1.1\r\n")
        made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        ask(made, "GET", CONTACTS)
        server.close()
        assert waiting.recv(10) == b""
        made.close()


# --- the control endpoints --------------------------------------------------------------------------------


def control(connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> object:
    status, raw = ask(connection, method, f"/_sandbox/{path}", body)
    assert status == 200, raw
    return json.loads(raw)


def test_a_program_beside_it_can_set_up_edit_and_look(connection: http.client.HTTPConnection) -> None:
    owner = control(connection, "POST", "owners", {"email": "ana@example.com", "id": "511"})
    assert isinstance(owner, dict)
    control(connection, "POST", "properties/contacts", {"name": "plan", "type": "string"})
    keys = control(connection, "POST", "records/contacts", {"rows": [{"plan": "a"}, {}, {}]})
    assert isinstance(keys, list)
    control(
        connection,
        "PATCH",
        f"records/contacts/{keys[0]}",
        {"properties": {"hubspot_owner_id": "511"}, "by": 7},
    )
    control(
        connection, "PATCH", f"records/contacts/{keys[1]}", {"properties": {"plan": "b"}, "by": "workflow"}
    )
    assert control(connection, "GET", "owned") == {keys[0]: "511", keys[1]: None, keys[2]: None}
    history = control(connection, "GET", f"history/contacts/{keys[0]}/hubspot_owner_id")
    assert isinstance(history, list)
    assert history[0]["source"]["type"] == "CRM_UI"
    third = control(connection, "POST", "merge/contacts", {"primary": keys[0], "other": keys[1]})
    assert isinstance(third, dict)
    found = control(connection, "GET", f"records/contacts/{keys[1]}")
    assert isinstance(found, dict)
    assert (found["id"], found["values"]["plan"]) == (third["id"], "a")
    control(connection, "DELETE", f"records/contacts/{third['id']}")
    assert control(connection, "GET", "owned") == {keys[2]: None}
    control(connection, "DELETE", "owners/511")
    assert control(connection, "GET", "notes") == {}


def test_a_program_beside_it_can_break_and_mend_it(
    portal: Portal, connection: http.client.HTTPConnection
) -> None:
    control(connection, "POST", "faults", {"calls": "*", "fault": "error_before", "value": 503, "times": 1})
    assert ask(connection, "GET", CONTACTS, token=portal.token)[0] == 503
    control(connection, "POST", "limits", {"burst": 1})
    control(connection, "POST", "latency", {"seconds": 0.01})
    control(connection, "POST", "behaviour", {"association_lag": [1, 2]})
    assert asdict(portal.account.behaviour)["association_lag"] == (1, 2)
    assert ask(connection, "GET", CONTACTS, token=portal.token)[0] == 429
    control(connection, "DELETE", "faults")
    control(connection, "POST", "limits", {"burst": None})
    control(connection, "POST", "tokens/limit", {"scopes": []})
    assert ask(connection, "GET", CONTACTS, token=portal.token)[0] == 403
    control(connection, "POST", "tokens/expire")
    assert ask(connection, "GET", CONTACTS, token=portal.token)[0] == 401
    assert control(connection, "POST", "apps", {"client_id": "a", "client_secret": "b"}) == {
        "refresh_token": "refresh-1"
    }
    state = control(connection, "GET", "state")
    assert isinstance(state, dict)
    assert state["statuses"] == {"503": 1, "429": 1, "403": 1, "401": 1}
    seen = control(connection, "GET", "seen")
    assert isinstance(seen, list)
    assert len(seen) == 4
    control(connection, "POST", "zero")
    assert portal.calls == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("GET", "records/contacts/9", None, 400),
        ("POST", "faults", {"calls": "*", "fault": "explode"}, 400),
        ("POST", "records/contacts", {"rows": [{"no_such": "1"}]}, 400),
        ("POST", "limits", {"no_such": 1}, 400),
        ("GET", "history/contacts", None, 400),
    ],
)
def test_what_control_cannot_do_is_said(
    connection: http.client.HTTPConnection, method: str, path: str, body: object, status: int
) -> None:
    answered, raw = ask(connection, method, f"/_sandbox/{path}", body)
    assert (answered, "error" in json.loads(raw)) == (status, True)


def test_a_request_whose_caller_died_before_its_end_is_not_applied(portal: Portal, server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as caller:
        caller.sendall(b"POST /crm/v3/objects/contacts HTTP/1.1\r\nContent-Length: 99\r\n\r\n{")
        caller.shutdown(socket.SHUT_WR)
        assert b" 400 " in caller.recv(100)
    assert not portal.calls
