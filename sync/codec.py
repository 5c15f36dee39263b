"""Values of the ledger as JSON text and back. Times are ISO 8601 in UTC, numbers keep their digits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import orjson

from router.model import (
    Band,
    KnownAccount,
    Lead,
    LeadRef,
    Missed,
    Money,
    Number,
    RepId,
    Sticky,
    TeamName,
    TeamTurns,
    Turn,
    Unread,
    Value,
)

_ACCOUNT = "account"
_WRITTEN = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_PLAIN = tuple(f.name for f in fields(Lead) if f.name not in {"ref", "custom", "unread"})
_VALUES = attrgetter(*_PLAIN)


def dumps(value: object, *, default: Callable[[Any], object] | None = None) -> str:
    """Return compact JSON with sorted keys; what is not Unicode or beyond 64 bits is written all the same.

    `default` says of what JSON does not have how it is written; of dates and dataclasses too.
    """
    try:
        return orjson.dumps(value, default, _WRITTEN).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":"), sort_keys=True, default=default)


def lead_to_text(lead: Lead) -> str:
    """Blank fields are left out, so that a lead is a few hundred bytes."""
    body: dict[str, Any] = {
        name: value for name, value in zip(_PLAIN, _VALUES(lead), strict=True) if value is not None
    }
    body["ref"] = list(lead.ref)
    if lead.custom:
        body["custom"] = dict(lead.custom)
    if lead.unread:
        body["unread"] = [[u.field, u.source, u.raw, u.why] for u in lead.unread]
    return dumps(body, default=_encode)


def lead_from_text(text: str) -> Lead:
    body = json.loads(text)
    ref = LeadRef(*body.pop("ref"))
    custom = {name: _decode(value) for name, value in body.pop("custom", {}).items()}
    unread = tuple(Unread(*u) for u in body.pop("unread", ()))
    return Lead(
        ref=ref, custom=custom, unread=unread, **{name: _decode(value) for name, value in body.items()}
    )


def _encode(value: Value) -> object:
    """Return as JSON what it has not."""
    match value:
        case Decimal():
            return {"n": str(value)}
        case datetime():
            return {"t": value.isoformat()}
        case Band():
            return {"b": [str(value.low), None if value.high is None else str(value.high)]}
        case Money():
            return {"m": value.amount, "c": value.currency}
    raise TypeError(f"{type(value).__name__} is no value of a lead")


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "n" in value:
        return Decimal(value["n"])
    if "t" in value:
        return datetime.fromisoformat(value["t"])
    if "b" in value:
        low, high = value["b"]
        return Band(Decimal(low), None if high is None else Decimal(high))
    amount: Number = _decode(value["m"])
    return Money(amount, value["c"])


def turns_to_json(turns: TeamTurns) -> dict[str, object]:
    body: dict[str, object] = {
        "number": turns.number,
        "credits": _plain(turns.credits),
        "last": _plain(turns.last),
    }
    if turns.missed:
        body["missed"] = {
            str(rep): [[one.units, one.until and one.until.isoformat()] for one in absences]
            for rep, absences in turns.missed.items()
        }
    return body


def _plain(numbers: Mapping[RepId, int]) -> Mapping[RepId, int]:
    return numbers if type(numbers) is dict else dict(numbers)


def turns_from_json(body: Mapping[str, Any]) -> TeamTurns:
    missed = {
        RepId(rep): tuple(Missed(units, until and datetime.fromisoformat(until)) for units, until in absences)
        for rep, absences in body.get("missed", {}).items()
    }
    return TeamTurns(body["number"], body["credits"], body["last"], missed)


def turn_to_text(turn: Turn) -> str:
    """Write an entry of the log. What is only there in a team that lets its reps catch up is left out elsewhere."""
    absent = {"absent": turn.absent} if turn.absent else {}
    body = {"taker": turn.taker, "shares": _plain(turn.shares), "after": turns_to_json(turn.after)}
    return dumps({**body, **absent})


def turn_from_text(team: TeamName, text: str) -> Turn:
    body = json.loads(text)
    absent = tuple(body.get("absent", ()))
    return Turn(team, RepId(body["taker"]), body["shares"], turns_from_json(body["after"]), absent)


def known_to_text(known: Mapping[int, Sticky], account: KnownAccount | None = None) -> str:
    """Owners a person had, by the index of the person's keys, so that no personal value is written here."""
    body: dict[str, object] = {str(i): [s.owner, s.since.isoformat()] for i, s in known.items()}
    if account is not None:
        body[_ACCOUNT] = [account.owner, account.why, account.confidence]
    return dumps(body)


def known_from_text(text: str) -> dict[int, Sticky]:
    return {
        int(i): Sticky(RepId(owner), datetime.fromisoformat(since))
        for i, (owner, since) in ((i, pair) for i, pair in json.loads(text).items() if i != _ACCOUNT)
    }


def account_from_text(text: str) -> KnownAccount | None:
    """Return the account among the owners that were known."""
    found = json.loads(text).get(_ACCOUNT)
    return None if found is None else KnownAccount(*found)
