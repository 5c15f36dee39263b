"""What the control endpoints of an org do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.control import Control as Controls
from sandbox.control import Json
from sandbox.faults import named
from sandbox.salesforce.automation import Test
from sandbox.salesforce.org import Org

# --- looking ----------------------------------------------------------------------------------------------


def _state(org: Org, _: Sequence[str], __: Json) -> Json:
    """Return credentials, counters and sizes."""
    return {
        "time": org.store.timeline.now,
        "client_id": org.client_id,
        "client_secret": org.client_secret,
        "username": org.username,
        "password": org.password,
        "security_token": org.security_token,
        "calls": dict(org.counts),
        "statuses": {str(status): count for status, count in org.statuses.items()},
        "records": {table.kind.name: len(org.ids(table.kind.name)) for table in org.store.tables.values()},
        "used": org.usage.used,
        "logins": org.access.logins,
        "waiting": org.store.timeline.waiting,
    }


def _seen(org: Org, _: Sequence[str], __: Json) -> list[Json]:
    return [
        {
            "at": call.at,
            "kind": call.kind,
            "method": call.method,
            "target": call.target,
            "headers": {name: value for name, value in call.headers.items() if name.startswith("sforce-")},
            "status": call.status,
            "fault": call.fault,
            "applied": call.applied,
        }
        for call in org.calls
    ]


def _record(org: Org, rest: Sequence[str], _: Json) -> Json:
    (key,) = rest
    return dict(org.record(key))


def _owned(org: Org, rest: Sequence[str], _: Json) -> Json:
    kind = rest[0] if rest else "Lead"
    return {key: org.record(key).get("OwnerId") for key in org.ids(kind)}


def _tasks(org: Org, rest: Sequence[str], _: Json) -> list[Json]:
    return [dict(task) for task in org.tasks(rest[0] if rest else None)]


def _history(org: Org, rest: Sequence[str], _: Json) -> list[Json]:
    return [dict(row) for row in org.history(*rest)]


# --- acting -----------------------------------------------------------------------------------------------


def _add(org: Org, rest: Sequence[str], body: Json) -> list[str]:
    (kind,) = rest
    how = {name: body[name] for name in ("created", "visible_in") if name in body}
    if kind == "Lead":
        return org.add_leads(body["rows"], **how)
    return [org.add(kind, created=body.get("created"), **row) for row in body["rows"]]


def _edit(org: Org, rest: Sequence[str], body: Json) -> Json:
    (key,) = rest
    org.edit(key, by=body.get("by"), visible_in=body.get("visible_in", 0.0), **body["fields"])
    return {}


def _delete(org: Org, rest: Sequence[str], _: Json) -> Json:
    (key,) = rest
    org.delete(key)
    return {}


def _merge(org: Org, _: Sequence[str], body: Json) -> Json:
    return {"id": org.merge(body["survivor"], *body["losers"])}


def _convert(org: Org, rest: Sequence[str], _: Json) -> Json:
    (key,) = rest
    return {"contact": org.convert(key)}


def _lock(org: Org, rest: Sequence[str], body: Json) -> Json:
    (key,) = rest
    org.lock_row(key, float(body["seconds"]))
    return {}


# --- people and rules -------------------------------------------------------------------------------------


def _user(org: Org, _: Sequence[str], body: Json) -> Json:
    return {"id": org.add_user(body.pop("name"), body.pop("email"), **body)}


def _deactivate(org: Org, rest: Sequence[str], _: Json) -> Json:
    (key,) = rest
    org.deactivate(key)
    return {}


def _queue(org: Org, _: Sequence[str], body: Json) -> Json:
    key = org.add_queue(body["name"], owns=body.get("owns", ["Lead"]))
    if body.get("default"):
        org.default_owner = key
    return {"id": key}


def _field(org: Org, rest: Sequence[str], body: Json) -> Json:
    (kind,) = rest
    org.define(kind, body["line"], values=body.get("values", []))
    return {}


def _rule(org: Org, rest: Sequence[str], body: Json) -> Json:
    """Add a rule: `assignment` with entries, `duplicate` with fields, `validation` with when and message."""
    match rest:
        case ["assignment"]:
            entries = [(_test(one.get("when", {})), one["owner"]) for one in body["entries"]]
            return {"id": org.assignment_rule(*entries)}
        case ["duplicate"]:
            org.duplicate_rule(*body.get("fields", ["Email"]), allow=body.get("allow", True))
            return {}
        case ["validation"]:
            org.validation_rule(body["message"], _test(body["when"]), body.get("kind", "Lead"))
            return {}
    raise ValueError("rules are assignment, duplicate or validation")


def _test(when: Mapping[str, Any]) -> Test:
    """Return the test of fields being equal to these values."""
    return lambda values: all(values.get(name) == value for name, value in when.items())


# --- trouble ----------------------------------------------------------------------------------------------


def _fault(org: Org, _: Sequence[str], body: Json) -> Json:
    when = {name: body[name] for name in ("chance", "times", "skip") if name in body}
    org.faults.add(body["calls"], named(body["fault"], body.get("value")), **when)
    return {}


def _trip(org: Org, _: Sequence[str], body: Json) -> Json:
    org.trip(body.pop("code"), **body)
    return {}


def _mend(org: Org, _: Sequence[str], __: Json) -> Json:
    org.faults.clear()
    org.automation.trips.clear()
    return {}


def _settings(org: Org, _: Sequence[str], body: Json) -> Json:
    spans = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
    if "tracked" in spans:
        spans["tracked"] = frozenset(spans["tracked"])
    org.set(**spans)
    return {}


def _latency(org: Org, _: Sequence[str], body: Json) -> Json:
    org.latency = float(body["seconds"])
    return {}


def _sessions(org: Org, _: Sequence[str], __: Json) -> Json:
    org.access.revoke()
    return {}


def _usage(org: Org, _: Sequence[str], body: Json) -> Json:
    org.usage.before = int(body.get("before", org.usage.before))
    org.usage.concurrent = int(body.get("concurrent", org.usage.concurrent))
    return {}


def _permit(org: Org, _: Sequence[str], body: Json) -> Json:
    org.permit(**body)
    return {}


def _zero(org: Org, _: Sequence[str], __: Json) -> Json:
    org.counts.clear()
    org.statuses.clear()
    org.calls.clear()
    return {}


_KNOWN: Mapping[str, Callable[[Org, Sequence[str], Json], object]] = {
    "GET state": _state,
    "GET seen": _seen,
    "GET records": _record,
    "GET owned": _owned,
    "GET tasks": _tasks,
    "GET history": _history,
    "POST records": _add,
    "PATCH records": _edit,
    "DELETE records": _delete,
    "POST merge": _merge,
    "POST convert": _convert,
    "POST lock": _lock,
    "POST users": _user,
    "DELETE users": _deactivate,
    "POST queues": _queue,
    "POST fields": _field,
    "POST rules": _rule,
    "POST faults": _fault,
    "POST trips": _trip,
    "DELETE faults": _mend,
    "POST settings": _settings,
    "POST latency": _latency,
    "DELETE sessions": _sessions,
    "POST usage": _usage,
    "POST permit": _permit,
    "POST zero": _zero,
}


class Control(Controls[Org]):
    """Answers what is asked of the sandbox itself, and gives the rest to the org."""

    def __init__(self, org: Org) -> None:
        super().__init__(org, _KNOWN)
