"""When an event comes again: RRULE, RDATE and EXDATE, on the clock of its own zone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sync.calendars.asking import Unread
from sync.calendars.lines import Component, Property
from sync.calendars.zones import Moment, Zones

MOST = 100_000
"""How many times of one rule are gone through to reach the window: 270 years of every day."""

IN_ALL = 1_000_000
"""The same of all rules of a calendar: it is read in pass after pass, and must not hold one up."""

_LEAP_YEAR = 2024
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_ONLY_WITH = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYSETPOS": ("YEARLY", "MONTHLY", "WEEKLY"),
}
"""Parts that RFC 5545 keeps from shorter frequencies, or that mean nothing there: such a rule may never come true."""
_LATER = timedelta(days=2)  # more than any two clocks differ


class Exhausted(Unread):
    """A calendar has more to go through than it may."""


class Patience:
    """What is left of `IN_ALL` for one calendar."""

    def __init__(self) -> None:
        self._left = IN_ALL

    def spend(self, times: int, line: int) -> None:
        self._left -= times
        if self._left < 0:
            raise Exhausted(
                f"line {line}: from here on nothing counts: to get to today, its rules have more than "
                f"{IN_ALL:,} times to go through; end or delete what repeats since long ago"
            )


def repeated(
    event: Component,
    start: Moment,
    zones: Zones,
    end: datetime,
    *,
    without: Collection[Property],
    patience: Patience,
) -> Iterator[datetime]:
    """Yield when an event begins, on the clock of its start, until about `end`; raises `Unread`.

    `without` name the times that are said otherwise elsewhere, besides EXDATE.
    """
    walls = {start.wall}
    last = end.replace(tzinfo=None) + _LATER
    patience.spend(len(without), event.line)
    for rule in event.each("RRULE"):
        walls.update(_by_rule(rule, start, zones, last, patience))
    for found in event.each("RDATE"):
        walls.update(zones.moment(found, one).on_clock_of(start) for one in _dates(found))
    never = [zones.moment(found, one) for found in (*event.each("EXDATE"), *without) for one in _dates(found)]
    moments = {each.on_clock_of(start) for each in never}
    days = {each.wall.date() for each in never if each.whole_day}
    return (wall for wall in sorted(walls) if wall not in moments and wall.date() not in days)


def _dates(found: Property) -> Iterable[str]:
    return (one for one in found.value.split(",") if one.strip() and "/" not in one)


def _by_rule(
    rule: Property, start: Moment, zones: Zones, last: datetime, patience: Patience
) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr

    parts = _parts(rule)
    _refuse(parts, rule)
    if not _ever(parts):
        return
    until = _until(rule, parts.pop("UNTIL", None), start, zones)
    try:
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        times = rrulestr(text, dtstart=start.wall)
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise Unread(f"line {rule.line}: RRULE cannot be read: {rule.value[:60]}") from error
    number = 0
    for number, wall in enumerate(times, 1):
        patience.spend(1, rule.line)
        if wall > last or (until is not None and wall > until):
            return
        if number > MOST:
            raise Unread(f"line {rule.line}: RRULE has more than {MOST:,} times before today")
        yield wall
    if not number:  # it never comes true, and was searched for to the end of all years
        patience.spend(MOST, rule.line)


def _refuse(parts: Mapping[str, str], rule: Property) -> None:
    """Refuse what no absence does, and what could be searched for without end."""
    often = parts.get("FREQ", "")
    if often in _TOO_OFTEN:
        raise Unread(f"line {rule.line}: it repeats {often.lower()}, which no absence does")
    wrong = [part for part, fits in _ONLY_WITH.items() if part in parts and often not in fits]
    if wrong or not parts.get("INTERVAL", "1").strip("0"):
        raise Unread(f"line {rule.line}: RRULE cannot be read: {rule.value[:60]}")


def _parts(rule: Property) -> dict[str, str]:
    """Return what a rule says; X- parts and empty ones are none of it."""
    pairs = (part.partition("=") for part in rule.value.strip().upper().split(";"))
    return {name: value for name, _, value in pairs if value and not name.startswith("X-")}


def _until(rule: Property, value: str | None, start: Moment, zones: Zones) -> datetime | None:
    """Return the last moment of a rule, on the clock of the start; a day counts to its end."""
    if value is None:
        return None
    found = zones.moment(rule._replace(params={}), value)
    if found.whole_day:
        return found.wall + timedelta(days=1, seconds=-1)
    return found.on_clock_of(start) if value.endswith("Z") else found.wall


def _ever(parts: Mapping[str, str]) -> bool:
    """Tell whether any month that is asked for has a day that is asked for: dateutil would look for it for ever."""
    try:
        months = [int(month) for month in parts.get("BYMONTH", "1").split(",")]
        days = [abs(int(day)) for day in parts["BYMONTHDAY"].split(",")]
        return any(day <= monthrange(_LEAP_YEAR, month)[1] for month in months for day in days)
    except (KeyError, ValueError):
        return True
