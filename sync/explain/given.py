"""What a rep got, and how much of their capacity that used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from router.capacity import OPEN, WINDOWS, window_start
from router.model import Load, Rep, RepId
from sync import schema
from sync.bulk import Lookup
from sync.figures import STANDING

GIVEN = 5_000
"""So many of the newest leads of a rep are looked at."""

_DECISIONS = Lookup(schema.decisions, "id", ("id", "by", "team", "turn_number"))
_STEPS = Lookup(schema.leads, "key", ("key", "step"))
OUT_OF_TURN = frozenset({"same_person", "account", "owner"})
_BEYOND = {
    "hour": timedelta(hours=1),
    "day": timedelta(hours=36),
    "week": timedelta(days=8),
    "month": timedelta(days=32),
}
"""From the beginning of a window into the next one, whatever the clocks do."""


@dataclass(frozen=True, slots=True)
class Given:
    """Leads that a rep got and that stand: by how, in turn of which team, and how many out of turn were charged.

    `latest` is the newest with its time, `last_turn` the same of each team's turns. `more`: only the newest `GIVEN`
    were looked at.
    """

    by: Counter[str]
    in_turn: Counter[str]
    charged: int
    latest: tuple[str, datetime] | None
    last_turn: Mapping[str, tuple[str, datetime]]
    more: bool


@dataclass(frozen=True, slots=True)
class Used:
    """One limit of a rep's capacity: how much of it is used, and when there is room again (None: there is, or nobody
    knows).
    """

    window: str
    used: int
    most: int
    free_at: datetime | None = None


def given(tx: sa.Connection, rep: RepId, since: datetime) -> Given:
    """Count what a rep got, as far back as `since`; what was taken back or by a person is not counted."""
    claims = schema.claims.c
    query = sa.select(claims.lead, claims.decision, claims.at).where(claims.rep == rep, claims.at >= since)
    rows = tx.execute(query.order_by(claims.at.desc()).limit(GIVEN)).all()
    steps = dict(_STEPS(tx, [row.lead for row in rows]))
    made = {
        number: (by, team, turn) for number, by, team, turn in _DECISIONS(tx, [row.decision for row in rows])
    }
    by, in_turn, charged = Counter[str](), Counter[str](), 0
    last_turn: dict[str, tuple[str, datetime]] = {}
    latest: tuple[str, datetime] | None = None
    for row in rows:
        if steps.get(row.lead) not in STANDING or row.decision not in made:
            continue
        how, team, turn = made[row.decision]
        by[how] += 1
        latest = latest or (_record(row.lead), row.at)
        if turn is None:
            continue
        if how in OUT_OF_TURN:
            charged += 1
        else:
            in_turn[team] += 1
        last_turn.setdefault(team, (_record(row.lead), row.at))
    return Given(by, in_turn, charged, latest, last_turn, len(rows) == GIVEN)


def _record(entry: str) -> str:
    return entry.rpartition("#")[0]


# --- capacity ---------------------------------------------------------------------------------------------


def used(tx: sa.Connection, rep: Rep, load: Load, now: datetime) -> Iterator[Used]:
    """Yield each limit of a rep's capacity, by what was counted now."""
    for window, most in rep.capacity.items():
        has = load.get(window, 0)
        yield Used(window, has, most, _free_at(tx, rep, window, now) if has >= most else None)


def _free_at(tx: sa.Connection, rep: Rep, window: str, now: datetime) -> datetime | None:
    """Return when a window that is full has room again; nobody knows when an open lead will be closed."""
    if window == OPEN or not rep.capacity[window]:
        return None
    start = window_start(window, rep.zone, now)
    if window in WINDOWS:
        return window_start(window, rep.zone, start.astimezone(UTC) + _BEYOND[window]).astimezone(UTC)
    claims = schema.claims.c
    query = sa.select(claims.at).where(claims.rep == rep.id, claims.at >= start).order_by(claims.at.desc())
    oldest = tx.scalar(query.offset(rep.capacity[window] - 1).limit(1))
    return None if oldest is None else oldest + (now - start)
