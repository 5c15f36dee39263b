"""The `requests.Session` that the SDK is given: timeouts, fixed headers, and whom it trusts; and one call through it.

The SDK has no timeouts, and passes headers per call in a way that loses them. What every call needs is part of the
session here, so that no way through the SDK can do without it.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, InvalidSchema, InvalidURL, ProxyError, SSLError
from urllib3.util.ssl_ import create_urllib3_context

from connectors.address import is_here
from connectors.errors import ConnectorError, Doubt, Retry, Stop, Unusable
from connectors.http import Answer
from connectors.network import CONNECT_TIMEOUT, NOT_SENT, in_time, why
from connectors.salesforce.wire_paths import FIXED

Body = bytes | Sequence[tuple[str, str]] | None
"""Bytes as they are, or the pairs of a form."""

TIMEOUTS = (CONNECT_TIMEOUT, 60.0)
"""Seconds to connect, and between two bytes of an answer: one recorded create took 5 s before triggers of any org."""

_CONNECTIONS = 25
_NOT_TRUSTED = ("CERTIFICATE", "WRONG_VERSION")


def opened(ca_file: Path | None) -> requests.Session:
    """Return a session. Raises `Unusable` where there is no authority in `ca_file`."""
    session = requests.Session()
    adapter = _Adapter(trusting(ca_file) if ca_file else None)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    session.headers.update({**FIXED, "User-Agent": "leadswitch", "Accept": "application/json"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # threads share it, logins do not
    session.auth = _unchanged
    return session


def send(
    session: requests.Session,
    method: str,
    url: str,
    *,
    headers: Mapping[str, Any],
    query: Sequence[tuple[str, str]] = (),
    body: Body = None,
) -> Answer:
    """Make a call, once.

    Raises `Retry` where it was not sent, `Doubt` where its answer was lost, `Stop` where no safe connection is made.
    """
    try:
        told = session.request(
            method, url, params=list(query), data=body, headers=dict(headers), allow_redirects=False
        )
        named = {name.lower(): value for name, value in told.headers.items()}
        return Answer(told.status_code, named, told.content, urlsplit(url).path)
    except OSError as error:  # all of requests' own are among them
        raise _failed(error, urlsplit(url).netloc) from error


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the token where it is: without any `auth`, requests puts what ~/.netrc has for the host in its place."""
    return request


class _Adapter(HTTPAdapter):
    """A way out that always has timeouts, trusts one authority more, and reaches this machine without a proxy."""

    def __init__(self, trusting: ssl.SSLContext | None) -> None:
        self._tls: dict[str, Any] = {"ssl_context": trusting} if trusting else {}
        super().__init__(pool_maxsize=_CONNECTIONS)

    def init_poolmanager(self, *place: Any, **chosen: Any) -> None:
        super().init_poolmanager(*place, **{**chosen, **self._tls})
        in_time(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **chosen: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **chosen, **self._tls)
        in_time(manager)
        return manager

    def send(self, request: requests.PreparedRequest, *place: Any, **chosen: Any) -> requests.Response:
        if chosen.get("timeout") is None:
            chosen["timeout"] = TIMEOUTS
        if is_here(urlsplit(str(request.url)).hostname or ""):
            chosen["proxies"] = {}
        return super().send(request, *place, **chosen)


def trusting(ca_file: Path) -> ssl.SSLContext:
    """Return a context with one authority more: requests adds the usual ones to it for each connection."""
    context = create_urllib3_context()
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError as error:
        raise Unusable(f"'ca_file': {ca_file} holds no certificate (a PEM is expected)") from error
    except OSError as error:
        raise Unusable(f"'ca_file': {ca_file} cannot be read: {error.strerror}") from error
    return context


def _failed(error: OSError, host: str) -> ConnectorError:
    """Nothing was applied where no connection was made; whatever happened after that may have been."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, ConnectTimeout | ProxyError) or isinstance(reason, NOT_SENT):
        return Retry(f"no connection to {host}: {why(reason or error)}")
    if isinstance(error, SSLError) and any(words in str(error).upper() for words in _NOT_TRUSTED):
        return Stop(
            f"no safe connection to {host}: {reason or error}; does `ca_file` name the right authority?"
        )
    if isinstance(error, InvalidURL | InvalidSchema) or not isinstance(
        error, requests.RequestException | ConnectionError | TimeoutError
    ):
        return Stop(f"no connection to {host}: {error}; is the proxy, or the bundle of authorities, there?")
    return Doubt(f"the answer of {host} was lost: {type(error).__name__}")
