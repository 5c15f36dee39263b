"""HubSpot's refusals, whatever their shape, as errors named by what the caller does (pure).

Every field of an error body is optional, `errors` may hold objects or plain texts, and a body may be HTML: that of
HubSpot's own 404 on an object, of its CDN, or of a proxy in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.errors import ConnectorError, Doubt, Skip, Stop, TurnedAway, busy
from connectors.http import Answer, decoded
from connectors.hubspot.wire_words import errors, listed, words, wrongs

_IDS = ("ids", "id", "objectId", "objectIds", "fromObjectId", "toObjectId", "objectWriteTraceId")
_NO_RECORD = re.compile(r"\b[A-Z_]+=(\d+) is not valid")
_UNKNOWN_PROPERTY = "PROPERTY_DOESNT_EXIST"

_BURST, _SECOND, _LOCKED = 10.0, 1.0, 2.0
"""How long to wait, in seconds, where HubSpot does not say: its 429 never did in any recording."""


class Refused(Skip):
    """HubSpot refused a whole call and applied nothing of it: `ids` are those that it names, `body` all it said."""

    def __init__(self, words: str, body: Mapping[str, Any]) -> None:
        super().__init__(words)
        self.words = words
        self.body = body
        self.ids = frozenset(one for each in (body, *errors(body)) for one in named_ids(each))


def content(answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object of an answer; raises `Refused`, `Retry`, `Stop`, or `Doubt` where none can be read."""
    if not 200 <= answer.status < 300:
        raise error_of(answer)
    found = _object(answer.body)
    if found is None:
        raise Doubt(f"HTTP {answer.status}, but {_instead(answer)}")
    return found


def error_of(answer: Answer) -> ConnectorError:
    """Return what a status that is no success asks of the caller."""
    body = _object(answer.body) or {}
    status, told = answer.status, f"HubSpot: {words(body) or _instead(answer)} (HTTP {answer.status})"
    if status == 429:
        return _limited(answer, body)
    if status in (400, 409, 414, 422) and body:
        return _refused(body, told)
    if status in (423, 477):
        return busy(told, answer.retry_after() or _LOCKED)
    if not body and answer.is_turned_away():
        return TurnedAway(told)
    if status == 408 or status >= 500:
        return Doubt(told, after=answer.retry_after())
    if 300 <= status < 400:
        return Stop(f"{told}: the address has moved; check `base_url`")
    return Stop(_STOPS[status](body, told) if status in _STOPS else told)


def expired(answer: Answer) -> bool:
    """Return whether the access token has run out, which another one helps against."""
    return answer.status == 401 and (_object(answer.body) or {}).get("category") == "EXPIRED_AUTHENTICATION"


def named_ids(error: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids, and trace ids, that an error's context names."""
    context = error.get("context")
    found = [context.get(key) for key in _IDS] if isinstance(context, dict) else []
    found += [error.get("objectWriteTraceId"), _NO_RECORD.findall(str(error.get("message") or ""))]
    return frozenset(str(one) for value in found for one in listed(value))


def is_not_there(error: Mapping[str, Any]) -> bool:
    """Return whether an error says that a record is missing: by its category, or as `CONTACT=1 is not valid`."""
    return error.get("category") == "OBJECT_NOT_FOUND" or bool(
        _NO_RECORD.search(str(error.get("message") or ""))
    )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = decoded(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _instead(answer: Answer) -> str:
    if answer.is_page():
        return "an HTML page came instead of HubSpot's answer: is a proxy in between?"
    return "its answer was empty" if not answer.body.strip() else "its answer was not JSON"


# --- by status --------------------------------------------------------------------------------------------


def _limited(answer: Answer, body: Mapping[str, Any]) -> ConnectorError:
    """Tell the three limits apart: the day's, search's own by the second, and the ten seconds of all others."""
    said = f"{body.get('policyName') or ''} {body.get('message') or ''}".lower()
    if "daily" in said:
        return Stop(
            "HubSpot: the account's calls of the day are spent; they are given anew at midnight in the portal's "
            "time zone (HTTP 429)"
        )
    interval = answer.headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
    burst = float(interval) / 1000 if interval.isascii() and interval.isdecimal() else _BURST
    after = answer.retry_after()
    if "secondly limit" in said and "ten_secondly" not in said:
        return busy("HubSpot: too many searches in one second (HTTP 429)", _first(after, _SECOND))
    return busy("HubSpot: too many calls in ten seconds (HTTP 429)", _first(after, burst))


def _first(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else given


def _refused(body: Mapping[str, Any], told: str) -> ConnectorError:
    unknown = sorted({one.property for one in wrongs(body) if one.rule == _UNKNOWN_PROPERTY and one.property})
    if unknown:
        return Stop(
            f"HubSpot has no property {', '.join(unknown)} here: correct its name, or create it in the portal"
        )
    return Refused(told, body)


def _unauthorised(body: Mapping[str, Any], _: str) -> str:
    if body.get("category") == "EXPIRED_AUTHENTICATION":
        return "HubSpot: the token has expired: give the connection a new one (HTTP 401)"
    return "HubSpot does not accept the token: it was revoked or mistyped, or belongs to nobody (HTTP 401)"


def _forbidden(body: Mapping[str, Any], told: str) -> str:
    scopes = sorted(set(_scopes(body)))
    if not scopes:
        return told
    return f"HubSpot: a scope is missing, one of: {', '.join(scopes)}; add it to the service key or app (HTTP 403)"


def _scopes(body: Mapping[str, Any]) -> Iterator[str]:
    for each in [body, *errors(body)]:
        context = each.get("context")
        for key in ("requiredGranularScopes", "requiredScopes"):
            yield from map(str, listed(context.get(key)) if isinstance(context, dict) else ())


_STOPS: Mapping[int, Callable[[Mapping[str, Any], str], str]] = {
    401: _unauthorised,
    403: _forbidden,
    404: lambda _, told: f"{told}: there is no such address; check `base_url`, `object` and `api`",
}
