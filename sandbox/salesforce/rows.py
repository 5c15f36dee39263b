"""`/sobjects/...`: one row at a time."""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime
from typing import Any
from zlib import crc32

from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.columns import Columns
from sandbox.salesforce.fields import Field
from sandbox.salesforce.ids import full
from sandbox.salesforce.projection import Projection
from sandbox.salesforce.refusals import Problem, no_resource
from sandbox.salesforce.stamps import seconds_of
from sandbox.salesforce.tables import Row, Table


def create(account: Account, ask: Ask, table: Table) -> Told:
    row = account.writing.create(table.kind, ask.record(), ask.orders, ask.access)
    return Told(201, _saved(row), {"Location": _where(ask, table, row)})


def get(account: Account, ask: Ask, table: Table, key: str) -> Told:
    row = _living(account, table, key)
    if unchanged := _conditional(ask, row):
        return unchanged
    names = ask.query.get("fields")
    wanted = names.split(",") if names else list(table.kind.fields)
    columns = Columns(account.store, table.kind, "")
    shape = Projection(account.store, columns, ask.version).fields(_known(table, wanted))
    return Told(200, shape(row), {"Last-Modified": _http_date(row), **_etag(table, row)})


def update(account: Account, ask: Ask, table: Table, key: str) -> Told:
    """Change a row and answer nothing. Only Account heeds If-Match; If-Unmodified-Since has whole seconds."""
    row = _living(account, table, key)
    if "id" in {name.lower() for name in ask.record()}:
        raise Problem(
            "INVALID_FIELD", "said", message="The Id field should not be specified in the sobject data."
        )
    _refuse_stale(ask, table, row)
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


# --- conditional requests ---------------------------------------------------------------------------------


def _http_date(row: Row) -> str:
    return formatdate(seconds_of(str(row.get("LastModifiedDate") or row.get("CreatedDate"))), usegmt=True)


def _etag(table: Table, row: Row) -> dict[str, str]:
    """Only Account has one."""
    return (
        {"ETag": f'"{crc32(str(row.get("SystemModstamp")).encode()):08x}"'}
        if table.kind.name == "Account"
        else {}
    )


def _conditional(ask: Ask, row: Row) -> Told | None:
    since = ask.headers.get("if-modified-since")
    if since and _changed(row) <= _asked(since):
        return Told(304, None, {"Last-Modified": _http_date(row)})
    until = ask.headers.get("if-unmodified-since")
    if until and _changed(row) > _asked(until):
        return Told(412)
    return None


def _refuse_stale(ask: Ask, table: Table, row: Row) -> None:
    match = ask.headers.get("if-match")
    if match and table.kind.name == "Account" and match != _etag(table, row)["ETag"]:
        raise Problem("PRECONDITION_FAILED", "said", status=412, message="The record was changed")
    until = ask.headers.get("if-unmodified-since")
    if until and table.kind.name == "Account" and _changed(row) > _asked(until):
        raise Problem("PRECONDITION_FAILED", "said", status=412, message="The record was changed")


def _changed(row: Row) -> int:
    return seconds_of(str(row.get("SystemModstamp") or row.get("CreatedDate")))


def _asked(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        raise Problem("INVALID_HEADER_VALUE", "said", message=f"{text!r} is no date") from None
