"""rules.yaml: what rules assign, what comes otherwise, and what is refused."""

from __future__ import annotations

import pytest

from router.model import QueueName, RepId, TeamName
from router.rules import (
    Alert,
    Hold,
    If,
    Keep,
    Require,
    SamePerson,
    Step,
    Target,
    ToOwner,
    ToQueue,
    ToTeam,
)
from tests.config.world import configured, notices, problems

SMB = TeamName("smb")
LAST = "  - {name: Everyone, assign: {team: smb}}\n"


def rule(keys: str, *, more: str = "") -> str:
    """Return a rules.yaml whose first rule has these keys, from line 2 column 17 on."""
    return f"rules:\n  - {{name: One, {keys}}}\n{LAST}{more}"


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("keep", Keep()),
        ("{owner: ana}", ToOwner(rep=RepId("ana"))),
        ("{queue: backup}", ToQueue(QueueName("backup"))),
        ("{team: smb}", ToTeam(SMB)),
        ("{team: smb, by: round_robin}", ToTeam(SMB)),
        ("{team: smb, wait: 4h, follow_account: true}", ToTeam(SMB, follow_account=True, wait=14400.0)),
        ("{team: smb, charge_turn: false}", ToTeam(SMB)),
        ("{team: smb, require: {language: same}}", ToTeam(SMB, require={"language": Require(same=True)})),
        (
            "{team: smb, require: {language: {same: strict}}}",
            ToTeam(SMB, require={"language": Require(same=True, strict=True)}),
        ),
        ("{team: smb, require: {language: ES}}", ToTeam(SMB, require={"language": Require(("es",))})),
        (
            "{team: smb, require: {experience: [senior, lead]}}",
            ToTeam(SMB, require={"experience": Require(("senior", "lead"))}),
        ),
        ("{team: smb, require: {plan: same}}", ToTeam(SMB, require={"plan": Require(same=True)})),
    ],
)
def test_assign_means(written: str, target: Target) -> None:
    assert configured(rules=rule(f"assign: {written}")).rulebook.rules[0].assign == target


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("[]", ()),
        ("[alert]", (Step(Alert()),)),
        ("[{alert: true, if: full}]", (Step(Alert(), If.FULL),)),
        ("[{hold: 2h}]", (Step(Hold(7200.0)),)),
        ("[{hold: {until: open, at_most: 72h}}]", (Step(Hold(259200.0, until_open=True)),)),
        ("[{hold: {until: open}}]", (Step(Hold(259200.0, until_open=True)),)),
        ("[{team: smb, if: nobody}]", (Step(ToTeam(SMB), If.NOBODY),)),
        ("[{owner: bo, if: closed}]", (Step(ToOwner(rep=RepId("bo")), If.CLOSED),)),
        ("[{queue: backup}, alert]", (Step(ToQueue(QueueName("backup"))), Step(Alert()))),
    ],
)
def test_otherwise_means(written: str, steps: tuple[Step, ...]) -> None:
    text = rule(f"assign: keep, otherwise: {written}")
    assert configured(rules=text).rulebook.rules[0].otherwise == steps
    assert configured(rules=f"otherwise: {written}\n{rule('assign: keep')}").rulebook.otherwise == steps


def test_without_otherwise_a_lead_is_held_for_a_day_then_parked_with_an_alert() -> None:
    book = configured().rulebook
    assert book.rules[0].otherwise is None
    assert book.otherwise == (Step(Hold(86400.0)), Step(Alert()))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", SamePerson(31536000.0, 14400.0)),
        ("same_person: {within: 30d}\n", SamePerson(2592000.0, 14400.0)),
        ("same_person: {within: 365d, wait: 1h}\n", SamePerson(31536000.0, 3600.0)),
    ],
)
def test_the_same_person_goes_to_the_owner_they_have(written: str, meant: SamePerson) -> None:
    assert configured(rules=written + rule("assign: keep")).rulebook.same_person == meant


