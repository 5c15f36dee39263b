"""One lead on its way through one rule, with what has been asked and said on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from router.asks import NOTHING, Asks
from router.model import Action, Decision, Lead, Parked, RepId, State, TeamName, Turn
from router.quick import quick
from router.rules import Rule

if TYPE_CHECKING:
    from router.eligible import Found

_decision = quick(Decision)


class Asked(NamedTuple):
    """A team, or one rep where `team` is None, that was asked to take the lead."""

    team: TeamName | None
    found: Found
    asks: Asks = NOTHING


@dataclass(slots=True)
class Case:
    """The lead, the rule it matched, and the way so far."""

    rule: Rule
    lead: Lead
    state: State
    now: datetime
    asked: list[Asked] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    team: TeamName | None = None  # the one asked last, until somebody else gets the lead
    waited: datetime | None = None  # until when it was to wait for an owner who is known

    @property
    def since(self) -> datetime:
        """Since when the lead waits for anybody."""
        return self.waited or self.state.held.get(self.lead.ref, self.now)

    def decision(
        self, action: Action, by: str, *, owner: RepId | None = None, turn: Turn | None = None
    ) -> Decision:
        return _decision(
            self.lead.ref,
            action,
            self.rule.name,
            by,
            tuple(self.reasons),
            owner=owner,
            team=self.team,
            turn=turn,
        )

    def parked(self, by: str, reason: str, until: datetime, *, alert: bool = False) -> Decision:
        return replace(self.decision(Action.PARK, by), parked=Parked(reason, until, alert))
