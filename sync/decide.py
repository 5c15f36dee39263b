"""The routing transaction: decisions for up to 100 leads, each seeing the effects of the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from connectors.contract import Company
from router.model import (
    Action,
    Decision,
    Lead,
    Load,
    Parked,
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
from sync import schema
from sync.bulk import Lookup, inserting, upserting
from sync.codec import dumps, known_to_text, turn_from_text, turn_to_text
from sync.ledger import next_id
from sync.loads import loads_of
from sync.log import busy_by_calendar, loads_row, marked_away, team_turns
from sync.notes import Made
from sync.steps import KEPT_DEADLINE, Row, Step
from sync.work import Gone, Pass

if TYPE_CHECKING:
    from sync.following import Following

TOGETHER = 100
"""How many leads are decided in one transaction at most: it is short, since no other pass decides meanwhile."""

SAME_PERSON = "same_person"
_INSERT_DECISIONS = inserting(schema.decisions, *schema.decisions.c.keys())
_INSERT_LOG = inserting(schema.log, *schema.log.c.keys())
_INSERT_CLAIMS = inserting(schema.claims, *schema.claims.c.keys())
_KEEP_PERSONS = upserting(schema.persons, ("hash",), "rep", "since", "lead")
_FIND_PERSONS = Lookup(schema.persons, "hash", ("hash", "rep", "since"))


class _Asked(NamedTuple):
    """A lead on its way to a decision. `persons` is the person's keys, each with its hash."""

    row: Row
    lead: Lead
    rule: Rule
    persons: Mapping[str, str]


def decide(work: Pass, waiting: Sequence[tuple[Row, Lead]]) -> list[Row]:
    """Decide each waiting lead and write decisions, turns and claims; return the rows as they stand now."""
    parts = (waiting[start : start + TOGETHER] for start in range(0, len(waiting), TOGETHER))
    return [row for part in parts for row in _decide(work, part)]


def _decide(work: Pass, waiting: Sequence[tuple[Row, Lead]]) -> list[Row]:
    now, router, key, _ = work.now(), work.wired.router, work.store_key, work.people()
    asked = [_Asked(row, lead, router.match(lead, now), person_hashes(key, lead)) for row, lead in waiting]
    following = _following(work, asked)
    with work.session.routing("decide") as tx:
        entries = _Entries(work, tx, now)
        accounts = (
            following.recall(_owners(tx, following.keys(one.lead for one in asked))) if following else {}
        )
        turns, persons, gone = dict(entries.turns_before()), _persons(tx, asked), entries.gone_before()
        running = Running(turns, persons, dict(entries.loads_before()), counted=bool(router.counted))
        held = {one.row.ref: one.row.held_since for one in asked if one.row.held_since}
        state = State(turns, persons, held, work.people().absent, gone[0], accounts, running.loads, gone[1])
        for one in asked:
            if following:
                following.look(one.lead, one.rule)
            decision = _decided(router, one.rule, one.lead, state, now)
            entries.add(one, decision, state)
            if following:
                entries.remember_account(following, one.lead, state)
            running.take(decision, one.lead, now)
        entries.write()
    work.turns, work.gone = (entries.position, turns), gone
    work.allowance -= sum(row.step is Step.CLAIMED for row in entries.rows)
    work.counts.duplicates += sum(d.by == SAME_PERSON for _, d in entries.made)
    return entries.rows


def _decided(router: Router, rule: Rule, lead: Lead, state: State, now: datetime) -> Decision:
    """Choose; a lead on which the router fails is parked, so that it does not hold up the others."""
    try:
        return router.choose(rule, lead, state, now)
    except Exception as error:  # the one outermost loop over leads
        parked = Parked(f"the router failed on it: {type(error).__name__}", now + KEPT_DEADLINE, alert=True)
        return Decision(lead.ref, Action.PARK, rule.name, "error", parked=parked)


# --- state ------------------------------------------------------------------------------------------------


def person_hashes(key: bytes, lead: Lead) -> dict[str, str]:
    """Return a person's keys, each with the keyed hash under which it is remembered."""
    return {person: sealed(key, person) for person in person_keys(lead)}


def sealed(key: bytes, text: str) -> str:
    """Return the keyed hash of a key of a person or an account; without the store's key it says nothing."""
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()


def _persons(tx: sa.Connection, asked: Sequence[_Asked]) -> dict[str, Sticky]:
    hashes = {hashed for one in asked for hashed in one.persons.values()}
    known = {hashed: Sticky(RepId(rep), since) for hashed, rep, since in _FIND_PERSONS(tx, hashes)}
    if not known:
        return {}
    return {key: known[h] for one in asked for key, h in one.persons.items() if h in known}


