"""`otherwise`: steps that go in a circle or contradict each other are refused, with their place and a way out."""

from __future__ import annotations

import pytest

from tests.config.world import TEAMS, configured, notices, problems

PEOPLE = TEAMS + "  - {name: backup, members: [bo]}\n"
OTHERS = "hold others, with `if: closed` or `if: full`, and give these to a team or queue"
LONGER = "all holds of a lead run from its first one: write a longer time"
NO_END = (
    "no step ends it: a lead that nobody took in the end is parked with an alert "
    "(say what is to come last: alert, or {queue: NAME})"
)
QUEUED = (
    "this step is never tried: the queue before it takes every lead "
    "(put the queue last, or give it a condition such as `if: nobody`)"
)
IDLE = f"it holds leads for which no member has the attributes ({OTHERS})"
AGAIN = "leave this out: while a lead is held, all before the hold are asked again"
NO_TIME = "a hold of no time waits for nobody (write how long, such as 2h, or leave it out)"
OVER = f"this hold is over when the one before it is ({LONGER})"


def rules(steps: str, assign: str = "{team: smb}") -> str:
    """Return a rules.yaml whose rule has these steps, from line 3 on."""
    return (
        f"rules:\n  - {{name: One, assign: {assign}, otherwise:\n{steps}}}\n"
        "  - {name: Two, assign: {team: backup}}\n  - {name: Three, assign: {team: smb}}\n"
    )


@pytest.mark.parametrize(
    "steps",
    [
        "[{hold: 2h}, {team: backup}, alert]",
        "[{team: backup, if: closed}, {hold: {until: open}}, {queue: backup}]",
        "[{team: smb, if: nobody}, {hold: {until: open, at_most: 72h}}, {queue: backup}]",
        "[{alert: true, if: nobody}, {hold: 1h}, {queue: backup, if: full}, alert]",
        "[{hold: 1h, if: closed}, {hold: 2h}, {owner: ana}, alert]",
        "[{hold: {until: open}}, {hold: 2h}, {team: backup}, alert]",
        "[{team: backup, if: full}, {hold: 1h}, {team: backup}, alert]",
        "[alert]",
        "[]",
    ],
)
def test_steps_that_each_have_their_use_are_left_alone(steps: str) -> None:
    assign = "{team: smb, require: {language: same}}"
    assert configured(teams=PEOPLE, rules=rules(steps, assign)).rulebook.rules
    assert [one for one in notices(teams=PEOPLE, rules=rules(steps, assign)) if ":3:" in one] == []


@pytest.mark.parametrize(
    ("assign", "steps", "place", "message"),
    [
        ("{team: smb}", "[alert, {hold: 2h}]", "3:9", "this step is never tried: the alert before it takes"),
        ("{team: smb}", "[alert, alert]", "3:9", "this step is never tried: the alert before it takes"),
        ("{team: smb}", "[{hold: 1h}, alert, {team: backup}, alert]", "3:21", "this step is never tried"),
        ("{team: smb}", "[{team: smb}, alert]", "3:2", "team 'smb' was asked just before, and had nobody"),
        ("{team: smb}", "[{team: smb, if: full}, alert]", "3:2", "team 'smb' was asked just before"),
        ("{team: smb}", "[{team: smb, by: ordered}, alert]", "3:2", "team 'smb' was asked just before"),
        ("{team: smb}", "[{team: smb, require: {language: es}}, alert]", "3:2", "team 'smb' was asked"),
        (
            "{team: smb, require: {language: same}}",
            "[{team: smb, require: {language: same, plan: pro}}, alert]",
            "3:2",
            "team 'smb' was asked just before",
        ),
        ("{team: smb}", "[{hold: 1h}, {team: smb}, alert]", "3:14", "team 'smb' was asked just before"),
        ("{team: smb}", "[{team: backup}, {hold: 1h}, {team: backup}, alert]", "3:30", "team 'backup' was"),
        (
            "{owner: ana}",
            "[{owner: ana}, alert]",
            "3:2",
            "this owner was asked just before, and could not take",
        ),
        ("{team: smb}", "[{owner: bo}, {owner: bo}, alert]", "3:15", "this owner was asked just before"),
    ],
)
def test_a_circle_or_a_contradiction_is_refused(assign: str, steps: str, place: str, message: str) -> None:
    found = problems(teams=PEOPLE, rules=rules(steps, assign))
    assert len(found) == 1
    assert found[0].startswith(f"rules.yaml:{place}: {message}")
    assert found[0].endswith(")")  # a way out


