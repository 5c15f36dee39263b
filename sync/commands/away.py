"""`leadswitch away REP`: marks a rep away or back, at once; without REP it lists who is marked away."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

from config.problems import Refusal, shown
from config.scalars import DURATION, duration, instant
from router.model import Rep
from router.rules import Rulebook
from sync.called import called, meant
from sync.figures import absences
from sync.log import mark
from sync.screen import Screen
from sync.seams import system_clock
from sync.store import open_store
from sync.trouble import OK, Refused
from sync.wiring import offline_configuration, store_url


def run(screen: Screen, *, rep: str | None, until: str | None, back: bool) -> int:
    book, now = offline_configuration(screen.directory).rulebook, system_clock()
    if rep is None:
        if until or back:
            raise Refused("say which rep: leadswitch away REP")
        return _list(screen, book, now)
    if until and back:
        raise Refused("--until and --back exclude each other: --back ends an absence now")
    who = _rep(book, rep)
    end = None if until is None else _end(until, who, now)
    store = open_store(store_url(screen.directory), create=True)
    with closing(store), store.beside() as session, session.routing("away") as tx:
        mark(tx, now, who.id, away=not back, until=end)
    if screen.json:
        screen.result({"rep": who.id, "away": not back, "until": end and end.isoformat()})
    else:
        screen.line(f"{who.id} is back." if back else f"{who.id} is away {until_when(end)}.")
    return OK


def _rep(book: Rulebook, text: str) -> Rep:
    found = called(text, book)
    if found is None:
        hint = meant(text, book)
        raise Refused(f"there is no rep {shown(text)} in teams.yaml, by id, e-mail or name; {hint}")
    return found


def _end(text: str, rep: Rep, now: datetime) -> datetime:
    """Read a time from now on (`4h`), or a day (all of it) or a time on the rep's own clock."""
    if text == "0" or DURATION.fullmatch(text.strip()):
        try:
            end = now + timedelta(seconds=duration(text))
        except Refusal as error:
            raise Refused(f"--until: {text} is too far off; leave --until out") from error
    else:
        end = _on_the_clock(text, rep)
    if end <= now:
        raise Refused(f"--until: {text} is over; use --back to mark {rep.id} back")
    return end


def _on_the_clock(text: str, rep: Rep) -> datetime:
    try:
        first, last = instant(text, rep.zone), instant(text, rep.zone, end=True)
    except (Refusal, OverflowError) as error:
        hint = "write 4h, 3d, 2026-12-24 (the whole day) or 2026-12-24T12:00"
        raise Refused(f"--until: '{text}' is neither a time nor a duration; {hint}") from error
    return first if first == last else last + timedelta(microseconds=1)


def _list(screen: Screen, book: Rulebook, now: datetime) -> int:
    with closing(open_store(store_url(screen.directory), create=False)) as store:
        found = absences(store, book.reps, now)
    if screen.json:
        screen.result({rep: until and until.isoformat() for rep, until in found.items()})
        return OK
    for rep, until in found.items():
        screen.line(f"{rep} is away {until_when(until)}.")
    if not found:
        screen.line("Nobody is marked away.")
    return OK


def until_when(end: datetime | None) -> str:
    return "until marked back" if end is None else f"until {end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
