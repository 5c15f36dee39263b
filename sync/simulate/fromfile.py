"""The leads of a file in the order in which they were created, decided by one or two configurations side by side."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from router.model import Lead, OwnerId, Rep, RepId, State
from router.route import Router
from sync.codec import dumps, lead_from_text, lead_to_text
from sync.schema import EPOCH, to_micros
from sync.simulate.given import Given
from sync.simulate.record import WAITS, Kind, Where
from sync.simulate.tally import Side, Tally
from sync.simulate.world import Case, World

LOOKED_EVERY = timedelta(minutes=15)
_CHUNK = 500


class Created:
    """Leads by the time they were created, kept in a file of its own that nobody else sees and that goes away.

    Those without a time stand where the lead before them in the source does; `undated` counts them.
    """

    def __init__(self, leads: Iterable[Lead], since: datetime | None) -> None:
        self._rows = sqlite3.connect("")
        self._rows.execute("CREATE TABLE leads (n INTEGER PRIMARY KEY, at INTEGER, body TEXT)")
        self.undated = 0
        self._rows.executemany("INSERT INTO leads VALUES (?, ?, ?)", self._timed(leads, since))
        self._rows.execute("CREATE INDEX by_time ON leads (at, n)")
        [(self.count, self.dated)] = self._rows.execute("SELECT count(*), count(at) FROM leads")
        self._rows.execute("UPDATE leads SET at = (SELECT min(at) FROM leads) WHERE at IS NULL")

    def _timed(self, leads: Iterable[Lead], since: datetime | None) -> Iterator[tuple[int, int | None, str]]:
        last: int | None = None
        for number, lead in enumerate(leads, 1):
            self.undated += lead.created is None
            last = last if lead.created is None else to_micros(lead.created)
            if since is None or last is None or last >= to_micros(since):
                yield number, last, lead_to_text(lead)

    def span(self) -> tuple[datetime, datetime]:
        """Return the first and the last time."""
        [(first, last)] = self._rows.execute("SELECT min(at), max(at) FROM leads")
        return EPOCH + timedelta(microseconds=first), EPOCH + timedelta(microseconds=last)

    def close(self) -> None:
        self._rows.close()

    def __iter__(self) -> Iterator[tuple[str, datetime, Lead]]:
        """Yield number, time and lead."""
        for number, at, body in self._rows.execute("SELECT n, at, body FROM leads ORDER BY at, n"):
            yield str(number), EPOCH + timedelta(microseconds=at), lead_from_text(body)

    def values(self, numbers: Sequence[str]) -> dict[str, Lead]:
        found: dict[str, Lead] = {}
        for start in range(0, len(numbers), _CHUNK):
            wanted = numbers[start : start + _CHUNK]
            rows = self._rows.execute(
                "SELECT n, body FROM leads WHERE n IN (SELECT value FROM json_each(?))", (dumps(wanted),)
            )
            found |= {str(number): lead_from_text(body) for number, body in rows}
        return found


class Owners:
    """Who had the leads of the file, by its `owner` column: a rep's id, name, e-mail or id in a CRM."""

    def __init__(self, reps: Mapping[RepId, Rep]) -> None:
        self._reps = {
            name.casefold(): rep.id
            for rep in reps.values()
            for name in (rep.name, rep.email or rep.id, *rep.owners.values(), rep.id)
        }

    def where(self, owner: OwnerId | None) -> Where:
        if owner is None:
            return Where(Kind.NOBODY)
        rep = self._reps.get(owner.casefold())
        return Where(Kind.REP, rep) if rep else Where(Kind.OTHER)


class Line:
    """The leads of the file in one world: each decided when it was created, and looked at again while it waits."""

    def __init__(self, router: Router, leads: Created, side: Side) -> None:
        given = Given([router.book.reps[rep] for rep in sorted(router.counted)])
        self._world, self._leads, self._side = World(router, {}, given), leads, side

    def decide(self, case: Case, lead: Lead, at: datetime) -> None:
        decision = self._world.decide(case, lead, at, State())
        if decision.turn:
            self._side.teams[decision.turn.team].take(decision.turn)

    def look(self, at: datetime) -> None:
        due = list(self._world.due(at, None))
        leads = self._leads.values([case.values for case in due])
        for case in due:
            self.decide(case, leads[case.values], at)

    @property
    def waits(self) -> bool:
        return bool(self._world.waiting)


class FromFile:
    """Goes through the leads of a file once. `before` None: what is compared with is the file's own owners."""

    def __init__(self, leads: Created, before: Router | None, after: Router, zone: ZoneInfo) -> None:
        self.tally = Tally(zone)
        self._leads, self._owners = leads, Owners(after.book.reps)
        self._before = Line(before, leads, self.tally.before) if before else None
        self._after = Line(after, leads, self.tally.after)
        self._open: dict[str, tuple[Case, Case]] = {}

    def run(self, progress: Callable[[Tally], None]) -> Tally:
        looked: datetime | None = None
        for number, at, lead in self._leads:
            looked = self._pass_by(looked or at, at)
            self._decide(number, lead, at)
            self.tally.decisions += 1
            progress(self.tally)
        for before, after in self._open.values():
            self.tally.close(before, after)
        return self.tally

    def _decide(self, number: str, lead: Lead, at: datetime) -> None:
        before, after = (Case(number, lead.ref, number, at) for _ in range(2))
        if self._before:
            self._before.decide(before, lead, at)
        else:
            before.stands, before.at = self._owners.where(lead.owner), at
        self._after.decide(after, lead, at)
        self._open[number] = before, after
        self._close_settled((number,))

    def _pass_by(self, looked: datetime, now: datetime) -> datetime:
        """Look at what waits as often as passes would; return when that was last."""
        lines = [line for line in (self._before, self._after) if line]
        while looked + LOOKED_EVERY <= now:
            waiting = [line for line in lines if line.waits]
            if not waiting:
                return now
            looked += LOOKED_EVERY
            for line in waiting:
                line.look(looked)
            self._close_settled(tuple(self._open))
        return looked

    def _close_settled(self, numbers: Iterable[str]) -> None:
        for number in numbers:
            pair = self._open[number]
            if not any(case.stands and case.stands.kind in WAITS for case in pair):
                self.tally.close(*self._open.pop(number))
