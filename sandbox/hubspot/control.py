"""What the control endpoints of an account do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace

from sandbox.control import Control as Controls
from sandbox.control import Json
from sandbox.faults import named
from sandbox.hubspot.desk import WORKFLOW, person
from sandbox.hubspot.portal import Portal

# --- looking ----------------------------------------------------------------------------------------------


def _state(portal: Portal, _: Sequence[str], __: Json) -> Json:
    """Return counters and sizes."""
    portal.timeline.settle()
    tables = portal.account.tables
    return {
        "time": portal.timeline.now,
        "token": portal.token,
        "calls": dict(portal.calls),
        "statuses": {str(status): count for status, count in portal.statuses.items()},
        "records": {name: len(table.records) for name, table in tables.items()},
        "waiting": portal.timeline.waiting,
    }


def _seen(portal: Portal, _: Sequence[str], __: Json) -> list[Json]:
    return [asdict(call) for call in portal.seen]


def _values(portal: Portal, rest: Sequence[str], _: Json) -> Json:
    kind, key = rest
    return {"id": getattr(portal.record(kind, key), "id", None), "values": dict(portal.values(kind, key))}


def _history(portal: Portal, rest: Sequence[str], _: Json) -> list[Json]:
    kind, key, name = rest
    return [asdict(entry) for entry in portal.history(kind, key, name)]


def _owned(portal: Portal, rest: Sequence[str], _: Json) -> dict[str, str | None]:
    """Return the owner of every record of a kind: the whole outcome of a run in one look."""
    kind = rest[0] if rest else "contacts"
    return {key: portal.owner_of(key, kind) for key in portal.ids(kind)}


def _notes(portal: Portal, rest: Sequence[str], _: Json) -> object:
    """Return the notes on one contact, or of each contact that has some."""
    if rest:
        return list(portal.notes(rest[0]))
    return {key: notes for key in portal.ids() if (notes := portal.notes(key))}


# --- acting -----------------------------------------------------------------------------------------------


def _add(portal: Portal, rest: Sequence[str], body: Json) -> list[str]:
    how = {name: body[name] for name in ("created", "visible_in") if name in body}
    return [portal.add(rest[0], row, **how) for row in body["rows"]]


def _edit(portal: Portal, rest: Sequence[str], body: Json) -> Json:
    """Change a record as the user `by`, or with `by` "workflow" as HubSpot's own rotation."""
    kind, key = rest
    by = body.get("by")
    source = WORKFLOW if by == "workflow" else person(int(by)) if by is not None else None
    portal.edit(kind, key, body["properties"], by=source)
    return dict(portal.values(kind, key))


def _merge(portal: Portal, rest: Sequence[str], body: Json) -> Json:
    return {"id": portal.merge(rest[0], str(body["primary"]), str(body["other"]))}


def _archive(portal: Portal, rest: Sequence[str], _: Json) -> Json:
    portal.archive(*rest)
    return {}


def _add_owner(portal: Portal, _: Sequence[str], body: Json) -> Json:
    return portal.owners.add(body.pop("email"), **body).shape()


def _archive_owner(portal: Portal, rest: Sequence[str], _: Json) -> Json:
    portal.owners.archive(rest[0])
    return {}


def _define(portal: Portal, rest: Sequence[str], body: Json) -> Json:
    portal.define(rest[0], body.pop("name"), **body)
    return {}


# --- breaking ---------------------------------------------------------------------------------------------


def _fault(portal: Portal, _: Sequence[str], body: Json) -> Json:
    """Add a rule: {"calls": "*.batch_update", "fault": "cut_after", "value"?, "chance"?, "times"?, "skip"?}."""
    fault = named(body.pop("fault"), body.pop("value", None))
    portal.faults.add(body.pop("calls"), fault, **body)
    return {"rules": len(portal.faults.rules)}


def _mend(portal: Portal, _: Sequence[str], __: Json) -> Json:
    portal.faults.clear()
    return {}


def _limits(portal: Portal, _: Sequence[str], body: Json) -> Json:
    portal.budgets.limits = replace(portal.budgets.limits, **body)
    return asdict(portal.budgets.limits)


def _latency(portal: Portal, _: Sequence[str], body: Json) -> Json:
    portal.latency = float(body["seconds"])
    return body


def _behaviour(portal: Portal, _: Sequence[str], body: Json) -> Json:
    spans: Json = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
    portal.account.behaviour = replace(portal.account.behaviour, **spans)
    return asdict(portal.account.behaviour)


def _token(portal: Portal, rest: Sequence[str], body: Json) -> Json:
    """`expire` or `revoke` a token, `limit` its scopes; the starting token unless one is named."""
    (verb,) = rest
    value = str(body.get("token", portal.token))
    if verb == "limit":
        portal.access.limit_to(value, frozenset(body["scopes"]))
    else:
        {"expire": portal.access.expire, "revoke": portal.access.revoke}[verb](value)
    return {}


def _app(portal: Portal, _: Sequence[str], body: Json) -> Json:
    return {"refresh_token": portal.access.oauth(body["client_id"], body["client_secret"])}


def _zero(portal: Portal, _: Sequence[str], __: Json) -> Json:
    """Begin the counters anew."""
    portal.calls.clear()
    portal.statuses.clear()
    portal.seen.clear()
    return {}


_KNOWN: Mapping[str, Callable[[Portal, Sequence[str], Json], object]] = {
    "GET state": _state,
    "GET seen": _seen,
    "GET records": _values,
    "GET history": _history,
    "GET owned": _owned,
    "GET notes": _notes,
    "POST records": _add,
    "PATCH records": _edit,
    "DELETE records": _archive,
    "POST merge": _merge,
    "POST owners": _add_owner,
    "DELETE owners": _archive_owner,
    "POST properties": _define,
    "POST faults": _fault,
    "DELETE faults": _mend,
    "POST limits": _limits,
    "POST latency": _latency,
    "POST behaviour": _behaviour,
    "POST tokens": _token,
    "POST apps": _app,
    "POST zero": _zero,
}


class Control(Controls[Portal]):
    """Answers what is asked of the sandbox itself, and gives the rest to the account."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal, _KNOWN)
