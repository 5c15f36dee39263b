"""What `explain LEAD` says to a manager, of each way that a lead can go."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.contract import Company
from router.model import OwnerId, RecordId
from sync.explain.lead import entry_json
from tests.explain.scene import Scene

TURN = """\
crm/leads/1 entry 1: verify (its owner is written; a later pass reads the owner's history)

Mon 2 Mar 2026 10:00 Europe/Berlin (09:00 UTC): to Bo Lind (bo), in turn, turn 1 of team smb; rule Everyone
  because: 2 of 4 may take it: 1 away, 1 not available
  because: cy is away and may catch up on a share of it
  Customer type unknown, by bands:
    unknown band small: employees is at most 199; seen: 51 to 500, of which some fits and some does not
    unknown band large: employees is at least 200; seen: 51 to 500, of which some fits and some does not
  Score 9.82, from the table:
    unknown +0: band large: employees is at least 200; seen: 51 to 500, of which some fits and some does not
    yes     +9.82 of +20, at this age: page contains pricing; seen: /pricing
  Rules, from the top; the last one decided:
    no      rule His: country is FR; seen: US
    unknown rule Partners stay: source is partner; seen: blank
    unknown rule Into the queue: source is fair; seen: blank
    no      rule Hot: score is at least 40; seen: 9.82
    no      rule German speakers: country is DE, AT or CH; seen: US
    unknown rule By night: source is night; seen: blank
    unknown rule One a day: source is small; seen: blank
    no      rule Nobody: country is FI; seen: US
    yes     rule Everyone
  Team smb, with each one's credit before it (in leads; + is owed to them):
    Ana Ruiz (ana)     +0.00  may take it; share of it 0.33
    Bo Lind (bo)       +0.00  took it; share of it 0.33
    Cy Patel (cy)      +0.00  away until 2026-03-03; share of it 0.33
    Gail Oneil (gone)  +0.00  no user with their e-mail in crm"""


def test_a_turn_is_told_with_every_value_every_rep_and_local_time(scene: Scene) -> None:
    lead = scene.came(country="US", employees="51-500", page="/pricing", createdate="2026-02-16")
    assert scene.said(lead) == TURN


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"country": "FR"}, ["to Bo Lind (bo), named by the rule, turn 1 of team smb; rule His", "took it"]),
        ({"country": "FR"}, ["It is charged as turn 1 of team smb; shares of it: Ana Ruiz (ana) 0.33, Bo"]),
        (
            {"source": "partner"},
            ["left as it is; rule Partners stay", "kept by Partners stay, without a person"],
        ),
        ({"source": "fair"}, ["into the queue backup; rule Into the queue"]),
        (
            {"country": "FI"},
            ["parked; rule Nobody", "until Tue 3 Mar 2026 10:00 Europe/Berlin (09:00 UTC) at the"],
        ),
        ({"country": "FI"}, ["Bo Lind (bo)       +0.00  language: has de, not fi"]),
        ({"country": "AT"}, ["language was not asked for: the lead's own is blank"]),
        ({"employees": "lots"}, ["seen: 'lots', not understood (", "not understood: employees ("]),
        (
            {"employees": "900", "page": "/pricing"},
            ["Customer type large, by bands", "Score 50, from", "rule Hot"],
        ),
        (
            {"country": "CA", "employees": "900", "page": "/pricing"},
            ["yes     country is US or CA; seen: CA"],
        ),
    ],
)
def test_each_way_is_told_in_words(scene: Scene, fields: dict[str, str], said: list[str]) -> None:
    if fields.get("country") in ("FI", "AT"):
        fields = {**fields, "language": "fi" if fields["country"] == "FI" else ""}
    told = scene.said(scene.came(**{"country": "US", **fields}))
    assert [part for part in said if part not in told] == [], told


def test_an_owner_of_the_person_and_one_of_the_account_are_told(scene: Scene) -> None:
    scene.office.crm.companies = {RecordId("7"): Company(RecordId("7"), "Acme", "acme.com", OwnerId("u-bo"))}
    scene.office.features = replace(scene.office.features, accounts=True)
    account = scene.came(country="DE", email="a@acme.com")
    assert "to Bo Lind (bo), the account's owner; rule German speakers" in scene.said(account)
    again = scene.came(country="US", email="a@acme.com")
    assert "to Bo Lind (bo), the same person's owner; rule Everyone" in scene.said(again)
    assert "  An owner who is known without a turn:\n    Bo Lind (bo)  took it" in scene.said(again)


def test_a_hold_says_until_when_and_what_came_of_it(scene: Scene) -> None:
    scene.office.clock.now = datetime(2026, 3, 6, 21, 0, tzinfo=UTC)
    lead = scene.came(country="US", source="night")
    said = scene.said(lead)
    assert "held (waits for somebody who may take it)" in said
    assert "until Mon 9 Mar 2026 09:00 Europe/Berlin (08:00 UTC) at the latest: waits until somebody" in said
    assert "Ana Ruiz (ana)  +0.00  outside working hours: it is Fri 21:00 in Europe/London" in said
    scene.office.clock.now = datetime(2026, 3, 9, 8, 1, tzinfo=UTC)
    scene.sync()
    assert "(08:01 UTC): to Ana Ruiz (ana), in turn, turn 1 of team night" in scene.said(lead)


def test_a_full_team_says_which_limit(scene: Scene) -> None:
    scene.came(country="US", source="small")
    said = scene.said(scene.came(country="US", source="small"))
    assert "Fay Few (few)  +0.00  full: 1 lead today, at most 1" in said
    assert "into the queue backup" in said


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_longer_than_the_screen_and_no_word_is_lost(scene: Scene, width: int) -> None:
    lead = scene.came(country="US", employees="51-500", page="/pricing", createdate="2026-02-16")
    narrow = scene.said(lead, width)
    assert max(map(len, narrow.splitlines())) <= width
    assert narrow.split() == scene.said(lead).split()


def test_a_decision_that_came_out_another_way_is_told_loudly(scene: Scene) -> None:
    lead = scene.came(country="US")
    scene.tampered(rep="ana")
    assert "MADE AGAIN, THE ANSWER IS ANOTHER: to Bo Lind (bo)" in scene.said(lead)


def test_a_rep_of_then_keeps_the_name_of_then(scene: Scene) -> None:
    lead = scene.came(country="US")
    scene.changed("teams.yaml", "name: Bo Lind", "name: Robert Lind")
    assert "to Bo Lind (bo)" in scene.said(lead)


def test_the_object_for_scripts_keeps_its_keys(scene: Scene) -> None:
    lead = scene.came(country="US", employees="900", page="/pricing")
    told = json.loads(json.dumps(entry_json(scene.entry(lead))))
    assert told.keys() >= {"lead", "entry", "step", "reason", "forgotten", "archive", "decisions"}
    [decision] = told["decisions"]
    assert decision.keys() >= {
        "at",
        "owner",
        "queue",
        "team",
        "rule",
        "by",
        "reasons",
        "same",
        "gone",
        "trace",
    }
    trace = decision["trace"]
    assert trace.keys() >= {"rules", "considered", "unread", "bands", "score"}
    assert trace["rules"][0] == {"rule": "His", "test": "country is FR", "seen": "US", "holds": False}
    assert {"rep": "bo", "why_not": None, "credit": 0} in trace["considered"][0]["reps"]
