"""Batch endpoints: results in another order, errors beside them, ids that silently vanish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.hubspot import writing
from sandbox.hubspot.account import Call
from sandbox.hubspot.bodies import read_inputs
from sandbox.hubspot.objects import Made, associations_of, check_new, create_checked, taken
from sandbox.hubspot.records import Record, Table
from sandbox.hubspot.refusals import Refused, bad_request, conflict, invalid_values, missing_ids
from sandbox.hubspot.shapes import changed_shape, created_shape, history_shape, shown, shown_names
from sandbox.messages import Answer, packed
from sandbox.timeline import iso

MOST = 100

Json = dict[str, Any]


def finished(call: Call, results: list[Json], errors: Sequence[Json], *, status: int = 200) -> Answer:
    """Return a batch's answer: 207 where there are errors."""
    now = iso(call.account.timeline.millis)
    body: Json = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
        status = call.partial_status
    return Answer(status, packed(body))


def _shuffled(call: Call, results: list[Json], share: float) -> list[Json]:
    if len(results) > 1 and call.account.draw.random() < share:
        call.account.draw.shuffle(results)
    return results


def _finder(table: Table, body: Mapping[str, Any]) -> Callable[[str], Record | None]:
    prop = body.get("idProperty")
    if not prop or prop == "hs_object_id":
        return table.find
    if not table.is_unique(prop):
        raise bad_request(f"{prop} is not a unique property")
    return lambda value: table.by_unique(prop, value)


# --- read -------------------------------------------------------------------------------------------------


def read_batch(call: Call, table: Table) -> Answer:
    """Read by id: an old id of a merged record answers with the new one, a missing one is in `context.ids`."""
    behaviour = call.account.behaviour
    body, inputs = read_inputs(call.request, most=MOST)
    history = body.get("propertiesWithHistory") or []
    if history and len(inputs) > behaviour.history_batch:
        raise bad_request(f"A batch with history may not have more than {behaviour.history_batch} inputs")
    find = _finder(table, body)
    names = shown_names(table, body.get("properties") or ())
    found: dict[str, Json] = {}
    missing: list[str] = []
    for item in inputs:
        record = find(str(item.get("id")))
        if record is None:
            missing.append(str(item.get("id")))
        elif record.id not in found:
            found[record.id] = shown(call.account, table, record, names)
            if history:
                found[record.id]["propertiesWithHistory"] = history_shape(record, history)
    errors = [missing_ids(table.kind.upper, missing)] if missing else []
    return finished(call, _shuffled(call, list(found.values()), behaviour.reorder_updated), errors)


# --- create -----------------------------------------------------------------------------------------------


_Plan = tuple[Json, dict[str, str], list[Made]]
"""An input with its values as stored and the associations to make."""


def create_batch(call: Call, table: Table) -> Answer:
    """Create all or nothing, unless every input has a trace id of its own: then 207 tells the bad ones."""
    _, inputs = read_inputs(call.request, most=MOST)
    traces = [item.get("objectWriteTraceId") for item in inputs]
    if None in traces or len(set(traces)) < len(traces):
        made = [create_checked(call, table, plan[1], plan[2]) for plan in _planned(call, table, inputs)]
        return _created(call, [created_shape(call.account, table, record) for record in made], [])
    results: list[Json] = []
    errors: list[Json] = []
    for item, trace in zip(inputs, traces, strict=True):
        try:
            record = _create(call, table, item)
        except Refused as refused:
            errors.append(_traced(refused, item))
        else:
            results.append(created_shape(call.account, table, record) | {"objectWriteTraceId": trace})
    return _created(call, results, errors)


def _created(call: Call, results: list[Json], errors: list[Json]) -> Answer:
    results = _shuffled(call, results, call.account.behaviour.reorder_created)
    return finished(call, results, errors, status=201)


def _create(call: Call, table: Table, item: Json) -> Record:
    values, wrong = writing.checked(call.account, table, item.get("properties") or {})
    if wrong:
        raise invalid_values(wrong)
    made = associations_of(call, table, item)
    check_new(call, table, values, made)
    return create_checked(call, table, values, made)


def _planned(call: Call, table: Table, inputs: Sequence[Json]) -> list[_Plan]:
    """Look at every input before the first is created."""
    every = _checked_values(call, table, inputs)
    seen: set[tuple[str, str]] = set()
    plans = []
    for item, values in zip(inputs, every, strict=True):
        made = associations_of(call, table, item)
        check_new(call, table, values, made)
        _refuse_taken(table, values, seen)
        plans.append((item, values, made))
    return plans