def _owners(tx: sa.Connection, hashes: set[str]) -> dict[str, RepId]:
    return {hashed: RepId(rep) for hashed, rep, _ in _FIND_PERSONS(tx, hashes)}


def _following(work: Pass, asked: Sequence[_Asked]) -> Following | None:
    """Ask the CRM for the companies of the leads whose rule follows them; None where no rule does."""
    if not work.wired.router.follows_accounts:
        return None
    book = work.wired.router.book
    from sync.following import Companies, Following  # the libraries for names are slow to load

    if work.companies is None and work.connector.features.accounts:
        reps = {owner: rep for rep, owner in work.people().owners.items()}
        work.companies = Companies(partial(_ask, work), reps)
    if work.companies:
        work.companies.look_for(one.lead for one in asked if follows_account(one.rule, book))
    return Following(book, work.companies, seal=partial(sealed, work.store_key))


def _ask(work: Pass, domains: Sequence[str], names: Sequence[str]) -> Sequence[Company]:
    return work.asking(partial(work.connector.accounts, domains, names))()


# --- what is written --------------------------------------------------------------------------------------


class _Entries:
    """The rows of one routing transaction, gathered and written together."""

    def __init__(self, work: Pass, tx: sa.Connection, now: datetime) -> None:
        self._work, self._tx, self._now = work, tx, now
        self._decision = next_id(tx, schema.decisions.c.id)
        self.position = next_id(tx, schema.log.c.seq) - 1
        self.rows: list[Row] = []
        self.made: list[tuple[Row, Decision]] = []
        self._decisions: list[tuple[object, ...]] = []
        self._turns: list[tuple[object, ...]] = []
        self._persons: dict[str, tuple[object, ...]] = {}

    def turns_before(self) -> Mapping[TeamName, TeamTurns]:
        """Return where each team's turns stand; read only if another wrote into the log since this pass did."""
        position, turns = self._work.turns
        if position == self.position:
            return turns
        return {name: team_turns(self._tx, name) for name in self._work.wired.router.book.teams}

    def gone_before(self) -> Gone:
        """Return who is marked away, and busy times; read as seldom as the turns."""
        if self._work.turns[0] == self.position:
            return self._work.gone
        book = self._work.wired.router.book
        return marked_away(self._tx, book.reps), busy_by_calendar(self._tx, book)

    def loads_before(self) -> Mapping[RepId, Load]:
        """Count the loads that may be asked for; what was counted becomes an entry of the log before all others."""
        wired = self._work.wired
        if not wired.router.counted:
            return {}
        loads = loads_of(self._tx, wired.router.book, wired.router.counted, self._now)
        self.position += 1
        self._turns.append(loads_row(self.position, self._now, self._decision, loads))
        return loads

    def add(self, one: _Asked, decision: Decision, state: State) -> None:
        row = one.row
        if self._still_waits(row, decision):
            self.rows.append(self._waits(row, decision))
            return
        number = self._decision + len(self._decisions)
        self._decisions.append(self._decision_row(number, one, decision, state))
        if decision.turn:
            self.position += 1
            self._turns.append(_turn_row(self.position, self._now, row.key, decision.turn))
        changed = self._moved(row, decision, number)
        self.rows.append(changed)
        self.made.append((changed, decision))
        if changed.step is Step.CLAIMED:
            self._work.made[number] = Made(decision, one.lead, self._now)
            self._remember(one, changed, decision, state)

    def _remember(self, one: _Asked, row: Row, decision: Decision, state: State) -> None:
        """Keep the owner for each key of the person; one that is known keeps its time where it decided."""
        for key, hashed in one.persons.items():
            if row.rep and not (decision.by == SAME_PERSON and key in state.persons):
                self._persons[hashed] = (hashed, row.rep, self._now, row.key)

    def remember_account(self, following: Following, lead: Lead, state: State) -> None:
        """Keep the owner that the last lead got as its account's."""
        row = self.rows[-1]
        if row.step is Step.CLAIMED and row.rep:
            for hashed in following.remember(lead, row.rep, state.absent):
                self._persons[hashed] = (hashed, row.rep, self._now, row.key)

    def _decision_row(self, number: int, one: _Asked, decision: Decision, state: State) -> tuple[object, ...]:
        """Return the values of the table's columns, in their order."""
        row, lead = one.row, one.lead
        known = {i: state.persons[key] for i, key in enumerate(one.persons) if key in state.persons}
        account = state.accounts.get(lead.ref)
        turn = decision.turn
        return (
            number,
            row.key,
            self._now,
            self._work.id,
            self._work.wired.config,
            self.position,
            row.values_id,
            row.held_since,
            known_to_text(known, account) if known or account else "{}",
            str(decision.action),
            decision.rule,
            decision.by,
            decision.owner,
            decision.queue,
            decision.team,
            dumps(decision.reasons) if decision.reasons else "[]",
            self.position + 1 if turn else None,
            turn.after.number if turn else None,
            dumps(sorted({unread.field for unread in lead.unread})) if lead.unread else "[]",
        )

    def _moved(self, row: Row, decision: Decision, number: int) -> Row:
        people, config = self._work.people(), self._work.wired.config
        rep, queue = decision.owner, decision.queue
        match decision.action:
            case Action.ASSIGN if rep is not None:
                owner = people.owners.get(rep)
                missing = f"{rep} has no user in this CRM"
            case Action.QUEUE if queue is not None:
                owner = people.queues.get(queue)
                missing = f"the CRM has no queue for {queue}"
            case Action.KEEP:
                return self._kept(row._replace(decision=number, config=config), decision)
            case _:
                return self._waits(row._replace(decision=number, config=config), decision)
        claimed = owner is not None
        return row._replace(
            decision=number,
            config=config,
            rep=rep,
            queue=queue,
            owner_id=owner,
            step=Step.CLAIMED if claimed else Step.PARKED,
            reason="; ".join(decision.reasons) if claimed else missing,
            due=None if claimed else self._now + KEPT_DEADLINE,
            intent_at=self._now if claimed else row.intent_at,
        )

    def _kept(self, row: Row, decision: Decision) -> Row:
        """Count it as skipped, and list it: its owner may be replaced (else it was not ours), so is no person."""
        first = row.step not in (Step.KEPT, Step.PARKED)
        self._work.counts.skipped += first
        step, due = Step.KEPT if first else Step.PARKED, self._now + KEPT_DEADLINE
        return row._replace(step=step, reason=f"kept by {decision.rule}, without a person", due=due)

    def _still_waits(self, row: Row, decision: Decision) -> bool:
        """Say whether only the deadline is new: a lead that waits for weeks is one decision, not thousands."""
        same_config = row.decision is not None and row.config == self._work.wired.config
        return same_config and decision.parked is not None and decision.parked.reason == row.reason

    def _waits(self, row: Row, decision: Decision) -> Row:
        parked = decision.parked or Parked("no step left", self._now + KEPT_DEADLINE, alert=True)
        step = Step.PARKED if parked.alert else Step.HELD
        since = row.held_since or self._now
        return row._replace(step=step, reason=parked.reason, due=parked.until, held_since=since)

    def write(self) -> None:
        tx = self._tx
        _INSERT_DECISIONS(tx, self._decisions)
        if self._decisions:
            _INSERT_LOG(tx, self._turns)
        claimed = (row for row, _ in self.made if row.step is Step.CLAIMED)
        _INSERT_CLAIMS(tx, ((row.key, row.decision, self._now, row.rep, None) for row in claimed))
        _KEEP_PERSONS(tx, self._persons.values())
        self._work.ledger.save(tx, self.rows)


