"""How many leads each rep got in the running hour, day, week and month or in rolling windows, and holds open: read
from the claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.capacity import OPEN, window_start
from router.model import Load, RepId
from router.rules import Rulebook
from sync import schema


def loads_of(tx: sa.Connection, book: Rulebook, reps: Collection[RepId], now: datetime) -> dict[RepId, Load]:
    """Count for these reps, in one statement; what nobody's capacity asks for is left at 0."""
    loads: dict[RepId, dict[str, int]] = {rep: {} for rep in sorted(reps)}
    windows = sorted({window for rep in reps for window in book.reps[rep].capacity} - {OPEN})
    asked = sa.union_all(*_selects(book, reps, windows, now))
    for rep, *counts in tx.execute(asked):
        for window, count in zip((*windows, OPEN), counts, strict=True):
            if count:
                loads[RepId(rep)][window] = int(count)
    return {rep: load for rep, load in loads.items() if load}


def _selects(
    book: Rulebook, reps: Iterable[RepId], windows: Sequence[str], now: datetime
) -> Iterator[sa.Select[Any]]:
    """Yield what is open, and for each zone what its windows hold: they begin together on its clocks."""
    claims = schema.claims
    nought: sa.ColumnElement[int] = sa.literal_column("0")
    held = sa.select(claims.c.rep, *(nought for _ in windows), sa.func.count())
    yield held.where(claims.c.rep.in_(list(reps)), claims.c.closed.is_(None)).group_by(claims.c.rep)
    for zone, limited in _by_zone(book, reps).items():
        used = {window for rep in limited for window in book.reps[rep].capacity} - {OPEN}
        starts = {window: window_start(window, zone, now) for window in used}
        if starts:
            since = [
                sa.func.sum(sa.case((claims.c.at >= starts[each], 1), else_=0)) if each in used else nought
                for each in windows
            ]
            mine = claims.c.rep.in_(limited)
            first = claims.c.at >= min(starts.values())
            yield sa.select(claims.c.rep, *since, nought).where(mine, first).group_by(claims.c.rep)


def _by_zone(book: Rulebook, reps: Iterable[RepId]) -> Mapping[str, list[RepId]]:
    zones: dict[str, list[RepId]] = defaultdict(list)
    for rep in sorted(reps):
        if book.reps[rep].capacity.keys() - {OPEN}:
            zones[book.reps[rep].zone].append(rep)
    return zones


def see_statuses(
    tx: sa.Connection, closed: Collection[str], open_again: Collection[str], now: datetime
) -> None:
    """Note of leads (by key) that they are closed, or open again, where that is news."""
    claims = schema.claims
    if closed:
        news = sa.and_(claims.c.lead.in_(list(closed)), claims.c.closed.is_(None))
        tx.execute(claims.update().where(news).values(closed=now))
    if open_again:
        news = sa.and_(claims.c.lead.in_(list(open_again)), claims.c.closed.is_not(None))
        tx.execute(claims.update().where(news).values(closed=None))
