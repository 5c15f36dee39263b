"""How many leads a rep may get in an hour, day, week or month of their own calendar, or in any stretch of time of some
length (a rolling window), and hold open at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from router.model import Action, Decision, Load, Rep, RepId
from router.rules import By, Rulebook, ToTeam
from router.trace import Bar, Why

OPEN = "open"
_PHRASES = {"hour": "this hour", "day": "today", "week": "this week", "month": "this month", OPEN: "open"}
WINDOWS = ("hour", "day", "week", "month")
SINCE = "since"
_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
_NOTHING: Load = {}


def rolling(seconds: float) -> str:
    """Return how a capacity and a load call the window of the last so many seconds."""
    return f"{round(seconds)}s"


def window_start(window: str, zone: str, now: datetime) -> datetime:
    """Return when the hour, day, ISO week or month that is `now` began on the clocks of a zone, in the zone; of a
    rolling window, when it began by now.
    """
    if window not in WINDOWS:
        return now - timedelta(seconds=_seconds(window))
    local = now.astimezone(ZoneInfo(zone))
    hour = local.replace(minute=0, second=0, microsecond=0)
    if window == "hour":
        return hour
    day = hour.replace(hour=0, fold=0)
    if window == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if window == "month" else day


def counted(book: Rulebook) -> frozenset[RepId]:
    """Return the reps whose load a decision may ask for; for the others nothing needs to be counted."""
    limited = {rep.id for rep in book.reps.values() if rep.capacity}
    steps = [*book.otherwise, *(step for rule in book.rules for step in rule.otherwise or ())]
    targets = [*(rule.assign for rule in book.rules), *(step.do for step in steps)]
    by_load = {to.team for to in targets if isinstance(to, ToTeam) and to.by is By.LEAST_LOADED}
    return frozenset(limited | {member.rep for team in by_load for member in book.teams[team].members})


def full(rep: Rep, loads: Mapping[RepId, Load]) -> Why | None:
    """Return the first limit that a rep has reached."""
    load = loads.get(rep.id, _NOTHING)
    for window, most in rep.capacity.items():
        if (has := _has(load, window)) >= most:
            leads = f"{has} {'lead' if has == 1 else 'leads'}"
            return Why(Bar.FULL, f"full: {leads} {phrase(window)}, at most {most}")
    return None


def _has(load: Load, window: str) -> int:
    has = load.get(window, 0)
    return has if window in _PHRASES else has + load.get(SINCE, 0)


def phrase(window: str) -> str:
    """Return how a window is called behind a number of leads: today, this week, in the last 24h."""
    return _PHRASES.get(window) or f"in the last {length(_seconds(window))}"


def length(seconds: int) -> str:
    """Return it as a configuration says it, a day as 24h: that is what it is, whatever the clocks do."""
    unit, size = next((unit, size) for unit, size in _UNITS if not seconds % size and seconds >= 2 * size)
    return f"{seconds // size}{unit}"


def _seconds(window: str) -> int:
    return int(window.removesuffix("s"))


def added(loads: Mapping[RepId, Load], decision: Decision) -> Mapping[RepId, Load]:
    """Return the load that a decision changes: its owner has one lead more, whichever way it came to them."""
    if decision.action is not Action.ASSIGN or decision.owner is None:
        return {}
    return one_more(loads, decision.owner)


def one_more(loads: Mapping[RepId, Load], rep: RepId) -> Mapping[RepId, Load]:
    """Return the load of a rep who gets one lead."""
    load = loads.get(rep, _NOTHING)
    return {rep: {**load, **{window: load.get(window, 0) + 1 for window in (*_PHRASES, SINCE)}}}
