"""Addresses of calls: version, path, parameters."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

_DATA = re.compile(r"/services/data/v(\d+\.0)(?:/|\Z)")
OLDEST, NEWEST = 31, 68


@lru_cache(maxsize=1024)
def split(target: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Return version, decoded parts of the path behind it and parameters; no version where it is no data call."""
    path, _, text = target.partition("?")
    found = _DATA.match(path)
    query = dict(parse_qsl(text, keep_blank_values=True))
    if found is None or not OLDEST <= float(found[1]) <= NEWEST:
        return "", (), query
    parts = tuple(unquote(part) for part in path[found.end() :].split("/") if part)
    return found[1], parts, query