def _checked_values(call: Call, table: Table, inputs: Sequence[Json]) -> list[dict[str, str]]:
    """Return the values of every input; one bad value refuses the whole call."""
    every, bad = [], []
    for item in inputs:
        values, wrong = writing.checked(call.account, table, item.get("properties") or {})
        bad += wrong
        every.append(values)
    if bad:
        raise invalid_values(bad)
    return every


def _refuse_taken(table: Table, values: Mapping[str, str], seen: set[tuple[str, str]]) -> None:
    for name, value in values.items():
        if value and table.is_unique(name):
            key = (name, value.casefold())
            if key in seen or table.by_unique(name, value) is not None:
                raise conflict()
            seen.add(key)


def _traced(refused: Refused, item: Json) -> Json:
    body = refused.body if isinstance(refused.body, dict) else {"status": "error", "message": refused.body}
    context = {"objectWriteTraceId": [item["objectWriteTraceId"]]}
    existing = str(body.get("message", "")).partition("Existing ID: ")[2]
    return body | {"context": context | ({"existingId": [existing]} if existing else {})}


# --- update -----------------------------------------------------------------------------------------------


def update_batch(call: Call, table: Table) -> Answer:
    """Change records: duplicate ids refuse the call, unknown ids are a 207, merged-away ids are not mentioned."""
    body, inputs = read_inputs(call.request, most=MOST)
    keys = [str(item.get("id")) for item in inputs]
    _refuse_repeated(keys)
    changes = _checked_all(call, table, inputs)
    find = _finder(table, body)
    results: list[Json] = []
    missing: list[str] = []
    errors: list[Json] = []
    for key, values in zip(keys, changes, strict=True):
        record = find(key)
        if record is None:
            missing.append(key)
        elif key not in table.aliases:
            done = _update(call, table, record, values)
            (errors if "status" in done else results).append(done)
    if missing:
        errors.append(missing_ids(table.kind.upper, missing))
    return finished(call, _shuffled(call, results, call.account.behaviour.reorder_updated), errors)


def _refuse_repeated(keys: Sequence[str]) -> None:
    repeated = [key for key, count in Counter(keys).items() if count > 1]
    if repeated:
        listed = ", ".join(repeated)
        raise bad_request(f"Duplicate IDs found in batch input: [{listed}]. IDs must be unique")


def _checked_all(call: Call, table: Table, inputs: Sequence[Json]) -> list[dict[str, str]]:
    """Check every input first, by the portal's rules too."""
    every = _checked_values(call, table, inputs)
    if call.ruled:
        for item, values in zip(inputs, every, strict=True):
            record = table.find(str(item.get("id")))
            writing.refused_by_rule(call, table, {**(record.values if record else {}), **values})
    return every


def _update(call: Call, table: Table, record: Record, values: dict[str, str]) -> Json:
    """Change one record; returns its result, or the error of the rule that refuses it."""
    taken(table, record, values)
    refused = writing.refused_by_rule(call, table, {**record.values, **values})
    if refused is not None:
        return refused | {"context": {"ids": [record.id]}}
    told = writing.update(call.account, table, record, values, call.source)
    return changed_shape(call.account, table, record, told, echo=False)


# --- upsert, archive --------------------------------------------------------------------------------------


def upsert_batch(call: Call, table: Table) -> Answer:
    """Change what a unique property finds, create the rest; `new` tells which."""
    _, inputs = read_inputs(call.request, most=MOST)
    _refuse_repeated([str(item.get("id")) for item in inputs])
    results = [_upsert(call, table, item) for item in inputs]
    return finished(call, _shuffled(call, results, call.account.behaviour.reorder_created), [])


def _upsert(call: Call, table: Table, item: Json) -> Json:
    prop, value = str(item.get("idProperty") or "hs_object_id"), str(item.get("id"))
    record = _finder(table, {"idProperty": prop})(value)
    if record is None:
        if prop == "hs_object_id":
            raise bad_request(f"No {table.kind.singular} with id {value}")
        given = {"properties": {**item.get("properties", {}), prop: value}}
        made = _create(call, table, {**item, **given})
        return created_shape(call.account, table, made) | {"new": True}
    values, wrong = writing.checked(call.account, table, item.get("properties") or {})
    if wrong:
        raise invalid_values(wrong)
    done = _update(call, table, record, values)
    if "status" in done:
        raise Refused(400, done)
    return done | {"new": False}


def archive_batch(call: Call, table: Table) -> Answer:
    """Archive records; 204 and no body, whether the ids were there or not."""
    _, inputs = read_inputs(call.request, most=MOST)
    for item in inputs:
        record = table.records.get(str(item.get("id")))
        if record is not None:
            writing.archive(call.account, table, record)
    return Answer(204)
