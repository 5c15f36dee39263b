"""`leadswitch check`: every problem of the configuration at once, and with --live what the CRMs say to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from config.calendars import remote
from config.problems import ConfigError
from config.settings import Configuration
from sync.screen import Screen, counted, few
from sync.trouble import CONFIG_WRONG, CRM_REFUSED, OK, Refused
from sync.volume import too_much
from sync.wiring import configuration, without_replaces


def run(screen: Screen, *, live: bool, every: str | None = None) -> int:
    if every is not None and not live:
        raise Refused("--every counts the calls to the CRMs, which --live asks: give both")
    try:
        found = configuration(screen.directory)
    except ConfigError:
        if live:
            _show_owners(screen)
        raise
    problems: list[str] = []
    notices = [*too_much(found, datetime.now(UTC)), *_calendars(found, live=live)]
    code = OK
    if live:
        from sync.commands.sync import interval
        from sync.live import USUAL, ask_crms

        answered = ask_crms(found, USUAL if every is None else interval(every))
        problems = [*answered.problems, *answered.unreachable]
        notices += answered.notices
        code = CRM_REFUSED if answered.unreachable else CONFIG_WRONG if answered.problems else OK
    _report(screen, found, problems, notices, code)
    return code


def _calendars(found: Configuration, *, live: bool) -> Sequence[str]:
    """Say which calendars cannot be read; those of others are asked for with --live only."""
    reps = [
        rep for rep in found.rulebook.reps.values() if rep.calendar and (live or not remote(rep.calendar))
    ]
    if not reps:
        return ()
    from sync.live import read_now

    known = read_now(reps, found.allow_hosts)
    return (*known.unread, *known.left_out, *known.assumed)


def _show_owners(screen: Screen) -> None:
    """Where nothing but `replaces` is missing, show whose leads there are: it cannot be chosen without knowing."""
    from sync.live import newest_owners

    try:
        found = without_replaces(screen.directory)
    except ConfigError:
        return
    for line in newest_owners(found):
        screen.tell(f"note: {line}")


def _report(screen: Screen, found: Configuration, problems: list[str], notices: list[str], code: int) -> None:
    lint = [*map(str, found.notices)]
    if screen.json:
        every = [*lint, *notices]
        screen.result({"exit": code, "problems": problems, "notices": every, "hash": found.hash})
        return
    for notice in (*few(lint, "--json"), *notices):
        screen.tell(f"note: {notice}")
    for problem in problems:
        screen.warn(problem)
    book, good = found.rulebook, "the CRMs disagree, see above" if problems else "the configuration is good"
    there = {"connection": found.connections, "rule": book.rules, "team": book.teams, "rep": book.reps}
    screen.line(f"{', '.join(counted(len(held), name) for name, held in there.items())}: {good}")
