"""Endpoints of one record, of the list and of search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from sandbox.hubspot import writing
from sandbox.hubspot.account import Account, Call
from sandbox.hubspot.bodies import asked_list, read_body
from sandbox.hubspot.kinds import ENDS
from sandbox.hubspot.links import default_type, labels_of
from sandbox.hubspot.records import Record, Table
from sandbox.hubspot.refusals import Refused, bad_request, conflict, invalid_values, no_page, not_there
from sandbox.hubspot.shapes import changed_shape, created_shape, history_shape, shown, shown_names
from sandbox.messages import Answer, packed

HOST = "https://api.hubapi.com"
_BIGGEST_LIST, _BIGGEST_WITH_HISTORY = 100, 50

Made = tuple[str, str, list[int]]
"""An association to make: type id and id of the other record, and association types."""


def list_records(call: Call, table: Table) -> Answer:
    """Page through the primary store by id, without lag and without a cap."""
    query = call.request.query
    history = asked_list(query.get("propertiesWithHistory"))
    limit, most = _limit(query), _BIGGEST_WITH_HISTORY if history else _BIGGEST_LIST
    if limit > most:
        raise bad_request(f"limit must be at most {most}, was {limit}")
    start = query.get("after", ["0"])[0] or "0"
    if not start.isdecimal():
        raise bad_request(f"Invalid after {start}")
    archived = query.get("archived", ["false"])[0].lower() == "true"
    found = list(islice(table.walk(int(start), archived=archived), limit + 1))
    body: dict[str, Any] = {"results": [_read(call, table, record) for record in found[:limit]]}
    if len(found) > limit:
        body["paging"] = {"next": _next(table, found[limit - 1], limit)}
    return Answer(200, packed(body))


def _limit(query: Mapping[str, Sequence[str]]) -> int:
    text = query.get("limit", ["10"])[0] or "10"
    if not text.isdecimal():
        raise bad_request(f"Invalid limit {text}")
    return int(text)


def _next(table: Table, last: Record, limit: int) -> dict[str, str]:
    """Return where to go on: the last id + 1. The link has two shapes in recordings; neither is to be used."""
    after, name = last.number + 1, table.kind.name
    link = f"{HOST}/crm/v3/objects/{name}?limit={limit}&after={after}"
    if last.number // 50 % 2 == 0:
        link = f"{HOST}/crm/objects/v3/{name}?offset_param=after&limit={limit}&after={after}"
    return {"after": str(after), "link": link}


def get_record(call: Call, table: Table, key: str) -> Answer:
    """Return one record; a missing one is a page of HTML, not JSON."""
    prop = call.request.query.get("idProperty", [""])[0]
    record = table.by_unique(prop, key) if prop else table.find(key)
    if record is None and "archived=true" in call.request.target.lower():
        record = table.gone.get(key)
    if record is None:
        raise no_page()
    return Answer(200, packed(_read(call, table, record)))


def _read(call: Call, table: Table, record: Record) -> dict[str, Any]:
    query = call.request.query
    names = shown_names(table, asked_list(query.get("properties")))
    shape = shown(call.account, table, record, names)
    history = asked_list(query.get("propertiesWithHistory"))
    if history:
        shape["propertiesWithHistory"] = history_shape(record, history)
    others = asked_list(query.get("associations"))
    if others:
        shape |= _associations(call.account, table, record, others)
    return shape


def _associations(
    account: Account, table: Table, record: Record, others: Sequence[str]
) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = {}
    for name in others:
        other = account.table(name)
        start = (table.kind.type_id, record.id)
        links = account.links.of(start, other.kind.type_id, now=account.timeline.now)
        relation = f"{table.kind.singular}_to_{other.kind.singular}"
        rows = [{"id": link.to, "type": relation} for link in links]
        rows += [
            {"id": link.to, "type": f"{relation}_{label.lower()}"}
            for link in links
            for label in labels_of(link.types)
        ]
        if rows:
            found[other.kind.name] = {"results": rows}
    return {"associations": found} if found else {}


def create_record(call: Call, table: Table) -> Answer:
    """Create one record: 201, where it is, and what was computed."""
    body = read_body(call.request)
    values, wrong = writing.checked(call.account, table, body.get("properties") or {})
    if wrong:
        raise invalid_values(wrong)
    made = associations_of(call, table, body)
    check_new(call, table, values, made)
    record = create_checked(call, table, values, made)
    where = f"{HOST}{call.request.path.rstrip('/')}/{record.id}"
    return Answer(201, packed(created_shape(call.account, table, record)), {"location": where})


def check_new(call: Call, table: Table, values: dict[str, str], made: list[Made]) -> None:
    """Refuse a new record that lacks what its kind needs, or that a rule of the admin's refuses."""
    writing.require(table, values)
    writing.require_seat(call.account, table, values)
    if table.kind.name == "leads" and not any(kind == "0-1" for kind, _, _ in made):
        raise bad_request("A lead must be associated with a contact")
    refused = writing.refused_by_rule(call, table, values)
    if refused is not None:
        raise Refused(400, refused)


