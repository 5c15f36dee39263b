"""Answers that are not as they should be: one place of a good one holds something else, or is not there."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

INSTEAD: tuple[Any, ...] = (None, "", "x", "7", 7, 3.5, True, [], [None], ["x"], [[]], {}, {"x": None})


def spoilt(body: Any) -> Iterator[Any]:
    """Yield the body with each of its places spoilt in each way."""
    yield from INSTEAD
    for *way, last in _places(body):
        for instead in INSTEAD:
            changed, holder = _down(body, way)
            holder[last] = deepcopy(instead)
            yield changed
        changed, holder = _down(body, way)
        del holder[last]
        yield changed


def _down(body: Any, way: list[Any]) -> tuple[Any, Any]:
    changed = holder = deepcopy(body)
    for step in way:
        holder = holder[step]
    return changed, holder


def _places(body: Any, *way: Any) -> Iterator[tuple[Any, ...]]:
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inside:
        yield (*way, key)
        yield from _places(value, *way, key)
