"""One measured value with its goal, and how a bench prints its rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One case. `better` says on which side of the goal a value meets it; without a goal it is for reading only."""

    case: str
    value: float
    unit: str
    goal: float | None = None
    better: Literal["more", "less"] = "more"
    peer: str | None = None

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "more" else self.value <= self.goal


Bench = Callable[[], Sequence[Row]]
"""What each bench module exports as `run`, and one that has parts in `PARTS` by their names."""


def as_json(name: str, rows: Sequence[Row]) -> str:
    return json.dumps({"name": name, "rows": [_row(row) for row in rows]})


def as_table(name: str, rows: Sequence[Row]) -> str:
    cells = [
        (row.case, f"{row.value:,.4g}" if row.value < 100 else f"{row.value:,.0f}", row.unit, _goal(row))
        for row in rows
    ]
    wide = [max((len(line[at]) for line in cells), default=0) for at in range(4)]
    lines = [f"{a:<{wide[0]}}  {b:>{wide[1]}} {c:<{wide[2]}}  {d}".rstrip() for a, b, c, d in cells]
    return "\n".join([name, *(f"  {line}" for line in lines)])


def _goal(row: Row) -> str:
    if row.goal is None:
        return ""
    sign = ">=" if row.better == "more" else "<="
    return f"{'met   ' if row.met else 'MISSED'}  goal {sign} {row.goal:,g}"


def _row(row: Row) -> dict[str, object]:
    shown = {"case": row.case, "value": row.value, "unit": row.unit, "goal": row.goal, "met": row.met}
    return shown if row.peer is None else {**shown, "peer": row.peer}
