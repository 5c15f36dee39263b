"""Leads, reps and rulebooks in as few words as a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from router.model import (
    ConnectionName,
    Days,
    Decision,
    Hours,
    Lead,
    LeadRef,
    Member,
    QueueName,
    RecordId,
    Rep,
    RepId,
    State,
    Team,
    TeamName,
)
from router.route import Router
from router.rules import ALWAYS, Comparison, Op, Operand, Rule, Rulebook, Target, ToTeam

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
TEAM = TeamName("team")
ANA, BO, LEE = RepId("ana"), RepId("bo"), RepId("lee")
BACKUP = QueueName("backup")
DAY_SHIFT = tuple(Hours(day, time(9), time(17)) for day in range(7))
NIGHT_SHIFT = tuple(Hours(day, time(0), time(6)) for day in range(7))
AWAY = (Days(date(2026, 11, 17), date(2026, 11, 20)),)
GONE = (Days(None, date(2026, 11, 17)),)


def lead(record: str = "1", **fields: Any) -> Lead:
    return Lead(ref=LeadRef(ConnectionName("hs"), "contacts", RecordId(record)), **fields)


def ask(field: str, op: Op, *operands: Operand | int) -> Comparison:
    """Return a comparison; whole numbers stand for decimals."""
    return Comparison(field, op, tuple(Decimal(o) if type(o) is int else o for o in operands))  # type: ignore[misc]


def equals(field: str, *values: Operand | int) -> Comparison:
    return ask(field, Op.IS, *values)


def rep(name: str, **fields: Any) -> Rep:
    return Rep(id=RepId(name), name=name.title(), **fields)


def team(*names: str, name: str = TEAM, weights: Mapping[str, str] | None = None) -> Team:
    weigh = weights or {}
    return Team(TeamName(name), tuple(Member(RepId(n), Decimal(weigh.get(n, "1"))) for n in names))


def book(*reps: Rep, assign: Target | None = None, **fields: Any) -> Rulebook:
    """Return a rulebook of one rule that assigns to one team of all reps, unless the fields say otherwise."""
    rules = (Rule("all", ALWAYS, ToTeam(TEAM) if assign is None else assign),)
    people = {one.id: one for one in reps}
    given = {"rules": rules, "reps": people, "teams": {TEAM: team(*people)}, **fields}
    return Rulebook(**given)


def route(
    rules: Rulebook, it: Lead | None = None, state: State | None = None, now: datetime = NOW
) -> Decision:
    return Router(rules).route(it or lead(), state or State(), now)
