"""`check --live`: asks each CRM for its users and a page of records, and compares them with the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event

from config.settings import Configuration, Connection
from connectors.contract import Entered
from connectors.errors import ConnectorError, Unusable
from router.model import ConnectionName
from router.rules import Rulebook
from sync.directory import Directory, Unknown, directory
from sync.seams import Seams, production
from sync.wiring import NotSynced, wire
from sync.work import Wired, calling

_LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the CRMs said, a line each: what does not fit, which could not be asked, what is worth knowing."""

    problems: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def ask_crms(found: Configuration) -> Answered:
    """Ask each CRM with its connection's own credentials; writes nothing."""
    answered = Answered()
    with ThreadPoolExecutor(1) as pool:
        seams = production(pool, Event())
        for settings in found.connections:
            _ask(found, settings, seams, answered)
    return answered


def _ask(found: Configuration, settings: Connection, seams: Seams, answered: Answered) -> None:
    try:
        wired = wire(found, settings, seams, rehearsal=True)
        answered.problems.extend(_compared(wired, seams, answered))
        wired.connector.close()
    except Unknown as error:
        answered.problems.extend(error.problems)
    except (Unusable, NotSynced) as error:
        answered.problems.append(str(error))
    except ConnectorError as error:
        answered.unreachable.append(f"{settings.name}: {error}")


def _compared(wired: Wired, seams: Seams, answered: Answered) -> Iterator[str]:
    settings, connector, book = wired.settings, wired.connector, wired.router.book
    name = ConnectionName(settings.name)
    users = calling(seams, connector.owners)
    people = directory(book, name, settings.replaces, users, any_owner=connector.features.any_owner)
    yield from _people(book, name, people)
    rights = connector.rights()
    yield from (f"{name}: the credentials lack the right {right}" for right in rights.missing)
    if rights.needless:
        answered.notices.append(
            f"{name}: the credentials hold more rights than needed: {', '.join(rights.needless)}"
        )
    for date in settings.enters:
        walk = Entered(date, seams.clock() - _LOOK_BACK)
        page = calling(seams, partial(connector.pages, walk, None))
        fields = {source for change in page.changes for source in change.record.fields}
        unknown = sorted({each.source for each in settings.mapping or ()} - fields) if fields else ()
        yield from (f"{name}: the mapping reads {source}, which no recent record has" for source in unknown)


def _people(book: Rulebook, name: ConnectionName, people: Directory) -> Iterator[str]:
    for rep, why in people.absent.items():
        known = rep in book.reps and "inactive" in why
        hint = "" if known else f"; give the rep that e-mail there, or say `owner: {{{name}: ID}}`"
        yield f"{name}: rep {rep}: {why}{hint}"
    for queue in book.queues.values():
        if name in queue.targets and queue.name not in people.queues:
            yield f"{name}: queue {queue.name}: the CRM has no queue {queue.targets[name]}"
