"""Salesforce's SDK as a transport: it signs and holds the session. The token, the headers and the addresses are ours.

Its own refresh loses the headers of the call that it repeats, goes on at the old address, and never ends. It is given
tokens, and never credentials, so that it refreshes nothing; bytes go to `wire.py`, not through its parsing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from connectors.calls import LOST
from connectors.contract import Account, Secret
from connectors.errors import Retry, Stop, Unusable
from connectors.http import Answer, dated, encoded
from connectors.salesforce import Flow, Options
from connectors.salesforce.session import opened, send
from connectors.salesforce.tokens import Tokens
from connectors.salesforce.wire_auth import Token, claims, login, token
from connectors.salesforce.wire_errors import Refused, content, is_over_limit, over_limit
from connectors.salesforce.wire_paths import Request, whole

_PATIENCE = timedelta(seconds=15)
"""How long too many calls under way may be the reason for a refusal; then it is those of 24 hours."""


class Client:
    """Sends requests to one org, through the engine's transport, each once."""

    def __init__(self, options: Options, account: Account) -> None:
        self._options, self._account = options, account
        try:
            self._session = opened(options.ca_file)
            self._key = _key(options)
        except Unusable as error:
            raise Unusable(f"{account.connection}: {error}") from error.__cause__
        self._tokens: Tokens = account.kept.setdefault(options, Tokens())
        self._signer: tuple[Token, Any] | None = None
        self._refused_since: datetime | None = None
        self._user: str | None = None

    def ask(self, call: str, request: Request) -> Answer:
        """Send a request, and return its answer, whatever it is, except for 401 and for too many calls.

        Raises `Retry` where it was not sent, or not applied and may be sent again; `Doubt` where its answer was lost;
        `Stop` where the credentials do not let us in or the org's calls are spent.
        """
        token = self._tokens.current(self._account.clock, self._log_in)
        answer = self._account.transport(call, lambda: self._send(token, request))
        if answer.status == 401:
            raise self._not_accepted(token)
        self._tokens.accepted(token)
        if is_over_limit(answer):
            raise self._over_limit(answer)
        self._refused_since = None
        return dated(answer, self._account.clock)

    def user(self) -> str:
        """Return the id of the user whose token it is, empty where that is kept from us. Raises as `ask` does."""
        known = self._tokens.current(self._account.clock, self._log_in).user or self._user
        if not known:
            answer = self.ask("user", Request("GET", "/services/oauth2/userinfo"))
            with suppress(Refused, Stop):
                told = content(answer)
                known = self._user = str(told.get("user_id") or "") if isinstance(told, dict) else ""
        return known or ""

    def close(self) -> None:
        """Give the connections back. The session stays open there: a logout would end those of other processes too."""
        self._session.close()

    # --- one call -----------------------------------------------------------------------------------------

    def _send(self, token: Token, request: Request) -> Answer:
        sdk = self._signing(token)
        body = None if request.body is None else encoded(request.body)
        return send(
            sdk.session,
            request.method,
            token.instance_url + whole(request, self._options.version),
            headers={**sdk.headers, "X-PrettyPrint": None, **request.headers},
            query=request.query,
            body=body,
        )

    def _signing(self, token: Token) -> Any:
        """Return the SDK with this token; its own addresses are not used: they are https also for this machine."""
        signer = self._signer
        if signer is None or signer[0] is not token:
            from simple_salesforce.api import Salesforce  # slow to load: it brings SOAP along

            signer = self._signer = (
                token,
                Salesforce(
                    session_id=token.secret.reveal(),
                    instance_url=token.instance_url,
                    version=self._options.version,
                    session=self._session,
                ),
            )
        return signer[1]

    def _not_accepted(self, token: Token) -> Retry | Stop:
        if self._options.flow is Flow.SESSION:
            return Stop(
                "Salesforce does not accept the `token` (HTTP 401): the session has ended, give another one"
            )
        return self._tokens.refused(token, self._account.clock)

    def _over_limit(self, answer: Answer) -> Retry | Stop:
        """Wait a little for calls under way; what is still refused then is refused for the day's."""
        now = self._account.clock()
        since = self._refused_since = self._refused_since or now
        if now - since < _PATIENCE:
            return over_limit(answer)
        return Stop(
            "Salesforce refuses calls for being too many (REQUEST_LIMIT_EXCEEDED): those that the org may make in 24 "
            "hours are spent, or others keep it busy; it is tried again in the next pass"
        )

    # --- the token ----------------------------------------------------------------------------------------

    def _log_in(self) -> Token:
        options = self._options
        if options.flow is Flow.SESSION:
            return Token(options.token or Secret(""), (options.instance_url or "").rstrip("/"))
        return token(self._asked_for_token(), options)

    def _asked_for_token(self) -> Answer:
        host = self._options.login_url.rstrip("/")
        asked = login(self._options, self._assertion())
        try:
            return self._account.transport(
                "token",
                lambda: send(
                    self._session, "POST", host + asked.path, headers=asked.headers, body=asked.body
                ),
            )
        except LOST as error:  # another token may have been made, which harms nobody
            raise Retry("Salesforce: no answer to the login") from error

    def _assertion(self) -> str:
        if self._key is None:
            return ""
        from connectors.salesforce.signing import signed

        return signed(claims(self._options, self._account.clock()), self._key)


def _key(options: Options) -> Any:
    """Return the key that signs, None for the flows without one, which need not load what reads it."""
    if options.private_key_file is None:
        return None
    from connectors.salesforce.signing import private_key

    return private_key(options.private_key_file)
