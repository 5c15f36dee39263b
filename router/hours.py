"""A rep's day: which local date it is, and whether the moment lies in their working hours.

All comparisons are between UTC instants: two aware times of one zone subtract as if there were no daylight
saving time. Each answer comes with the span of time in which it stays the same, so that it can be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.model import Days, Rep
from router.rules import Holidays, no_holidays

DAY = timedelta(days=1)
_FURTHEST = 366  # days


class Span(NamedTuple):
    """A stretch of time in UTC: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.start <= at < self.end

    def within(self, other: Span) -> Span:
        return Span(max(self.start, other.start), min(self.end, other.end))


ALWAYS = Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Today:
    """One rep at one moment. `open` is whether the moment is in their hours; `valid` is how long all this holds.

    `holiday` is the name of the public holiday that the day is where they work.
    """

    day: date
    local: datetime
    open: bool
    valid: Span
    holiday: str | None = None


def today(rep: Rep, now: datetime, holidays: Holidays = no_holidays) -> Today:
    """Look at a rep's clock at `now` (aware UTC)."""
    local = now.astimezone(ZoneInfo(rep.zone))
    day = Span(_utc(rep, local.date(), time.min), _utc(rep, local.date() + DAY, time.min))
    stretches = _stretches(rep, local.date())
    edges = [*day, *(edge for stretch in stretches for edge in stretch)]
    valid = Span(max(edge for edge in edges if edge <= now), min(edge for edge in edges if now < edge))
    is_open = not rep.hours or any(now in s for s in stretches)
    holiday = holidays(rep.holidays, local.date()) if rep.holidays else None
    return Today(local.date(), local, is_open, valid, holiday)


def covered(days: tuple[Days, ...], day: date) -> Days | None:
    """Return the first of the ranges that includes `day`."""
    for some in days:
        if (some.first is None or some.first <= day) and (some.last is None or day <= some.last):
            return some
    return None


def after_work(rep: Rep, since: datetime, seconds: float) -> datetime:
    """Return when so many seconds of the rep's hours have gone by.

    Only the hours of the week count, not leave or holidays: who waits for somebody on leave does not wait for weeks.
    """
    left = timedelta(seconds=seconds)
    if not rep.hours or not left:
        return since + left
    day = since.astimezone(ZoneInfo(rep.zone)).date()
    for number in range(_FURTHEST):
        for span in sorted(_stretches(rep, day + number * DAY)):
            start = max(span.start, since)
            if span.end - start >= left:
                return start + left
            left -= max(span.end - start, timedelta())
    return since + _FURTHEST * DAY


def _stretches(rep: Rep, day: date) -> list[Span]:
    return [
        Span(_utc(rep, day, hours.start), _utc(rep, day if hours.end > time.min else day + DAY, hours.end))
        for hours in rep.hours
        if hours.weekday == day.weekday()
    ]


def _utc(rep: Rep, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(rep.zone)).astimezone(UTC)
