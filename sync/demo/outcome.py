"""What the demo's runs left in the store and in the CRM, read for telling. Every number shown comes from here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from config.settings import Connection
from connectors.contract import User
from router.model import (
    LEAD,
    ConnectionName,
    Decision,
    Lead,
    OwnerId,
    Rep,
    RepId,
    State,
    TeamName,
    Unread,
    person_keys,
)
from router.rules import Rulebook
from sync import schema
from sync.codec import turn_from_text
from sync.demo.crm import Crm, Record
from sync.directory import directory
from sync.explain.anyone import ANYONE, router_for
from sync.ledger import rows_of, values_of
from sync.notes import stored_decisions
from sync.steps import Row, Step
from sync.store import Store

SAME_PERSON = "same_person"


@dataclass(frozen=True, slots=True)
class Told:
    """One lead: its entry of the ledger, its values, the decision (None: not ours to assign), the record now."""

    row: Row
    lead: Lead
    decision: Decision | None
    record: Record

    @property
    def crm(self) -> ConnectionName:
        """The connection that it came by."""
        return self.row.ref.connection


@dataclass(frozen=True, slots=True)
class Tally:
    """One rep in one team: turns taken and why not, by CRM; the sum of their shares, in leads; the weight of today."""

    rep: RepId
    by_crm: Mapping[ConnectionName, int]
    share: float
    weight: float
    why_not: Mapping[ConnectionName, str]

    @property
    def taken(self) -> int:
        return sum(self.by_crm.values())

    @property
    def deviation(self) -> float:
        return self.taken - self.share


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is told, leads in the order in which they entered.

    `values` is how many values the mappings read from the CRMs, blank ones not counted; `replaces` is whose leads may
    be taken. Owners of several CRMs stand beside each other: no id is in two of them.
    """

    book: Rulebook
    crms: Sequence[ConnectionName]
    leads: Sequence[Told]
    values: int
    users: Mapping[OwnerId, User]
    replaces: frozenset[OwnerId | None]
    teams: Mapping[TeamName, Sequence[Tally]]

    def at(self, *steps: Step) -> list[Told]:
        """Return the leads that stand at one of these steps."""
        return [told for told in self.leads if told.row.step in steps]

    def rules(self) -> Iterator[tuple[str, Sequence[Told]]]:
        """Yield each rule with the leads it decided."""
        found: dict[str, list[Told]] = defaultdict(list)
        for told in self.leads:
            if told.decision is not None:
                found[told.decision.rule].append(told)
        for rule in self.book.rules:
            yield rule.name, found[rule.name]

    def unread(self) -> list[tuple[Told, Unread]]:
        """Return every value that could not be understood, with its lead."""
        return [(told, unread) for told in self.leads for unread in told.lead.unread]

    def twins(self, *, across: bool) -> list[tuple[Told, Told]]:
        """Return pairs of records of one person with one owner, those written differently first.

        With `across` the two stand in two CRMs, else in one.
        """
        first = {
            key: told
            for told in reversed(self.leads)
            if told.decision and told.decision.owner and told.decision.by != SAME_PERSON
            for key in person_keys(told.lead)
        }
        found = []
        for told in self.leads:
            known = next((first[key] for key in person_keys(told.lead) if key in first), None)
            if told.decision and told.decision.by == SAME_PERSON and known:
                found.append((known, told))
        pairs = [(one, other) for one, other in found if (one.crm != other.crm) is across]
        return sorted(pairs, key=lambda pair: pair[0].lead.name == pair[1].lead.name)

    def noted(self, crm: ConnectionName) -> Told | None:
        """Return the lead in turn whose note has most to say, None where no lead of the CRM has one."""
        noted = [
            told
            for told in self.leads
            if told.crm == crm and told.record.notes and told.decision and told.decision.turn
        ]
        return max(noted, key=lambda told: (told.record.notes[0].count("\n"), told.row.key), default=None)

    def owner(self, owner: OwnerId | None) -> str:
        """Return the name of an owner in the CRM."""
        if owner is None:
            return "nobody"
        return self.users[owner].name if owner in self.users else owner


