"""What came from outside at each decision of then: the configuration, who was absent or away, and what the log says."""

from __future__ import annotations

import json
from collections.abc import Iterable

from router.capacity import one_more
from router.model import Action, ConnectionName, Load, RepId, State, TeamName, TeamTurns
from router.route import Router
from router.rules import Rulebook
from sync.codec import turn_from_text
from sync.log import loads_before, team_turns
from sync.replay import files_of, outside_then, router_then
from sync.simulate.history import Span
from sync.simulate.record import Noted, Recorded
from sync.store import Store

_OF_DECISIONS = frozenset({"turn", "returned", "loads"})
"""What decisions write into the log themselves; everything else comes from outside."""


class Then:
    """Goes along with the events from a position of the log; what it read it keeps until the log says something new."""

    def __init__(self, store: Store, span: Span) -> None:
        self._store, self._start, self._position = store, span.position, span.position
        self._turns: dict[TeamName, TeamTurns] = {}
        with store.reading() as tx, tx.begin():
            self._loads: dict[RepId, Load] = loads_before(tx, span.first, span.position) or {}
        self._outside: dict[tuple[str, int], State] = {}
        self._routers: dict[str, Router] = {}

    def note(self, noted: Noted) -> None:
        """Let an entry of the log be known."""
        self._position = noted.position
        if noted.kind in ("turn", "returned"):
            team = TeamName(noted.subject.removeprefix("team:"))
            self._turns[team] = turn_from_text(team, noted.body).after
        elif noted.kind == "loads":
            self._loads = {RepId(rep): load for rep, load in json.loads(noted.body)["loads"].items()}
        if noted.kind not in _OF_DECISIONS:
            self._outside.clear()
            self._routers.clear()

    def decided(self, one: Recorded) -> None:
        """Let the ledger's own answer count towards the loads, for those behind it in its transaction."""
        if one.decision.action is Action.ASSIGN and one.decision.owner:
            self._loads |= one_more(self._loads, one.decision.owner)

    def router(self, config: str) -> Router:
        """Return the router of a configuration that the store has; raises `StoreError` where it is gone."""
        if config not in self._routers:
            with self._store.reading() as tx, tx.begin():
                self._routers[config] = router_then(tx, files_of(tx, config), self._position)
        return self._routers[config]

    def outside(self, book: Rulebook, connection: ConnectionName) -> State:
        """Return who is absent from a CRM, who is away, and whatever else no decision changes."""
        key = (connection, id(book))
        if key not in self._outside:
            with self._store.reading() as tx, tx.begin():
                self._outside[key] = outside_then(tx, book, connection, self._position)
        return self._outside[key]

    def turns(self, teams: Iterable[TeamName]) -> dict[TeamName, TeamTurns]:
        """Return where the turns of teams stand: at the start, or as the log said since."""
        missing = [team for team in teams if team not in self._turns]
        if missing:
            with self._store.reading() as tx, tx.begin():
                self._turns |= {team: team_turns(tx, team, until=self._start) for team in missing}
        return {team: self._turns[team] for team in teams}

    def loads(self) -> dict[RepId, Load]:
        """Return the loads that the next decision of the ledger saw."""
        return dict(self._loads)
