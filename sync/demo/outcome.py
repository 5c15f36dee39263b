"""What the demo's runs left in the store and in the CRM, read for telling. Every number shown comes from here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    LeadRef,
    OwnerId,
    RecordId,
    Rep,
    RepId,
    State,
    TeamName,
    Unread,
    person_keys,
)
from router.route import Router
from router.rules import ALWAYS, Rule, Rulebook, ToTeam
from sync import schema
from sync.codec import turn_from_text
from sync.demo.account import Contact, Crm
from sync.directory import directory
from sync.ledger import rows_of, values_of
from sync.notes import stored_decisions
from sync.steps import Row, Step
from sync.store import Store

SAME_PERSON = "same_person"


@dataclass(frozen=True, slots=True)
class Told:
    """One lead: its entry of the ledger, its values, the decision (None: not ours to assign), the contact now."""

    row: Row
    lead: Lead
    decision: Decision | None
    contact: Contact


@dataclass(frozen=True, slots=True)
class Tally:
    """One rep in one team: turns taken, the sum of the shares by weight (in leads), today's weight, why not."""

    rep: RepId
    taken: int
    share: float
    weight: float
    why_not: str | None

    @property
    def deviation(self) -> float:
        return self.taken - self.share


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is told, leads in the order in which they entered.

    `values` is how many values the mapping reads from the CRM, blank ones not counted; `replaces` is whose leads may
    be taken.
    """

    book: Rulebook
    leads: Sequence[Told]
    values: int
    users: Mapping[OwnerId, User]
    replaces: frozenset[OwnerId | None]
    teams: Mapping[TeamName, Sequence[Tally]]

    def at(self, *steps: Step) -> list[Told]:
        """Return the leads that stand at one of these steps."""
        return [told for told in self.leads if told.row.step in steps]

    def rules(self) -> Iterator[tuple[str, Counter[str]]]:
        """Yield each rule with the number of leads it decided, by how."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for told in self.leads:
            if told.decision is not None:
                found[told.decision.rule][told.decision.by] += 1
        for rule in self.book.rules:
            yield rule.name, found[rule.name]

    def unread(self) -> list[tuple[Told, Unread]]:
        """Return every value that could not be understood, with its lead."""
        return [(told, unread) for told in self.leads for unread in told.lead.unread]

    def twins(self) -> list[tuple[Told, Told]]:
        """Return pairs of records of one person with one owner, those written differently first."""
        by_key = {key: told for told in reversed(self.leads) for key in person_keys(told.lead)}
        later = [told for told in self.leads if told.decision and told.decision.by == SAME_PERSON]
        pairs = [(by_key[key], told) for told in later for key in person_keys(told.lead)[:1]]
        return sorted(pairs, key=lambda pair: pair[0].lead.name == pair[1].lead.name)

    def noted(self) -> Told | None:
        """Return the lead in turn whose note has most to say, None where no lead has one."""
        noted = [told for told in self.leads if told.contact.notes and told.decision and told.decision.turn]
        return max(noted, key=lambda told: (told.contact.notes[0].count("\n"), told.row.key), default=None)

    def owner(self, owner: OwnerId | None) -> str:
        """Return the name of an owner in the CRM."""
        if owner is None:
            return "nobody"
        return self.users[owner].name if owner in self.users else owner


def read_outcome(book: Rulebook, settings: Connection, store: Store, crm: Crm, now: datetime) -> Outcome:
    """Read the ledger as it stands, and put each contact beside its entry."""
    users = {user.id: user for user in crm.users}
    with store.reading() as connection, connection.begin():
        rows = list(rows_of(connection, sa.select(schema.leads).order_by(schema.leads.c.stamp)))
        values = values_of(connection, [row.values_id for row in rows if row.values_id])
        stored = stored_decisions(connection, [row.decision for row in rows if row.decision is not None])
        turns = {name: _turns(connection, name) for name in book.teams}
    leads = [
        Told(
            row,
            values[row.values_id] if row.values_id else Lead(ref=row.ref),
            stored[row.decision].decision(row.ref) if row.decision is not None else None,
            crm.contacts[row.ref.record],
        )
        for row in rows
    ]
    name = ConnectionName(settings.name)
    people = directory(book, name, settings.replaces, crm.users)
    teams = {team: _tallies(book, team, turns[team], people.absent, now) for team in book.teams}
    sources = {each.source for each in settings.mapping or ()}
    read = sum(bool(told.contact.values.get(source)) for told in leads for source in sources)
    return Outcome(book, leads, read, users, people.replaces, teams)


def _turns(connection: sa.Connection, team: TeamName) -> tuple[Counter[RepId], Counter[RepId]]:
    """Return turns taken and the sum of shares (in 10^-12 lead) by rep; a turn given back counts in neither."""
    log = schema.log
    taken: Counter[RepId] = Counter()
    shares: Counter[RepId] = Counter()
    query = sa.select(log.c.kind, log.c.body).where(log.c.subject == f"team:{team}")
    for kind, body in connection.execute(query):
        turn, sign = turn_from_text(team, body), -1 if kind == "returned" else 1
        taken[turn.taker] += sign
        shares.update({rep: sign * share for rep, share in turn.shares.items()})
    return taken, shares


def _tallies(
    book: Rulebook,
    team: TeamName,
    turns: tuple[Counter[RepId], Counter[RepId]],
    absent: Mapping[RepId, str],
    now: datetime,
) -> list[Tally]:
    whys = _why_not(book, team, absent, now)
    return [
        Tally(
            rep=member.rep,
            taken=turns[0][member.rep],
            share=turns[1][member.rep] / LEAD,
            weight=float(member.weight * _weight(book.reps[member.rep], now)),
            why_not=whys.get(member.rep),
        )
        for member in book.teams[team].members
    ]


def _why_not(book: Rulebook, team: TeamName, absent: Mapping[RepId, str], now: datetime) -> dict[RepId, str]:
    """Ask the router who of a team could not take a lead that asks for nothing."""
    asking = replace(book, rules=(Rule(str(team), ALWAYS, ToTeam(team)),), same_person=None)
    anyone = Lead(ref=LeadRef(ConnectionName(""), "", RecordId("")))
    (attempt, *_) = Router(asking).explain(anyone, State(absent=absent), now).attempts
    return {rep.rep: rep.why.text for rep in attempt.reps if rep.why}


def _weight(rep: Rep, now: datetime) -> Decimal:
    """Return the rep's own weight on the day it is where they are."""
    day = now.astimezone(ZoneInfo(rep.zone)).date()
    return next((w for first, w in reversed(rep.weights) if first is None or first <= day), Decimal(0))
