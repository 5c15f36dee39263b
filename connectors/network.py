"""The network between us and a CRM: the proxy on the way, why there is no connection, how long an answer may take."""

from __future__ import annotations

from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from requests.exceptions import ProxyError
from requests.utils import get_auth_from_url, get_environ_proxies, prepend_scheme_if_needed, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3 import exceptions as network
from urllib3.util import Url, make_headers, parse_url

from connectors.address import is_here
from connectors.errors import Unusable

if TYPE_CHECKING:
    from urllib3._base_connection import BaseHTTPConnection, BaseHTTPSConnection

_C = TypeVar("_C")

CONNECT_TIMEOUT = 5.0
"""Seconds to connect."""

LONGEST = 120.0
"""Seconds in which a whole answer must have come: a timeout is one between two bytes, and a trickle may go on for ever.

Longer than a CRM's own answers take; a page that takes longer is asked for again, a write is in doubt.
"""

NOT_SENT = (network.NewConnectionError, network.ConnectTimeoutError, network.ProxyError)
"""What ends a call before anything of it was sent to the CRM."""


# --- the way ----------------------------------------------------------------------------------------------


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for an address, None without one: as `requests` finds it.

    This machine is reached without. Raises `Unusable` where what is named is no proxy that speaks HTTP.
    """
    if is_here(urlsplit(url).hostname or ""):
        return None
    named = select_proxy(url, get_environ_proxies(url))
    if not named:
        return None
    found = _parsed(named)
    if found.scheme not in ("http", "https") or not found.host:
        raise Unusable(
            "HTTPS_PROXY in the environment must name a proxy that speaks HTTP, such as http://proxy.example.com:3128"
        )
    return found.url


def proxy_headers(proxy: str) -> dict[str, str]:
    """Return what a proxy is told of who we are, by the name and password in its address."""
    name, password = get_auth_from_url(proxy)
    return dict(make_headers(proxy_basic_auth=f"{name}:{password}")) if name else {}


def _parsed(proxy: str) -> Url:
    try:
        return parse_url(prepend_scheme_if_needed(proxy, "http"))
    except network.LocationParseError:
        return Url()


def why(reason: object) -> str:
    """Say why no connection was made, and where to look."""
    if isinstance(reason, network.NameResolutionError):
        return "its name is not found; is it written right, and does this machine's DNS answer?"
    if isinstance(reason, ProxyError | network.ProxyError):
        said = getattr(reason, "original_error", None)
        told = f" ({said})" if said else ""
        return f"the proxy does not let us through{told}; is HTTPS_PROXY right, and the proxy there?"
    if isinstance(reason, network.NewConnectionError):
        return "it takes none; are its name and port right, is the network up, is a proxy needed?"
    return f"nothing answered within {CONNECT_TIMEOUT:.0f} s; does a firewall keep us from it, is a proxy needed?"


# --- the answer -------------------------------------------------------------------------------------------


def in_time(manager: PoolManager) -> None:
    """Let every answer that comes through this manager's connections end within `LONGEST`, its headers too."""
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}


class _Until(RawIOBase):
    """What a socket brings until a moment of the monotonic clock; a read that waits longer times out."""

    def __init__(self, sock: Any, moment: float) -> None:
        self._sock, self._moment = sock, moment
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._moment - monotonic()
        if left <= 0:
            raise TimeoutError(f"it was not there as a whole after {LONGEST:.0f} s")
        if left < (self._sock.gettimeout() or LONGEST):
            self._sock.settimeout(left)  # each call sets its own before it waits for its answer
        found: int | None = self._raw.readinto(buffer)
        return found

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Timed:
    """A socket in the eyes of `HTTPResponse`, which asks it for a file to read and for nothing else."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(_Until(self._sock, monotonic() + LONGEST))


class _Answer(HTTPResponse):
    def __init__(self, sock: Any, *place: Any, **chosen: Any) -> None:
        super().__init__(_Timed(sock), *place, **chosen)  # type: ignore[arg-type]  # all of a socket that it uses


class _Pool(HTTPConnectionPool):
    def _new_conn(self) -> BaseHTTPConnection:
        return _answering_in_time(super()._new_conn())


class _SafePool(HTTPSConnectionPool):
    def _new_conn(self) -> BaseHTTPSConnection:
        return _answering_in_time(super()._new_conn())


def _answering_in_time(made: _C) -> _C:
    """Change the connection and not its class, which others may have put in the place of the usual one."""
    made.response_class = _Answer  # type: ignore[attr-defined]  # of http.client, which every one is made of
    return made
