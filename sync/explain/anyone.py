"""A lead that asks for nothing, by which it is asked who of a team could take one."""

from __future__ import annotations

from dataclasses import replace

from router.model import ConnectionName, Lead, LeadRef, RecordId, Team
from router.route import Router
from router.rules import ALWAYS, Alert, Rule, Rulebook, Step, ToTeam

ANYONE = Lead(ref=LeadRef(ConnectionName(""), "", RecordId("")))


def router_for(book: Rulebook, team: Team) -> Router:
    """Return a router by which every lead is one for this team."""
    rule = Rule(team.name, ALWAYS, ToTeam(team.name), (Step(Alert()),))
    return Router(
        replace(
            book,
            rules=(rule,),
            teams={team.name: team},
            bands={},
            points=(),
            same_person=None,
            otherwise=(),
        )
    )
