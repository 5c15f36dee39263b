"""From a rule to a decision: the owner it names, the person's own owner, the turn, or what comes otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from router.asks import asks_of
from router.case import Asked, Case
from router.columns import text_reader
from router.eligible import NOBODY, Found, one_found
from router.hours import after_work
from router.model import Action, Decision, Lead, QueueName, RepId, State, person_keys
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

if TYPE_CHECKING:
    from router.crew import Crew

ALERT_AGAIN = timedelta(hours=24)
"""A lead parked with an alert is looked at again after this long at the latest."""


class Chooser:
    """A rulebook's people, compiled: decides for a lead and the rule it matched."""

    def __init__(self, book: Rulebook, crew: Crew) -> None:
        self._book, self._crew = book, crew
        self._lists = {name: _owners(named) for name, named in book.lists.items()}

    def decide(self, rule: Rule, lead: Lead, state: State, now: datetime) -> tuple[Decision, list[Asked]]:
        """Return the decision, and who was asked on the way to it, in order."""
        case = Case(rule, lead, state, now)
        known = self._same_person(case, rule.assign) if isinstance(rule.assign, ToTeam) else None
        return known or self._to(case, rule.assign) or self._otherwise(case), case.asked

    def _to(self, case: Case, target: Target | StepTarget) -> Decision | None:
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
                return self._hold(case, target)
            case Alert():
                return _alert(case)

    # --- targets ------------------------------------------------------------------------------------------

    def _to_team(self, case: Case, target: ToTeam) -> Decision | None:
        asks = asks_of(case.lead, target.require)
        found = self._crew.find(case, target.team, asks)
        case.asked.append(Asked(target.team, found, asks))
        case.reasons += found.reasons
        if not found.candidates:
            return None
        among, why = best(target.by, found, self._crew.rosters[target.team], case.lead, case.state.loads)
        if why is not None:
            case.reasons.append(why)
        turn = self._crew.turn(case, target.team, found, among)
        return case.decision(Action.ASSIGN, target.by.value, owner=turn.taker, turn=turn)

    def _to_owner(self, case: Case, target: ToOwner) -> Decision | None:
        owner = target.rep
        if target.list is not None:
            read, owners = self._lists[target.list]
            owner = owners.get(read(case.lead) or "")
            if owner is None:
                case.reasons.append(f"list {target.list} names no owner for it")
                return None
        if owner is None or self._barred(case, owner):
            return None
        return self._out_of_turn(case, owner, "owner", target)

    def _to_queue(self, case: Case, queue: QueueName) -> Decision:
        connection = case.lead.ref.connection
        case.team = None
        if connection in self._book.queues[queue].targets:
            return replace(case.decision(Action.QUEUE, "queue"), queue=queue)
        reason = f"queue {queue} has no place in {connection}: the lead stays as it is"
        return case.parked("queue", reason, case.now + ALERT_AGAIN, alert=True)

    def _same_person(self, case: Case, target: ToTeam) -> Decision | None:
        rule, persons = self._book.same_person, case.state.persons
        if rule is None or not persons:
            return None
        for key in person_keys(case.lead):
            known = persons.get(key)
            if known is None or case.now - known.since > timedelta(seconds=rule.within):
                continue
            case.reasons.append(f"the same person is with {known.owner} since {known.since:%Y-%m-%d}")
            wait = rule.wait if target.wait is None else target.wait
            return self._theirs(case, known.owner, "same_person", replace(target, wait=wait))
        return None

    def _account(self, case: Case, target: ToTeam) -> Decision | None:
        known = case.state.accounts.get(case.lead.ref)
        if known is None:
            return None
        owner = known.owner
        whose = f"is with {owner}" if owner else "has an owner who is no rep here"
        case.reasons.append(f"the account {whose}: {known.why}, confidence {known.confidence:.2f}")
        wait = WAIT if target.wait is None else target.wait
        return None if owner is None else self._theirs(case, owner, "account", replace(target, wait=wait))

    def _theirs(self, case: Case, owner: RepId, by: str, target: ToTeam) -> Decision | None:
        """Give the lead to the owner it has, or let it wait for them as long as the target says, if that helps."""
        why = self._barred(case, owner)
        if why is None:
            return self._out_of_turn(case, owner, by, target)
        if why.bar not in WAITED_FOR or not target.wait:
            return None
        began = case.state.held.get(case.lead.ref, case.now)
        until = after_work(self._book.reps[owner], began, target.wait)
        if case.now < until:
            return case.parked("hold", f"waits for {owner}: {why.text}", until)
        case.waited = until
        case.reasons.append(f"it waited for {owner} until {until:%Y-%m-%d %H:%M} UTC")
        return None

    def _out_of_turn(self, case: Case, owner: RepId, by: str, target: ToTeam | ToOwner) -> Decision:
        turn = self._crew.charged(case, owner, target)
        case.team = None if turn is None else turn.team
        return case.decision(Action.ASSIGN, by, owner=owner, turn=turn)

    def _barred(self, case: Case, owner: RepId) -> Why | None:
        """Return why an owner who is known without a turn may not take the lead, and note it."""
        why = self._crew.why_not(case, owner)
        case.asked.append(Asked(None, one_found(owner, why)))
        if why is not None:
            case.reasons.append(f"{owner}: {why.text}")
        return why

    # --- otherwise ----------------------------------------------------------------------------------------

    def _otherwise(self, case: Case) -> Decision:
        steps = self._book.otherwise if case.rule.otherwise is None else case.rule.otherwise
        asked = case.asked[-1].found if case.asked else NOBODY
        for step in steps:
            if APPLIES[step.when](asked) and (decision := self._to(case, step.do)):
                return decision
        return _alert(case)

    def _hold(self, case: Case, hold: Hold) -> Decision | None:
        until, waits = case.since + timedelta(seconds=hold.at_most), "waits for somebody"
        if hold.until_open:
            opens = self._crew.opening(case)
            until, waits = min(until, opens or until), "waits until somebody is there"
        if case.now >= until:
            case.reasons.append(f"held until {until:%Y-%m-%d %H:%M} UTC, nobody took it")
            return None
        return case.parked("hold", f"{waits}: {case.reasons[-1]}", until)


WAITED_FOR = frozenset((Bar.AWAY, Bar.FULL))
"""Why an owner cannot take a lead now and may be able to soon."""

APPLIES: Mapping[If, Callable[[Found], bool]] = {
    If.ALWAYS: lambda _: True,
    If.CLOSED: lambda found: found.closed,
    If.NOBODY: lambda found: found.nobody_suits,
    If.FULL: lambda found: found.full,
}
"""When a step applies, by what came of the rule's own target."""


def _alert(case: Case) -> Decision:
    reason = f"nobody takes it: {case.reasons[-1]}"
    return case.parked("alert", reason, case.now + ALERT_AGAIN, alert=True)


def _owners(named: NamedList) -> tuple[Callable[[Lead], str | None], Mapping[str, RepId | None]]:
    owners = {value.casefold(): owner for value, owner in named.owners.items()}
    return text_reader(named.field), owners
