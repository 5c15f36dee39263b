"""iCalendar text as components and their properties. Pure, and lenient with all that nobody's absence hangs on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.calendars.asking import Unread

_READ = frozenset(
    "BEGIN END UID DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID TRANSP STATUS ATTENDEE FREEBUSY TZID "  # noqa: SIM905
    "TZOFFSETFROM TZOFFSETTO X-LIC-LOCATION X-MICROSOFT-CDO-BUSYSTATUS".split()
)
"""Properties that say when somebody is busy; the others, most of a feed, are passed over."""

_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_LINE_END = re.compile(r"\r\n|\n|\r")
_PROPERTY = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
_PARAM = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|(?:"[^"]*"|[^";:])*)')

LARGEST = 10_000_000
"""How many bytes a calendar may have."""


class Property(NamedTuple):
    """One line, unfolded: `DTSTART;TZID=Europe/Berlin:20261118T090000`. Names are in upper case."""

    name: str
    params: Mapping[str, str]
    value: str
    line: int


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def each(self, *names: str) -> Iterator[Property]:
        return (found for found in self.properties if found.name in names)

    def first(self, name: str) -> Property | None:
        return next(self.each(name), None)

    def word(self, name: str) -> str:
        """Return a property's value in upper case, empty where it is not there."""
        found = self.first(name)
        return found.value.strip().upper() if found else ""


def calendars(text: str) -> list[Component]:
    """Return the VCALENDARs of a text; raises `Unread` for one that is none, or that ends in the middle."""
    top = Component("", 1)
    open_: list[Component] = [top]
    for line, content in _unfolded(text.removeprefix("\ufeff")):
        name = _NAME.match(content)
        if len(open_) == 1 and (name is None or name[0].upper() not in ("BEGIN", "END")):
            raise Unread(f"line {line}: no calendar: it does not begin with BEGIN:VCALENDAR")
        if name is None or name[0].upper() not in _READ or (found := _property(content, line)) is None:
            continue
        if found.name == "BEGIN":
            open_.append(Component(found.value.strip().upper(), line))
            open_[-2].parts.append(open_[-1])
        elif found.name == "END":
            _close(open_, found)
        else:
            open_[-1].properties.append(found)
    if len(open_) > 1:
        raise Unread(f"line {open_[-1].line}: {open_[-1].name} has no end: the file is cut off")
    if not top.parts or any(part.name != "VCALENDAR" for part in top.parts):
        raise Unread("no calendar: it does not begin with BEGIN:VCALENDAR")
    return top.parts


def _close(open_: list[Component], end: Property) -> None:
    name = end.value.strip().upper()
    if len(open_) == 1 or open_[-1].name != name:
        raise Unread(f"line {end.line}: END:{name} without its BEGIN")
    open_.pop()


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield each logical line with its number: one that begins with a space goes on the one before."""
    parts: list[str] = []
    start = 0
    for number, line in enumerate(_LINE_END.split(text), 1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield start, "".join(parts)
        parts, start = ([line] if line.strip() else []), number
    if parts:
        yield start, "".join(parts)


def _property(content: str, line: int) -> Property | None:
    found = _PROPERTY.fullmatch(content)
    if not found:
        return None
    params = {name.upper(): value.strip('"') for name, value in _PARAM.findall(found[2])} if found[2] else {}
    return Property(found[1].upper(), params, found[3], line)
