"""`leadswitch parked`: the leads that wait, each with its reason and its deadline."""

from __future__ import annotations

from sync.report import entries_at
from sync.screen import Screen, counted
from sync.steps import WAITING, Row, Step
from sync.store import open_store
from sync.trouble import OK
from sync.wiring import store_url

LISTED = (*WAITING, Step.FAILED, Step.NOTE_FAILED, Step.DOUBTFUL, Step.NOTE_DOUBTFUL)


def run(screen: Screen, *, connection: str | None) -> int:
    store = open_store(store_url(screen.directory), create=False)
    rows = [row for row in entries_at(store, LISTED) if connection in (None, row.ref.connection)]
    store.close()
    if screen.json:
        for row in rows:
            screen.result(as_json(row))
        return OK
    if not rows:
        screen.line("No lead waits.")
        return OK
    screen.table(
        f"{counted(len(rows), 'lead')} waiting",
        ("lead", "state", "until (UTC)", "reason"),
        ((row.ref, row.step, row.due and f"{row.due:%Y-%m-%d %H:%M}", row.reason) for row in rows),
    )
    return OK


def as_json(row: Row) -> dict[str, object]:
    return {
        "lead": str(row.ref),
        "entry": row.entry,
        "state": row.step,
        "reason": row.reason,
        "until": row.due and row.due.isoformat(),
        "attempts": row.attempts,
    }
