"""Ids: a key prefix of three characters, fifteen in all, and three more that say which of them are capitals."""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Z]{3})?\Z", re.ASCII)
_CAPITALS = {ord(one): "1" if one.isupper() else "0" for one in _DIGITS}
_POD = "ak00"
"""What stands between prefix and number in ids of one org."""


def checksum(key: str) -> str:
    """Return the three characters that follow the first fifteen of an id."""
    bits = key[14::-1].translate(_CAPITALS)
    return _CHECKS[int(bits[10:], 2)] + _CHECKS[int(bits[5:10], 2)] + _CHECKS[int(bits[:5], 2)]


@lru_cache(maxsize=65_536)
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
