"""A calendar over HTTPS: from public addresses, within some seconds and megabytes. Its URL is a key, and not shown."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Container, Sequence
from contextlib import closing, suppress
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from sync.calendars.asking import Unread
from sync.calendars.lines import LARGEST

TIMEOUT = 10.0
LONGEST = 30.0
_REDIRECTS = 3
_CHUNK = 65_536
_MOVED = (301, 302, 303, 307, 308)
_LOOPBACK = "localhost"


def fetched(url: str, allowed: Container[str]) -> str:
    """Ask for a calendar, directly: no proxy of the environment is used."""
    first, until = urlsplit(url), time.monotonic() + LONGEST
    parts = first
    try:
        for _ in range(_REDIRECTS + 1):
            status, moved, body = _asked(parts, _may_be(first, parts, allowed), until)
            if status not in _MOVED:
                break
            parts = urlsplit(urljoin(parts.geturl(), moved))
    except OSError as error:
        raise Unread(f"{parts.hostname} cannot be reached: {error.strerror or error}") from error
    except (http.client.HTTPException, ValueError) as error:  # their texts quote what must not be shown
        raise Unread(f"{parts.hostname} cannot be asked: {type(error).__name__}") from error
    if status != http.client.OK:
        raise Unread(f"{parts.hostname} answers {status} {http.client.responses.get(status, '')}".rstrip())
    return body.decode("utf-8", "replace")


def host_of(url: str) -> str:
    """Return what of a URL may be shown: the rest of it opens the calendar."""
    return urlsplit(url).hostname or "the URL"


def _may_be(first: SplitResult, parts: SplitResult, allowed: Container[str]) -> Callable[[str], bool]:
    """Return what tells whether an address may be asked for these parts of a URL, wherever they came from."""
    host = parts.hostname or ""
    loopback = parts.netloc == first.netloc and _is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise Unread(f"{host} is not asked over {parts.scheme or 'nothing'}: only https is safe")

    def may(address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0])
        known = getattr(ip, "ipv4_mapped", None) or ip
        public = known.is_global and not known.is_multicast
        return public or (known.is_loopback and loopback) or host in allowed

    return may


def _is_loopback(host: str) -> bool:
    try:
        return host == _LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _asked(parts: SplitResult, may: Callable[[str], bool], until: float) -> tuple[int, str, bytes]:
    """Return status, `Location` and body. The address that was looked at is the one that is asked."""
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not all(map(may, addresses)):
        raise Unread(f"{host} is an address of a private network: name it under `allow_hosts` to ask it")
    with closing(http.client.HTTPConnection(host, port)) as connection:
        connection.sock = _connected(addresses, port)
        if secure:
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        path = parts._replace(scheme="", netloc="", fragment="").geturl()
        connection.request("GET", path or "/", headers=_headers(parts))
        with connection.getresponse() as answer:
            return answer.status, answer.getheader("location") or "", _read(answer, host, until)


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """Connect to the first address that answers."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), TIMEOUT)
    return socket.create_connection((addresses[-1], port), TIMEOUT)


def _headers(parts: SplitResult) -> dict[str, str]:
    headers = {"Accept": "text/calendar", "User-Agent": "leadswitch"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return headers


def _read(answer: http.client.HTTPResponse, host: str, until: float) -> bytes:
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > LARGEST:
            raise Unread(f"the calendar at {host} is larger than {LARGEST // 1_000_000} MB")
        if time.monotonic() > until:
            raise Unread(f"{host} takes longer than {LONGEST:.0f} seconds")
    return bytes(body)
