"""`leadswitch parked`: the leads that wait, each with its reason and its deadline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing

from sync.report import entries_at
from sync.screen import Screen, counted
from sync.steps import WAITING, Row, Step
from sync.store import open_store
from sync.trouble import OK
from sync.wiring import store_url

LISTED = (*WAITING, Step.FAILED, Step.NOTE_FAILED, Step.DOUBTFUL, Step.NOTE_DOUBTFUL)


def run(screen: Screen, *, connection: str | None) -> int:
    rows = rows_at(screen, connection, LISTED)
    if show(screen, rows, nothing="No lead waits."):
        screen.table(
            f"{counted(len(rows), 'lead')} waiting",
            ("lead", "state", "until (UTC)", "reason"),
            ((row.ref, row.step, row.due and f"{row.due:%Y-%m-%d %H:%M}", row.reason) for row in rows),
        )
    return OK


def rows_at(screen: Screen, connection: str | None, steps: Iterable[Step]) -> list[Row]:
    """Return the entries of one connection or all that stand at these steps, the next due first."""
    with closing(open_store(store_url(screen.directory), create=False)) as store:
        return [row for row in entries_at(store, steps) if connection in (None, row.ref.connection)]


def show(screen: Screen, rows: Sequence[Row], *, nothing: str) -> bool:
    """Write rows for scripts, or that there are none; say whether people still are to see them."""
    if screen.json:
        for row in rows:
            screen.result(_as_json(row))
    elif not rows:
        screen.line(nothing)
    return bool(rows) and not screen.json


def _as_json(row: Row) -> dict[str, object]:
    return {
        "lead": str(row.ref),
        "entry": row.entry,
        "state": row.step,
        "reason": row.reason,
        "until": row.due and row.due.isoformat(),
        "attempts": row.attempts,
    }
