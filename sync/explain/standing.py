"""How a rep stands: what they got, what keeps them from leads now, and their place in the turns of each team."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from config.settings import Configuration
from router.capacity import counted
from router.model import ConnectionName, Load, RepId, State, Team
from router.rules import Rulebook
from sync import schema
from sync.explain.given import Given, Used, given, used
from sync.explain.line import Place, place
from sync.explain.recent import Recent, recent
from sync.explain.who import Who
from sync.loads import loads_of
from sync.log import last_entry, team_turns
from sync.replay import outside_then
from sync.store import Store

_END_OF_LOG = 2**63 - 1
_NO_CRM = (ConnectionName(""),)
"""Without a connection teams have their turns all the same."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that `explain --rep` says. `users` is the state of the rep's user in each CRM, None for active; CRMs that no
    pass has asked are missing. `stored_since` is when the oldest decision in the store was made.
    """

    who: Who
    now: datetime
    since: datetime
    stored_since: datetime | None
    given: Given
    places: tuple[Place, ...]
    users: Mapping[ConnectionName, str | None]
    capacity: tuple[Used, ...]
    recent: Recent


def standing(store: Store, found: Configuration, who: Who, *, since: datetime, now: datetime) -> Standing:
    """Look at a rep under the configuration `found`."""
    book = found.rulebook
    teams = [team for team in book.teams.values() if any(member.rep == who.id for member in team.members)]
    with store.reading() as tx, tx.begin():
        names = [ConnectionName(each.name) for each in found.connections]
        users = {name: _user(tx, name, who.id) for name in names}
        loads = loads_of(tx, book, _counted(book, teams, who), now) if who.now else {}
        states = {name: _state(tx, book, name, teams, loads) for name in names or _NO_CRM}
        return Standing(
            who=who,
            now=now,
            since=since,
            stored_since=_stored_since(tx),
            given=given(tx, who.id, since),
            places=tuple(place(book, team, who.id, states, now) for team in teams),
            users={name: why for name, (known, why) in users.items() if known and who.now},
            capacity=tuple(used(tx, who.now, loads.get(who.id, {}), now)) if who.now else (),
            recent=recent(tx, who.id, since),
        )


def _counted(book: Rulebook, teams: Iterable[Team], who: Who) -> set[RepId]:
    mine = {member.rep for team in teams for member in team.members} | {who.id}
    return mine & counted(book)


def _user(tx: sa.Connection, crm: ConnectionName, rep: RepId) -> tuple[bool, str | None]:
    """Return whether a pass has asked the CRM for its users, and why the rep has no active one there."""
    absent = last_entry(tx, f"owners:{crm}")
    return absent is not None, json.loads(absent or "{}").get(rep)


def _state(
    tx: sa.Connection,
    book: Rulebook,
    crm: ConnectionName,
    teams: Iterable[Team],
    loads: Mapping[RepId, Load],
) -> State:
    turns = {team.name: team_turns(tx, team.name) for team in teams}
    return replace(outside_then(tx, book, crm, _END_OF_LOG), turns=turns, loads=loads)


def _stored_since(tx: sa.Connection) -> datetime | None:
    decisions = schema.decisions
    return tx.scalar(sa.select(decisions.c.at).order_by(decisions.c.id).limit(1))
