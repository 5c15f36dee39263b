"""`/composite`, `/composite/batch` and `/composite/graph`: several calls in one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.refusals import Problem, no_resource, wrong_json
from sandbox.salesforce.targets import split

Json = dict[str, Any]
Run = Callable[[Ask], Told]
"""Answers one call; raises nothing."""

_MOST = 25
_MOST_HEAVY = 5
_MOST_NODES = 500
_MOST_GRAPHS = 75
_INHERITED = frozenset({"accept", "authorization", "content-type"})
_REFERENCE = re.compile(r"@\{([A-Za-z_]\w*)((?:\.\w+|\[\d+\])+)\}")


def composite(account: Account, ask: Ask, run: Run) -> Told:
    """Answer up to 25 calls with status 200, whatever became of them; later ones may refer to earlier ones."""
    body = ask.record()
    requests = body.get("compositeRequest")
    if not isinstance(requests, list) or not requests:
        raise wrong_json("compositeRequest must be a list")
    _refuse_number(requests)
    found = _sequence(account, ask, requests, run, whole=bool(body.get("allOrNone")))
    return Told(200, {"compositeResponse": found})


def graph(account: Account, ask: Ask, run: Run) -> Told:
    """Answer graphs, each of which happens as a whole or not at all."""
    graphs = ask.record().get("graphs")
    if not isinstance(graphs, list) or not graphs:
        raise wrong_json("graphs must be a list")
    nodes = sum(len(one.get("compositeRequest") or ()) for one in graphs)
    if len(graphs) > _MOST_GRAPHS or nodes > _MOST_NODES:
        raise Problem("LIMIT_EXCEEDED", most=_MOST_NODES)
    told = []
    for one in graphs:
        found = _sequence(account, ask, one.get("compositeRequest") or [], run, whole=True)
        good = all(part["httpStatusCode"] < 300 for part in found)
        told.append(
            {
                "graphId": one.get("graphId"),
                "graphResponse": {"compositeResponse": found},
                "isSuccessful": good,
            }
        )
    return Told(200, {"graphs": told})


def batch(_: Account, ask: Ask, run: Run) -> Told:
    """Answer independent calls, of which each counts as a call of its own."""
    body = ask.record()
    requests = body.get("batchRequests")
    if not isinstance(requests, list) or not requests:
        raise wrong_json("batchRequests must be a list")
    if len(requests) > _MOST:
        raise Problem("LIMIT_EXCEEDED", most=_MOST)
    results: list[Json] = []
    for one in requests:
        if body.get("haltOnError") and any(result["statusCode"] >= 400 for result in results):
            error = {"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted"}
            results.append({"statusCode": 412, "result": [error]})
            continue
        told = run(_inner(ask, str(one.get("method", "GET")), str(one.get("url", "")), one.get("richInput")))
        results.append({"statusCode": told.status, "result": told.body})
    return Told(
        200, {"hasErrors": any(result["statusCode"] >= 400 for result in results), "results": results}
    )


# --- one after another ------------------------------------------------------------------------------------


def _sequence(account: Account, ask: Ask, requests: list[Json], run: Run, *, whole: bool) -> list[Json]:
    mark, known, found = account.store.journal.mark(), dict[str, Any](), list[Json]()
    for one in requests:
        name = str(one.get("referenceId", ""))
        told = _one(account, ask, one, (known, run))
        if told.status < 300:
            known[name] = told.body
        found.append(_part(name, told))
        if whole and not _good(told):
            account.store.journal.back(mark)
            return _halted(account, requests, found)
    return found


def _one(account: Account, ask: Ask, one: Json, how: tuple[Mapping[str, Any], Run]) -> Told:
    known, run = how
    headers = {str(name).lower(): str(value) for name, value in (one.get("httpHeaders") or {}).items()}
    try:
        url = _filled(str(one.get("url", "")), known)
        body = _filled(one.get("body"), known)
        _refuse_inherited(headers)
        return run(_inner(ask, str(one.get("method", "GET")), url, body, headers))
    except Problem as problem:
        return Told(problem.status, [problem.alone(account.language)])


def _refuse_inherited(headers: Mapping[str, str]) -> None:
    if _INHERITED & headers.keys():
        text = "Accept, Authorization and Content-Type are those of the whole request"
        raise Problem("INVALID_HTTP_HEADER", "said", message=text)


def _inner(ask: Ask, method: str, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Ask:
    """Return a part of the call as a call: it has its own headers and none of the whole's."""
    version, parts, query = split(url if url.startswith("/") else f"/services/data/{url}")
    if not version:
        raise no_resource()
    return Ask(method.upper(), parts, query, headers or {}, body, version, ask.access)


def _part(name: str, told: Told) -> Json:
    return {
        "body": told.body,
        "httpHeaders": dict(told.headers),
        "httpStatusCode": told.status,
        "referenceId": name,
    }


def _good(told: Told) -> bool:
    rows = told.body if isinstance(told.body, list) else []
    return told.status < 300 and all(not isinstance(row, dict) or row.get("success", True) for row in rows)


def _halted(account: Account, requests: list[Json], found: list[Json]) -> list[Json]:
    """Return the answers of a transaction that was taken back: the one that failed keeps its own."""
    halted = Problem("PROCESSING_HALTED").alone(account.language)
    last = len(found) - 1
    told = Told(400, [halted])
    return [
        found[place] if place == last else _part(str(one.get("referenceId", "")), told)
        for place, one in enumerate(requests)
    ]


# --- references -------------------------------------------------------------------------------------------


def _filled(value: Any, known: Mapping[str, Any]) -> Any:
    """Return a value with `@{ref.field}` replaced by what earlier answers hold; names are case-sensitive."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: str(_of(found, known)), value) if "@{" in value else value
    if isinstance(value, list):
        return [_filled(item, known) for item in value] if known else value
    if isinstance(value, dict):
        return {name: _filled(item, known) for name, item in value.items()} if known else value
    return value


def _of(found: re.Match[str], known: Mapping[str, Any]) -> Any:
    name, path = found.groups()
    here: Any = known.get(name)
    for field, place in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            here = here[int(place)] if place else here[field]
        except (IndexError, KeyError, TypeError):
            raise Problem("PROCESSING_HALTED", "reference", name=path.lstrip("."), ref=name) from None
    return here


def _refuse_number(requests: list[Json]) -> None:
    if len(requests) > _MOST:
        raise Problem("LIMIT_EXCEEDED", most=_MOST)
    heavy = sum(_is_heavy(str(one.get("url", ""))) for one in requests)
    if heavy > _MOST_HEAVY:
        text = f"Cannot use more than {_MOST_HEAVY} sObject Collections or query operations in a composite request"
        raise Problem("LIMIT_EXCEEDED", "said", message=text)
    names = [str(one.get("referenceId", "")) for one in requests]
    if len(set(names)) < len(names) or "" in names:
        raise Problem("INVALID_INPUT", "said", message="Every subrequest needs a referenceId of its own")


def _is_heavy(url: str) -> bool:
    _, parts, _ = split(url)
    return list(parts[:1]) in (["query"], ["queryAll"]) or list(parts[:2]) == ["composite", "sobjects"]
