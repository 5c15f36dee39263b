"""A world in which leads are decided by some configuration: its turns, persons, loads and accounts.

What comes from outside (who is absent or away) is told to it. What the ledger knew of a person or an account counts
until the world has decided otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from router.model import (
    LEAD,
    Decision,
    KnownAccount,
    Lead,
    LeadRef,
    Load,
    RepId,
    State,
    Sticky,
    TeamName,
    TeamTurns,
    Turn,
    person_keys,
)
from router.route import Router, Running
from router.rules import Rule, follows_account
from router.turns import reverse
from sync.simulate.given import Claim, Given
from sync.simulate.record import GIVEN, WAITS, Kind, Where, where
from sync.steps import KEPT_DEADLINE

if TYPE_CHECKING:
    from sync.following import Following

_SAME_PERSON = "same_person"
LOOK_AGAIN = timedelta(minutes=5)
"""How often a lead that waits is looked at, at the most."""


class Accounts(Protocol):
    """What was known of accounts before: owners by key, as `seal` writes it."""

    def seal(self, key: str, /) -> str: ...

    def owners(self, keys: Collection[str], /) -> Mapping[str, RepId]: ...


@dataclass(slots=True)
class Case:
    """One lead in one world: where it stands, by which rule, since when; `began` is when it was first decided.

    `values` is under what its lead is kept; `persons` and `account` are what the ledger knew of it then.
    """

    key: str
    ref: LeadRef
    values: str
    began: datetime
    stands: Where | None = None
    at: datetime | None = None
    rule: str = ""
    by: str = ""
    turn: Turn | None = None
    held_since: datetime | None = None
    due: datetime | None = None
    looked: datetime | None = None
    closed: datetime | None = None
    claim: Claim | None = None
    keys: tuple[str, ...] = ()
    persons: Mapping[str, Sticky] = field(default_factory=dict)
    account: KnownAccount | None = None
    learned: Collection[str] = ()

    @property
    def waits(self) -> bool:
        """Whether it may be decided (again)."""
        return self.stands is None or self.stands.kind not in GIVEN

    def move(self, decision: Decision, at: datetime) -> None:
        """Write down where a decision puts it."""
        stands = where(decision)
        if stands != self.stands:
            self.at = at
        self.stands, self.rule, self.by, self.turn = stands, decision.rule, decision.by, decision.turn
        self.due = decision.parked.until if decision.parked else at + KEPT_DEADLINE
        if stands.kind in WAITS:
            self.held_since = self.held_since or at


class World:
    """Decides leads one after the other, each seeing what became of those before it."""

    def __init__(
        self,
        router: Router,
        turns: dict[TeamName, TeamTurns],
        given: Given,
        *,
        before: Accounts | None = None,
    ) -> None:
        self.turns = turns
        self.waiting: dict[str, Case] = {}
        self._router, self._given = router, given
        self._persons: dict[str, tuple[str, Sticky | None]] = {}
        self._watched: Counter[str] = Counter()
        self._before = before
        self._accounts: dict[str, RepId] = {}
        self._following = _following(router, self._accounts, before)
        self._loads: tuple[datetime | None, dict[RepId, Load]] = (None, {})

    def decide(self, case: Case, lead: Lead, at: datetime, outside: State) -> Decision:
        """Decide a lead that waits; `outside` is the part of the state that no decision changes."""
        self.leave(case)
        case.keys = person_keys(lead)
        rule = self._router.match(lead, at)
        persons, loads = self._known(case), self._counted(at)
        state = replace(
            outside,
            turns=self.turns,
            persons=persons,
            held={lead.ref: case.held_since} if case.held_since else {},
            accounts=self._account(case, lead, rule),
            loads=loads,
        )
        decision = self._router.choose(rule, lead, state, at)
        Running(self.turns, {}, loads, counted=bool(self._router.counted)).take(decision, lead, at)
        case.move(decision, at)
        if case.stands and case.stands.kind in WAITS:
            self._wait(case, at)
        elif decision.owner:
            self._give(case, lead, decision, state)
        return decision

    def give_back(self, case: Case, now: datetime) -> None:
        """Take a lead back, as a pass releases its claim: its turn, its place in the loads, what it made known."""
        if case.turn:
            self.refund(case.turn)
        if case.claim:
            self._given.take_back(case.claim, now)
        for key in case.keys:
            if key in self._persons and self._persons[key][0] == case.key:
                del self._persons[key]
        for key in case.learned:
            self._accounts.pop(key, None)
        self._loads = (None, {})
        case.stands, case.turn, case.claim, case.learned = None, None, None, ()

    def charge(self, turn: Turn) -> None:
        """Let a turn count that was not decided here."""
        stood = self.turns.get(turn.team)
        if stood is None:
            return
        credit = {rep: stood.credits.get(rep, 0) + share for rep, share in turn.shares.items()}
        credit[turn.taker] -= LEAD
        last = {**stood.last, turn.taker: stood.number + 1}
        self.turns[turn.team] = replace(
            stood, number=stood.number + 1, credits={**stood.credits, **credit}, last=last
        )

    def refund(self, turn: Turn) -> None:
        """Give a turn back."""
        if (stood := self.turns.get(turn.team)) is not None:
            self.turns[turn.team] = reverse(stood, turn)

    def leave(self, case: Case) -> None:
        """Let a lead wait no longer."""
        if self.waiting.pop(case.key, None):
            self._watched.subtract(case.keys)

    def due(self, at: datetime, connection: str | None) -> Iterator[Case]:
        """Yield the leads of a connection (None: of any) that a pass at this time would look at again, by key."""
        for key in sorted(self.waiting):
            case = self.waiting[key]
            if connection not in (None, case.ref.connection) or (
                case.looked and at < case.looked + LOOK_AGAIN
            ):
                continue
            held = case.stands is not None and case.stands.kind is Kind.HELD
            if held or case.due is None or case.due <= at:
                yield case

    # --- against what the ledger knew -----------------------------------------------------------------------

    def agrees(self, case: Case) -> None:
        """The ledger gave the lead to the same rep: what it knows of the person is true here, too."""
        for key in case.keys:
            if not self._watched[key]:
                self._persons.pop(key, None)

    def differs(self, case: Case) -> None:
        """The ledger gave the lead to another, which never happened here."""
        for key in case.keys:
            self._persons.setdefault(key, ("", case.persons.get(key)))

    # --- what is known ------------------------------------------------------------------------------------

    def _known(self, case: Case) -> dict[str, Sticky]:
        told = {
            key: self._persons[key][1] if key in self._persons else case.persons.get(key) for key in case.keys
        }
        return {key: sticky for key, sticky in told.items() if sticky}

    def _counted(self, at: datetime) -> dict[RepId, Load]:
        """Count once for all decisions of one time, as a transaction does."""
        if self._router.counted and self._loads[0] != at:
            self._loads = (at, self._given.loads(at))
        return self._loads[1]

    def _account(self, case: Case, lead: Lead, rule: Rule) -> Mapping[LeadRef, KnownAccount]:
        """Return the account of a lead, if its rule asks for it: the CRM's, else that of an earlier lead here."""
        if not self._following:
            return {}
        self._recall(self._following, lead)
        self._following.look(lead, rule)
        if not follows_account(rule, self._router.book):
            return {}
        own = self._following.accounts.pop(lead.ref, None)
        account = case.account if of_the_crm(case.account) else own or case.account
        return {lead.ref: account} if account else {}

    def _recall(self, following: Following, lead: Lead) -> None:
        """Let the owner be known whom the account of a lead had before the simulation began."""
        if self._before and (new := following.keys([lead]) - self._accounts.keys()):
            following.recall(self._before.owners(new))

    # --- what follows -------------------------------------------------------------------------------------

    def _wait(self, case: Case, at: datetime) -> None:
        case.looked = at
        self.waiting[case.key] = case
        self._watched.update(case.keys)

    def _give(self, case: Case, lead: Lead, decision: Decision, state: State) -> None:
        owner, at = decision.owner, case.at
        if owner is None or at is None:
            return
        case.claim = (owner, at, case.closed)
        self._given.give(case.claim)
        for key in case.keys:
            if not (decision.by == _SAME_PERSON and key in state.persons):  # who is known keeps the time
                self._persons[key] = (case.key, Sticky(owner, at))
        if self._following:
            case.learned = self._following.remember(lead, owner, state.absent)


def _following(router: Router, accounts: dict[str, RepId], before: Accounts | None) -> Following | None:
    if not router.follows_accounts:
        return None
    from sync.following import Following  # the libraries for names are slow to load

    return Following(router.book, earlier=accounts, seal=before.seal if before else str)


def of_the_crm(account: KnownAccount | None) -> bool:
    """Say whether the CRM knew the account."""
    from sync.following import EARLIER

    return account is not None and not account.why.endswith(EARLIER)
