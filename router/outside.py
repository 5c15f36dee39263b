"""Why a rep may not take a lead, where the reason is not in the configuration but in the state."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from router.capacity import full
from router.model import Rep, RepId, State
from router.trace import Bar, Why


class Outside(NamedTuple):
    """One reason for each rep who has any. `occupied` would get no lead either if they were there: they have no
    active user in the CRM, or are full. `marked` are the state's marks, over or not, and the ends of busy times.
    """

    whys: Mapping[RepId, Why]
    occupied: Collection[RepId]
    marked: Mapping[RepId, datetime | None]


NOTHING_KNOWN = Outside({}, (), {})


def outside(state: State, now: datetime, limited: Sequence[Rep]) -> Outside:
    """Look at each rep without an active user in the CRM of the lead, marked away, busy by their calendar, or full.

    `limited` are the reps with a capacity.
    """
    if not (state.absent or state.away or state.busy or limited):
        return NOTHING_KNOWN
    busy = _busy(state.busy, now)
    whys = {rep.id: why for rep in limited if (why := full(rep, state.loads))}
    occupied = whys.keys() | state.absent.keys()
    whys |= {
        rep: Why(Bar.AWAY, f"busy until {_utc(until)}, by their calendar") for rep, until in busy.items()
    }
    whys |= {rep: why for rep, until in state.away.items() if (why := _away(until, now))}
    whys |= {rep: Why(Bar.ABSENT, why) for rep, why in state.absent.items()}
    return Outside(whys, occupied, _later(state.away, busy) if busy else state.away)


def _busy(known: Mapping[RepId, Sequence[datetime]], now: datetime) -> dict[RepId, datetime]:
    """Return who is busy, and until when."""
    at = ((rep, edges, bisect_right(edges, now)) for rep, edges in known.items())
    return {rep: edges[place] for rep, edges, place in at if place % 2}


def _later(
    marks: Mapping[RepId, datetime | None], busy: Mapping[RepId, datetime]
) -> Mapping[RepId, datetime | None]:
    """Return for each rep the later of both ends."""
    over = {rep: until for rep, until in busy.items() if (mark := marks.get(rep, until)) and mark <= until}
    return {**marks, **over}


def _away(until: datetime | None, now: datetime) -> Why | None:
    if until is None:
        return Why(Bar.AWAY, "marked away")
    return Why(Bar.AWAY, f"marked away until {_utc(until)}") if now < until else None


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