def test_rules_keep_their_order() -> None:
    text = (
        "rules:\n"
        + "".join(f"  - {{name: '{n}', when: {{score: {n}}}, assign: keep}}\n" for n in range(20))
        + LAST
    )
    assert [rule.name for rule in configured(rules=text).rulebook.rules] == [*map(str, range(20)), "Everyone"]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("assign: kep", "2:25: 'kep' is not known here (write keep, or {team: NAME}"),
        ("assign: {}", "2:25: says nothing, but exactly one is needed (one of keep, owner, queue, team)"),
        ("assign: {team: smb, queue: backup}", "2:25: says queue and team, but exactly one is needed"),
        ("assign: {owner: ana, by: ordered}", "2:25: 'by' needs a team"),
        ("assign: {team: smbb}", "2:32: unknown team 'smbb' (did you mean 'smb'?)"),
        ("assign: {owner: anna}", "2:33: unknown rep or list 'anna' (did you mean 'ana'?)"),
        ("assign: {queue: inbound}", "2:33: unknown queue 'inbound' (known: backup)"),
        ("assign: {team: smb, by: roundrobin}", "2:41: 'roundrobin' is none of the words known here"),
        ("assign: {team: smb, by: predictive}", "2:41: 'predictive' is none of the words known here"),
        ("assign: {team: smb, wait: soon}", "2:43: 'soon' is no duration"),
        ("assign: {team: smb, follow_account: maybe}", "2:53: 'maybe' is neither true nor false"),
        ("assign: {team: smb, require: {experience: same}}", "2:47: 'same' needs a field of the lead"),
        ("assign: {team: smb, require: language}", "2:46: 'require' must be a mapping"),
        ("assign: {team: smb, require: {language: {same: maybe}}}", "2:57: says what the rep must be"),
        ("assign: {team: smb, require: {language: English}}", "2:57: 'English' is no language code"),
        ("when: {}", "2:5: 'assign' is missing"),
        ("asign: keep, assign: keep", "2:17: unknown key 'asign' (did you mean 'assign'?)"),
        ("assign: keep, otherwise: wait", "2:42: 'wait' is not known here (write alert, or a mapping"),
        ("assign: keep, otherwise: {hold: 2}", "2:49: '2' is no duration (write 600s, 30m, 4h or 7d)"),
        ("assign: keep, otherwise: [wait]", "2:43: 'wait' is not known here (write alert, or a mapping"),
        ("assign: keep, otherwise: [{hold: 2}]", "2:50: '2' is no duration (write 600s, 30m, 4h or 7d)"),
        ("assign: keep, otherwise: [{hold: {until: dawn}}]", "2:58: 'dawn' is none of the words known here"),
        ("assign: keep, otherwise: [{hold: 2h, if: busy}]", "2:58: 'busy' is none of the words known here"),
        ("assign: keep, otherwise: [{if: full}]", "2:43: says nothing, but exactly one is needed"),
        ("assign: keep, otherwise: [{team: smbb}]", "2:50: unknown team 'smbb'"),
    ],
)
def test_a_wrong_rule_is_refused_at_its_place(keys: str, problem: str) -> None:
    found = problems(rules=rule(keys))
    assert len(found) == 1
    assert found[0].startswith(f"rules.yaml:{problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rules: []", "rules.yaml:1:1: no catch-all"),
        ("otherwise: [alert]", "rules.yaml:1:1: no catch-all"),
        ("rules: [{name: One, when: {source: a}, assign: keep}]", "rules.yaml:1:16: no catch-all"),
        ("rules: keep", "rules.yaml:1:8: 'rules' must be a list"),
        (f"rules:\n{LAST}{LAST}", "rules.yaml:3:12: rule 'Everyone' is there twice (first on line 2)"),
        (f"rules:\n  - keep\n{LAST}", "rules.yaml:2:5: this must be a mapping"),
        (f"rulez: 1\nrules:\n{LAST}", "rules.yaml:1:1: unknown key 'rulez' (did you mean 'rules'?)"),
        (f"territories: {{x: {{}}}}\nrules:\n{LAST}", "rules.yaml:1:15: territory 'x' says nothing"),
        (f"same_person: yes\nrules:\n{LAST}", "rules.yaml:1:14: 'same_person' must be a mapping"),
    ],
)
def test_a_wrong_file_is_refused_at_its_place(text: str, problem: str) -> None:
    found = problems(rules=text)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_a_key_with_nothing_behind_it_counts_as_left_out() -> None:
    text = f"territories:\nlists:\nsame_person:\notherwise:\nrules:\n{LAST}"
    assert configured(rules=text).rulebook == configured().rulebook


# --- lint -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        (
            rule("assign: keep"),
            "rules.yaml:3:12: rule 'Everyone' is never reached ('One' takes every lead)",
        ),
        (
            rule("when: {source: a}, assign: {team: smb, require: {experience: senior}}"),
            "rules.yaml:2:12: nobody in team 'smb' has the experience senior (add it to their attributes)",
        ),
    ],
)
def test_rules_that_look_like_a_mistake_are_noticed(text: str, notice: str) -> None:
    assert notices(rules=text) == [notice]


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        (
            "reps: [{id: a, email: a@x.com, weight: 0}]\nteams: [{name: smb, members: [a]}]",
            "teams.yaml:2:16: team 'smb' has nobody with a weight above 0 (it can take no lead)",
        ),
        (
            "reps: [{id: a, email: a@x.com}, {id: b, email: b@x.com}]\nteams: [{name: smb, members: [a]}]",
            "teams.yaml:1:38: rep 'b' is in no team, and no rule or list names them",
        ),
        (
            "reps: [{id: a, email: a@x.com}]\nteams: [{name: smb, members: [a]}, {name: x, members: [a]}]",
            "teams.yaml:2:43: no rule names team 'x'",
        ),
        (
            "reps: [{id: a}]\nteams: [{name: smb, members: [a]}]",
            "teams.yaml:1:13: no CRM can tell who rep 'a' is (add an email, or owner: {CONNECTION: ID})",
        ),
    ],
)
def test_people_that_look_like_a_mistake_are_noticed(text: str, notice: str) -> None:
    found = notices(teams=text)
    assert len(found) == 1
    assert found[0].startswith(notice)
