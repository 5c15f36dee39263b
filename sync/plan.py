"""Is a record ours to assign? Decided from what was seen and what the ledger holds; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from router.model import Lead, OwnerId
from sync.steps import UNDECIDED, Row, Step

NOBODY = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What a connection takes: leads that entered at or after `watermark`, for whom `when` holds, owned by one of
    `replaces` (None in it is nobody)."""

    when: Callable[[Lead, datetime], bool | None]
    replaces: frozenset[OwnerId | None]
    watermark: datetime | None

    def may_replace(self, owner: OwnerId | None) -> bool:
        return (owner or NOBODY) in self.replaces


class Act(StrEnum):
    """What to do with a record that was seen."""

    IGNORE = "ignore"  # leave no trace: older than what we take, or nothing new
    TAKE = "take"
    SKIP = "skip"
    REFRESH = "refresh"  # waiting: keep the newest values
    TAKEN = "taken"  # waiting, and a person took it meanwhile


@dataclass(frozen=True, slots=True)
class Plan:
    act: Act
    reason: str = ""


_NOTHING, _TAKE, _REFRESH = Plan(Act.IGNORE), Plan(Act.TAKE), Plan(Act.REFRESH)


def plan(lead: Lead, stamp: datetime | None, row: Row | None, intake: Intake, now: datetime) -> Plan:
    """Plan one record. `row` is its newest entry, None if the ledger never saw it."""
    if row is None:
        return _plan_new(lead, stamp, intake, now)
    if row.forgotten:
        return _NOTHING
    if row.step in UNDECIDED:
        return _plan_waiting(lead, intake)
    if row.step is Step.SKIPPED and row.decision is None:
        found = _not_ours(lead, intake, now)
        return _TAKE if found is None else _NOTHING
    return _NOTHING


def _plan_new(lead: Lead, stamp: datetime | None, intake: Intake, now: datetime) -> Plan:
    if intake.watermark and stamp and stamp < intake.watermark:
        return _NOTHING
    why = _not_ours(lead, intake, now)
    return _TAKE if why is None else Plan(Act.SKIP, why)


def _plan_waiting(lead: Lead, intake: Intake) -> Plan:
    if intake.may_replace(lead.owner):
        return _REFRESH
    return Plan(Act.TAKEN, f"taken by {lead.owner} while it waited")


def _not_ours(lead: Lead, intake: Intake, now: datetime) -> str | None:
    if not intake.may_replace(lead.owner):
        return f"owned by {lead.owner}"
    if intake.when(lead, now) is not True:
        return "`when` of the connection does not hold"
    return None
