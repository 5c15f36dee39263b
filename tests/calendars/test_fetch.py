"""Asking for a calendar: over HTTPS, from public addresses, within bounds; nothing of the URL but its host is shown."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sync.calendars import fetch
from sync.calendars.asking import FRESH, Remembered, Unread
from sync.calendars.fetch import fetched


class Feed(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/ana.ics":
                self._say(200, b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
            case "/moved":
                self._say(302, b"", Location="/ana.ics")
            case "/round":
                self._say(302, b"", Location="/round")
            case "/inside":
                self._say(302, b"", Location="http://127.0.0.2:1/ana.ics")
            case "/nonsense":
                self._say(302, b"", Location="https://[5ecret/")
            case "/private":
                self._say(200, (self.headers["Authorization"] or "nobody").encode())
            case "/endless":
                self._endless()
            case _:
                self._say(404, b"")

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65_536)
        except OSError:
            pass

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/ana.ics", "/ana.ics?key=5ecret#x", "/moved"])
def test_a_calendar_comes_as_text(home: str, path: str) -> None:
    assert fetched(home + path, ()).startswith("BEGIN:VCALENDAR")


def test_user_and_password_of_the_url_are_sent(home: str) -> None:
    assert fetched(home.replace("//", "//ana:p%40ss@") + "/private", ()) == "Basic YW5hOnBAc3M="


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/5ecret", "127.0.0.1 answers 404 Not Found"),
        ("/round", "127.0.0.1 answers 302 Found"),
        ("/endless?5ecret", "the calendar at 127.0.0.1 is larger than"),
        ("/5ecret blank", "127.0.0.1 cannot be asked: InvalidURL"),
        ("/nonsense", "127.0.0.1 cannot be asked: ValueError"),
        ("/inside", "127.0.0.2 is not asked over http: only https is safe"),
    ],
)
def test_what_does_not_come_says_why_and_nothing_of_the_url(
    home: str, path: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LARGEST", 200_000)
    with pytest.raises(Unread, match=why) as error:
        fetched(home + path, ())
    assert "5ecret" not in str(error.value)


def test_nobody_at_home_is_a_reason() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/5ecret"
        with pytest.raises(Unread, match=r"^127\.0\.0\.1 cannot be reached: Connection refused"):
            fetched(url, ())


def test_a_slow_one_is_not_waited_for_without_end(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LONGEST", -1.0)
    with pytest.raises(Unread, match=r"127\.0\.0\.1 takes longer than"):
        fetched(home + "/ana.ics", ())


PRIVATE = "is an address of a private network: name it under `allow_hosts` to ask it"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("10.0.0.7", PRIVATE),
        ("192.168.1.1", PRIVATE),
        ("169.254.169.254", PRIVATE),
        ("127.0.0.1", PRIVATE),
        ("::1", PRIVATE),
        ("fd00::1", PRIVATE),
        ("::ffff:10.0.0.7", PRIVATE),
        ("224.0.0.1", PRIVATE),
        ("93.184.215.14", "cannot be reached: nowhere"),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", "cannot be reached: nowhere"),
    ],
)
def test_only_public_addresses_are_asked(address: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolving_to(address, monkeypatch)
    with pytest.raises(Unread, match=f"^cal.example {why}"):
        fetched("https://cal.example/5ecret.ics", ())
    assert asked == ([] if why is PRIVATE else [address])


def test_a_host_that_is_allowed_may_be_private(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolving_to("10.0.0.7", monkeypatch)
    with pytest.raises(Unread, match="cannot be reached: nowhere"):
        fetched("https://cal.example/ana.ics", {"cal.example"})
    assert asked == ["10.0.0.7"]


def _resolving_to(address: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def connect(to: tuple[str, int], _timeout: float) -> None:
        asked.append(to[0])
        raise OSError("nowhere")

    found: list[Any] = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", connect)
    return asked


# --- remembering ------------------------------------------------------------------------------------------


def _answers(answer: Callable[[int], str]) -> tuple[Remembered, list[str], list[float]]:
    asked: list[str] = []
    now = [0.0]

    def ask(url: str, _allowed: object) -> str:
        asked.append(url)
        return answer(len(asked))

    return Remembered(ask, ticks=lambda: now[0]), asked, now


def test_an_answer_counts_for_some_minutes() -> None:
    remembered, asked, now = _answers(lambda number: f"answer {number}")
    assert [remembered("a", ()), remembered("a", ()), remembered("b", ())] == [
        "answer 1",
        "answer 1",
        "answer 2",
    ]
    now[0] += FRESH
    assert remembered("a", ()) == "answer 3"
    assert asked == ["a", "b", "a"]


def test_so_does_a_reason() -> None:
    def refuse(number: int) -> str:
        raise Unread(f"refused {number}")

    remembered, asked, now = _answers(refuse)
    for number in (1, 1, 2):
        with pytest.raises(Unread, match=f"refused {number}"):
            remembered("a", ())
        now[0] += FRESH / 2
    assert len(asked) == 2
