"""Salesforce's refusals, whatever their shape, as errors named by what the caller does (pure).

They are told apart by code, never by message: messages are in the language of the user who asks. A body may be a list
of errors, an object (of OAuth), XML, an HTML page of the edge or of a proxy, or nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from connectors.contract import Verdict
from connectors.errors import ConnectorError, Doubt, Retry, Skip, Stop, TurnedAway, busy
from connectors.http import Answer
from connectors.salesforce.wire_limits import told

LIMIT = "REQUEST_LIMIT_EXCEEDED"
SHORTLY = 5.0
"""Seconds until a call may be made again where Salesforce is busy: it does not say."""

_LATER = frozenset({"UNABLE_TO_LOCK_ROW", "TXN_SECURITY_METERING_ERROR", "SERVER_UNAVAILABLE"})
_UNKNOWN = frozenset({"UNKNOWN_EXCEPTION"})
_GONE = frozenset({"ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "NOT_FOUND"})
_ROLLED_BACK = frozenset({"ALL_OR_NONE_OPERATION_ROLLED_BACK"})
_NO_SUCH_ID = "INVALID_CROSS_REFERENCE_KEY"
_RECORD = frozenset({"WhoId", "WhatId", "ParentId"})
"""The fields in which a note names its lead."""

_STOPS: Mapping[str, str] = {
    "API_DISABLED_FOR_ORG": "the org's edition has no API, or the user lacks the permission API Enabled",
    "API_CURRENTLY_DISABLED": "the org's API is switched off for now",
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD": "the user's password has expired: set a new one",
    "LIMIT_EXCEEDED": "a limit of the org is reached",
    "STORAGE_LIMIT_EXCEEDED": "the org's storage is full: nothing can be written until there is room",
    "ORG_LOCKED": "the org is locked",
    "INACTIVE_ORG": "the org was ended",
}
"""What the whole connection waits for until somebody does something."""

INSUFFICIENT = frozenset({"INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"})
"""Codes for what is there, and not for this user."""

_UNCERTAIN = frozenset({406, 408, 420})
"""Statuses below 500 that do not say whether a write was applied."""

_WAYS_OUT: Mapping[str, str] = {
    "INSUFFICIENT_ACCESS_OR_READONLY": "may the user edit it, and has it Transfer Leads?",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "may the user see and edit it, and has it Transfer Leads?",
    "TRANSFER_REQUIRES_READ": "give the new owner the right to read it",
}
"""What an admin can do about rows that are refused for want of rights."""

_LONGEST = 300
_MAIL = re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+\.[^\s\"'<>@]+")
_PLACE = re.compile(r"ERROR at Row:\d+:Column:\d+\s*", re.ASCII)
_IN_XML = re.compile(r"<(?:\w+:)?(?:errorCode|exceptionCode|faultcode)>(?:\w+:)?(\w+)<", re.ASCII)
_SHOWS_VALUES = frozenset(
    {
        "DUPLICATE_VALUE",
        "INVALID_EMAIL_ADDRESS",
        "JSON_PARSER_ERROR",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "STRING_TOO_LONG",
    }
)
"""Codes whose messages repeat what was in the field."""


class Refused(Skip):
    """Salesforce refused a whole call and applied nothing of it: `code` is why, `words` are for people."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


class Barred(Stop):
    """The user may not do this, and a question may do without its answer."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong; its text has no value of a record in it."""

    code: str
    message: str = ""
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = "" if self.code in _SHOWS_VALUES else _PLACE.split(self.message)[-1]
        text = _MAIL.sub("(an e-mail address)", " ".join(text.split()))
        said = f"{text[:_LONGEST]} ({self.code})" if text and text != self.code else self.code
        return f"{said}: {', '.join(self.fields)}" if self.fields else said


# --- whole calls ------------------------------------------------------------------------------------------


def content(answer: Answer) -> Any:
    """Return the JSON of an answer, None where it succeeded without a body.

    Raises `Refused`, `Retry`, `Stop`, or `Doubt` where no JSON can be read.
    """
    if not 200 <= answer.status < 300:
        raise error_of(answer)
    if answer.status == 204:
        return None
    try:
        # Other readers are hardly faster here, and take ten times the body's size in memory.
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Doubt(f"HTTP {answer.status}, but {instead(answer)}") from None


