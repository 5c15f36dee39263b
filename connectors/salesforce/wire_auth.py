"""Asking Salesforce for a token, by each flow, and what it answers (pure).

The token endpoint speaks OAuth: a form goes out, an object comes back, also where it refuses. The SOAP login is XML.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape, unescape

from connectors.address import is_safe
from connectors.contract import Secret
from connectors.errors import ConnectorError, Retry, Stop, busy
from connectors.http import Answer
from connectors.salesforce import Flow, Options
from connectors.salesforce.wire_errors import instead

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path
ASSERTION_LIFE = timedelta(minutes=3)
"""The longest that Salesforce lets a JWT live."""

_HOST = re.compile(r"https?://[^/]+")
_LONGEST = 200
_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>'
    '<login xmlns="urn:partner.soap.sforce.com"><username>{}</username><password>{}</password></login>'
    "</env:Body></env:Envelope>"
)


@dataclass(frozen=True, slots=True)
class Login:
    """What is posted to get a token; it holds secrets, and shows none."""

    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | Sequence[tuple[str, str]] = field(repr=False)  # pairs are sent as a form


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, where it is good, and whose it is (None where the answer did not say)."""

    secret: Secret
    instance_url: str
    user: str | None = None


# --- asking -----------------------------------------------------------------------------------------------


def login(options: Options, assertion: str = "") -> Login:
    """Return what asks for a token; `assertion` is the signed JWT of its flow."""
    if options.flow is Flow.SOAP:
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": "login"}
        envelope = _ENVELOPE.format(escape(options.username or ""), escape(_password(options)))
        return Login(f"/services/Soap/u/{options.version}", headers, envelope.encode())
    headers = {"Accept": "application/json"}
    if options.flow is Flow.CLIENT_CREDENTIALS:
        pair = f"{options.client_id}:{_shown(options.client_secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Login(TOKEN_PATH, headers, tuple(_form(options, assertion).items()))


def _form(options: Options, assertion: str) -> dict[str, str]:
    if options.flow is Flow.CLIENT_CREDENTIALS:
        return {"grant_type": "client_credentials"}
    if options.flow is Flow.JWT:
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    return {
        "grant_type": "password",
        "client_id": options.client_id or "",
        "client_secret": _shown(options.client_secret),
        "username": options.username or "",
        "password": _password(options),
    }


def claims(options: Options, now: datetime) -> Mapping[str, object]:
    """Return what a JWT says: who asks, for whom, whom, and until when."""
    return {
        "iss": options.client_id,
        "sub": options.username,
        "aud": options.login_url.rstrip("/"),
        "exp": int((now + ASSERTION_LIFE).timestamp()),
    }


def _password(options: Options) -> str:
    return _shown(options.password) + _shown(options.security_token)


def _shown(secret: Secret | None) -> str:
    return secret.reveal() if secret else ""


# --- its answer -------------------------------------------------------------------------------------------


def token(answer: Answer, options: Options) -> Token:
    """Return the token of an answer. Raises `Stop` with what to do, or `Retry` where the same may be asked again."""
    if answer.status in _BUSY or (answer.status >= 500 and not _fault(answer)):
        said = f"Salesforce gives no token now: {instead(answer)} (HTTP {answer.status})"
        raise busy(said, answer.retry_after())
    if answer.status != 200:
        raise _refusal(answer, options)
    found = _of_soap(answer) if options.flow is Flow.SOAP else _of_oauth(answer)
    if found is None:
        raise Stop(f"no login to Salesforce: {instead(answer)} (HTTP 200); is `login_url` right?")
    if not is_safe(found.instance_url):
        raise Stop("Salesforce names an address for this org that is not https://: no token is sent there")
    return found


def _of_oauth(answer: Answer) -> Token | None:
    body = _object(answer)
    secret, host, identity = (body.get(key) for key in ("access_token", "instance_url", "id"))
    if not (isinstance(secret, str) and secret and isinstance(host, str)):
        return None
    user = identity.rpartition("/")[2] if isinstance(identity, str) else ""
    return Token(Secret(secret), host.rstrip("/"), user or None)


def _of_soap(answer: Answer) -> Token | None:
    secret, server = _element(answer, "sessionId"), _HOST.match(_element(answer, "serverUrl"))
    if not (secret and server):
        return None
    return Token(Secret(secret), server[0], _element(answer, "userId") or None)


def _object(answer: Answer) -> Mapping[str, object]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _element(answer: Answer, name: str) -> str:
    """Return the text of the first element of this name, whatever its prefix."""
    text = answer.body.decode("utf-8", "replace")
    found = re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)<", text)
    return unescape(found[1]).strip() if found else ""


# --- refusals ---------------------------------------------------------------------------------------------

