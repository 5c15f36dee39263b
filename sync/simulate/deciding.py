"""Who decides the leads of the ledger again: what was in force then, or a proposed configuration."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import datetime

from router.model import Decision, Lead, State, Turn, person_keys
from router.route import Router
from sync.simulate.given import Given, claims_before
from sync.simulate.history import History
from sync.simulate.record import Event, Kind, Noted, Passed, Recorded, where
from sync.simulate.then import Then
from sync.simulate.world import Case, World


class Deciding(ABC):
    """Who decides the leads of the ledger again. `looks_again`: at leads that wait here and not there, too."""

    looks_again = False

    @abstractmethod
    def decide(self, case: Case, one: Recorded, lead: Lead) -> Decision:
        """Decide a lead at a decision of the ledger, and write down in the case where it stands."""

    def give_back(self, case: Case, now: datetime) -> None:  # noqa: ARG002
        """Take a lead back that has an owner."""
        case.stands, case.turn = None, None

    def leave(self, case: Case) -> None:  # noqa: ARG002
        """Let a lead wait no longer."""
        return

    def charge(self, turn: Turn) -> None:  # noqa: ARG002
        """Let a turn count that the ledger took."""
        return

    def refund(self, turn: Turn) -> None:  # noqa: ARG002
        """Let a turn count no more that was taken before the history begins."""
        return

    def compared(self, case: Case, one: Recorded) -> None:  # noqa: ARG002
        """Learn whether the ledger came to the same owner."""
        return

    def passed(self, one: Passed) -> None:  # noqa: ARG002
        """Learn that a pass began, which looks again at what waits."""
        return

    def looks(self, ahead_of: Event | None) -> list[tuple[Case, Decision]]:  # noqa: ARG002
        """Look again at what the pass would have looked at before an event; return what was decided."""
        return []


class AsItWas(Deciding):
    """Each decision with the configuration and from the inputs of then; turns as the log has them."""

    def __init__(self, then: Then) -> None:
        self._then = then

    def decide(self, case: Case, one: Recorded, lead: Lead) -> Decision:
        router = self._then.router(one.config)
        keys = person_keys(lead)
        state = replace(
            self._then.outside(router.book, lead.ref.connection),
            turns=self._then.turns(router.book.teams),
            persons={keys[at]: sticky for at, sticky in one.known.items()},
            held={lead.ref: one.held_since} if one.held_since else {},
            accounts={lead.ref: one.account} if one.account else {},
            loads=self._then.loads() if router.counted else {},
        )
        decision = router.route(lead, state, one.at)
        case.move(decision, one.at)
        return decision


class Proposed(Deciding):
    """Every decision with a configuration that was not in force: what follows from it is another history."""

    looks_again = True

    def __init__(self, then: Then, history: History, router: Router) -> None:
        self._then, self._history, self._router = then, history, router
        with history.store.reading() as tx, tx.begin():
            before = list(claims_before(tx, router.counted, history.span.began))
        given = Given([router.book.reps[rep] for rep in sorted(router.counted)], before)
        self._world = World(router, then.turns(router.book.teams), given, before=history)
        self._line: list[Case] = []

    def decide(self, case: Case, one: Recorded, lead: Lead) -> Decision:
        keys = person_keys(lead)
        case.values, case.account = one.values_id, one.account
        case.persons = {keys[at]: sticky for at, sticky in one.known.items()}
        if case.stands is None:
            case.held_since = one.held_since
        outside = self._then.outside(self._router.book, lead.ref.connection)
        return self._world.decide(case, lead, one.at, outside)

    def give_back(self, case: Case, now: datetime) -> None:
        self._world.give_back(case, now)

    def leave(self, case: Case) -> None:
        self._world.leave(case)

    def charge(self, turn: Turn) -> None:
        self._world.charge(turn)

    def refund(self, turn: Turn) -> None:
        self._world.refund(turn)

    def compared(self, case: Case, one: Recorded) -> None:
        given, here = where(one.decision), case.stands
        if given.kind is Kind.REP or (here and here.kind is Kind.REP):
            (self._world.agrees if given == here else self._world.differs)(case)

    def passed(self, one: Passed) -> None:
        if self._world.waiting:
            self._pass, self._line = one, list(self._world.due(one.at, one.connection))

    def looks(self, ahead_of: Event | None) -> list[tuple[Case, Decision]]:
        """A pass looks at leads in the order of their keys; what it decided of them says when that was."""
        if not self._line or (isinstance(ahead_of, Noted) and ahead_of.kind != "returned"):
            return []
        due, at, self._line = self._line, self._pass.at, []
        if isinstance(ahead_of, Recorded) and any(case.key == ahead_of.key for case in due):
            self._line = [case for case in due if case.key > ahead_of.key]
            due, at = [case for case in due if case.key < ahead_of.key], ahead_of.at
        leads = self._history.values([case.values for case in due])
        return [
            (case, self._world.decide(case, leads[case.values], at, self._outside(case)))
            for case in due
            if case.values in leads and case.key in self._world.waiting
        ]

    def _outside(self, case: Case) -> State:
        return self._then.outside(self._router.book, case.ref.connection)
