"""`leadswitch check`: every problem of the configuration at once, and with --live what the CRMs say to it."""

from __future__ import annotations

from config.settings import Configuration
from sync.screen import Screen, counted
from sync.trouble import OK
from sync.wiring import configuration


def run(screen: Screen, *, live: bool) -> int:
    found = configuration(screen.directory)
    problems: list[str] = []
    if live:
        from sync.live import ask_crms

        problems = ask_crms(found)
    _report(screen, found, problems)
    return 3 if problems else OK


def _report(screen: Screen, found: Configuration, problems: list[str]) -> None:
    notices = [str(notice) for notice in found.notices]
    if screen.json:
        screen.result(
            {"exit": 3 if problems else OK, "problems": problems, "notices": notices, "hash": found.hash}
        )
        return
    for notice in notices:
        screen.tell(f"note: {notice}")
    for problem in problems:
        screen.warn(problem)
    book, good = (
        found.rulebook,
        "the configuration is good" if not problems else "the CRMs disagree, see above",
    )
    there = {"connection": found.connections, "rule": book.rules, "team": book.teams, "rep": book.reps}
    screen.line(f"{', '.join(counted(len(held), name) for name, held in there.items())}: {good}")
