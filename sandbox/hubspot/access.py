"""Tokens: static ones of private apps, and OAuth ones that expire and are refreshed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from sandbox.hubspot.kinds import Kind
from sandbox.hubspot.refusals import Refused, expired, missing_scopes, no_credentials, not_permitted
from sandbox.hubspot.settings import OAUTH, PRIVATE
from sandbox.messages import Request
from sandbox.timeline import Timeline, iso

_KINDS = ("contacts", "companies", "deals", "leads", "custom")
_DEFINED = ("contacts", "companies", "deals")
ALL_SCOPES = frozenset(
    {f"crm.objects.{kind}.{action}" for kind in _KINDS for action in ("read", "write")}
    | {f"crm.schemas.{kind}.{action}" for kind in _DEFINED for action in ("read", "write")}
    | {"crm.objects.owners.read", "tickets", "oauth"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; `expires` is seconds since 1970, None for one that does not."""

    value: str
    type: str = PRIVATE
    scopes: frozenset[str] = ALL_SCOPES
    app: str = "4169410"
    user: int | None = 2_506_672
    expires: float | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What may be exchanged for new access tokens."""

    client_id: str
    client_secret: str
    refresh_token: str
    scopes: frozenset[str]


class Access:
    """The tokens of an account. `Access.token` is the one it starts with."""

    def __init__(self, timeline: Timeline, seed: int) -> None:
        self._timeline = timeline
        self._tokens: dict[str, Token] = {}
        self._grants: list[Grant] = []
        self._count = 0
        self.lifetime = 1800.0
        self.token = self.private(f"pat-na1-sandbox-{seed:08x}")

    def private(self, value: str, scopes: frozenset[str] = ALL_SCOPES) -> str:
        """Add a static token and return it."""
        self._tokens[value] = Token(value, scopes=scopes)
        return value

    def oauth(self, client_id: str, client_secret: str, scopes: frozenset[str] = ALL_SCOPES) -> str:
        """Let an app refresh its tokens; return the refresh token."""
        grant = Grant(client_id, client_secret, f"refresh-{len(self._grants) + 1}", scopes)
        self._grants.append(grant)
        return grant.refresh_token

    def revoke(self, value: str) -> None:
        self._tokens[value] = replace(self._tokens[value], revoked=True)

    def expire(self, value: str) -> None:
        """Let a token be expired since now."""
        self._tokens[value] = replace(self._tokens[value], expires=self._timeline.now)

    def limit_to(self, value: str, scopes: frozenset[str]) -> None:
        """Take scopes from a token."""
        self._tokens[value] = replace(self._tokens[value], scopes=scopes)

    def of(self, value: str) -> Token | None:
        return self._tokens.get(value)

    def check(self, request: Request) -> Token:
        """Return the token of a request; refuses one that is unknown, revoked or expired."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self._tokens.get(value.strip())
        if scheme.lower() != "bearer" or token is None or token.revoked:
            raise no_credentials()
        now = self._timeline.now
        if token.expires is not None and token.expires <= now:
            raise expired(int(now - token.expires), iso(round(token.expires * 1000)))
        return token

    def refresh(self, request: Request) -> dict[str, object]:
        """Answer `POST /oauth/v1/token`: a new access token, the refresh token stays."""
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        sent = (form.get("client_id"), form.get("client_secret"))
        for grant in self._grants:
            if grant.refresh_token == form.get("refresh_token"):
                if sent != (grant.client_id, grant.client_secret):
                    raise Refused(
                        400, {"status": "BAD_CLIENT_SECRET", "message": "missing or bad client secret"}
                    )
                return self._issue(grant)
        text = "missing or invalid refresh token"
        raise Refused(400, {"status": "BAD_REFRESH_TOKEN", "message": text})

    def _issue(self, grant: Grant) -> dict[str, object]:
        self._count += 1
        value, expires = f"oauth-access-{self._count}", self._timeline.now + self.lifetime
        self._tokens[value] = Token(value, OAUTH, grant.scopes, grant.client_id, expires=expires)
        return {
            "token_type": "bearer",
            "refresh_token": grant.refresh_token,
            "access_token": value,
            "expires_in": int(self.lifetime),
        }


def allow(token: Token, kind: Kind, action: str) -> None:
    """Refuse what the token's scopes do not cover; `action` is read or write."""
    scope = f"{kind.scope}.{action}"
    if kind.type_id.startswith("2-"):
        scope = f"crm.objects.custom.{action}"
    if kind.name == "tickets":
        scope = "tickets"
    if scope not in token.scopes:
        raise missing_scopes([scope, f"{scope}.sensitive", f"{kind.name}-access"])


def allow_scope(token: Token, scope: str) -> None:
    if scope not in token.scopes:
        raise not_permitted() if scope.startswith("crm.schemas") else missing_scopes([scope])
