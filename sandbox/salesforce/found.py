"""What a query found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.tables import Row

Json = dict[str, Any]
Shape = Callable[[Row], Json]


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found. `shape` is applied to a row when its page is sent; `done` are rows of no object."""

    total: int
    rows: Sequence[Row]
    shape: Shape | None
    long_text: bool = False
    done: Sequence[Json] = ()
