"""Queries in Salesforce's own language, as text (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

LONGEST = 12_000
"""Bytes of a query in an address; address and headers together may have 16,384."""

TOGETHER = 200
"""Records that one query names by id, so that there is room for their fields."""

_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*){0,5}", re.ASCII)
_ESCAPES = {
    **{sign: f"\\{sign}" for sign in "\\'\""},
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\b": r"\b",
    "\f": r"\f",
}
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_ADDRESS = [chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in range(256)]
_QUOTED = str.maketrans(_ESCAPES)
_LIKE = str.maketrans(_ESCAPES | {"%": r"\%", "_": r"\_"})


# --- values -----------------------------------------------------------------------------------------------


def is_name(text: str) -> bool:
    """Return whether a text can be the name of a field, or a path to one such as `Owner.Name`."""
    return _NAME.fullmatch(text) is not None


def text(value: str) -> str:
    return f"'{value.translate(_QUOTED)}'"


def texts(values: Iterable[str]) -> str:
    return f"({','.join(map(text, values))})"


def containing(value: str) -> str:
    """Return what LIKE finds wherever the value stands; its own % and _ are plain signs."""
    return f"'%{value.translate(_LIKE)}%'"


def moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}{f'.{at.microsecond // 1000:03}' if at.microsecond >= 1000 else ''}Z"


def day(at: datetime) -> str:
    """Return a date for a field that holds days: one earlier, since the day that people write is that of their zone."""
    return f"{at.astimezone(UTC) - timedelta(days=1):%Y-%m-%d}"


def like(literal: str, at: datetime) -> str:
    """Return a time in the form of another one: as a moment, or as a day."""
    return f"{at.astimezone(UTC):%Y-%m-%d}" if len(literal) == len("2026-03-01") else moment(at)


# --- queries ----------------------------------------------------------------------------------------------


def select(fields: Iterable[str], kind: str, where: Sequence[str] = (), tail: str = "") -> str:
    """Return a query; `where` are conditions that must all hold, `tail` what comes after them."""
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    return " ".join(["SELECT", ",".join(fields), "FROM", f"{kind}{condition}", *([tail] if tail else [])])


def behind(field: str, literal: str, record: str) -> str:
    """Return the condition for what comes after a record in the order of (field, Id)."""
    return f"({field} > {literal} OR ({field} = {literal} AND Id > {text(record)}))"


def in_address(query: str) -> str:
    """Return a query as it stands in an address."""
    return "".join([_IN_ADDRESS[byte] for byte in query.encode()])


def fits(query: str, *, beside: int = 0) -> bool:
    """Return whether a query has room in an address, beside so many bytes of others."""
    return len(in_address(query)) + beside <= LONGEST


def filled(items: Sequence[T], query: Callable[[Sequence[T]], str], most: int = TOGETHER) -> Iterator[str]:
    """Yield the queries that ask about all items, each about as many as there is room for; at least about one."""
    start, size = 0, most
    while start < len(items):
        some = items[start : start + size]
        made = query(some)
        if len(some) > 1 and not fits(made):
            size = (len(some) + 1) // 2
            continue
        yield made
        start, size = start + len(some), most
