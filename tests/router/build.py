"""Leads, reps and rulebooks in as few words as a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from router.model import ConnectionName, Lead, LeadRef, Member, RecordId, Rep, RepId, Team, TeamName
from router.rules import ALWAYS, Comparison, Op, Operand, Rule, Rulebook, Target, ToTeam

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
TEAM = TeamName("team")


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
