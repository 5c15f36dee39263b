"""HubSpot's SDK as a transport: it opens the session. Tokens are ours; bytes go from and to `wire.py`, not its models.

One API object is held: each attribute access of the SDK's client makes a new one with a connection pool of its own.
Its retries are off (they would repeat reads unseen) and every call has a timeout (its default is none). Calls go to its
pool of connections directly: its own way there writes JSON more slowly, and bodies, with personal values, into its
debug log, and the manager of its pools finds the one pool anew for each call.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from hubspot import HubSpot  # type: ignore[import-untyped]  # the SDK has no types
from urllib3 import HTTPConnectionPool, PoolManager, Timeout
from urllib3.exceptions import HTTPError, SSLError
from urllib3.util import parse_url

from connectors.calls import LOST
from connectors.contract import Account, Secret
from connectors.errors import ConnectorError, Doubt, Retry, Stop, Unusable
from connectors.http import Answer, dated, encoded
from connectors.hubspot import Options
from connectors.hubspot.tokens import Token, Tokens
from connectors.hubspot.wire_errors import content, expired
from connectors.hubspot.wire_paths import Request
from connectors.network import CONNECT_TIMEOUT, NOT_SENT, in_time, proxy_for, proxy_headers, why

READ_TIMEOUT = 30.0
"""Seconds between two bytes of an answer."""

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_IN_TIME = Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT)
_CONNECTIONS = 25  # kept open: more than calls are made at once


class Client:
    """Sends requests to one portal, through the engine's transport, each once."""

    def __init__(self, options: Options, account: Account, token_path: str) -> None:
        self._options = options
        self._account = account
        self._token_path = token_path
        self._host = options.base_url.rstrip("/")
        self._tokens: Tokens = account.kept.setdefault(options, Tokens())
        try:
            api: Any = _open(options, self._host).api_client
        except Unusable as error:
            raise Unusable(f"{account.connection}: {error}") from error
        self._headers: Mapping[str, str] = api.default_headers | {"Accept": _JSON, "Accept-Encoding": "gzip"}
        self._manager: PoolManager = api.rest_client.pool_manager

    def ask(self, call: str, request: Request) -> Answer:
        """Send a request. Raises `Retry` where it was not sent, `Doubt` where its answer was lost."""
        if self._options.token is not None:
            return self._asked(call, request, self._options.token)
        token = self._tokens.current(self._account.clock, self._fetched)
        answer = self._asked(call, request, token.secret)
        if expired(answer):
            self._tokens.refused(token)
            raise Retry("HubSpot: the access token had run out; a new one is fetched", after=0.0)
        return answer

    def close(self) -> None:
        self._manager.clear()
        vars(self).pop("_way", None)

    # --- one call -----------------------------------------------------------------------------------------

    @cached_property
    def _way(self) -> tuple[HTTPConnectionPool, str]:
        """The connections to the host, and the path below which its API is; an odd address fails at the call."""
        return self._manager.connection_from_url(self._host), parse_url(self._host).path or ""

    def _asked(self, call: str, request: Request, token: Secret) -> Answer:
        answer = self._account.transport(call, lambda: self._send(request, token))
        return dated(answer, self._account.clock)

    def _send(self, request: Request, token: Secret | None = None) -> Answer:
        query = f"?{urlencode(request.query)}" if request.query else ""
        try:
            pool, below = self._way
            answer = pool.urlopen(
                request.method,
                f"{below}{request.path}{query}",
                headers={**self._headers, **_signed(token)},
                body=_written(request),
                preload_content=False,
                redirect=False,
                timeout=_IN_TIME,
            )
            return Answer(answer.status, _lower(answer.headers), answer.data)
        except SSLError as error:
            raise self._no_tls(error) from error
        except (HTTPError, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> ConnectorError:
        """Nothing was applied where no connection was made; whatever happened after that may have been."""
        if isinstance(error, NOT_SENT):
            return Retry(f"no connection to {self._host}: {why(error)}")
        return Doubt(f"the answer of {self._host} was lost: {type(error).__name__}")

    def _no_tls(self, error: SSLError) -> ConnectorError:
        reason = str(error)
        if "CERTIFICATE" in reason.upper() or "WRONG_VERSION" in reason.upper():
            return Stop(
                f"no safe connection to {self._host}: {reason}; does `ca_file` name the right authority?"
            )
        return Doubt(f"the connection to {self._host} broke")

    # --- the token ----------------------------------------------------------------------------------------

    def _fetched(self) -> Token:
        now = self._account.clock()
        secret, refresh_token = self._options.client_secret, self._options.refresh_token
        form = (
            ("grant_type", "refresh_token"),
            ("client_id", self._options.client_id or ""),
            ("client_secret", secret.reveal() if secret else ""),
            ("refresh_token", refresh_token.reveal() if refresh_token else ""),
        )
        request = Request("POST", self._token_path, form=form)
        try:
            body = content(self._account.transport("token", lambda: self._send(request)))
        except LOST as error:  # another token may have been made, which harms nobody
            raise Retry(str(error) or "HubSpot: no answer about a new access token") from error
        except ConnectorError as error:
            if isinstance(error, Retry | Stop):
                raise
            raise Stop(f"HubSpot gives no access token for this client and refresh token: {error}") from error
        if not body.get("access_token"):
            raise Stop("HubSpot's answer to the refresh token has no access token")
        return Token.fetched(Secret(str(body["access_token"])), now, body.get("expires_in"))


def _open(options: Options, host: str) -> Any:
    proxy = proxy_for(host)  # the SDK looks for none
    client = HubSpot(
        host=host,
        retry=False,
        connection_pool_maxsize=_CONNECTIONS,
        ssl_ca_cert=str(options.ca_file) if options.ca_file else None,
        proxy=proxy,
        proxy_headers=proxy_headers(proxy) if proxy else None,
    )
    api = client.crm.owners.owners_api
    in_time(api.api_client.rest_client.pool_manager)
    return api


def _signed(token: Secret | None) -> Mapping[str, str]:
    """Return what a call says of itself; one without a token asks for one, with a form."""
    if token is None:
        return {"Content-Type": _FORM}
    return {"Content-Type": _JSON, "Authorization": f"Bearer {token.reveal()}"}


def _written(request: Request) -> bytes | None:
    if request.form:
        return urlencode(request.form).encode()
    return None if request.body is None else encoded(request.body)


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
