"""Times of a calendar: what TZID means, and what a date or time with it is in UTC."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.problems import Refusal
from config.scalars import zone
from sync.calendars.asking import Unread
from sync.calendars.lines import Component, Property

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_OF_A_ZONE = ("DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO")
DAY = timedelta(days=1)
FAR = datetime(5000, 1, 1)  # noqa: DTZ001 - any later date means "for ever"
_FIRST_YEAR = 1000


class Moment(NamedTuple):
    """A time as a calendar says it: on the clock of a zone, or a whole day, which is on the rep's."""

    wall: datetime  # naive
    zone: tzinfo
    whole_day: bool = False

    @property
    def utc(self) -> datetime:
        return self.wall.replace(tzinfo=self.zone).astimezone(UTC)

    def on_clock_of(self, other: Moment) -> datetime:
        """Return this moment on another one's clock; a whole day is that day on any."""
        if self.whole_day or self.zone == other.zone:
            return self.wall
        return self.utc.astimezone(other.zone).replace(tzinfo=None)


@dataclass(slots=True)
class Zones:
    """The zones of one calendar; `own` is the rep's: for whole days and times without a zone.

    `strange` are TZIDs that nobody knows; they count as the rep's own zone.
    """

    own: ZoneInfo
    defined: dict[str, Component] = field(default_factory=dict)
    strange: dict[str, int] = field(default_factory=dict)
    _known: dict[str, tzinfo] = field(default_factory=dict)

    def moment(self, written: Property, value: str | None = None) -> Moment:
        """Read a property, or one value of its list; raises `Unread`."""
        text = (written.value if value is None else value).strip()
        found = _TIME.fullmatch(text)
        try:
            numbers = [int(part) for part in found.groups()[:6] if part is not None] if found else []
            if len(numbers) == 6 and numbers[5] == 60:
                numbers[5] = 59  # a leap second
            wall = datetime(*numbers) if found else None  # type: ignore[arg-type]  # noqa: DTZ001 - a wall clock
        except ValueError:
            wall = None
        if found is None or wall is None or wall.year < _FIRST_YEAR:
            raise Unread(f"line {written.line}: {written.name} holds no date: {text[:40]}")
        wall = min(wall, FAR)
        if found[4] is None:
            return Moment(wall, self.own, whole_day=True)
        return Moment(wall, UTC if found[7] else self._zone(written))

    def _zone(self, written: Property) -> tzinfo:
        name = written.params.get("TZID", "")
        if not name:
            return self.own
        if name not in self._known:
            known = _known(name) or _by_definition(self.defined.get(name))
            if known is None:
                self.strange[name] = written.line
            self._known[name] = known or self.own
        return self._known[name]


class Length(NamedTuple):
    """So many days of the clock, and so much time exactly (RFC 5545, 3.3.6)."""

    days: int = 0
    exact: timedelta = timedelta()

    def after(self, start: Moment) -> datetime:
        """Return in UTC when it is over."""
        return start._replace(wall=start.wall + self.days * DAY).utc + self.exact


def length(written: Property, text: str | None = None) -> Length:
    """Read a length of time; raises `Unread`. One below nothing is none."""
    text = written.value if text is None else text
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()[1:]):
        raise Unread(f"line {written.line}: {written.name} holds no length of time: {text[:40]}")
    weeks, days, hours, minutes, seconds = (min(int(part or 0), 10**5) for part in found.groups()[1:])
    if found[1] == "-":
        return Length()
    return Length(7 * weeks + days, timedelta(hours=hours, minutes=minutes, seconds=seconds))


def _known(name: str) -> ZoneInfo | None:
    """Return the zone of a name, also behind a prefix: /example.org/20260101/Europe/Berlin."""
    parts = name.strip("/").split("/")
    for count in range(min(len(parts), 3), 0, -1):
        try:
            return ZoneInfo(zone("/".join(parts[-count:])))
        except Refusal:
            continue
    return None


def _by_definition(defined: Component | None) -> tzinfo | None:
    """Return a zone as its VTIMEZONE says it, or as the place that it is named after has it."""
    if defined is None:
        return None
    located = defined.first("X-LIC-LOCATION")
    if located is not None and (known := _known(located.value.strip())):
        return known
    from dateutil.tz import tzical

    try:
        found: tzinfo | None = tzical(io.StringIO("\n".join(_plain(defined)))).get()
    except (ValueError, ArithmeticError, LookupError):  # no offset, no start, a rule that nobody can read
        return None
    return found


def _plain(defined: Component) -> Iterator[str]:
    """Yield the lines of a VTIMEZONE that say how its clock goes: dateutil refuses any other."""
    yield from ("BEGIN:VTIMEZONE", "TZID:own")
    for part in _clocks(defined.parts):
        yield f"BEGIN:{part.name}"
        yield from (f"{found.name}:{found.value.strip()}" for found in part.each(*_OF_A_ZONE))
        yield f"END:{part.name}"
    yield "END:VTIMEZONE"


def _clocks(parts: Iterable[Component]) -> Iterator[Component]:
    return (part for part in parts if part.name in ("STANDARD", "DAYLIGHT"))
