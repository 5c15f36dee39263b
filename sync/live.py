"""`check --live`: asks each CRM for its users and a page of records, and compares them with the configuration."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event

from config.settings import Configuration, Connection, Nobody
from connectors.contract import Entered, Page, User
from connectors.errors import ConnectorError, Unusable
from connectors.pace import polls_per_day
from router.model import ConnectionName, Rep
from router.rules import Rulebook
from sync.calendars.reading import Known, read_calendars
from sync.directory import Directory, Unknown, directory, taken
from sync.gates import Gates, sharing
from sync.newest import owners_of_the_newest, told
from sync.rhythm import spoken
from sync.seams import Seams, production
from sync.wiring import NotSynced, wire
from sync.work import Wired, calling

USUAL = 60.0
"""Seconds between two polls where nobody says."""

_AT_ONCE = 8
_LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the CRMs said, a line each: what does not fit, which could not be asked, what is worth knowing."""

    problems: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def ask_crms(found: Configuration, every: float = USUAL) -> Answered:
    """Ask each CRM with its connection's own credentials; writes nothing. `every`: seconds between polls, to count."""
    answered = Answered()
    with ThreadPoolExecutor(1) as pool:
        seams, gates = production(pool, Event()), Gates()
        for settings in found.connections:
            with _noted(settings, answered):
                wired = wire(found, settings, seams, gates=gates, rehearsal=True)
                answered.problems.extend(_compared(wired, seams, answered))
                wired.connector.close()
                answered.notices.extend(_cost(found, settings, gates, every))
    return answered


def read_now(reps: Iterable[Rep], allowed: Container[str]) -> Known:
    """Read the calendars of these reps; of `allowed` hosts private addresses may be asked."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return read_calendars(reps, production(pool, Event()), allowed=allowed)


def newest_owners(found: Configuration) -> Iterator[str]:
    """Say of each CRM in which every record has an owner whose the newest are; one that cannot be asked says why."""
    answered = Answered()
    with ThreadPoolExecutor(1) as pool:
        seams = production(pool, Event())
        for settings in found.connections:
            with _noted(settings, answered):
                wired = wire(found, settings, seams, rehearsal=True)
                if wired.connector.features.every_record_owned:
                    yield _newest(wired, seams, calling(seams, wired.connector.owners))
                wired.connector.close()
    yield from (*answered.problems, *answered.unreachable)


@contextmanager
def _noted(settings: Connection, answered: Answered, about: str = "") -> Iterator[None]:
    """Note what keeps one CRM from being asked, or `about` what it was; the others are."""
    try:
        yield
    except Unknown as error:
        answered.problems.extend(error.problems)
    except (Unusable, NotSynced) as error:
        answered.problems.append(str(error))
    except ConnectorError as error:
        answered.unreachable.append(f"{settings.name}: {about}{error}")


def _cost(found: Configuration, settings: Connection, gates: Gates, every: float) -> Iterator[str]:
    """Say what polls cost that find nothing, beside what the account allows: its answers have told that by now."""
    gate = gates.known(settings)
    if gate is None:
        return
    calls = polls_per_day(every, len(settings.enters))
    day, share, made = gate.ask(lambda pacer, now: (pacer.day, pacer.share(), pacer.used(now)))
    said = (
        f"{settings.name}: polling every {spoken(every)} costs {calls:,.0f} calls a day "
        f"({len(settings.enters)} a poll: {', '.join(settings.enters)})"
    )
    if day is None:
        yield f"{said}; the CRM has no limit of the day"
        return
    others = [each.name for each in sharing(found, settings) if each.name != settings.name]
    shared = f", shared with {', '.join(others)}" if others else ""
    yield (
        f"{said}, of the {share:,.0f} of {day:,} that `daily_share` allows{shared}; this check made {made:,.0f}"
    )
    if calls > share:
        yield f"{settings.name}: that is more than allowed: poll every {spoken(every * calls / share)} or less often"


def _compared(wired: Wired, seams: Seams, answered: Answered) -> Iterator[str]:
    settings, connector, book = wired.settings, wired.connector, wired.router.book
    name = ConnectionName(settings.name)
    users = calling(seams, connector.owners)
    rights = calling(seams, connector.rights)
    yield from (f"{name}: the credentials lack the right {right}" for right in rights.missing)
    if rights.needless:
        answered.notices.append(
            f"{name}: the credentials hold more rights than needed: {', '.join(rights.needless)}"
        )
    problems = calling(seams, connector.problems)
    yield from (f"{name}: {problem}" for problem in problems)
    answered.notices.extend(f"{name}: {notice}" for notice in calling(seams, connector.notices))
    if connector.features.every_record_owned and not problems:
        answered.notices.append(_newest(wired, seams, users))
    people = directory(book, name, settings.replaces, users, any_owner=connector.features.any_owner)
    yield from _people(book, name, people)
    if not problems:  # a field that is not there lets no record be read
        for date in settings.enters:
            with _noted(settings, answered, f"`enters: {date}`: "):
                yield from _unmapped(wired, seams, date)


def _newest(wired: Wired, seams: Seams, users: Sequence[User]) -> str:
    """Say whose the newest leads are, in the order in which `replaces` is thought about."""
    settings = wired.settings

    def pages(walk: Entered, position: str | None) -> Page:
        return calling(seams, partial(wired.connector.pages, walk, position))

    counted = owners_of_the_newest(settings.enters[0], seams.clock(), pages)
    ours = None if settings.replaces == (Nobody(),) else taken(settings.replaces, users)
    return f"{settings.name}: {told(counted, users, ours)}"


def _unmapped(wired: Wired, seams: Seams, date: str) -> Iterator[str]:
    settings = wired.settings
    page = calling(seams, partial(wired.connector.pages, Entered(date, seams.clock() - _LOOK_BACK), None))
    fields = {source for change in page.changes for source in change.record.fields}
    unknown = sorted({each.source for each in settings.mapping or ()} - fields) if fields else ()
    yield from (
        f"{settings.name}: the mapping reads {source}, which no recent record has" for source in unknown
    )


def _people(book: Rulebook, name: ConnectionName, people: Directory) -> Iterator[str]:
    for rep, why in people.absent.items():
        whole = "inactive" in why or "say `owner:" in why
        hint = "" if whole else f"; give the rep that e-mail there, or say `owner: {{{name}: ID}}`"
        yield f"{name}: rep {rep}: {why}{hint}"
    for queue in book.queues.values():
        if name in queue.targets and queue.name not in people.queues:
            yield f"{name}: queue {queue.name}: the CRM has no queue {queue.targets[name]}"
