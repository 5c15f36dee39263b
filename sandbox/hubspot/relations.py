"""Endpoints of associations: ids are numbers here, and what is missing is an error of a 207."""

from __future__ import annotations

from typing import Any

from sandbox.hubspot.account import Account, Call
from sandbox.hubspot.batches import Json, finished
from sandbox.hubspot.bodies import read_inputs
from sandbox.hubspot.kinds import LABELS
from sandbox.hubspot.links import Link, default_type, labels_of, types_of
from sandbox.hubspot.objects import join
from sandbox.hubspot.records import Record, Table
from sandbox.hubspot.refusals import bad_request, error, no_body, no_json, no_page
from sandbox.hubspot.shapes import framed
from sandbox.messages import Answer, packed

_MOST_READ, _MOST_WRITTEN = 1000, 2000


def _links(account: Account, start: Table, record: Record, end: Table) -> list[Link]:
    now = account.timeline.now
    return account.links.of((start.kind.type_id, record.id), end.kind.type_id, now=now)


def read_associations(call: Call, start: Table, end: Table) -> Answer:
    """Read the associations of many records. One without any is an error NO_ASSOCIATIONS_FOUND."""
    _, inputs = read_inputs(call.request, most=_MOST_READ)
    results: list[Json] = []
    errors: list[Json] = []
    for item in inputs:
        key = str(item.get("id"))
        record = start.find(key)
        links = _links(call.account, start, record, end) if record else []
        if links:
            results.append(_page(call, item, links, (start, end)))
        else:
            errors.append(_nothing(start, end, key))
    return finished(call, results, errors)


def _page(call: Call, item: Json, links: list[Link], ends: tuple[Table, Table]) -> Json:
    """Return one record's associations from `after` on, with where the rest begins."""
    after, size = str(item.get("after") or 0), call.account.behaviour.association_page
    if not after.isdecimal():
        raise bad_request(f"Invalid after {after}")
    start = int(after)
    page: Json = {
        "from": {"id": str(item.get("id"))},
        "to": [_end(call, link, *ends) for link in links[start : start + size]],
    }
    if start + size < len(links):
        page["paging"] = {"next": {"after": str(start + size)}}
    return page


def _end(call: Call, link: Link, start: Table, end: Table) -> Json:
    if call.version == "v3":
        return {"id": link.to, "type": f"{start.kind.singular}_to_{end.kind.singular}"}
    return {"toObjectId": int(link.to), "associationTypes": types_of(link.types)}


def _nothing(start: Table, end: Table, key: str) -> Json:
    names = start.kind.singular, end.kind.singular
    context = {"fromObjectId": [key], "fromObjectType": [names[0]], "toObjectType": [names[1]]}
    return error(
        f"No {names[1]} is associated with {names[0]} {key}.",
        "OBJECT_NOT_FOUND",
        subCategory="crm.associations.NO_ASSOCIATIONS_FOUND",
        context=context,
    )


def create_associations(call: Call, start: Table, end: Table) -> Answer:
    """Join many pairs; a bad pair is an error of a 207, and `subCategory` is a string."""
    _, inputs = read_inputs(call.request, most=_MOST_WRITTEN)
    results: list[Json] = []
    errors: list[Json] = []
    for item in inputs:
        done = _create(call, (start, str(item["from"]["id"])), (end, str(item["to"]["id"])), item)
        (errors if "status" in done else results).append(done)
    return finished(call, results, errors, status=201)


def _create(call: Call, start: tuple[Table, str], end: tuple[Table, str], item: Json) -> Json:
    problem = _problem(start, end)
    if problem is not None:
        return problem
    types = [int(found["associationTypeId"]) for found in item.get("types") or []]
    first, second = start[0].find(start[1]), end[0].find(end[1])
    if first is None or second is None:
        upper, key = (start if first is None else end)[0].kind.upper, start[1] if first is None else end[1]
        return error(f"{upper}={key} is not valid", "VALIDATION_ERROR")
    kinds = start[0].kind.type_id, end[0].kind.type_id
    try:
        join(call.account, (kinds[0], first.id), (kinds[1], second.id), types)
    except ValueError as wrong:
        return error(str(wrong), "VALIDATION_ERROR")
    return _joined(kinds, first, second, types)


