"""The calendars of the reps, read: when each is busy from this week on."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from config.calendars import remote
from router.hours import Span
from router.model import Rep, RepId
from sync.calendars.asking import Fetch, Unread, nobody
from sync.calendars.events import Owner, busy_times
from sync.calendars.lines import LARGEST
from sync.seams import Seams

WEEKS = 13
"""How far ahead: should a calendar not be there for a while, what was known of it is still of use."""

_TOLD = 5


class Known(NamedTuple):
    """When the reps are busy: times at which that begins and ends, in turn. Of the others, a line why nobody can say.

    `left_out` is what single calendars say that nobody can read; `assumed` is what counts, but as something else.
    """

    busy: Mapping[RepId, tuple[datetime, ...]]
    unread: tuple[str, ...]
    left_out: tuple[str, ...]
    assumed: tuple[str, ...]


def read_calendars(reps: Iterable[Rep], seams: Seams, *, allowed: Container[str] = ()) -> Known:
    """Read the calendars of all, beside each other."""
    asked = [(rep, seams.spawn(partial(_text, rep, seams.fetch, allowed)).result) for rep in _owners(reps)]
    return _known(asked, seams.clock())


def read_files(reps: Iterable[Rep], now: datetime) -> Known:
    """Read those that are files; nobody is asked for the others."""
    return _known([(rep, partial(_text, rep, nobody, ())) for rep in _owners(reps)], now)


def _owners(reps: Iterable[Rep]) -> Iterator[Rep]:
    return (rep for rep in reps if rep.calendar)


def _known(asked: Iterable[tuple[Rep, Callable[[], str]]], now: datetime) -> Known:
    busy: dict[RepId, tuple[datetime, ...]] = {}
    unread: list[str] = []
    left_out: list[str] = []
    assumed: list[str] = []
    for rep, text in asked:
        try:
            found = busy_times(text(), Owner(rep.zone, rep.email), weeks_from(now))
        except Unread as error:
            unread.append(f"{_called(rep)}: {error}")
        else:
            busy[rep.id] = tuple(edge for span in found.times for edge in span)
            left_out += (f"{_called(rep)}: {why}" for why in _first(found.unread))
            assumed += (f"{_called(rep)}: {why}" for why in _first(found.assumed))
    return Known(busy, tuple(unread), tuple(left_out), tuple(assumed))


def _first(lines: Sequence[str]) -> Iterator[str]:
    """Yield a few lines, and how many more there are: a broken calendar may have thousands."""
    yield from lines[:_TOLD]
    if len(lines) > _TOLD:
        yield f"and {len(lines) - _TOLD:,} more such lines"


def weeks_from(now: datetime) -> Span:
    """Return the time that is looked at. It moves once a week, so that what is known changes as seldom."""
    monday = now.astimezone(UTC).date() - timedelta(days=now.astimezone(UTC).weekday())
    start = datetime.combine(monday, time.min, UTC)
    return Span(start, start + timedelta(weeks=WEEKS))


def _called(rep: Rep) -> str:
    place = rep.calendar or ""
    if not remote(place):
        return f"{Path(place).name}, the calendar of {rep.id}"
    from sync.calendars.fetch import host_of

    return f"the calendar of {rep.id} at {host_of(place)}"


def _text(rep: Rep, fetch: Fetch, allowed: Container[str]) -> str:
    place = rep.calendar or ""
    if remote(place):
        return fetch(place, allowed)
    try:
        with Path(place).open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise Unread(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(raw) > LARGEST:
        raise Unread(f"larger than {LARGEST // 1_000_000} MB")
    return raw.decode("utf-8", "replace")
