"""Whether the capacity of teams can carry as many leads as came for them in the last thirty days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

from config.settings import Configuration
from router.capacity import OPEN
from router.model import Rep, TeamName
from router.rules import Rulebook, ToTeam

DAYS = 30
_PER_WINDOW = {"week": Fraction(DAYS, 7), "month": Fraction(1)}
_SQLITE = "sqlite:///"


def too_much(found: Configuration, now: datetime) -> Iterator[str]:
    """Say of which teams more leads were asked than their members may get; looks into the store only where one is
    limited and there is a store.
    """
    most = {team: carried for team in found.rulebook.teams if (carried := _carried(found.rulebook, team))}
    if not most or _missing(found.store):
        return
    from sync.store import StoreError

    try:
        asked = _asked(found, now)
    except StoreError as error:
        yield f"whether capacities suffice cannot be told: {error}"
        return
    for team, count in sorted(asked.items()):
        if team in most and count > most[team]:
            yield (
                f"teams.yaml: {count:,} leads came for team '{team}' in the last {DAYS} days, and its members may get "
                f"{most[team]:,} (raise their `capacity`, or say in `otherwise` who takes the rest)"
            )


def _missing(url: str) -> bool:
    return url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists()


def _asked(found: Configuration, now: datetime) -> Mapping[TeamName, int]:
    """Count the leads of the rules that name each team, those that it could not take too."""
    import sqlalchemy as sa

    from sync.schema import decisions
    from sync.store import open_store

    store = open_store(found.store, create=False)
    try:
        with store.reading() as database:
            leads = sa.func.count(decisions.c.lead.distinct())
            since = decisions.c.at >= now - timedelta(days=DAYS)
            asking = sa.select(decisions.c.rule, leads).where(since).group_by(decisions.c.rule)
            counts = {rule: count for rule, count in database.execute(asking)}  # noqa: C416 - rows are no tuples to mypy
    finally:
        store.close()
    asked: Counter[TeamName] = Counter()
    for rule in found.rulebook.rules:
        if isinstance(rule.assign, ToTeam):
            asked[rule.assign.team] += counts.get(rule.name, 0)
    return asked


# --- capacity ---------------------------------------------------------------------------------------------


def _carried(book: Rulebook, team: TeamName) -> int | None:
    """Return how many leads a team may get in thirty days; None where one of its members has no limit in time."""
    total = 0
    for member in book.teams[team].members:
        rep = book.reps[member.rep]
        if member.weight and any(weight for _, weight in rep.weights):
            limits = [most * _times(rep, window) for window, most in rep.capacity.items() if window != OPEN]
            if not limits:
                return None
            total += int(min(limits))
    return total


def _times(rep: Rep, window: str) -> Fraction:
    """Return how often a window of a capacity comes in thirty days of a rep's hours."""
    if window == "hour":
        minutes = sum(
            _minutes(one.end.hour, one.end.minute) - one.start.hour * 60 - one.start.minute
            for one in rep.hours
        )
        return Fraction(minutes or 7 * 1440, 60) * DAYS / 7
    if window == "day":
        return Fraction(len({one.weekday for one in rep.hours}) or 7) * DAYS / 7
    return _PER_WINDOW.get(window) or Fraction(DAYS * 86_400, int(window.removesuffix("s")))


def _minutes(hour: int, minute: int) -> int:
    return hour * 60 + minute or 1440
