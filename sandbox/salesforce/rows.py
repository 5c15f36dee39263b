"""`/sobjects/...`: one row at a time."""

from __future__ import annotations

from typing import Any

from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.columns import Columns
from sandbox.salesforce.conditional import headers_of, refuse_stale, unread
from sandbox.salesforce.fields import Field
from sandbox.salesforce.ids import full
from sandbox.salesforce.projection import Projection
from sandbox.salesforce.refusals import Problem, no_resource
from sandbox.salesforce.tables import Row, Table


def create(account: Account, ask: Ask, table: Table) -> Told:
    row = account.writing.create(table.kind, ask.record(), ask.orders, ask.access)
    return Told(201, _saved(row), {"Location": _where(ask, table, row)})


def get(account: Account, ask: Ask, table: Table, key: str) -> Told:
    row = _living(account, table, key)
    if instead := unread(ask, table, row):
        return instead
    names = ask.query.get("fields")
    wanted = names.split(",") if names else list(table.kind.fields)
    columns = Columns(account.store, table.kind, "")
    shape = Projection(account.store, columns, ask.version).fields(_known(table, wanted))
    return Told(200, shape(row), headers_of(table, row))


def update(account: Account, ask: Ask, table: Table, key: str) -> Told:
    """Change a row and answer nothing. Only Account heeds If-Match; If-Unmodified-Since has whole seconds."""
    row = _living(account, table, key)
    if "id" in {name.lower() for name in ask.record()}:
        raise Problem(
            "INVALID_FIELD", "said", message="The Id field should not be specified in the sobject data."
        )
    refuse_stale(ask, table, row)
    account.writing.update(table, row.id, ask.record(), ask.orders, ask.access)
    return Told(204)


def delete(account: Account, ask: Ask, table: Table, key: str) -> Told:
    known = full(key)
    row = table.rows.get(known) if known else None
    if row is not None and row.deleted:
        raise Problem("ENTITY_IS_DELETED", status=404)
    account.writing.delete(table, _living(account, table, key).id, ask.access)
    return Told(204)


# --- external ids -----------------------------------------------------------------------------------------


def of_external(account: Account, ask: Ask, table: Table, name: str, value: str) -> Told:
    """Read, upsert or delete by a field's value; two rows with it answer 300 and their addresses."""
    field = lookup(table, name, value)
    if field.name == "Id":
        return {"GET": get, "DELETE": delete}.get(ask.method, _by_id)(account, ask, table, value)
    found = [row for row in table.equal(field.name, value) if not row.deleted]
    if len(found) > 1:
        return Told(300, [_where(ask, table, row) for row in found])
    if ask.method != "PATCH":
        if not found:
            raise no_resource()
        return (get if ask.method == "GET" else delete)(account, ask, table, found[0].id)
    body = {**ask.record(), field.name: value} if not found else ask.record()
    return _upserted(account, ask, table, (found[0] if found else None, body))


def _by_id(account: Account, ask: Ask, table: Table, key: str) -> Told:
    return update(account, ask, table, key)


def _upserted(account: Account, ask: Ask, table: Table, what: tuple[Row | None, dict[str, Any]]) -> Told:
    row, body = what
    if row is None:
        made = account.writing.create(table.kind, body, ask.orders, ask.access)
        return Told(201, {**_saved(made), "created": True}, {"Location": _where(ask, table, made)})
    account.writing.update(table, row.id, body, ask.orders, ask.access)
    return Told(200, {**_saved(row), "created": False}, {"Location": _where(ask, table, row)})


def lookup(table: Table, name: str, value: str) -> Field:
    """Return the field by which rows may be looked up; refuses one that is no id lookup."""
    field = table.kind.names.get(name.lower())
    if field is None or not (field.external or field.id_lookup or field.name == "Id"):
        raise Problem("NOT_FOUND", "external", status=404, value=value)
    return field


# --- parts ------------------------------------------------------------------------------------------------


def _living(account: Account, table: Table, key: str) -> Row:
    """Return a row that is there; what is deleted is not found."""
    known = full(key)
    row = table.rows.get(known) if known else None
    if row is None and (known is None or not known.startswith(table.kind.prefix)):
        raise Problem("NOT_FOUND", "external", status=404, value=key)
    if row is None:
        raise no_resource()
    if row.deleted:
        raise Problem("ENTITY_IS_DELETED", status=404)
    del account
    return row


def _known(table: Table, names: list[str]) -> list[str]:
    for name in names:
        if name.strip().lower() not in table.kind.names:
            raise Problem("INVALID_FIELD", "no_column", name=name, kind=table.kind.name)
    return [name.strip() for name in names]


def _saved(row: Row) -> dict[str, Any]:
    return {"id": row.id, "success": True, "errors": []}


def _where(ask: Ask, table: Table, row: Row) -> str:
    return f"{ask.root}/sobjects/{table.kind.name}/{row.id}"
