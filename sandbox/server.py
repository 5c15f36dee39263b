"""HTTP/1.1 on loopback with keep-alive, one thread a connection, and no more parsing than clients need."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self

from sandbox.messages import Answer, Cut, Request

_MOST_HEADERS = 200
_LONGEST_BODY = 32 * 2**20
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Stream(Protocol):
    """Where requests are read from."""

    def readline(self, size: int, /) -> bytes: ...

    def read(self, size: int, /) -> bytes: ...


class Malformed(Exception):
    """What came is no HTTP request that this server understands."""


class Closing:
    """Something that runs until it is closed: `with` closes it at the end."""

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Server(Closing):
    """A running server: `with Server(portal.answer) as server: ... server.url`.

    `answer` is called from many threads at once; it finds the scheme in the header `x-forwarded-proto`. `sleep` is
    where an answer's wait is spent. With `tls` the server speaks it, and nothing else.
    """

    def __init__(
        self,
        answer: Callable[[Request], Answer],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        sleep: Callable[[float], None] = time.sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._listener = _Listener((host, port), _Connection)
        self._listener.answer, self._listener.sleep, self._listener.tls = answer, sleep, tls
        self.port: int = self._listener.server_address[1]
        self.url = f"{self._listener.scheme}://{host}:{self.port}"
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end every open connection."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.end_all()


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    answer: Callable[[Request], Answer]
    sleep: Callable[[float], None]
    tls: ssl.SSLContext | None

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    def __init__(self, address: tuple[str, int], connection: type[_Connection]) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(address, connection)

    def end_all(self) -> None:
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Listener

    def handle(self) -> None:
        """Answer until the connection ends; it is secured here, where a slow caller holds up nobody else."""
        try:
            with contextlib.suppress(OSError):
                self._secure()
                self.server.open.add(self.request)
                while self._one():
                    pass
        finally:
            self.server.open.discard(self.request)

    def _secure(self) -> None:
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
            self.rfile = self.request.makefile("rb")

    def finish(self) -> None:
        """Close what was secured, too."""
        super().finish()
        if self.server.tls is not None:
            with contextlib.suppress(OSError):
                self.request.close()

    def _one(self) -> bool:
        """Answer one request; return whether the connection goes on."""
        try:
            request = read_request(self.rfile, self.server.scheme)
        except Malformed as error:
            self.request.sendall(_written(Answer(400, str(error).encode()), close=True))
            return False
        if request is None:
            return False
        answer = self.server.answer(request)
        if answer.wait:
            self.server.sleep(answer.wait)
        return self._send(request, answer)

    def _send(self, request: Request, answer: Answer) -> bool:
        if answer.cut is Cut.SILENT:
            return False
        close = request.headers.get("connection", "").lower() == "close" or answer.cut is not None
        raw = _written(answer, close=close, head=request.method == "HEAD")
        if answer.cut is Cut.MIDDLE:
            raw = raw[: -len(answer.body) // 2] if answer.body else raw[: len(raw) // 2]
        self.request.sendall(raw)
        return not close


def read_request(stream: Stream, scheme: str = "http") -> Request | None:
    """Read one request that came by `scheme`, None at the end of the connection."""
    line = stream.readline(65_537)
    if not line.strip():
        return None
    try:
        method, target, _ = line.decode("latin-1").split()
    except ValueError:
        raise Malformed("the first line is no request line") from None
    headers = _read_headers(stream) | {"x-forwarded-proto": scheme}
    return Request(method, target, headers, _read_body(stream, headers))


def _read_headers(stream: Stream) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = stream.readline(65_537)
        if line in (b"\r\n", b"\n", b""):
            return headers
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    raise Malformed(f"more than {_MOST_HEADERS} headers")


def _read_body(stream: Stream, headers: dict[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _read_chunks(stream)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _LONGEST_BODY:
        raise Malformed(f"Content-Length {length!r} is no number of bytes up to {_LONGEST_BODY}")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise Malformed("the caller was gone before the end of its body")
    return body


def _read_chunks(stream: Stream) -> bytes:
    chunks = []
    while size := int(stream.readline(65_537).partition(b";")[0] or b"0", 16):
        chunks.append(stream.read(size))
        stream.readline(3)
    while stream.readline(65_537).strip():
        pass
    return b"".join(chunks)


def _written(answer: Answer, *, close: bool, head: bool = False) -> bytes:
    reason = _REASONS.get(answer.status, "Unknown")
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status not in (204, 304):
        lines.append(f"content-length: {len(answer.body)}")
    lines.append(f"connection: {'close' if close else 'keep-alive'}")
    raw = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return raw if head or answer.status in (204, 304) else raw + answer.body
