"""Which of the newest decisions asked a rep, and what came of it: each is made again and read from its trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from config.problems import ConfigError
from router.model import ConnectionName, LeadRef, RecordId, RepId
from router.rules import Rule, Rulebook, StepTarget, Target, ToOwner, ToTeam
from router.trace import Bar, Why
from sync import schema
from sync.replay import Replayed, files_of, made_again, rulebook_of
from sync.steps import unquoted
from sync.store import StoreError

LOOKED_AT = 2_000
"""So many of the newest decisions are looked at: of those, the rules that could ask the rep are picked."""

MADE_AGAIN = 200
"""So many of those, the newest, are made again."""


class Reason(NamedTuple):
    """Why a rep did not get a lead; without a value of any lead."""

    bar: str
    text: str


@dataclass(slots=True)
class Recent:
    """What decisions came to for one rep, counted. `others` had the turn when the rep could have taken it, by how;
    `unasked` did not ask the rep, by how they were decided; `gone` cannot be made again, by why.

    `reasons` count why not, `latest` says when last. `oldest` is the oldest decision made again; `whole`: there were
    no more of them in that time.
    """

    whole: bool = True
    made: int = 0
    oldest: datetime | None = None
    got: int = 0
    others: Counter[str] = field(default_factory=Counter)
    unasked: Counter[str] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    latest: dict[Reason, datetime] = field(default_factory=dict)
    gone: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        """In how many the rep was asked, or got the lead."""
        return self.got + self.others.total() + self.reasons.total()

    def add(self, told: Replayed, rep: RepId) -> None:
        """Count a decision; the newest must come first."""
        self.made += 1
        self.oldest = told.at
        if told.trace is None:
            self.gone[told.gone] += 1
            return
        whys = [each.why for one in told.trace.attempts for each in one.reps if each.rep == rep]
        if told.stored.owner == rep:
            self.got += 1
        elif not whys:
            self.unasked[told.stored.by] += 1
        elif None in whys:
            self.others[told.stored.by] += 1
        else:
            self._refused(next(why for why in whys if why), told.at)

    def _refused(self, why: Why, at: datetime) -> None:
        reason = reason_of(why)
        self.reasons[reason] += 1
        self.latest.setdefault(reason, at)


def reason_of(why: Why) -> Reason:
    """Return a reason as it is counted: without the time of day, and without what the lead asked for."""
    match why.bar:
        case Bar.ATTRIBUTE:
            return Reason("attribute", f"without the required {why.text.partition(':')[0]}")
        case Bar.CLOSED | Bar.LEFT | Bar.WEIGHT:
            return Reason(why.bar.name.lower(), why.bar.value)
    return Reason(why.bar.name.lower(), why.text)


def recent(tx: sa.Connection, rep: RepId, since: datetime) -> Recent:
    """Make the newest decisions again in which the rep could be asked, as far back as `since`."""
    rows = list(_newest(tx, since))
    rules = {config: _rules(tx, config, rep) for config in {row.config for row in rows}}
    concerned = [row for row in rows if row.rep == rep or _may_concern(rules[row.config], row.rule)]
    found = Recent(whole=len(rows) < LOOKED_AT and len(concerned) <= MADE_AGAIN)
    for row in concerned[:MADE_AGAIN]:
        found.add(made_again(tx, row.id, _ref(row.lead)), rep)
    return found


class _Made(NamedTuple):
    id: int
    lead: str
    at: datetime
    config: str
    rule: str
    rep: str | None


def _newest(tx: sa.Connection, since: datetime) -> Iterator[_Made]:
    """Yield the newest decisions: by number, for which there is an index, and they are made in that order."""
    made = schema.decisions.c
    query = sa.select(made.id, made.lead, made.at, made.config, made.rule, made.rep)
    for row in tx.execute(query.order_by(made.id.desc()).limit(LOOKED_AT)):
        if row.at < since:
            return
        yield _Made(*row)


def _may_concern(rules: frozenset[str] | None, rule: str) -> bool:
    return rules is None or rule in rules


def _rules(tx: sa.Connection, config: str, rep: RepId) -> frozenset[str] | None:
    """Return the rules of a configuration that may ask a rep; None where nobody can say any more."""
    try:
        book = rulebook_of(files_of(tx, config))
    except (StoreError, ConfigError):
        return None
    return frozenset(rule.name for rule in book.rules if _may_ask(rule, book, rep))


def _may_ask(rule: Rule, book: Rulebook, rep: RepId) -> bool:
    steps = book.otherwise if rule.otherwise is None else rule.otherwise
    return any(_names(target, book, rep) for target in (rule.assign, *(step.do for step in steps)))


def _names(target: Target | StepTarget, book: Rulebook, rep: RepId) -> bool:
    match target:
        case ToTeam(team):
            return any(member.rep == rep for member in book.teams[team].members)
        case ToOwner(owner, listed):
            return owner == rep or (listed is not None and rep in book.lists[listed].owners.values())
    return False


def _ref(entry: str) -> LeadRef:
    """Return the record of an entry, by its key."""
    connection, kind, record = map(unquoted, entry.rpartition("#")[0].split("/"))
    return LeadRef(ConnectionName(connection), kind, RecordId(record))
