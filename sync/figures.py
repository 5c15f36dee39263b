"""What the passes of a time did and what stands open, counted by connection and by rep; no lead's values are read."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.model import RepId
from sync import schema
from sync.log import marked_away
from sync.steps import DOUBTFUL, ENDED, Step
from sync.store import Store

TURN, STICKY, NAMED, QUEUE = WAYS = ("turn", "sticky", "named", "queue")
"""How a lead came to its owner: in turn; after the person or the account; named by the rule; into a queue."""

SUMMED = ("seen", "skipped", "conflicts", "duplicates", "api_calls")
_STICKY = frozenset({"same_person", "follow_account", "account"})
STANDING = (Step.OWNED, Step.NOTING, Step.NOTE_DOUBTFUL, Step.NOTE_FAILED, Step.VERIFY, Step.SETTLED)
"""Steps at which an owner is written and stands."""

_OPEN = {
    "parked": (Step.PARKED,),
    "held": (Step.HELD,),
    "kept": (Step.KEPT,),
    "waiting": (Step.SEEN, Step.CLAIMED),
    "failed": (Step.FAILED, Step.NOTE_FAILED),
    "doubtful": DOUBTFUL,
    "unverified": (Step.VERIFY,),
}


@dataclass(slots=True)
class Figures:
    """One connection. `assigned` counts standing owners by way, `reps` the same of each rep, `open` what is not over.

    `summed` adds up what the passes counted, `not_understood` the fields that could not be read, by name.
    """

    assigned: Counter[str] = field(default_factory=Counter)
    reps: dict[str, Counter[str]] = field(default_factory=dict)
    summed: Counter[str] = field(default_factory=Counter)
    open: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_OPEN, 0))
    not_understood: Counter[str] = field(default_factory=Counter)
    undone: int = 0
    passes: int = 0
    cut: int = 0
    oldest_parked: datetime | None = None
    last_pass: datetime | None = None


def absences(store: Store, reps: Iterable[RepId], now: datetime) -> dict[RepId, datetime | None]:
    """Return who is marked away now, with the end where one was said."""
    with store.reading() as tx, tx.begin():
        marks = marked_away(tx, reps)
    return {rep: until for rep, until in sorted(marks.items()) if until is None or now < until}


def figures(store: Store, since: datetime) -> dict[str, Figures]:
    """Count for each connection that has had a pass, since a time where time plays a part."""
    found = defaultdict(Figures, {name: Figures() for name in store.connections()})
    with store.reading() as tx, tx.begin():
        for connection, way, rep, count in _assigned(tx, since):
            _add(found[connection], way, rep, count)
        for row in tx.execute(_runs(since)).mappings():
            _add_run(found[row["connection"]], row)
        for connection, step, count, oldest in tx.execute(_standing()):
            _add_open(found[connection], Step(step), count, oldest)
        for connection, unread in tx.execute(_unread(since)):
            found[connection].not_understood.update(json.loads(unread))
        for connection, count in tx.execute(_undone(since)):
            found[connection].undone = count
        for connection, last in tx.execute(_last()):
            found[connection].last_pass = last
    return found


# --- what is asked ----------------------------------------------------------------------------------------


def _assigned(tx: sa.Connection, since: datetime) -> Iterator[tuple[str, str, str | None, int]]:
    """Yield connection, way, rep and how many: of the claims, so that what was given back is not counted."""
    leads, decisions, claims = schema.leads, schema.decisions, schema.claims
    what = (leads.c.connection, decisions.c.by, decisions.c.turn.is_not(None), decisions.c.rep)
    query = (
        sa.select(*what, sa.func.count())
        .select_from(claims)
        .join(decisions, decisions.c.id == claims.c.decision)
        .join(leads, leads.c.key == claims.c.lead)
        .where(claims.c.at >= since, leads.c.step.in_(STANDING))
        .group_by(*what)
    )
    for connection, by, in_turn, rep, count in tx.execute(query):
        yield connection, _way(by, rep, in_turn=bool(in_turn)), rep, count


def _way(by: str, rep: str | None, *, in_turn: bool) -> str:
    if in_turn:
        return TURN
    if rep is None:
        return QUEUE
    return STICKY if by in _STICKY else NAMED


def _runs(since: datetime) -> sa.Select[Any]:
    return sa.select(schema.runs).where(schema.runs.c.started >= since, schema.runs.c.undoes.is_(None))


def _standing() -> sa.Select[Any]:
    leads = schema.leads
    open_steps = [step for step in Step if step not in ENDED]
    began = sa.func.coalesce(leads.c.held_since, leads.c.stamp, type_=schema.Instant)
    oldest = sa.func.min(began, type_=schema.Instant)
    query = sa.select(leads.c.connection, leads.c.step, sa.func.count(), oldest)
    return query.where(leads.c.step.in_(open_steps)).group_by(leads.c.connection, leads.c.step)


def _unread(since: datetime) -> sa.Select[Any]:
    leads, decisions = schema.leads, schema.decisions
    query = sa.select(leads.c.connection, decisions.c.unread).join(
        leads, sa.and_(leads.c.key == decisions.c.lead, leads.c.decision == decisions.c.id)
    )
    return query.where(decisions.c.at >= since, decisions.c.unread != "[]")


def _undone(since: datetime) -> sa.Select[Any]:
    leads, runs = schema.leads, schema.runs
    recent = sa.select(runs.c.undoes).where(runs.c.started >= since, runs.c.undoes.is_not(None))
    query = sa.select(leads.c.connection, sa.func.count()).where(leads.c.undoes.in_(recent))
    return query.group_by(leads.c.connection)


def _last() -> sa.Select[Any]:
    runs = schema.runs
    newest = sa.func.max(runs.c.started, type_=schema.Instant)
    return sa.select(runs.c.connection, newest).where(runs.c.ended.is_not(None)).group_by(runs.c.connection)


# --- what is counted --------------------------------------------------------------------------------------


def _add(figures: Figures, way: str, rep: str | None, count: int) -> None:
    figures.assigned[way] += count
    if rep is not None:
        figures.reps.setdefault(rep, Counter())[way] += count


def _add_run(figures: Figures, row: Mapping[Any, Any]) -> None:
    counts = json.loads(row["counts"] or "{}")
    figures.passes += 1
    figures.cut += row["ended"] is None
    figures.summed.update({name: counts.get(name, 0) for name in SUMMED})


def _add_open(figures: Figures, step: Step, count: int, oldest: datetime | None) -> None:
    for name, steps in _OPEN.items():
        if step in steps:
            figures.open[name] += count
    if step is Step.PARKED:
        figures.oldest_parked = oldest
