"""Ids: a key prefix of three characters, fifteen in all, and three more that say which of them are capitals."""

from __future__ import annotations

import re

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Z]{3})?\Z", re.ASCII)
_POD = "ak00"
"""What stands between prefix and number in ids of one org."""


def checksum(key: str) -> str:
    """Return the three characters that follow the first fifteen of an id."""
    found = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, one in enumerate(key[start : start + 5]) if "A" <= one <= "Z")
        found += _CHECKS[bits]
    return found


def full(key: str) -> str | None:
    """Return an id in its 18 characters, None for what is no id or has another checksum."""
    if not _SHAPE.match(key):
        return None
    made = key[:15] + checksum(key)
    return made if len(key) == 15 or made == key else None


def make(prefix: str, number: int) -> str:
    """Return the id of a number; a larger number gives an id that sorts later."""
    text = ""
    for _ in range(15 - len(prefix) - len(_POD)):
        number, digit = divmod(number, 62)
        text = _DIGITS[digit] + text
    key = f"{prefix}{_POD}{text}"
    return key + checksum(key)