def whole(answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object of an answer; raises as `content` does, and `Doubt` where it is none."""
    found = content(answer)
    if not isinstance(found, Mapping):
        raise Doubt(f"HTTP {answer.status}, but Salesforce's answer is no object")
    return found


def error_of(answer: Answer) -> ConnectorError:
    """Return what a status that is no success asks of the caller."""
    status, wrong = answer.status, wrongs(answer)
    codes = {one.code for one in wrong}
    said = f"Salesforce: {'; '.join(map(str, wrong)) or instead(answer)} (HTTP {status})"
    if LIMIT in codes:
        return over_limit(answer)
    if status == 429:
        return busy(said, answer.retry_after() or SHORTLY)
    if status >= 500 or status in _UNCERTAIN or codes & _UNKNOWN:
        return Doubt(said, after=answer.retry_after())
    if codes & _LATER:
        return Retry(said, after=SHORTLY)
    stops = next((_STOPS[one.code] for one in wrong if one.code in _STOPS), "")
    hint = stops or (_nowhere(answer) if status == 404 else _WHY.get(status, ""))
    explained = f"{said}: {hint}" if hint else said
    if codes and status not in (401, 403) and not stops and status >= 400:
        return Refused(explained, wrong[0].code)
    if status == 403 and codes & INSUFFICIENT:
        return Barred(said)
    return TurnedAway(explained) if not codes and answer.is_turned_away() else Stop(explained)


def _nowhere(answer: Answer) -> str:
    place = " ".join(["there is no such address", answer.path]).rstrip()
    return f"{place}: check `login_url`, `version` and `object`"


_WHY: Mapping[int, str] = {
    **dict.fromkeys((301, 302, 303, 307, 308), "the org has moved: give its present address"),
    414: "the question was too long",
    431: "the question was too long",
}


def over_limit(answer: Answer) -> Retry | Stop:
    """Return what too many calls ask for: the code is the same for those of 24 hours and for those under way."""
    usage = told(answer.headers)
    if usage.used is not None and usage.day is not None and usage.used >= usage.day:
        return Stop(
            f"Salesforce: the org's calls of 24 hours are spent ({usage.used:,} of {usage.day:,}); they free up hour "
            "by hour: let others call less often, buy more, or wait"
        )
    return Retry(f"Salesforce: too many calls ({LIMIT})", after=SHORTLY)


def is_over_limit(answer: Answer) -> bool:
    """Return whether an answer refuses us for too many calls."""
    return answer.status >= 400 and LIMIT in {one.code for one in wrongs(answer)}


def wrongs(answer: Answer) -> list[Wrong]:
    """Return what an error lists, in any shape of its body; none where it says nothing with a code."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        text = answer.body.decode("utf-8", "replace")
        return [Wrong(unescape(code)) for code in dict.fromkeys(_IN_XML.findall(text))]
    return _listed(body if isinstance(body, list) else [body])


def instead(answer: Answer) -> str:
    """Say what came instead of JSON."""
    start = answer.body.lstrip()[:5].lower()
    if start == b"<?xml" or "xml" in answer.headers.get("content-type", "").partition("xhtml")[0]:
        return "its answer was XML"
    if start[:1] == b"<":
        return "an HTML page came instead of Salesforce's answer: is it under maintenance, or a proxy in between?"
    return "its answer was not one that can be read" if answer.body.strip() else "its answer was empty"


# --- rows -------------------------------------------------------------------------------------------------


def row_verdict(errors: Sequence[Any]) -> tuple[Verdict, str]:
    """Return how a row ended that failed, and why; a lock or a record that moved is looked at and written again."""
    wrong = _listed(errors)
    verdicts = {_verdict(one) for one in wrong} or {Verdict.REFUSED}
    gravest = (Verdict.GONE, Verdict.REFUSED, Verdict.DOUBTFUL, Verdict.CONFLICT)
    ways_out = dict.fromkeys(_WAYS_OUT[one.code] for one in wrong if one.code in _WAYS_OUT)
    said = "; ".join([*map(str, wrong), *ways_out]) or "no reason was given"
    return next(one for one in gravest if one in verdicts), said


def _verdict(wrong: Wrong) -> Verdict:
    if wrong.code in _GONE or (wrong.code == _NO_SUCH_ID and _RECORD.intersection(wrong.fields)):
        return Verdict.GONE
    if wrong.code in _UNKNOWN:
        return Verdict.DOUBTFUL
    wrapped = any(code in wrong.message for code in _LATER)  # in a trigger's own error
    if wrapped or wrong.code in _LATER | _ROLLED_BACK | {LIMIT}:
        return Verdict.CONFLICT
    if wrong.code == _NO_SUCH_ID and not wrong.fields:  # the record's id, or the owner's: the next look tells
        return Verdict.CONFLICT
    return Verdict.REFUSED


def _listed(entries: Iterable[Any]) -> list[Wrong]:
    return [wrong for one in entries if isinstance(one, Mapping) and (wrong := _wrong(one)).code]


def _wrong(one: Mapping[str, Any]) -> Wrong:
    code = one.get("errorCode") or one.get("statusCode") or one.get("exceptionCode") or one.get("error")
    fields = one.get("fields")
    return Wrong(
        str(code or ""),
        str(one.get("message") or one.get("error_description") or ""),
        tuple(str(name) for name in fields) if isinstance(fields, list) else (),
    )