_WRONG_LOGIN = (
    "the username, password or security token is wrong, the user is inactive or locked, or may not log in from here: "
    "a new password brings a new security token; for a sandbox `login_url` is https://test.salesforce.com"
)
_OWN_ADDRESS = "`login_url` must be the org's own address for this flow, https://NAME.my.salesforce.com"
_TO_DO: Mapping[str, str] = {
    "login rate exceeded": "this user logs in more than 3,600 times an hour, most likely from elsewhere: wait an hour",
    "authentication failure": _WRONG_LOGIN,
    "user hasn't approved this consumer": (
        "let administrators pre-authorise the connected app and give its user a profile or permission set of the app"
    ),
    "user is not admin approved": (
        "give the user a profile or permission set that the connected app is pre-authorised for"
    ),
    "audience is invalid": (
        "`login_url` must be https://login.salesforce.com, https://test.salesforce.com for a sandbox, or the org's own"
    ),
    "expired access/refresh token": "the grant was revoked or ran out: check the connected app's policies",
    "invalid assertion": "`private_key_file` does not fit the certificate of the connected app, or a clock is wrong",
    "no client credentials user enabled": "choose a user to run as in the policies of the connected app",
    "request not supported on this domain": _OWN_ADDRESS,
    "invalid client credentials": "the `client_secret` is wrong",
    "client identifier invalid": "the `client_id` is wrong, or the connected app is younger than ten minutes",
    "ip restricted": "the connected app or the profile does not let this address in",
    "inactive user": "activate the user, or choose another",
    "inactive organization": "the org is locked or was ended",
    "ip_not_allowed": "the profile does not let this address in",
    "unsupported_grant_type": "allow this flow in Setup: OAuth and OpenID Connect Settings, or in the connected app",
    "invalid_client_id": "the `client_id` is wrong, or the connected app is younger than ten minutes",
    "invalid_client": "the `client_secret` is wrong",
    "inactive_user": "activate the user, or choose another",
    "inactive_org": "the org is locked or was ended",
    "rate_limit_exceeded": "too many logins: wait an hour",
    "INVALID_LOGIN": _WRONG_LOGIN,
    "LOGIN_MUST_USE_SECURITY_TOKEN": "`security_token` is wrong or missing: a new password brings a new one",
    "PASSWORD_LOCKOUT": "too many wrong passwords locked the user: unlock it, then correct the password",
    "INVALID_OPERATION": "the org forbids the SOAP login: add `client_id` and `client_secret`, or use another flow",
    "INVALID_NEW_PASSWORD": "the password has expired: set a new one",
    "INACTIVE_ORG": "the org is locked or was ended",
    "ORG_LOCKED": "the org is locked",
    "LOGIN_DURING_RESTRICTED_DOMAIN": "the profile does not let this address in",
    "LOGIN_DURING_RESTRICTED_TIME": "the profile lets nobody in at this hour",
    "LOGIN_RATE_EXCEEDED": "too many logins: wait an hour",
    "API_CURRENTLY_DISABLED": "the org's API is switched off for now",
    "API_DISABLED_FOR_ORG": "the org's edition has no API, or the user lacks the permission API Enabled",
    "UNSUPPORTED_API_VERSION": "`version` is one that the org does not have",
}
"""A description (OAuth's are in English for everybody), or a code -> what to do."""

_BUSY = frozenset({408, 420, 429})
_WAIT = frozenset({"SERVER_UNAVAILABLE", "server_error", "temporarily_unavailable", "REQUEST_LIMIT_EXCEEDED"})


def _refusal(answer: Answer, options: Options) -> ConnectorError:
    body = _object(answer)
    code = _word(str(body.get("error") or "")) or _fault(answer)
    if code in _WAIT:
        return Retry(f"Salesforce gives no token now: {code} (HTTP {answer.status})")
    if not code:
        return Stop(
            f"no login to Salesforce: {instead(answer)} (HTTP {answer.status}); is `login_url` right?"
        )
    described = " ".join(str(body.get("error_description") or "").split())
    known = next((words for words in _TO_DO if words in described.lower()), code)
    said = f"{code}: {_unsaid(described, options)}" if described else code
    return Stop(
        f"no login to Salesforce by {options.flow}: {said}; {_TO_DO.get(known, 'check the credentials')}"
    )


def _unsaid(text: str, options: Options) -> str:
    """Return what an answer says without what it may repeat of our secrets."""
    sent = (options.client_secret, options.password, options.security_token)
    for hidden in (_password(options), *map(_shown, sent), options.username or ""):
        text = text.replace(hidden, "***") if hidden else text
    return text[:_LONGEST]


def _fault(answer: Answer) -> str:
    """Return the code of a SOAP fault, which comes with HTTP 500."""
    return _word(_element(answer, "exceptionCode") or _element(answer, "faultcode").rpartition(":")[2])


def _word(text: str) -> str:
    return text if re.fullmatch(r"\w{1,60}", text, re.ASCII) else ""