def create_checked(call: Call, table: Table, values: dict[str, str], made: list[Made]) -> Record:
    """Create a record of values that were checked, and join it."""
    record = writing.create(call.account, table, values, call.source)
    start = (table.kind.type_id, record.id)
    for kind, key, types in made:
        join(call.account, start, (kind, key), types)
    return record


def associations_of(call: Call, table: Table, body: Mapping[str, Any]) -> list[Made]:
    """Return the inline associations of a create; refuses a record that is not there or a wrong direction."""
    made: list[Made] = []
    for item in body.get("associations") or []:
        types = [int(found["associationTypeId"]) for found in item["types"]]
        made.append((*_target(call.account, table, str(item["to"]["id"]), types), types))
    return made


def _target(account: Account, table: Table, key: str, types: Sequence[int]) -> tuple[str, str]:
    """Find what an association leads to by its type, since the request names only an id."""
    kinds = {ENDS.get((table.kind.type_id, number)) for number in types}
    kind = kinds.pop() if len(kinds) == 1 else None
    other = next((found for found in account.tables.values() if found.kind.type_id == kind), None)
    if other is not None:
        record = other.find(key)
        if record is None:
            raise bad_request(f"{other.kind.upper}={key} is not valid")
        return other.kind.type_id, record.id
    raise bad_request(f"{types} are no association types that start at {table.kind.upper}")


def join(account: Account, start: tuple[str, str], end: tuple[str, str], types: list[int]) -> None:
    """Associate two records; an engagement on a contact moves the contact's stamps."""
    visible = account.timeline.now + account.span(account.behaviour.association_lag)
    chosen = types or [default_type(start[0], end[0]) or 0]
    account.links.add(start, end, chosen, visible=visible)
    if end[0] == "0-1" and start[0] in ("0-46", "0-27", "0-47"):
        account.log_activity(end[1])


def patch_record(call: Call, table: Table, key: str) -> Answer:
    """Change one record; the last write wins, and the answer shows what changed."""
    account = call.account
    body = read_body(call.request)
    prop = call.request.query.get("idProperty", [""])[0]
    record = table.by_unique(prop, key) if prop else table.find(key)
    if record is None:
        raise not_there()
    values, wrong = writing.checked(account, table, body.get("properties") or {})
    if wrong:
        raise invalid_values(wrong)
    taken(table, record, values)
    refused = writing.refused_by_rule(call, table, {**record.values, **values})
    if refused is not None:
        raise Refused(400, refused)
    told = writing.update(account, table, record, values, call.source)
    return Answer(200, packed(changed_shape(account, table, record, told, echo=True)))


def taken(table: Table, record: Record, values: Mapping[str, str]) -> None:
    """Refuse a unique value that another record has."""
    for name, value in values.items():
        if value and table.is_unique(name):
            other = table.by_unique(name, value)
            if other is not None and other is not record:
                raise conflict(other.id)


def delete_record(call: Call, table: Table, key: str) -> Answer:
    record = table.records.get(key)
    if record is not None:
        writing.archive(call.account, table, record)
    return Answer(204)


def merge_records(call: Call, table: Table) -> Answer:
    """Make a third record of two; both old ids answer with it from now on."""
    body = read_body(call.request)
    primary = table.find(str(body.get("primaryObjectId")))
    other = table.find(str(body.get("objectIdToMerge")))
    if primary is None or other is None or primary is other:
        raise bad_request("Object to merge is not valid or is already in the process of being merged", None)
    record = writing.merge(call.account, table, primary, other, call.source)
    return Answer(200, packed(shown(call.account, table, record, table.kind.shown)))
