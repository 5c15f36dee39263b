"""Why a rep may not take a lead, where the reason is not in the configuration but in the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from router.capacity import full
from router.model import Rep, RepId, State
from router.trace import Bar, Why


def outside(state: State, now: datetime, limited: Sequence[Rep]) -> Mapping[RepId, Why]:
    """Return each rep without an active user in the CRM of the lead, each who is marked away, and each who is full.

    `limited` are the reps with a capacity.
    """
    if not (state.absent or state.away or limited):
        return _NOBODY
    whys = {rep.id: why for rep in limited if (why := full(rep, state.loads))}
    whys |= {rep: why for rep, until in state.away.items() if (why := _away(until, now))}
    return whys | {rep: Why(Bar.ABSENT, why) for rep, why in state.absent.items()}


_NOBODY: Mapping[RepId, Why] = {}


def _away(until: datetime | None, now: datetime) -> Why | None:
    if until is None:
        return Why(Bar.AWAY, "marked away")
    return Why(Bar.AWAY, f"marked away until {until:%Y-%m-%d %H:%M} UTC") if now < until else None
