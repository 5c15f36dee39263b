"""Ids of Salesforce: 15 characters in which case counts, or the same with three more in which it does not (pure)."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_uppercase

SHORT, LONG = 15, 18
_CHECK = ascii_uppercase + "012345"


def is_id(text: str) -> bool:
    """Return whether a text can be an id of any record."""
    return len(text) in (SHORT, LONG) and text.isascii() and text.isalnum()


@lru_cache(maxsize=8192)
def full(text: str) -> str:
    """Return an id as the API answers it, with 18 characters; what is no short id stays as it is.

    Each of the three characters says which of five are capitals, the first being the lowest bit.
    """
    if len(text) != SHORT or not is_id(text):
        return text
    return text + "".join(_CHECK[_capitals(text[start : start + 5])] for start in (0, 5, 10))


def _capitals(five: str) -> int:
    return sum(1 << place for place, char in enumerate(five) if char.isupper())
