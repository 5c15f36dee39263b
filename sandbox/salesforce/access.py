"""Logins and sessions: the token endpoint, sessions that a user's processes share, how long they live."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.certificates import SigningKey
from sandbox.messages import Request
from sandbox.salesforce.refusals import Problem, Refused, no_grant
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Row

_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
_HOUR = 3600


@dataclass(slots=True)
class Session:
    """A session. All processes of one user and app hold the same one."""

    token: str
    user: str
    app: str
    used: float
    host: str = ""


class Access:
    """Who may log in, and who is."""

    def __init__(self, store: Store, user: Row, seed: int) -> None:
        self._store = store
        self._sessions: dict[str, Session] = {}
        self._logins: dict[str, deque[float]] = {}
        self._count = 0
        self._key: SigningKey | None = None
        self._seed = seed
        self.user = user
        self.client_id = f"3MVG9sandbox{seed:08d}"
        self.client_secret = f"secret-{seed:08d}"
        self.password = f"password-{seed:08d}"
        self.security_token = f"token{seed:08d}"
        self.instance_url = ""
        """Where the org is since it moved; until then it is where a login asks."""

    @property
    def username(self) -> str:
        return str(self.user.get("Username"))

    @property
    def key(self) -> SigningKey:
        """The key pair whose certificate the connected app holds."""
        self._key = self._key or SigningKey()
        return self._key

    # --- sessions -----------------------------------------------------------------------------------------

    def open(self, app: str = "") -> Session:
        """Return the user's session with an app, a new one where there is none alive."""
        for session in self._sessions.values():
            if session.user == self.user.id and session.app == app and self._alive(session):
                session.used = self._store.timeline.now
                return session
        self._count += 1
        mark = hashlib.sha256(f"{self._seed}-{self._count}".encode()).hexdigest()[:40]
        made = Session(f"{self._store.org_id[:15]}!{mark}", self.user.id, app, self._store.timeline.now)
        self._sessions[made.token] = made
        return made

    def _alive(self, session: Session) -> bool:
        return self._store.timeline.now - session.used < self._store.settings.session_seconds

    def revoke(self, token: str | None = None) -> None:
        """End a session, or all of them, as a logout in any process does."""
        for one in [token] if token else list(self._sessions):
            self._sessions.pop(one or "", None)

    def check(self, request: Request) -> Session:
        """Return the session of a data call; refuses one that is over, or that asks where the org was before."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth") or not value.strip():
            raise Problem("INVALID_AUTH_HEADER" if scheme else "INVALID_SESSION_ID", status=401)
        session = self._sessions.get(value.strip())
        if session is None or not self._alive(session) or self._is_elsewhere(request):
            raise Problem("INVALID_SESSION_ID", status=401)
        session.used = self._store.timeline.now
        return session

    def _is_elsewhere(self, request: Request) -> bool:
        host = request.headers.get("host")
        return bool(self.instance_url and host and self.instance_url.partition("://")[2] != host)

    # --- the token endpoint -------------------------------------------------------------------------------

    def token(self, request: Request) -> dict[str, str]:
        """Answer `POST /services/oauth2/token`: no `expires_in`, the time of issue as a text."""
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        form |= _basic(request.headers)
        self._count_login()
        match form.get("grant_type"):
            case "client_credentials":
                self._check_app(form)
            case "password":
                self._check_app(form)
                self._check_password(form.get("username", ""), form.get("password", ""))
            case grant if grant == _JWT:
                self._check_assertion(form.get("assertion", ""), address(request))
            case _:
                raise no_grant("unsupported_grant_type", "grant type not supported")
        return self._granted(self.open("oauth"), request)

    def _granted(self, session: Session, request: Request) -> dict[str, str]:
        identity = f"{_HOSTS[0]}/id/{self._store.org_id}/{session.user}"
        issued = str(self._store.timeline.millis)
        signature = base64.b64encode(hashlib.sha256(f"{identity}{issued}".encode()).digest()).decode()
        return {
            "access_token": session.token,
            "instance_url": self.instance_url or address(request),
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
            "signature": signature,
        }

    def _count_login(self) -> None:
        """Refuse a login beyond the hour's; every try counts."""
        now, recent = self._store.timeline.now, self._logins.setdefault(self.user.id, deque())
        while recent and recent[0] <= now - _HOUR:
            recent.popleft()
        if len(recent) >= self._store.settings.logins:
            raise no_grant("invalid_grant", "login rate exceeded")
        recent.append(now)

    @property
    def logins(self) -> int:
        """How often anybody tried to log in during the last hour."""
        floor = self._store.timeline.now - _HOUR
        return sum(at > floor for recent in self._logins.values() for at in recent)

    def _check_app(self, form: Mapping[str, str]) -> None:
        if form.get("client_id") != self.client_id:
            raise no_grant("invalid_client_id", "client identifier invalid")
        if form.get("client_secret") != self.client_secret:
            raise no_grant("invalid_client", "invalid client credentials")

    def _check_password(self, username: str, password: str) -> None:
        known = (self.password, self.password + self.security_token)
        if username != self.username or password not in known or not self.user.get("IsActive"):
            raise no_grant("invalid_grant", "authentication failure")

    def soap(self, username: str, password: str) -> Session:
        """Log in by name and password with security token; raises Refused like the token endpoint."""
        self._count_login()
        if username != self.username or password != self.password + self.security_token:
            raise no_grant("invalid_grant", "authentication failure")
        return self.open("soap")

    def _check_assertion(self, assertion: str, asked: str) -> None:
        claims = self._claims(assertion)
        if claims.get("iss") != self.client_id:
            raise no_grant("invalid_client_id", "client identifier invalid")
        if claims.get("sub", claims.get("prn")) != self.username:
            raise no_grant("invalid_grant", "user hasn't approved this consumer")
        if str(claims.get("aud", "")).rstrip("/") not in (*_HOSTS, asked, self.instance_url):
            raise no_grant("invalid_grant", "audience is invalid")
        try:
            expires = float(claims.get("exp", 0))
        except (TypeError, ValueError):
            expires = 0.0
        if expires <= self._store.timeline.now:
            raise no_grant("invalid_grant", "expired authorization code")

    def _claims(self, assertion: str) -> dict[str, Any]:
        head, _, rest = assertion.partition(".")
        body, _, signature = rest.partition(".")
        try:
            signed = self.key.verifies(f"{head}.{body}".encode(), _decoded(signature))
            claims: dict[str, Any] = json.loads(_decoded(body))
        except (ValueError, binascii.Error):
            signed, claims = False, {}
        if not signed:
            raise no_grant("invalid_grant", "invalid assertion")
        return claims


def address(request: Request) -> str:
    """Return scheme and host that a request was sent to."""
    host = request.headers.get("host", "sandbox.my.salesforce.com")
    return f"{request.headers.get('x-forwarded-proto', 'https')}://{host}"


def identity(store: Store, user: Row) -> dict[str, Any]:
    """Answer userinfo and the identity URL: who the token's user is."""
    url = f"{_HOSTS[0]}/id/{store.org_id}/{user.id}"
    return {
        "sub": url,
        "id": url,
        "user_id": user.id,
        "organization_id": store.org_id,
        "preferred_username": user.get("Username"),
        "username": user.get("Username"),
        "nickname": user.get("Alias"),
        "name": user.get("Name"),
        "email": user.get("Email"),
        "email_verified": True,
        "zoneinfo": user.get("TimeZoneSidKey"),
        "user_type": "STANDARD",
        "language": store.settings.language,
        "locale": store.settings.language,
        "active": user.get("IsActive"),
    }


def _basic(headers: Mapping[str, str]) -> dict[str, str]:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(
            400, {"error": "invalid_client", "error_description": "invalid client credentials"}
        ) from None
    return {"client_id": name, "client_secret": secret}


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
