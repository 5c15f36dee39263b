"""The store's one ordered log: what changed between decisions, so that each can be made again as of its position.

Each entry holds all that is known of its subject from there on; the last one of a subject up to a position counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from config.holidays import around
from router.capacity import one_more
from router.model import Action, Load, RepId, TeamName, TeamTurns
from router.rules import Rulebook
from sync import schema
from sync.codec import dumps, turn_from_text
from sync.directory import Directory
from sync.ledger import Ledger, next_id

if TYPE_CHECKING:
    from sync.store import Session


def team_turns(tx: sa.Connection, team: TeamName, *, until: int | None = None) -> TeamTurns:
    """Return where a team's turns stood at position `until` of the log (None: now)."""
    body = last_entry(tx, f"team:{team}", until=until)
    return TeamTurns() if body is None else turn_from_text(team, body).after


def last_entry(tx: sa.Connection, subject: str, *, until: int | None = None) -> str | None:
    log = schema.log
    query = sa.select(log.c.body).where(log.c.subject == subject)
    if until is not None:
        query = query.where(log.c.seq <= until)
    found = tx.scalar(query.order_by(log.c.seq.desc()).limit(1))
    return None if found is None else str(found)


def marked_away(
    tx: sa.Connection, reps: Iterable[RepId], *, until: int | None = None
) -> dict[RepId, datetime | None]:
    """Return whom `leadswitch away` marked, with the end where one was said, at position `until` (None: now)."""
    marks = _of_reps(tx, "away", reps, until)
    return {rep: _instant(mark["until"]) for rep, mark in marks if mark["away"]}


def busy_by_calendar(
    tx: sa.Connection, book: Rulebook, *, until: int | None = None
) -> dict[RepId, tuple[datetime, ...]]:
    """Return the busy times of those who have a calendar, as they were known at position `until` (None: now)."""
    reps = [rep.id for rep in book.reps.values() if rep.calendar]
    found = _of_reps(tx, "calendar", reps, until) if reps else ()
    return {rep: tuple(datetime.fromtimestamp(edge, UTC) for edge in edges) for rep, edges in found}


def _of_reps(
    tx: sa.Connection, kind: str, reps: Iterable[RepId], until: int | None
) -> Iterator[tuple[RepId, Any]]:
    """Yield the last entry of a kind for each of the reps."""
    log = schema.log
    last = sa.select(sa.func.max(log.c.seq)).where(log.c.subject.in_([f"{kind}:{rep}" for rep in reps]))
    if until is not None:
        last = last.where(log.c.seq <= until)
    query = sa.select(log.c.subject, log.c.body).where(log.c.seq.in_(last.group_by(log.c.subject)))
    for subject, body in tx.execute(query):
        yield RepId(subject.removeprefix(f"{kind}:")), json.loads(body)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def mark(tx: sa.Connection, now: datetime, rep: RepId, *, away: bool, until: datetime | None = None) -> None:
    """Write that a rep is away, or back."""
    body = {"away": away, "until": until and until.isoformat()}
    _note(tx, now, "away", f"away:{rep}", dumps(body))


def loads_row(
    seq: int, now: datetime, decision: int, loads: Mapping[RepId, Load]
) -> tuple[int, datetime, str, str, None, str]:
    """Return the entry that says which loads a decision and those of the same transaction behind it were made with."""
    return seq, now, "loads", "loads", None, dumps({"decision": decision, "loads": loads})


def loads_before(tx: sa.Connection, decision: int, position: int) -> dict[RepId, Load] | None:
    """Return the loads that a decision saw: as they were counted, and what the decisions between have added.

    None where one of those left the store.
    """
    body = json.loads(last_entry(tx, "loads", until=position) or "null")
    if body is None:
        return {}
    loads: dict[RepId, Load] = {RepId(rep): load for rep, load in body["loads"].items()}
    table = schema.decisions
    between = sa.select(table.c.action, table.c.rep).where(
        table.c.id >= body["decision"], table.c.id < decision
    )
    found = tx.execute(between).all()
    for action, rep in found:
        if action == Action.ASSIGN and rep is not None:
            loads |= one_more(loads, RepId(rep))
    return loads if len(found) == decision - body["decision"] else None


def announce(
    session: Session,
    ledger: Ledger,
    book: Rulebook,
    people: Directory,
    now: datetime,
    *,
    busy: Mapping[RepId, Sequence[datetime]],
) -> Mapping[RepId, str]:
    """Write into the ordered log who is absent from the CRM, public holidays and busy times, where that changed.

    A decision is re-run with them, whatever calendars and a later release of the holidays' package say. Returns who
    was absent from the CRM before, and why.
    """
    codes = {rep.holidays for rep in book.reps.values() if rep.holidays}
    owners = f"owners:{ledger.connection}"
    with session.routing("owners") as tx:
        before: Mapping[RepId, str] = json.loads(last_entry(tx, owners) or "{}")
        _note(tx, now, "owners", owners, dumps(dict(people.absent)))
        for code, days in around(codes, now.year).items():
            _note(tx, now, "holidays", f"holidays:{code}", dumps(days))
        for rep, edges in sorted(busy.items()):
            _note(tx, now, "calendar", f"calendar:{rep}", dumps([int(edge.timestamp()) for edge in edges]))
    return before


def _note(tx: sa.Connection, now: datetime, kind: str, subject: str, body: str) -> None:
    """Write an entry of the log, unless the last one of its subject says the same."""
    if last_entry(tx, subject) != body:
        log = schema.log
        seq = next_id(tx, log.c.seq)
        tx.execute(log.insert().values(seq=seq, at=now, kind=kind, subject=subject, body=body))
