"""From a rule to a decision: the owner it names, the person's own owner, the turn, or what comes otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from router.asks import asks_of
from router.columns import text_reader
from router.eligible import KNOWN_OWNER, NOBODY, Found, Roster, first_bar, one_found
from router.hours import after_work, today
from router.model import (
    Action,
    Decision,
    Lead,
    Parked,
    QueueName,
    RepId,
    State,
    TeamName,
    TeamTurns,
    Turn,
    person_keys,
)
from router.outside import outside
from router.rules import (
    WAIT,
    Alert,
    Hold,
    If,
    Keep,
    NamedList,
    Rule,
    Rulebook,
    StepTarget,
    Target,
    ToOwner,
    ToQueue,
    ToTeam,
)
from router.select import best
from router.trace import Bar, Why
from router.turns import take

ALERT_AGAIN = timedelta(hours=24)
"""A lead parked with an alert is looked at again after this long at the latest."""

_NO_TURNS = TeamTurns()


@dataclass(frozen=True, slots=True)
class Asked:
    """A team, or one rep where `team` is None, that was asked to take the lead."""

    team: TeamName | None
    found: Found


@dataclass(slots=True)
class _Case:
    """One lead on its way through one rule, with what has been said on the way."""

    rule: Rule
    lead: Lead
    state: State
    now: datetime
    asked: list[Asked] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    team: TeamName | None = None  # the one asked last, until somebody else gets the lead
    waited: datetime | None = None  # until when it was to wait for an owner who is known

    @property
    def since(self) -> datetime:
        """Since when the lead waits for anybody."""
        return self.waited or self.state.held.get(self.lead.ref, self.now)

    def decision(
        self, action: Action, by: str, *, owner: RepId | None = None, turn: Turn | None = None
    ) -> Decision:
        return Decision(
            self.lead.ref,
            action,
            self.rule.name,
            by,
            tuple(self.reasons),
            owner=owner,
            team=self.team,
            turn=turn,
        )

    def parked(self, by: str, reason: str, until: datetime, *, alert: bool = False) -> Decision:
        return replace(self.decision(Action.PARK, by), parked=Parked(reason, until, alert))


class Chooser:
    """A rulebook's people, compiled: decides for a lead and the rule it matched."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._rosters = {name: Roster(team, book.reps, book.holidays) for name, team in book.teams.items()}
        self._limited = [rep for rep in book.reps.values() if rep.capacity]
        self._lists = {name: _owners(named) for name, named in book.lists.items()}

    def decide(self, rule: Rule, lead: Lead, state: State, now: datetime) -> tuple[Decision, list[Asked]]:
        """Return the decision, and who was asked on the way to it, in order."""
        case = _Case(rule, lead, state, now)
        known = self._same_person(case, rule.assign) if isinstance(rule.assign, ToTeam) else None
        return known or self._to(case, rule.assign) or self._otherwise(case), case.asked

    def _to(self, case: _Case, target: Target | StepTarget) -> Decision | None:
        """Return the decision for a target, None where it has nobody for the lead."""
        match target:
            case ToTeam():
                case.team = target.team
                known = self._account(case, target) if target.follow_account else None
                return known or self._to_team(case, target)
            case ToOwner():
                return self._to_owner(case, target)
            case ToQueue(queue):
                return self._to_queue(case, queue)
            case Keep():
                case.reasons.append("the rule leaves the owner as it is")
                return case.decision(Action.KEEP, "keep")
            case Hold():
                return _hold(case, target)
            case Alert():
                return _alert(case)

    # --- targets ------------------------------------------------------------------------------------------

    def _to_team(self, case: _Case, target: ToTeam) -> Decision | None:
        asks = asks_of(case.lead, target.require)
        found = self._rosters[target.team].find(case.now, asks, outside(case.state, case.now, self._limited))
        case.asked.append(Asked(target.team, found))
        case.reasons += found.reasons
        if not found.candidates:
            return None
        roster, turns = self._rosters[target.team], case.state.turns.get(target.team, _NO_TURNS)
        among, why = best(target.by, found, roster, case.lead, case.state.loads)
        if why is not None:
            case.reasons.append(why)
        turn = take(target.team, turns, found.members, among)
        return case.decision(Action.ASSIGN, target.by.value, owner=turn.taker, turn=turn)

    def _to_owner(self, case: _Case, target: ToOwner) -> Decision | None:
        owner = target.rep
        if target.list is not None:
            read, owners = self._lists[target.list]
            owner = owners.get(read(case.lead) or "")
            if owner is None:
                case.reasons.append(f"list {target.list} names no owner for it")
                return None
        if owner is None or self._barred(case, owner):
            return None
        case.team = None
        return case.decision(Action.ASSIGN, "owner", owner=owner)

    def _to_queue(self, case: _Case, queue: QueueName) -> Decision:
        connection = case.lead.ref.connection
        case.team = None
        if connection in self._book.queues[queue].targets:
            return replace(case.decision(Action.QUEUE, "queue"), queue=queue)
        reason = f"queue {queue} has no place in {connection}: the lead stays as it is"
        return case.parked("queue", reason, case.now + ALERT_AGAIN, alert=True)

    def _same_person(self, case: _Case, target: ToTeam) -> Decision | None:
        rule, persons = self._book.same_person, case.state.persons
        if rule is None or not persons:
            return None
        for key in person_keys(case.lead):
            known = persons.get(key)
            if known is None or case.now - known.since > timedelta(seconds=rule.within):
                continue
            case.reasons.append(f"the same person is with {known.owner} since {known.since:%Y-%m-%d}")
            wait = rule.wait if target.wait is None else target.wait
            return self._theirs(case, known.owner, "same_person", wait)
        return None

    def _account(self, case: _Case, target: ToTeam) -> Decision | None:
        known = case.state.accounts.get(case.lead.ref)
        if known is None:
            return None
        owner = known.owner
        whose = f"is with {owner}" if owner else "has an owner who is no rep here"
        case.reasons.append(f"the account {whose}: {known.why}, confidence {known.confidence:.2f}")
        wait = WAIT if target.wait is None else target.wait
        return None if owner is None else self._theirs(case, owner, "account", wait)

    def _theirs(self, case: _Case, owner: RepId, by: str, wait: float) -> Decision | None:
        """Give the lead to the owner it has, or let it wait for them so many seconds of their work, if that helps."""
        why = self._barred(case, owner)
        if why is None:
            case.team = None
            return case.decision(Action.ASSIGN, by, owner=owner)
        if why.bar not in WAITED_FOR or not wait:
            return None
        began = case.state.held.get(case.lead.ref, case.now)
        until = after_work(self._book.reps[owner], began, wait)
        if case.now < until:
            return case.parked("hold", f"waits for {owner}: {why.text}", until)
        case.waited = until
        case.reasons.append(f"it waited for {owner} until {until:%Y-%m-%d %H:%M} UTC")
        return None

    def _barred(self, case: _Case, owner: RepId) -> Why | None:
        """Return why an owner who is known without a turn may not take the lead, and note it."""
        why = self._why_not(case, owner)
        case.asked.append(Asked(None, one_found(owner, why)))
        if why is not None:
            case.reasons.append(f"{owner}: {why.text}")
        return why

    def _why_not(self, case: _Case, owner: RepId) -> Why | None:
        rep = self._book.reps.get(owner)
        if rep is None:
            return Why(Bar.LEFT, "is not in the configuration any more")
        why = outside(case.state, case.now, self._limited).get(owner)
        if why is not None and why.bar is not Bar.FULL:
            return why
        return first_bar(KNOWN_OWNER, rep, today(rep, case.now, self._book.holidays)) or why

    # --- otherwise ----------------------------------------------------------------------------------------

    def _otherwise(self, case: _Case) -> Decision:
        steps = self._book.otherwise if case.rule.otherwise is None else case.rule.otherwise
        asked = case.asked[-1].found if case.asked else NOBODY
        for step in steps:
            if APPLIES[step.when](asked) and (decision := self._to(case, step.do)):
                return decision
        return _alert(case)


WAITED_FOR = frozenset((Bar.AWAY, Bar.FULL))
"""Why an owner cannot take a lead now and may be able to soon."""

APPLIES: Mapping[If, Callable[[Found], bool]] = {
    If.ALWAYS: lambda _: True,
    If.CLOSED: lambda found: found.closed,
    If.NOBODY: lambda found: found.nobody_suits,
    If.FULL: lambda found: found.full,
}
"""When a step applies, by what came of the rule's own target."""


def _hold(case: _Case, hold: Hold) -> Decision | None:
    until = case.since + timedelta(seconds=hold.at_most)
    if case.now >= until:
        case.reasons.append(f"held until {until:%Y-%m-%d %H:%M} UTC, nobody took it")
        return None
    return case.parked("hold", f"waits for somebody: {case.reasons[-1]}", until)


def _alert(case: _Case) -> Decision:
    reason = f"nobody takes it: {case.reasons[-1]}"
    return case.parked("alert", reason, case.now + ALERT_AGAIN, alert=True)


def _owners(named: NamedList) -> tuple[Callable[[Lead], str | None], Mapping[str, RepId | None]]:
    owners = {value.casefold(): owner for value, owner in named.owners.items()}
    return text_reader(named.field), owners
