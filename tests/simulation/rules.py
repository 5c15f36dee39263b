"""The configurations of the simulated office, compiled once for all seeds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from connectors.contract import Record, User
from router.model import Lead, Member, OwnerId, Rep, RepId, Team, TeamName
from router.route import Router
from router.rules import ALWAYS, Comparison, Condition, Op, Rule, Rulebook, SamePerson, ToTeam

REPS = ("ana", "bo", "cy")
BOSS, ROBOT, FORMS = OwnerId("u-boss"), OwnerId("u-robot"), OwnerId("u-forms")
PEOPLE = (BOSS, OwnerId("u-ana"), OwnerId("u-bo"))
"""Whom a person chooses."""

_ALL, _NORTH, _ELSEWHERE = TeamName("all"), TeamName("north"), TeamName("elsewhere")
_GERMAN = Comparison("country", Op.IS, ("DE",))
_BLANK = Comparison("country", Op.BLANK, (True,))

_RULES: Mapping[str, tuple[tuple[Condition, TeamName], ...]] = {
    "usual": ((_GERMAN, _NORTH), (ALWAYS, _ALL)),
    "one team": ((ALWAYS, _ALL),),
    "some wait": (
        (_BLANK, _ELSEWHERE),
        (_GERMAN, _NORTH),
        (ALWAYS, _ALL),
    ),  # nobody of that team is in the CRM
}
USUAL, *OTHERS = _RULES


@cache
def router(config: str) -> Router:
    """Return the router of a configuration by its name."""
    reps = {
        RepId(name): Rep(id=RepId(name), name=name, email=f"{name}@reps.example") for name in (*REPS, "di")
    }
    members = {_ALL: REPS, _NORTH: REPS[:2], _ELSEWHERE: ("di",)}
    rules = tuple(Rule(f"{team} {n}", when, ToTeam(team)) for n, (when, team) in enumerate(_RULES[config]))
    return Router(
        Rulebook(
            rules=rules,
            reps=reps,
            teams={
                team: Team(team, tuple(Member(RepId(name)) for name in names))
                for team, names in members.items()
            },
            same_person=SamePerson(365 * 86_400.0, 0.0),
        )
    )


def users() -> list[User]:
    people = [User(OwnerId(f"u-{rep}"), rep, f"{rep}@reps.example") for rep in REPS]
    others = [
        User(OwnerId(f"u-{name}"), name, f"{name}@office.example") for name in ("boss", "robot", "forms")
    ]
    return [*people, *others]


def normalise(record: Record) -> Lead:
    email, country = record.fields.get("email"), record.fields.get("country")
    return Lead(
        ref=record.ref,
        email=str(email) if email else None,
        country=str(country) if country else None,
        owner=record.owner,
    )
