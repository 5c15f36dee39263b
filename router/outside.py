"""Why a rep may not take a lead, where the reason is not in the configuration but in the state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from router.capacity import full
from router.model import Rep, RepId, State
from router.trace import Bar, Why


class Outside(NamedTuple):
    """One reason for each rep who has any. `occupied` would get no lead either if they were there: they have no
    active user in the CRM, or are full. `marked` are the state's marks, over or not.
    """

    whys: Mapping[RepId, Why]
    occupied: Collection[RepId]
    marked: Mapping[RepId, datetime | None]


NOTHING_KNOWN = Outside({}, (), {})


def outside(state: State, now: datetime, limited: Sequence[Rep]) -> Outside:
    """Look at each rep without an active user in the CRM of the lead, each who is marked away, and each who is full.

    `limited` are the reps with a capacity.
    """
    if not (state.absent or state.away or limited):
        return NOTHING_KNOWN
    whys = {rep.id: why for rep in limited if (why := full(rep, state.loads))}
    occupied = whys.keys() | state.absent.keys()
    whys |= {rep: why for rep, until in state.away.items() if (why := _away(until, now))}
    whys |= {rep: Why(Bar.ABSENT, why) for rep, why in state.absent.items()}
    return Outside(whys, occupied, state.away)


def _away(until: datetime | None, now: datetime) -> Why | None:
    if until is None:
        return Why(Bar.AWAY, "marked away")
    return Why(Bar.AWAY, f"marked away until {until:%Y-%m-%d %H:%M} UTC") if now < until else None
