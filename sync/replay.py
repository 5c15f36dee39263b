"""A decision made again from what the ledger stored: the same configuration, lead, position of the log and time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from config.problems import ConfigError
from router.model import ConnectionName, Decision, Lead, LeadRef, RepId, State, person_keys
from router.route import Router
from router.rules import Rulebook
from router.trace import Trace
from sync import schema
from sync.codec import account_from_text, known_from_text
from sync.ledger import values_of
from sync.log import busy_by_calendar, last_entry, loads_before, marked_away, team_turns
from sync.notes import stored_decisions
from sync.retention import log_from
from sync.store import Store, StoreError
from sync.wiring import stored_configuration


@dataclass(frozen=True, slots=True)
class Replayed:
    """A stored decision and the same one made again. `trace` None: nobody can say any more, and `gone` says why.

    `book` are the rules and people of then, None where they are not looked at.
    """

    stored: Decision
    at: datetime
    trace: Trace | None
    gone: str = ""
    book: Rulebook | None = None

    @property
    def same(self) -> bool:
        """Whether the router came to the stored answer again."""
        if self.trace is None:
            return True
        return same(self.trace.decision, self.stored)


def same(made: Decision, stored: Decision) -> bool:
    """Say whether a decision made again is the stored one."""
    return (made.owner, made.queue, made.rule, made.action) == (
        stored.owner,
        stored.queue,
        stored.rule,
        stored.action,
    )


def replayed(store: Store, decision: int, ref: LeadRef) -> Replayed:
    """Make a stored decision again, with a trace."""
    with store.reading() as connection, connection.begin():
        return made_again(connection, decision, ref)


def made_again(connection: sa.Connection, decision: int, ref: LeadRef) -> Replayed:
    """Do as `replayed` does, in a transaction that is open: for many decisions one after another."""
    stored = stored_decisions(connection, [decision])[decision]
    row = stored.row
    made = stored.decision(ref)
    lead = values_of(connection, [stored.values_id]).get(stored.values_id)
    if lead is None:
        return Replayed(made, row["at"], None, _why(connection, stored.values_id))
    if row["position"] < log_from(connection) - 1:
        return Replayed(made, row["at"], None, TURNS_GONE)
    try:
        router = router_then(connection, files_of(connection, row["config"]), row["position"])
    except StoreError as error:
        return Replayed(made, row["at"], None, str(error))
    except ConfigError:
        return Replayed(made, row["at"], None, UNREADABLE)
    loads = loads_before(connection, decision, row["position"]) if router.counted else {}
    if loads is None:
        return Replayed(made, row["at"], None, TURNS_GONE)
    state = replace(_state(connection, router, row, lead), loads=loads)
    return Replayed(made, row["at"], router.explain(lead, state, row["at"]), book=router.book)


FORGOTTEN = "the person was forgotten: what the decision was made from is gone"
VALUES_GONE = "what the decision was made from is older than `retention`, and was removed"
UNREADABLE = "this version cannot read the configuration of then"
TURNS_GONE = "the turns and loads as they stood are older than `retention`, and were removed"


def _why(connection: sa.Connection, values: str) -> str:
    """Say why values are not there: those of a forgotten person leave an empty row."""
    table = schema.lead_values
    there = connection.scalar(sa.select(sa.func.count()).where(table.c.id == values))
    return FORGOTTEN if there else VALUES_GONE


def decisions_of(store: Store, entry: str) -> list[int]:
    """Return the ids of an entry's decisions, oldest first."""
    decisions = schema.decisions
    with store.reading() as connection, connection.begin():
        query = sa.select(decisions.c.id).where(decisions.c.lead == entry).order_by(decisions.c.id)
        return [int(found) for found in connection.scalars(query)]


def archive_of(store: Store, entry: str) -> str | None:
    """Return the archive's file that has an entry's decisions, empty if they were dropped; None: the store has them."""
    leads = schema.leads
    with store.reading() as connection, connection.begin():
        found = connection.scalar(sa.select(leads.c.archived).where(leads.c.key == entry))
    return None if found is None else str(found)


def files_of(connection: sa.Connection, config: str) -> str:
    """Return a configuration that the store kept, as text; raises `StoreError` where it is gone."""
    table = schema.configurations
    found = connection.scalar(sa.select(table.c.files).where(table.c.hash == config))
    if found is None:
        raise StoreError(f"the store does not have the configuration {config[:12]} of that decision")
    return str(found)


def router_then(connection: sa.Connection, files: str, position: int) -> Router:
    """Return the router of a configuration, with the public holidays as they were known at a position of the log.

    `files` are its texts, as `files_of` returns them; of what the log does not know, today's holidays count.
    """
    book = rulebook_of(files)
    codes = sorted({rep.holidays for rep in book.reps.values() if rep.holidays})
    known = [(code, last_entry(connection, f"holidays:{code}", until=position)) for code in codes]
    return _router(files, tuple((code, days) for code, days in known if days is not None))


@lru_cache(maxsize=4)
def rulebook_of(files: str) -> Rulebook:
    return stored_configuration(json.loads(files)).rulebook


@lru_cache(maxsize=4)
def _router(files: str, holidays: tuple[tuple[str, str], ...]) -> Router:
    then: Mapping[str, Mapping[str, str]] = {code: json.loads(days) for code, days in holidays}
    book = rulebook_of(files)

    def holiday(code: str, day: date) -> str | None:
        return then[code].get(day.isoformat()) if code in then else book.holidays(code, day)

    return Router(replace(book, holidays=holiday))


def outside_then(connection: sa.Connection, book: Rulebook, crm: ConnectionName, position: int) -> State:
    """Return the part of a state that no decision changes: who was absent, marked away or busy."""
    absent = last_entry(connection, f"owners:{crm}", until=position)
    return State(
        absent={RepId(rep): why for rep, why in json.loads(absent or "{}").items()},
        away=marked_away(connection, book.reps, until=position),
        busy=busy_by_calendar(connection, book, until=position),
    )


def _state(connection: sa.Connection, router: Router, row: Mapping[str, Any], lead: Lead) -> State:
    keys, known = person_keys(lead), known_from_text(row["known"])
    account = account_from_text(row["known"])
    position = row["position"]
    return replace(
        outside_then(connection, router.book, lead.ref.connection, position),
        turns={name: team_turns(connection, name, until=position) for name in router.book.teams},
        persons={keys[i]: sticky for i, sticky in known.items()},
        held={lead.ref: row["held_since"]} if row["held_since"] else {},
        accounts={lead.ref: account} if account else {},
    )
