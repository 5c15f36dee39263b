"""Names of calls, for counters and for faults: query, Lead.update, collections.update, composite.update."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.salesforce.asking import Ask

_VERBS = {"GET": "get", "POST": "create", "PATCH": "update", "DELETE": "delete"}


def kind_of(ask: Ask) -> str:
    """Name a call; a composite is named by what all its parts do, or mixed."""
    verb = _VERBS.get(ask.method, "other")
    match ask.parts:
        case []:
            return "resources"
        case ["query" | "queryAll" as name, *rest]:
            return f"{name}.more" if rest else name
        case ["composite", *rest]:
            return _of_composite(ask, rest, verb)
        case ["sobjects", *rest]:
            return _of_sobjects(ask, rest, verb)
        case ["jobs", name, *_]:
            return f"jobs.{name}"
        case ["limits", *_]:
            return "limits"
    return "unknown"


def _of_composite(ask: Ask, rest: Sequence[str], verb: str) -> str:
    match rest:
        case []:
            return f"composite.{_inner_kind(ask)}"
        case ["sobjects"]:
            return f"collections.{verb}"
        case ["sobjects", _]:
            return "collections.read"
        case ["sobjects", *_]:
            return "collections.upsert"
    return f"composite.{rest[0]}"


def _of_sobjects(ask: Ask, rest: Sequence[str], verb: str) -> str:
    match rest:
        case []:
            return "describe.global"
        case [name]:
            return f"{name}.create" if ask.method == "POST" else f"{name}.basic"
        case [name, "describe" | "updated" | "deleted" as what]:
            return f"{name}.{what}"
        case [name, _, _] if ask.method == "PATCH":
            return f"{name}.upsert"
    return f"{rest[0]}.{verb}"


def _inner_kind(ask: Ask) -> str:
    requests = ask.body.get("compositeRequest") if isinstance(ask.body, dict) else None
    if not isinstance(requests, list):
        return "mixed"
    found = {_part_kind(one) for one in requests if isinstance(one, dict)}
    return found.pop() if len(found) == 1 else "mixed"


def _part_kind(one: dict[str, object]) -> str:
    path = str(one.get("url", "")).partition("?")[0].rstrip("/")
    if "/query" in path:
        return "query"
    if one.get("method") == "PATCH" and "/composite/sobjects/" in path:
        return "upsert"
    return _VERBS.get(str(one.get("method")), "other")