def read_outcome(
    book: Rulebook,
    connections: Sequence[Connection],
    store: Store,
    crms: Mapping[ConnectionName, Crm],
    now: datetime,
) -> Outcome:
    """Read the ledger as it stands, and put each record beside its entry."""
    with store.reading() as connection, connection.begin():
        leads = list(_leads(connection, crms))
        turns = {name: _turns(connection, name) for name in book.teams}
    named = {ConnectionName(each.name): each for each in connections}
    people = {name: directory(book, name, named[name].replaces, crm.users) for name, crm in crms.items()}
    absent = {name: one.absent for name, one in people.items()}
    sources = {name: {step.source for step in each.mapping or ()} for name, each in named.items()}
    return Outcome(
        book=book,
        crms=tuple(crms),
        leads=leads,
        values=sum(bool(told.record.values.get(source)) for told in leads for source in sources[told.crm]),
        users={user.id: user for crm in crms.values() for user in crm.users},
        replaces=frozenset().union(*(one.replaces for one in people.values())),
        teams={team: _tallies(book, team, turns[team], absent, now) for team in book.teams},
    )


def _leads(connection: sa.Connection, crms: Mapping[ConnectionName, Crm]) -> Iterator[Told]:
    rows = list(rows_of(connection, sa.select(schema.leads).order_by(schema.leads.c.stamp)))
    values = values_of(connection, [row.values_id for row in rows if row.values_id])
    stored = stored_decisions(connection, [row.decision for row in rows if row.decision is not None])
    for row in rows:
        yield Told(
            row,
            values[row.values_id] if row.values_id else Lead(ref=row.ref),
            stored[row.decision].decision(row.ref) if row.decision is not None else None,
            crms[row.ref.connection].records[row.ref.record],
        )


@dataclass(frozen=True, slots=True)
class _Turns:
    """Of one team: turns taken by rep and CRM, and the sum of shares (in 10^-12 lead) by rep."""

    taken: Mapping[RepId, Counter[ConnectionName]]
    shares: Mapping[RepId, int]


def _turns(connection: sa.Connection, team: TeamName) -> _Turns:
    """Read a team's turns from the log; one given back counts in neither sum."""
    log = schema.log
    taken: defaultdict[RepId, Counter[ConnectionName]] = defaultdict(Counter)
    shares: Counter[RepId] = Counter()
    query = sa.select(log.c.kind, log.c.lead, log.c.body).where(log.c.subject == f"team:{team}")
    for kind, lead, body in connection.execute(query):
        turn, sign = turn_from_text(team, body), -1 if kind == "returned" else 1
        taken[turn.taker][ConnectionName(lead.partition("/")[0])] += sign
        shares.update({rep: sign * share for rep, share in turn.shares.items()})
    return _Turns(taken, shares)


def _tallies(
    book: Rulebook,
    team: TeamName,
    turns: _Turns,
    absent: Mapping[ConnectionName, Mapping[RepId, str]],
    now: datetime,
) -> list[Tally]:
    whys = {crm: _why_not(book, team, missing, now) for crm, missing in absent.items()}
    return [
        Tally(
            rep=member.rep,
            by_crm=turns.taken.get(member.rep, {}),
            share=turns.shares.get(member.rep, 0) / LEAD,
            weight=float(member.weight * _weight(book.reps[member.rep], now)),
            why_not={crm: why[member.rep] for crm, why in whys.items() if member.rep in why},
        )
        for member in book.teams[team].members
    ]


def _why_not(book: Rulebook, team: TeamName, absent: Mapping[RepId, str], now: datetime) -> dict[RepId, str]:
    """Ask the router who of a team could not take a lead that asks for nothing."""
    router = router_for(book, book.teams[team])
    (attempt, *_) = router.explain(ANYONE, State(absent=absent), now).attempts
    return {rep.rep: rep.why.text for rep in attempt.reps if rep.why}


def _weight(rep: Rep, now: datetime) -> Decimal:
    """Return the rep's own weight on the day it is where they are."""
    day = now.astimezone(ZoneInfo(rep.zone)).date()
    return next((w for first, w in reversed(rep.weights) if first is None or first <= day), Decimal(0))