@pytest.mark.parametrize(
    ("assign", "steps", "hint"),
    [
        ("{team: smb}", "[{team: smb}, alert]", "name another one, or wait with {hold: 2h}"),
        ("{owner: ana}", "[{owner: ana}, alert]", "name another one, or wait with {hold: 2h}"),
        (
            "{team: smb, require: {language: es}}",
            "[{team: smb, require: {language: es}}, alert]",
            "name another one, ask less under `require`, or wait with {hold: 2h}",
        ),
        ("{team: smb}", "[{hold: 2h}, {team: smb}]", f"name another one, or {AGAIN}"),
        ("{owner: ana}", "[{hold: 2h}, {owner: ana}]", f"name another one, or {AGAIN}"),
    ],
)
def test_the_ways_out_of_a_circle_are_those_not_taken_yet(assign: str, steps: str, hint: str) -> None:
    found = problems(teams=PEOPLE, rules=rules(steps, assign))
    assert len(found) == 1
    assert found[0].endswith(f" ({hint})")


@pytest.mark.parametrize(
    ("steps", "notice"),
    [
        ("[{queue: backup}, alert]", f"3:19: {QUEUED}"),
        ("[{hold: 1h}]", f"3:2: {NO_END}"),
        ("[{team: backup}]", f"3:2: {NO_END}"),
        ("[{hold: 1h, if: nobody}, alert]", f"3:2: {IDLE}"),
        ("[{hold: 0h}, alert]", f"3:2: {NO_TIME}"),
        ("[{hold: {until: open, at_most: 0}}, alert]", f"3:2: {NO_TIME}"),
        ("[{hold: 2h}, {hold: 0h}, alert]", f"3:14: {NO_TIME}"),
        ("[{hold: 2h}, {hold: 1h}, alert]", f"3:14: {OVER}"),
        ("[{hold: 2h}, {hold: {until: open, at_most: 2h}}, alert]", f"3:14: {OVER}"),
    ],
)
def test_steps_that_do_less_than_they_seem_to_are_noticed(steps: str, notice: str) -> None:
    assert [one for one in notices(teams=PEOPLE, rules=rules(steps)) if ":3:" in one] == [
        f"rules.yaml:{notice}"
    ]


def test_the_steps_of_all_rules_may_name_the_team_of_one() -> None:
    text = "otherwise: [{team: backup}, alert]\n" + rules("[alert]")
    assert configured(teams=PEOPLE, rules=text).rulebook.otherwise
    assert (
        "rules.yaml:1:20: this step is never tried"
        in problems(teams=PEOPLE, rules="otherwise: [alert, {team: backup}]\n" + rules("[alert]"))[0]
    )


@pytest.mark.parametrize("assign", ["{queue: backup, charge_turn: true}", "{keep: true, charge_turn: true}"])
def test_a_turn_that_nobody_has_is_noticed(assign: str) -> None:
    found = [one for one in notices(teams=PEOPLE, rules=rules("[alert]", assign)) if "charge_turn" in one]
    hint = "(leave it out: only a team or an owner has turns)"
    assert found == [f"rules.yaml:2:12: 'charge_turn' charges nobody here {hint}"]


def test_an_absence_is_one_of_both() -> None:
    text = PEOPLE.replace(
        "members: [ana, bo]", "members: [ana, bo], absence: {keep_place: true, catch_up: {}}"
    )
    assert problems(teams=text) == ["teams.yaml:7:12: says keep_place and catch_up (leave one of them out)"]
