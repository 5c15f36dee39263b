"""Who got how many leads in a simulation: what the claims are to a pass, in memory and as of any time."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

import sqlalchemy as sa

from router.capacity import OPEN, window_start
from router.model import Load, Rep, RepId
from sync import schema

Claim = tuple[RepId, datetime, datetime | None]
"""A rep, since when they have a lead, and since when it is closed."""

Ending = tuple[Claim, datetime | None]
"""A claim, and when it is released: it counts no more from there on."""

_LONGEST = timedelta(days=32)


class Given:
    """The leads that some reps have been given; times come in order, as in a simulation."""

    def __init__(self, reps: Iterable[Rep], before: Iterable[Ending] = ()) -> None:
        self._reps = {rep.id: rep for rep in reps}
        self._times: dict[RepId, list[datetime]] = defaultdict(list)
        self._open: dict[RepId, int] = defaultdict(int)
        self._closings: list[tuple[datetime, RepId]] = []
        self._endings: list[tuple[datetime, Claim]] = []
        for claim, until in before:
            self.give(claim)
            if until:
                heappush(self._endings, (until, claim))

    def give(self, claim: Claim) -> None:
        rep, at, closed = claim
        if rep not in self._reps:
            return
        insort(self._times[rep], at)
        if closed is None or closed > at:
            self._open[rep] += 1
            if closed:
                heappush(self._closings, (closed, rep))

    def take_back(self, claim: Claim, now: datetime) -> None:
        """Let a lead never have been given, as a released claim is no claim."""
        rep, at, closed = claim
        if rep not in self._reps:
            return
        del self._times[rep][bisect_left(self._times[rep], at)]
        if closed is None:
            self._open[rep] -= 1
        elif closed > now:
            self._closings.remove((closed, rep))
            self._open[rep] -= 1

    def loads(self, now: datetime) -> dict[RepId, Load]:
        """Return the loads as a pass would count them now."""
        while self._endings and self._endings[0][0] <= now:
            self.take_back(heappop(self._endings)[1], now)
        while self._closings and self._closings[0][0] <= now:
            self._open[heappop(self._closings)[1]] -= 1
        return {rep.id: dict(self._load(rep, now)) for rep in self._reps.values()}

    def _load(self, rep: Rep, now: datetime) -> Iterator[tuple[str, int]]:
        yield OPEN, self._open[rep.id]
        times = self._times[rep.id]
        for window in rep.capacity.keys() - {OPEN}:
            yield window, len(times) - bisect_left(times, window_start(window, rep.zone, now))


def claims_before(tx: sa.Connection, reps: Iterable[RepId], start: datetime) -> Iterator[Ending]:
    """Yield the claims older than a time that still count then: younger than any window, or open."""
    claims, known = schema.claims, sorted(reps)
    counts = sa.or_(claims.c.at >= start - _LONGEST, claims.c.closed.is_(None), claims.c.closed > start)
    query = sa.select(claims.c.rep, claims.c.at, claims.c.closed)
    for rep, at, closed in tx.execute(query.where(claims.c.rep.in_(known), claims.c.at < start, counts)):
        yield (RepId(rep), at, closed), None
    for rep, at, returned, again, last in tx.execute(_released(known, start)):
        until = min(filter(None, (returned, again)), default=last)
        if until >= start:
            yield (RepId(rep), at, None), until


def _released(reps: Sequence[RepId], start: datetime) -> sa.Select[Any]:
    """Select the claims that were given before a time and released by now, and by when.

    The log says when a turn was returned, another decision that nobody had the lead any more; else it was by the last
    run that knew of it.
    """
    decisions, claims, leads, runs = schema.decisions, schema.claims, schema.leads, schema.runs
    log, later = schema.log, schema.decisions.alias()
    returned = (
        sa.select(sa.func.min(log.c.at, type_=schema.Instant))
        .where(log.c.kind == "returned", log.c.lead == decisions.c.lead, log.c.at > decisions.c.at)
        .scalar_subquery()
    )
    again = (
        sa.select(sa.func.min(later.c.at, type_=schema.Instant))
        .where(later.c.lead == decisions.c.lead, later.c.id > decisions.c.id)
        .scalar_subquery()
    )
    return (
        sa.select(decisions.c.rep, decisions.c.at, returned, again, runs.c.started)
        .join(leads, leads.c.key == decisions.c.lead)
        .join(runs, runs.c.id == leads.c.run)
        .outerjoin(claims, claims.c.decision == decisions.c.id)
        .where(decisions.c.rep.in_(reps), decisions.c.at >= start - _LONGEST, decisions.c.at < start)
        .where(claims.c.lead.is_(None))
    )
