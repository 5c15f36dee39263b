"""Is a record ours to assign? Decided from what was seen and what the ledger holds; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from router.model import Lead, OwnerId
from sync.steps import OVER, UNDECIDED, Row, Step

NOBODY = None

LOST_AFTER = timedelta(hours=1)
"""How long after our write a lead without an owner was left by it, and is not one that shows late."""

TIMES, FLIPPED_BACK = 3, timedelta(days=7)
"""The entry from which on, and the time in which, a lead that comes back is parked: someone else keeps changing it."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What a connection takes: leads that entered at or after `watermark`, for whom `when` holds, owned by one of
    `replaces` (None in it is nobody). In a sweep old records are met too, and what became of those we know.
    """

    when: Callable[[Lead, datetime], bool | None]
    replaces: frozenset[OwnerId | None]
    watermark: datetime | None
    sweep: bool = False

    def may_replace(self, owner: OwnerId | None) -> bool:
        return (owner or NOBODY) in self.replaces


class Act(StrEnum):
    """What to do with a record that was seen."""

    IGNORE = "ignore"  # leave no trace: older than what we take, or nothing new
    TAKE = "take"
    SKIP = "skip"
    REFRESH = "refresh"  # waiting: keep the newest values
    TAKEN = "taken"  # waiting, and a person took it meanwhile
    AGAIN = "again"  # it became ours once more: a new entry
    PARK = "park"  # the same, too often: a new entry that waits for people


NEW_ENTRY = frozenset({Act.AGAIN, Act.PARK})


@dataclass(frozen=True, slots=True)
class Plan:
    act: Act
    reason: str = ""


_NOTHING, _TAKE, _REFRESH = Plan(Act.IGNORE), Plan(Act.TAKE), Plan(Act.REFRESH)


def plan(lead: Lead, stamp: datetime | None, row: Row | None, intake: Intake, now: datetime) -> Plan:
    """Plan one record. `row` is its newest entry, None if the ledger never saw it."""
    if row is None:
        return _plan_new(lead, stamp, intake, now)
    if stays(lead, row):
        return _NOTHING
    if row.step in UNDECIDED:
        return _plan_waiting(lead, intake)
    if row.step is Step.SKIPPED and row.decision is None:
        return _TAKE if _not_ours(lead, intake, now) is None else _NOTHING
    return _plan_again(lead, stamp, row, intake, now)


def stays(lead: Lead, row: Row | None) -> bool:
    """Return whether nothing can come of a record whoever may be replaced: it is as we left it, or on its way."""
    if row is None or row.forgotten:
        return row is not None
    if row.step in UNDECIDED or (row.step is Step.SKIPPED and row.decision is None):
        return False
    over = row.step in OVER or bool(row.undoes)
    return not over or (row.owner_id is not None and lead.owner == row.owner_id)


def is_due(row: Row, config: str, now: datetime) -> bool:
    """Return whether a lead that waits is to be read and decided again, under the configuration of this hash."""
    if row.step is Step.HELD or row.config != config:
        return True
    return row.due is None or row.due <= now


def _plan_new(lead: Lead, stamp: datetime | None, intake: Intake, now: datetime) -> Plan:
    if intake.watermark and stamp and stamp < intake.watermark:
        return _NOTHING
    if intake.sweep and stamp is None:
        return _NOTHING
    why = _not_ours(lead, intake, now)
    return _TAKE if why is None else Plan(Act.SKIP, why)


def _plan_again(lead: Lead, stamp: datetime | None, row: Row, intake: Intake, now: datetime) -> Plan:
    """A record that we had done with: has it entered anew since we wrote, or is it without an owner again?

    A walk may show what was before our write, so only a later date counts there; a sweep comes much later. Where the
    owner we gave may itself be replaced (a queue), its staying there is no news.
    """
    if _not_ours(lead, intake, now) is not None:
        return _NOTHING
    touched = max(filter(None, (row.stamp, row.intent_at)), default=now)
    anew = stamp is not None and stamp > touched
    lost = intake.sweep and not row.undoes and now - touched >= LOST_AFTER
    if not anew and not lost:
        return _NOTHING
    if row.entry >= TIMES and now - touched < FLIPPED_BACK:
        who = f"to {lead.owner}" if lead.owner else "away"
        return Plan(
            Act.PARK, f"its owner was taken {who} {row.entry} times: does another automation change owners?"
        )
    return Plan(Act.AGAIN, "")


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
