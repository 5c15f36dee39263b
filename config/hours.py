"""Working hours: `{mon-fri: "09:00-17:30"}` to one stretch for each weekday."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise

from config.problems import Findings, Place, Refusal, shown
from config.yamltext import Blank, Map, Node, Seq, Text
from router.model import Hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = {name: day for day, name in enumerate(WEEKDAYS)} | {
    name: day
    for day, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_STRETCH = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)", re.ASCII)
_MIDNIGHT = 24 * 60

Minutes = tuple[int, int, int]
"""Weekday, start and end in minutes of the day; the end may be 24:00."""


def hours(node: Node | None, findings: Findings) -> tuple[Hours, ...]:
    """Read the hours of a rep; none means always. A stretch over midnight is split."""
    if node is None or isinstance(node, Blank) or (isinstance(node, Text) and node == "always"):
        return ()
    if not isinstance(node, Map):
        findings.add(node.place, "hours must be a mapping", 'write {mon-fri: "09:00-17:30"}, or always')
        return ()
    found: list[Minutes] = []
    for key, value in node.texts():
        try:
            for day in weekdays(key):
                found += _day(day, value)
        except Refusal as refusal:
            findings.refused(refusal, key.place)
            return ()
    if not found:
        findings.add(
            node.place, "no hours at all", "leave `hours` out for always, or set weight: 0 for never"
        )
    return _checked(sorted(found), findings, node.place)


def weekdays(text: str) -> list[int]:
    """Read `mon`, `mon-fri`, `sat-mon` or `mon,wed` as weekdays; 0 is Monday."""
    days: list[int] = []
    for part in text.casefold().split(","):
        first, dash, last = (name.strip() for name in part.partition("-"))
        start, end = _weekday(first), _weekday(last if dash else first)
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return days


def _weekday(name: str) -> int:
    if name not in _NAMES:
        raise Refusal(f"'{shown(name)}' is no weekday", "write mon, tue, wed, thu, fri, sat, sun or mon-fri")
    return _NAMES[name]


def _day(day: int, node: Node) -> Iterable[Minutes]:
    for item in node if isinstance(node, Seq) else [node]:
        if not isinstance(item, Text):
            raise Refusal(
                "hours of a day are a stretch or a list of them", 'write "09:00-17:30"', place=item.place
            )
        yield from _stretch(day, item)


def _stretch(day: int, text: Text) -> Iterable[Minutes]:
    found = _STRETCH.fullmatch(text.strip())
    if not found:
        raise Refusal(f"'{shown(text)}' is no stretch of hours", 'write "09:00-17:30"', place=text.place)
    start, end = _minutes(found[1], found[2], text), _minutes(found[3], found[4], text)
    if start in (end, _MIDNIGHT):
        raise Refusal(f"'{shown(text)}' has no length", 'a whole day is "00:00-24:00"', place=text.place)
    if start < end:
        return [(day, start, end)]
    return [(day, start, _MIDNIGHT), *([((day + 1) % 7, 0, end)] if end else [])]


def _minutes(hour: str, minute: str, text: Text) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > _MIDNIGHT:
        raise Refusal(
            f"'{shown(text)}' holds no time of day", "hours go from 00:00 to 24:00", place=text.place
        )
    return minutes


def _checked(found: list[Minutes], findings: Findings, place: Place) -> tuple[Hours, ...]:
    for (day, _, end), (next_day, start, _) in pairwise(found):
        if day == next_day and start < end:
            findings.add(place, f"hours of {WEEKDAYS[day]} overlap", "write each stretch of a day once")
    return tuple(Hours(day, _time(start), _time(end)) for day, start, end in found)


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
