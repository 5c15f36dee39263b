"""The configurations of the simulated office, compiled once for all seeds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from connectors.contract import Record, User
from router.model import ConnectionName, Lead, Member, OwnerId, Queue, QueueName, Rep, RepId, Team, TeamName
from router.route import Router
from router.rules import (
    ALWAYS,
    Comparison,
    Condition,
    Keep,
    Op,
    Rule,
    Rulebook,
    SamePerson,
    Target,
    ToQueue,
    ToTeam,
)

ACCOUNTS = ("a", "b")
REPS = ("ana", "bo", "cy")
BOSS, ROBOT = OwnerId("u-boss"), OwnerId("u-robot")
PEOPLE = (BOSS, OwnerId("u-ana"), OwnerId("u-bo"))
"""Whom a person chooses."""

INBOUND, BACKUP = OwnerId("q-inbound"), OwnerId("q-backup")
"""Queues: the one that owns what comes in where every record has an owner, and one that rules or people choose."""

UNOWNED = (None, INBOUND)
"""Whose leads may be taken: nobody's, and where every record has an owner, those of its queue."""

_ALL, _NORTH, _ELSEWHERE = TeamName("all"), TeamName("north"), TeamName("elsewhere")
_GERMAN = Comparison("country", Op.IS, ("DE",))
_BACKUP = QueueName("backup")
_BLANK = Comparison("country", Op.BLANK, (True,))

_RULES: Mapping[str, tuple[tuple[Condition, Target], ...]] = {
    "usual": ((_GERMAN, ToTeam(_NORTH)), (ALWAYS, ToTeam(_ALL))),
    "one team": ((ALWAYS, ToTeam(_ALL)),),
    "some wait": ((_BLANK, ToTeam(_ELSEWHERE)), (_GERMAN, ToTeam(_NORTH)), (ALWAYS, ToTeam(_ALL))),
    "some queue": ((_BLANK, ToQueue(_BACKUP)), (ALWAYS, ToTeam(_ALL))),
    "some stay": ((_GERMAN, Keep()), (ALWAYS, ToTeam(_ALL))),
}
"""Nobody of the team `elsewhere` is in the CRMs: its leads wait."""

USUAL, *OTHERS = _RULES


@cache
def router(config: str) -> Router:
    """Return the router of a configuration by its name."""
    reps = {
        RepId(name): Rep(id=RepId(name), name=name, email=f"{name}@reps.example") for name in (*REPS, "di")
    }
    members = {_ALL: REPS, _NORTH: REPS[:2], _ELSEWHERE: ("di",)}
    rules = tuple(Rule(f"rule {n}", when, target) for n, (when, target) in enumerate(_RULES[config], 1))
    return Router(
        Rulebook(
            rules=rules,
            reps=reps,
            teams={
                team: Team(team, tuple(Member(RepId(name)) for name in names))
                for team, names in members.items()
            },
            queues={_BACKUP: Queue(_BACKUP, {ConnectionName(name): "Backup" for name in ACCOUNTS})},
            same_person=SamePerson(365 * 86_400.0, 0.0),
        )
    )


def users() -> list[User]:
    people = [User(OwnerId(f"u-{rep}"), rep, f"{rep}@reps.example") for rep in REPS]
    others = [User(owner, owner.removeprefix("u-"), f"{owner}@office.example") for owner in (BOSS, ROBOT)]
    return [*people, *others, User(BACKUP, "Backup", queue=True), User(INBOUND, "Inbound", queue=True)]


def normalise(record: Record) -> Lead:
    email, country = record.fields.get("email"), record.fields.get("country")
    return Lead(
        ref=record.ref,
        email=str(email) if email else None,
        country=str(country) if country else None,
        owner=record.owner,
    )