def _problem(start: tuple[Table, str], end: tuple[Table, str]) -> Json | None:
    for key in (start[1], end[1]):
        if not key.isdecimal():
            more: dict[str, Any] = {
                "subCategory": "crm.associations.INVALID_IDENTIFIER",
                "context": {"id": [key]},
            }
            return error(f"{key} is not a valid ID", "VALIDATION_ERROR", **more)
    if start == end:
        message = f"Object {start[1]} cannot be associated to itself ({start[1]})"
        return error(message, "VALIDATION_ERROR")
    return None


def _joined(kinds: tuple[str, str], first: Record, second: Record, types: list[int]) -> Json:
    return {
        "fromObjectTypeId": kinds[0],
        "fromObjectId": first.number,
        "toObjectTypeId": kinds[1],
        "toObjectId": second.number,
        "labels": labels_of(set(types)),
    }


def archive_associations(call: Call, start: Table, end: Table) -> Answer:
    """Part pairs; 204 even for ids that do not exist."""
    _, inputs = read_inputs(call.request, most=_MOST_WRITTEN)
    for item in inputs:
        targets = item.get("to") or []
        for target in targets if isinstance(targets, list) else [targets]:
            _part(call.account, (start, str(item["from"]["id"])), (end, str(target["id"])))
    return Answer(204)


def _part(account: Account, start: tuple[Table, str], end: tuple[Table, str]) -> None:
    first, second = start[0].find(start[1]), end[0].find(end[1])
    if first is not None and second is not None:
        account.links.remove((start[0].kind.type_id, first.id), (end[0].kind.type_id, second.id))


def list_associations(call: Call, start: Table, key: str, end: Table) -> Answer:
    """Return what one record is associated with."""
    record = start.find(key)
    if record is None:
        raise no_page()
    links = _links(call.account, start, record, end)
    rows = [{"toObjectId": int(link.to), "associationTypes": types_of(link.types)} for link in links]
    return Answer(200, packed({"results": rows}))


def put_association(call: Call, start: tuple[Table, str], end: tuple[Table, str]) -> Answer:
    """Join one pair, by the default type or by those of the body."""
    raw = _types(call) if call.request.body.strip() else []
    done = _create(call, start, end, {"types": raw})
    if "status" in done:
        raise bad_request(str(done["message"]))
    if raw:
        return Answer(201, packed(done))
    row = {"from": {"id": start[1]}, "to": {"id": end[1]}, "associationSpec": _default(start[0], end[0])}
    return finished(call, [row], [])


def _types(call: Call) -> list[Json]:
    try:
        types = call.request.json()
    except ValueError as wrong:
        raise no_json(str(wrong)) from None
    if not isinstance(types, list):
        raise no_body()
    return types


def _default(start: Table, end: Table) -> Json:
    number = default_type(start.kind.type_id, end.kind.type_id)
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}


def put_named_association(
    call: Call, start: tuple[Table, str], end: tuple[Table, str], relation: str
) -> Answer:
    """Join one pair in the older way, which answers with the record and what it is joined to."""
    done = _create(call, start, end, {})
    if "status" in done:
        raise bad_request(str(done["message"]))
    table, record = start[0], start[0].find(start[1])
    assert record is not None  # noqa: S101 - _create found it
    values = {
        name: record.values.get(name) for name in ("hs_object_id", table.kind.created, table.kind.modified)
    }
    shape = framed(call.account, table, record, dict(sorted(values.items())))
    rows = [{"id": end[1], "type": relation}]
    return Answer(200, packed(shape | {"associations": {end[0].kind.name: {"results": rows}}}))


def delete_association(call: Call, start: tuple[Table, str], end: tuple[Table, str]) -> Answer:
    _part(call.account, start, end)
    return Answer(204)


def list_labels(call: Call, start: Table, end: Table) -> Answer:
    """Return the association types from one kind to another."""
    known = call.account.links.known(start.kind.type_id, end.kind.type_id)
    rows = [{"category": "HUBSPOT_DEFINED", "typeId": n, "label": LABELS.get(n)} for n in known]
    return Answer(200, packed({"results": rows}))