def _turn_row(seq: int, now: datetime, lead: str, turn: Turn) -> tuple[object, ...]:
    return seq, now, "turn", f"team:{turn.team}", lead, turn_to_text(turn)


# --- giving back ------------------------------------------------------------------------------------------


def release(work: Pass, rows: Sequence[Row]) -> None:
    """Write rows whose claim came to nothing: claim and stickiness go, the turn is given back from the log."""
    if not rows:
        return
    with work.session.routing("release") as tx:
        for row in rows:
            _give_back(tx, row, work.now())
            work.made.pop(row.decision or 0, None)
        keys = [row.key for row in rows]
        tx.execute(schema.claims.delete().where(schema.claims.c.lead.in_(keys)))
        tx.execute(schema.persons.delete().where(schema.persons.c.lead.in_(keys)))
        work.ledger.save(tx, rows)


def _give_back(tx: sa.Connection, row: Row, now: datetime) -> None:
    decisions, log = schema.decisions, schema.log
    taken = tx.execute(
        sa.select(log.c.subject, log.c.body)
        .join(decisions, decisions.c.turn == log.c.seq)
        .join(schema.claims, schema.claims.c.decision == decisions.c.id)
        .where(schema.claims.c.lead == row.key)
    ).first()
    if taken is None:
        return
    team = TeamName(taken.subject.removeprefix("team:"))
    turn = turn_from_text(team, taken.body)
    body = turn_to_text(replace(turn, after=reverse(team_turns(tx, team), turn)))
    tx.execute(
        log.insert().values(
            seq=next_id(tx, log.c.seq),
            at=now,
            kind="returned",
            subject=taken.subject,
            lead=row.key,
            body=body,
        )
    )
