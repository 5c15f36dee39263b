"""What `explain --rep` says: place in the line, what was got, what keeps from leads, and what the decisions came to."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from router.model import LEAD, OwnerId, RepId
from sync import schema
from sync.explain import recent
from sync.explain.line import FURTHEST
from sync.explain.recent import Reason
from sync.explain.told import standing_json
from sync.explain.who import who
from sync.trouble import Refused
from sync.undo import Undo
from tests.explain.scene import Scene


@pytest.mark.parametrize("leads", [1, 4])
def test_who_comes_before_them_is_who_then_gets_the_leads(scene: Scene, leads: int) -> None:
    scene.office.clock.now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    for _ in range(leads):
        scene.came(country="US")
    told = {rep: scene.standing(rep).places[0].lines[0] for rep in ("ana", "bo", "cy")}
    last = max(told.values(), key=lambda line: line.behind)
    got = [scene.office.owner(scene.came(country="US")) for _ in range(last.behind + 1)]
    assert got[: last.behind] == [f"u-{taker}" for taker in last.takers]
    assert [got.index(OwnerId(f"u-{rep}")) for rep in told] == [line.behind for line in told.values()]


def test_looking_takes_no_turn(scene: Scene) -> None:
    scene.came(country="US")
    before = scene.office.table(schema.log)
    assert scene.standing("ana") == scene.standing("ana")
    assert scene.office.table(schema.log) == before


def test_share_and_credit_are_those_of_the_team(scene: Scene) -> None:
    scene.came(country="US")
    scene.came(country="FR")
    [place] = scene.standing("bo").places
    assert (place.share, place.turns, place.last) == (0.25, 2, 2)
    credit = sum(scene.standing(rep).places[0].owed for rep in ("ana", "bo", "cy", "gone"))
    assert credit == 0
    [missed] = scene.standing("cy").places[0].catching_up
    assert missed.units == scene.standing("cy").places[0].owed == pytest.approx(2 * LEAD / 3, abs=2)


def test_leads_in_turn_and_out_of_it_are_told_apart(scene: Scene) -> None:
    scene.came(country="FR")
    scene.came(country="US", email="eve@x.com")
    owner = scene.office.owner(scene.came(country="US", email="eve@x.com"))
    given = scene.standing(str(owner).removeprefix("u-")).given
    assert owner == "u-ana"
    assert given.by == Counter(round_robin=1, same_person=1)
    assert given.in_turn == Counter(smb=1)
    charged = scene.standing("bo").given
    assert (charged.by["owner"], charged.charged, charged.in_turn) == (1, 1, Counter())


def test_a_lead_that_was_taken_back_is_not_theirs_any_more(scene: Scene) -> None:
    scene.came(country="US")
    assert scene.standing("bo").given.by.total() == 1
    scene.office.clock.pass_by(minutes=2)
    [run] = {str(row["run"]) for row in scene.office.table(schema.decisions)}
    scene.sync(instead=Undo(run))
    assert scene.standing("bo").given.by.total() == 0


# --- what the decisions came to ---------------------------------------------------------------------------


def test_why_not_is_counted_by_reason(scene: Scene) -> None:
    for language in ("de", "de", "ja"):
        scene.came(country="DE", language=language)
    scene.came(country="US")
    scene.came(country="US", source="partner")
    found = scene.standing("cy").recent
    assert found.reasons == {
        Reason("attribute", "without the required language"): 3,
        Reason("away", "away until 2026-03-03"): 1,
    }
    assert (found.made, found.asked, found.got, found.whole) == (4, 4, 0, True)
    of_bo = scene.standing("bo").recent
    assert (of_bo.got, of_bo.others, of_bo.reasons.total()) == (2, {"round_robin": 1}, 1)


def test_a_turn_of_another_and_an_owner_who_was_known_are_no_refusals(scene: Scene) -> None:
    scene.came(country="US", email="eve@x.com")
    scene.came(country="US", email="eve@x.com")
    found = scene.standing("ana").recent
    assert (found.others, found.unasked, found.reasons) == ({"round_robin": 1}, {"same_person": 1}, {})


def test_as_many_as_said_are_made_again_the_newest_first(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "MADE_AGAIN", 2)
    scene.came(country="DE", language="ja")
    newest = [scene.came(country="US") for _ in range(2)]
    found = scene.standing("bo").recent
    assert (found.made, found.whole, found.asked) == (len(newest), False, 2)
    assert "There may be more" in scene.stands("bo")


def test_only_what_was_decided_since_is_counted(scene: Scene) -> None:
    scene.came(country="US")
    scene.office.clock.pass_by(days=1)
    since = scene.office.clock.now
    scene.came(country="DE", language="ja")
    found = scene.standing("bo", since)
    assert (found.recent.made, found.given.by.total()) == (1, 0)
    assert found.stored_since is not None
    assert found.stored_since < since


def test_what_has_left_the_store_is_said_and_the_rest_is_told(scene: Scene) -> None:
    scene.came(country="US")
    with scene.office.store.session("x") as session, session.transaction("forget") as tx:
        tx.execute(schema.lead_values.update().values(body=None))
    scene.came(country="DE", language="ja")
    said = scene.stands("bo")
    assert "1  cannot be made again: the person was forgotten" in said
    assert "1  not them: without the required language" in said


@pytest.mark.parametrize(
    ("files", "why"), [(None, "does not have the configuration"), ("{}", "cannot read the")]
)
def test_a_configuration_that_is_gone_or_unreadable_is_said(
    scene: Scene, files: str | None, why: str
) -> None:
    scene.came(country="US")
    kept = schema.configurations
    with scene.office.store.session("x") as session, session.transaction("spoil") as tx:
        tx.execute(kept.delete() if files is None else kept.update().values(files=files))
    assert scene.standing("bo").recent.gone.total() == 1
    assert why in scene.stands("bo")
    assert "Nobody can say why any more" in scene.said(next(iter(scene.office.ledger())))


# --- what keeps them from leads ---------------------------------------------------------------------------


def test_what_keeps_them_is_said_with_its_end(scene: Scene) -> None:
    scene.came(country="US")
    assert "no leads now: away until 2026-03-03; may take leads again Wed 4 Mar 2026 00:00" in scene.stands(
        "cy"
    )
    assert "user in crm: no leads: no user with their e-mail in crm" in scene.stands("gone")
    scene.marked("bo", away=True)
    assert "team smb: no leads now: marked away\n" in scene.stands("bo")
    scene.office.clock.now = datetime(2026, 3, 7, 12, tzinfo=UTC)
    [line, _] = (place.lines[0] for place in scene.standing("ana").places)
    assert line.why is not None
    assert line.until == datetime(2026, 3, 9, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "at", "free"),
    [
        ("hour", "2026-03-02T09:10", "2026-03-02T10:00"),
        ("day", "2026-03-02T09:10", "2026-03-02T23:00"),
        ("day", "2026-03-28T09:10", "2026-03-28T23:00"),  # the next day has 23 hours
        ("day", "2026-10-25T09:10", "2026-10-25T23:00"),  # this day has 25
        ("week", "2026-03-25T09:10", "2026-03-29T22:00"),
        ("month", "2026-01-31T09:10", "2026-01-31T23:00"),
        ("6h", "2026-03-02T09:10", "2026-03-02T15:10"),
        ("open", "2026-03-02T09:10", None),
    ],
)
def test_a_limit_that_is_reached_says_when_there_is_room(
    scene: Scene, window: str, at: str, free: str | None
) -> None:
    scene.changed("teams.yaml", "capacity: {day: 1}", f"capacity: {{{window}: 1}}")
    scene.office.clock.now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    scene.came(country="US", source="small")
    scene.office.clock.pass_by(minutes=1)
    [used] = scene.standing("few").capacity
    assert (used.used, used.most) == (1, 1)
    assert (used.free_at and used.free_at.replace(second=0, microsecond=0)) == (
        free and datetime.fromisoformat(free).replace(tzinfo=UTC)
    )
    assert "no leads now: full" in scene.stands("few")


def test_a_share_too_small_to_come_soon_is_said(scene: Scene) -> None:
    scene.changed("teams.yaml", "attributes: {language: [de]}", "weight: 0.00001")
    scene.office.clock.now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert scene.standing("bo").places[0].lines[0].behind == FURTHEST
    assert "none of the next 2,000 turns is theirs" in scene.stands("bo")


# --- who is meant -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ana", "ANA@reps.example", "Ana Ruiz", "ana ruiz"])
def test_a_rep_is_found_by_id_e_mail_and_name(scene: Scene, name: str) -> None:
    assert who(name, scene.found.rulebook, scene.office.store).id == "ana"


def test_a_rep_nobody_knows_is_refused_with_the_next_best(scene: Scene) -> None:
    with pytest.raises(Refused, match=r"nobody knows the rep Anna Ruiz, .*; did you mean Ana Ruiz\?"):
        scene.stands("Anna Ruiz")
    scene.changed("teams.yaml", "name: Bo Lind", "name: Ana Ruiz")
    with pytest.raises(Refused, match=r"2 reps are called Ana Ruiz: say the id \(ana, bo\)"):
        scene.stands("Ana Ruiz")


def test_a_rep_of_earlier_is_told_of_as_such(scene: Scene) -> None:
    scene.came(country="US")
    scene.changed("teams.yaml", "members: [ana, bo, cy, gone]", "members: [ana, cy, gone]")
    assert "in no team" in scene.stands("bo")
    scene.changed("rules.yaml", "owner: bo", "owner: ana")
    scene.changed("teams.yaml", "id: bo, name: Bo Lind, email: bo@", "id: dee, name: Dee, email: dee@")
    said = scene.stands("Bo Lind")
    assert "Bo Lind (bo), Mon" in said
    assert "is not in the configuration any more and gets no leads" in said
    assert ": 1\n" in said
    assert "1  went to them" in said
    told = scene.standing("bo")
    assert (told.who.now, told.places, told.users) == (None, (), {})


def test_a_rep_of_whom_only_the_ledger_knows_is_told_of(scene: Scene) -> None:
    scene.came(country="US")
    with scene.office.store.session("x") as session, session.transaction("rename") as tx:
        tx.execute(schema.claims.update().values(rep="old"))
    assert scene.stands("old").startswith("old, Mon")


def test_before_the_first_pass_there_is_nothing_to_tell(scene: Scene) -> None:
    said = scene.stands("ana")
    assert "no pass has asked a CRM for its users yet" in said
    assert "could have been theirs: 0" in said
    scene.changed("leadswitch.yaml", "\n  - {name: crm, kind: memory, file: leads.json, take: all}", " []")
    assert "team smb: no leads now: away until 2026-03-03" in scene.stands("cy")


def test_the_object_for_scripts_has_all_of_it(scene: Scene) -> None:
    scene.came(country="US")
    told = json.loads(
        json.dumps(standing_json(scene.standing("bo", scene.office.clock.now - timedelta(days=7))))
    )
    assert (told["rep"], told["name"], told["configured"]) == ("bo", "Bo Lind", True)
    [team] = told["teams"]
    assert team.keys() >= {"team", "share", "credit", "turns", "last_turn", "in_turn", "now"}
    assert team["now"] == [
        {"connections": ["crm"], "why_not": None, "until": None, "turns_before": 1, "takers": ["ana"]}
    ]
    assert (told["leads"]["all"], told["leads"]["in_turn"], told["decisions"]["got"]) == (1, 1, 1)
    assert RepId(told["rep"]) in scene.found.rulebook.reps
