"""When the events of a calendar make somebody busy. Pure: text, zone and a window of time in, busy times out.

Free, cancelled and declined events do not count. Times repeat on the clock of their zone, so a meeting stays at nine
o'clock when the clocks change; whole days are those of the rep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.hours import Span
from sync.calendars.asking import Unread
from sync.calendars.lines import Component, Property, calendars
from sync.calendars.repeats import Exhausted, Patience, repeated
from sync.calendars.zones import Length, Moment, Zones, length

_FREE = {"FREE", "WORKINGELSEWHERE"}


class Busy(NamedTuple):
    """Busy times within a window, merged, in order; and what of the calendar could not be read, a line each.

    `assumed` is what was read as something that it does not say.
    """

    times: tuple[Span, ...]
    unread: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


class Owner(NamedTuple):
    """Whose calendar it is: the IANA zone for whole days and floating times, the e-mail under which they decline."""

    zone: str
    email: str | None = None


def busy_times(text: str, owner: Owner, window: Span) -> Busy:
    """Read a calendar; raises `Unread` where it is none. An event that cannot be read does not hide the others."""
    found: list[Span] = []
    unread: list[str] = []
    assumed: list[str] = []
    for calendar in calendars(text):
        zones = Zones(
            ZoneInfo(owner.zone), {_id(part): part for part in calendar.parts if part.name == "VTIMEZONE"}
        )
        for read in _reading(calendar, zones, owner, window):
            try:
                found += read
            except Exhausted as error:
                unread.append(str(error))
                break
            except Unread as error:
                unread.append(str(error))
        assumed += (
            f"line {line}: nobody knows the time zone {name}, so its times are taken as those of {owner.zone}"
            for name, line in zones.strange.items()
        )
    return Busy(_merged(found, window), tuple(unread), tuple(assumed))


def _id(part: Component) -> str:
    found = part.first("TZID")
    return found.value.strip() if found else ""


def _reading(calendar: Component, zones: Zones, owner: Owner, window: Span) -> Iterator[Iterator[Span]]:
    """Yield what yields busy times, one after the other: each may raise `Unread`."""
    patience = Patience()
    events: dict[str, list[Component]] = defaultdict(list)
    for part in calendar.parts:
        if part.name == "VEVENT":
            uid = part.first("UID")
            events[uid.value if uid else f"line {part.line}"].append(part)
        elif part.name == "VFREEBUSY":
            yield _free_busy(part, zones)
    for parts in events.values():
        changed = [found for part in parts for found in part.each("RECURRENCE-ID")]
        for part in parts:
            if not _is_free(part, owner):
                without = () if part.first("RECURRENCE-ID") else changed
                yield _event(part, without, zones, window.end, patience)


def _event(
    event: Component, without: Collection[Property], zones: Zones, end: datetime, patience: Patience
) -> Iterator[Span]:
    begins = event.first("DTSTART")
    if begins is None:  # it says nothing about anybody's time
        return
    start = zones.moment(begins)
    lasts = _length(event, start, zones)
    for wall in repeated(event, start, zones, end, without=without, patience=patience):
        once = start._replace(wall=wall)
        yield Span(once.utc, lasts.after(once))
    yield from _periods(event.each("RDATE"), zones)


def _is_free(event: Component, owner: Owner) -> bool:
    return (
        event.word("TRANSP") == "TRANSPARENT"
        or event.word("STATUS") == "CANCELLED"
        or event.word("X-MICROSOFT-CDO-BUSYSTATUS") in _FREE
        or _declined(event, owner)
    )


def _declined(event: Component, owner: Owner) -> bool:
    if owner.email is None:
        return False
    me = f"mailto:{owner.email}".casefold()
    return any(
        found.value.strip().casefold() == me and found.params.get("PARTSTAT", "").upper() == "DECLINED"
        for found in event.each("ATTENDEE")
    )


def _length(event: Component, start: Moment, zones: Zones) -> Length:
    """Return how long an event is: to its end exactly, by its DURATION as that says, else a whole day or no time."""
    ends, lasts = event.first("DTEND"), event.first("DURATION")
    if ends is not None:
        end = zones.moment(ends)
        if start.whole_day and end.whole_day:
            return Length(max((end.wall - start.wall).days, 1))
        return Length(exact=max(end.utc - start.utc, timedelta()))
    return length(lasts) if lasts is not None else Length(int(start.whole_day))


def _free_busy(part: Component, zones: Zones) -> Iterator[Span]:
    busy = (found for found in part.each("FREEBUSY") if found.params.get("FBTYPE", "BUSY").upper() != "FREE")
    yield from _periods(busy, zones)


def _periods(properties: Iterable[Property], zones: Zones) -> Iterator[Span]:
    """Yield what is written as START/END or START/DURATION."""
    for found in properties:
        for period in found.value.split(","):
            first, slash, last = period.partition("/")
            if slash:
                start = zones.moment(found, first)
                lasts = last.strip()[:1] in ("P", "+", "-")
                yield Span(
                    start.utc, length(found, last).after(start) if lasts else zones.moment(found, last).utc
                )


def _merged(found: Iterable[Span], window: Span) -> tuple[Span, ...]:
    """Return the times within the window, those that touch as one."""
    inside = sorted(span.within(window) for span in found)
    merged: list[Span] = []
    for span in inside:
        if span.end <= span.start:
            continue
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
