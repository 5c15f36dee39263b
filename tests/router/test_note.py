from datetime import date
from typing import Any as Anything

import pytest

from router.model import ConnectionName, Days, Lead, Queue, QueueName, RepId, State, Sticky, Unread
from router.note import note_body
from router.route import Router
from router.rules import By, Keep, Require, SamePerson, Target, ToOwner, ToQueue, ToTeam
from tests.router.build import NOW, TEAM, book, lead, rep

AWAY = (Days(date(2026, 11, 17), date(2026, 11, 20)),)
BACKUP = QueueName("backup")


def note(it: Lead, *reps: Anything, state: State | None = None, assign: Target | None = None) -> str:
    rules = book(
        *reps,
        assign=assign,
        queues={BACKUP: Queue(BACKUP, {ConnectionName("hs"): "1"})},
        same_person=SamePerson(within=1e6, wait=0),
    )
    return note_body(Router(rules).route(it, state or State(), NOW), it, rules)


def test_a_note_says_who_by_which_rule_how_and_why() -> None:
    body = note(
        lead(unread=(Unread("employees", "size", "about fifty", "no number"),)),
        rep("ana"),
        rep("bo", away=AWAY),
        assign=ToTeam(TEAM, require={"language": Require(same=True)}),
    )
    assert body.splitlines() == [
        "Leadswitch assigned this lead to Ana.",
        "Rule: all",
        "Team: team",
        "How: in turn, turn 1 of the team",
        "- language is not asked for: the lead's own is blank",
        "- 1 of 2 may take it: 1 away",
        "Not understood on this lead: employees",
    ]


@pytest.mark.parametrize(
    ("assign", "headline", "how"),
    [
        (ToOwner(rep=RepId("ana")), "assigned this lead to Ana.", "How: named by the rule"),
        (ToQueue(BACKUP), "put this lead into the queue backup.", "How: named by the rule"),
        (Keep(), "left the owner of this lead as it is.", "How: left as it is"),
        (
            ToOwner(rep=RepId("zoe")),
            "has not assigned this lead yet.",
            "How: waits for somebody: zoe: is not",
        ),
    ],
)
def test_every_way_a_lead_can_go_has_its_words(assign: Target, headline: str, how: str) -> None:
    lines = note(lead(), rep("ana"), assign=assign).splitlines()
    assert lines[0] == f"Leadswitch {headline}"
    assert lines[2].startswith(how)


@pytest.mark.parametrize(
    ("way", "how"),
    [
        (By.ROUND_ROBIN, "in turn"),
        (By.LEAST_LOADED, "fewest open leads"),
        (By.BEST_FIT, "best fit"),
        (By.ORDERED, "first available"),
    ],
)
def test_every_by_has_its_words(way: By, how: str) -> None:
    body = note(lead(), rep("ana"), rep("bo"), assign=ToTeam(TEAM, by=way))
    assert f"How: {how}, turn 1 of the team" in body.splitlines()


def test_there_are_no_other_ways() -> None:
    assert {str(way) for way in By} == {"round_robin", "least_loaded", "best_fit", "ordered"}


def test_a_parked_lead_is_told_until_when_at_the_latest() -> None:
    assert "until 2026-11-19 12:00 UTC at the latest" in note(lead(), rep("ana", away=AWAY))


def test_the_owner_of_the_same_person_is_named_as_such() -> None:
    state = State(persons={"email:eve@x.com": Sticky(RepId("ana"), NOW)})
    body = note(lead(email="eve@x.com"), rep("ana"), rep("bo"), state=state)
    assert "How: the same person's owner" in body
    assert "the same person is with ana since 2026-11-18" in body


def test_no_value_of_the_lead_is_in_the_note() -> None:
    values = {
        "first_name": "Evelina",
        "last_name": "Raymund",
        "name": "Evelina Raymund",
        "email": "evelina@secret.example",
        "phone": "+4930123456",
        "title": "Vorstand",
        "language": "sv-FI",
        "company": "Secret GmbH",
        "domain": "secret.example",
        "city": "Buxtehude",
    }
    it = lead(unread=(Unread("budget", "amount_c", "rawmoney", "no number"),), **values)
    for assign in (
        ToTeam(TEAM),
        ToTeam(TEAM, require={"language": Require(same=True), "city": Require(same=True)}),
        ToOwner(rep=RepId("zoe")),
        ToQueue(BACKUP),
        Keep(),
    ):
        body = note(it, rep("ana", attributes={"language": ("en",)}), assign=assign)
        assert not [value for value in (*values.values(), "rawmoney") if value in body]
