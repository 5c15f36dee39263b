"""Conditional requests: dates of whole seconds on rows and describes, ETags on Account alone."""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime
from zlib import crc32

from sandbox.salesforce.asking import Ask, Told
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.stamps import seconds_of
from sandbox.salesforce.tables import Row, Table


def headers_of(table: Table, row: Row) -> dict[str, str]:
    """Return the headers by which a row's state is named; only Account has an ETag."""
    found = {"Last-Modified": formatdate(_changed(row), usegmt=True)}
    return found | ({"ETag": _etag(row)} if table.kind.name == "Account" else {})


def unread(ask: Ask, table: Table, row: Row) -> Told | None:
    """Return what is answered instead of a row: 304 where the caller has it, 412 where it changed."""
    if not_modified(ask, _changed(row)):
        return Told(304, None, headers_of(table, row))
    until = ask.headers.get("if-unmodified-since")
    return Told(412) if until and _changed(row) > _asked(until) else None


def not_modified(ask: Ask, changed: int) -> bool:
    since = ask.headers.get("if-modified-since")
    return since is not None and changed <= _asked(since)


def refuse_stale(ask: Ask, table: Table, row: Row) -> None:
    """Refuse a change of an account that is not as the caller knows it. Other objects are changed all the same."""
    if table.kind.name != "Account":
        return
    match, until = ask.headers.get("if-match"), ask.headers.get("if-unmodified-since")
    if (match and match != _etag(row)) or (until and _changed(row) > _asked(until)):
        raise Problem("PRECONDITION_FAILED", "said", status=412, message="The record was changed")


def _etag(row: Row) -> str:
    return f'"{crc32(str(row.get("SystemModstamp")).encode()):08x}"'


def _changed(row: Row) -> int:
    return seconds_of(str(row.get("SystemModstamp") or row.get("CreatedDate")))


def _asked(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        raise Problem("INVALID_HEADER_VALUE", "said", message=f"{text!r} is no date") from None
