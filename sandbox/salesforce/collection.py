"""`/composite/sobjects`: up to 200 rows a call, each with its own outcome, told with status 200."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, TypeVar

from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.columns import Columns
from sandbox.salesforce.ids import full
from sandbox.salesforce.projection import Projection
from sandbox.salesforce.refusals import Problem, wrong_json
from sandbox.salesforce.rows import lookup
from sandbox.salesforce.tables import Row, Table

Json = dict[str, Any]
Item = TypeVar("Item")
_MOST = 200
_MOST_CHUNKS = 10
_MOST_READ = 2000


def create(account: Account, ask: Ask) -> Told:
    def one(sent: Json) -> Json:
        table = _table(account, sent)
        return _saved(account.writing.create(table.kind, sent, ask.orders, ask.access))

    return _each(account, ask, one)


def update(account: Account, ask: Ask) -> Told:
    seen: set[str] = set()

    def one(sent: Json) -> Json:
        table, key = _table(account, sent), _id_of(sent)
        known = full(key) or key
        if known in seen:
            raise Problem("DUPLICATE_VALUE", "duplicate_id", id=known)
        seen.add(known)
        return _saved(account.writing.update(table, key, sent, ask.orders, ask.access))

    return _each(account, ask, one)


def delete(account: Account, ask: Ask) -> Told:
    keys = [key for key in ask.query.get("ids", "").split(",") if key]
    _refuse_number(keys)

    def one(key: str) -> Json:
        table = account.store.by_prefix(key)
        if table is None:
            raise Problem("MALFORMED_ID", fields=[], label="Id", value=key)
        return _saved(account.writing.delete(table, key, ask.access))

    whole = ask.query.get("allOrNone", "false").lower() == "true"
    return Told(200, outcomes(account, keys, one, whole=whole))


def upsert(account: Account, ask: Ask, name: str, external: str) -> Told:
    """Create or change by a field's value; every outcome says whether it created."""
    table = account.store.table(name)
    lookup(table, external, external)

    def one(sent: Json) -> Json:
        try:
            return _upserted(account, ask, table, (external, sent))
        except Problem as problem:
            return {**failed(account, problem), "created": False}

    return _each(account, ask, one)


def _upserted(account: Account, ask: Ask, table: Table, what: tuple[str, Json]) -> Json:
    name, sent = what
    value = next((one for key, one in sent.items() if key.lower() == name.lower()), None)
    field = lookup(table, name, str(value))
    if field.name == "Id":
        found = [row] if value and (row := account.store.find(value)) else []
    else:
        found = [row for row in table.equal(field.name, value) if not row.deleted] if value else []
    if len(found) > 1:
        raise Problem("DUPLICATE_EXTERNAL_ID", "said", message=f"{field.name}: more than one record found")
    if found:
        row = account.writing.update(table, found[0].id, sent, ask.orders, ask.access)
        return {**_saved(row), "created": False}
    row = account.writing.create(table.kind, sent, ask.orders, ask.access)
    return {**_saved(row), "created": True}


def retrieve(account: Account, ask: Ask, name: str) -> Told:
    """Return rows by ids in their order, null for each that is not there."""
    table = account.store.table(name)
    asked = (
        ask.record() if ask.method == "POST" else {key: value.split(",") for key, value in ask.query.items()}
    )
    keys, names = asked.get("ids") or [], asked.get("fields") or []
    if len(keys) > _MOST_READ:
        raise Problem("EXCEEDED_ID_LIMIT")
    columns = Columns(account.store, table.kind, "")
    shape = Projection(account.store, columns, ask.version).fields(
        ["Id", *(n for n in names if n.lower() != "id")]
    )
    rows = [table.rows.get(full(str(key)) or "") for key in keys]
    return Told(200, [shape(row) if row is not None and not row.deleted else None for row in rows])


# --- each row on its own ----------------------------------------------------------------------------------


def _each(account: Account, ask: Ask, one: Callable[[Json], Json]) -> Told:
    body = ask.record()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise wrong_json("Cannot deserialize instance of list from the value of records")
    _refuse_number(records)
    kinds = [(record.get("attributes") or {}).get("type") for record in records]
    if len(list(groupby(kinds))) > _MOST_CHUNKS:
        text = f"Only {_MOST_CHUNKS} object types are allowed in a single request, in consecutive chunks"
        raise Problem("LIMIT_EXCEEDED", "said", message=text)
    return Told(200, outcomes(account, records, one, whole=bool(body.get("allOrNone"))))


def outcomes(
    account: Account, items: Iterable[Item], one: Callable[[Item], Json], *, whole: bool
) -> list[Json]:
    """Return what became of each item; `whole` takes all back where one failed."""
    mark, found = account.store.journal.mark(), []
    for item in items:
        try:
            found.append(one(item))
        except Problem as problem:
            found.append(failed(account, problem))
    if not whole or all(outcome["success"] for outcome in found):
        return found
    account.store.journal.back(mark)
    rolled = failed(account, Problem("ALL_OR_NONE_OPERATION_ROLLED_BACK"))
    return [rolled if outcome["success"] else outcome for outcome in found]


def failed(account: Account, problem: Problem) -> Json:
    """Return the outcome of a row that failed: no id, `statusCode`, nothing of duplicates found."""
    return {"success": False, "errors": [problem.in_row(account.language)]}


def _saved(row: Row) -> Json:
    return {"id": row.id, "success": True, "errors": []}


def _refuse_number(records: list[Any]) -> None:
    if not records:
        raise Problem("REQUIRED_FIELD_MISSING", "no_records")
    if len(records) > _MOST:
        raise Problem("LIMIT_EXCEEDED", most=_MOST)


def _table(account: Account, sent: Json) -> Table:
    name = str((sent.get("attributes") or {}).get("type", ""))
    table = account.store.tables.get(name.lower())
    if table is None:
        raise Problem("INVALID_TYPE", name=name)
    return table


def _id_of(sent: Json) -> str:
    key = next((value for name, value in sent.items() if name.lower() == "id"), None)
    if not key:
        raise Problem("MISSING_ARGUMENT", "said", message="Id not specified in an update call")
    return str(key)
