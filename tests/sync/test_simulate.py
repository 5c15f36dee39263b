"""`simulate`: history made again comes out as it was, and under another configuration it goes on by itself."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from router.model import LEAD, Decision, Lead, RepId, TeamName
from sync import schema
from sync.log import team_turns
from sync.replay import router_then
from sync.simulate.again import Again
from sync.simulate.deciding import AsItWas, Proposed
from sync.simulate.history import History, Span, span
from sync.simulate.record import Event, Kind, Recorded, Where
from sync.simulate.tally import Tally
from sync.simulate.then import Then
from sync.simulate.world import Case
from sync.store import Store
from tests.sync.week import BEGIN, CHANGE, CHANGED, FILES, Week

UTC_ZONE = ZoneInfo("UTC")
IN_BETWEEN = timedelta(hours=57)
"""Then a pass was made that an undo took back later."""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes) -> Iterator[Week]:
    file = tmp_path_factory.mktemp("week") / "store.db"
    file.write_bytes(sqlite_template)
    played = Week(f"sqlite:///{file}").play()
    yield played
    for office in played.offices:
        office.store.close()


def found(store: Store, since: datetime = BEGIN) -> Span:
    there = span(store, since)
    assert there is not None
    return there


def as_it_was(store: Store, since: datetime = BEGIN) -> Tally:
    there = found(store, since)
    then = Then(store, there)
    return Again(History(store, there), then, AsItWas(then), UTC_ZONE).run(lambda _: None)


def proposed(store: Store, files: Mapping[str, str], since: datetime = BEGIN) -> Tally:
    there = found(store, since)
    then, history = Then(store, there), History(store, there)
    with store.reading() as tx, tx.begin():
        router = router_then(tx, json.dumps(files), sys.maxsize)
    return Again(history, then, Proposed(then, history, router), UTC_ZONE).run(lambda _: None)


def changed(name: str, before: str, after: str) -> dict[str, str]:
    assert before in CHANGED[name]
    return {**CHANGED, name: CHANGED[name].replace(before, after)}


# --- as it was --------------------------------------------------------------------------------------------


def test_the_week_has_what_makes_it_hard(week: Week) -> None:
    decisions = week.offices[0].table(schema.decisions)
    assert {row["by"] for row in decisions} >= {
        *("round_robin", "same_person", "account", "hold", "queue", "keep", "alert")
    }
    assert len({row["config"] for row in decisions}) == 2
    assert {row["kind"] for row in week.offices[0].table(schema.log)} == {
        *("turn", "returned", "owners", "holidays", "away", "loads")
    }
    told = " ".join(row["reasons"] for row in decisions)
    assert "full: " in told
    again = Counter(row["lead"] for row in decisions)
    assert max(again.values()) >= 3
    steps = {row["step"] for row in week.offices[0].table(schema.leads)}
    assert steps >= {"settled", "conflict", "skipped", "held"}


def test_every_recorded_owner_comes_out_again(week: Week) -> None:
    tally = as_it_was(week.store)
    assert (tally.otherwise, tally.differences) == (0, 0)
    decisions = week.offices[0].table(schema.decisions)
    assert tally.decisions == len(decisions)
    assert tally.leads == len({row["lead"] for row in decisions})
    assert tally.before.reps == tally.after.reps
    assert tally.before.teams == tally.after.teams


def test_a_turn_of_before_that_is_given_back_meanwhile_counts_on_neither_side(week: Week) -> None:
    tally = as_it_was(week.store, BEGIN + IN_BETWEEN)
    assert tally.before.teams == tally.after.teams


def test_what_stands_is_counted_as_the_ledger_has_it(week: Week) -> None:
    tally = as_it_was(week.store)
    claims = Counter(row["rep"] for row in week.offices[0].table(schema.claims) if row["rep"])
    assert dict(tally.before.reps) == dict(claims)


def test_another_recorded_owner_would_be_seen(week: Week) -> None:
    there = found(week.store)

    class Forged(History):
        def events(self) -> Iterator[Event]:
            for event in super().events():
                if isinstance(event, Recorded) and event.decision.by == "round_robin" and event.number > 40:
                    other = RepId("ana" if event.decision.owner == "bo" else "bo")
                    event = replace(event, decision=replace(event.decision, owner=other))
                yield event

    then = Then(week.store, there)
    tally = Again(Forged(week.store, there), then, AsItWas(then), UTC_ZONE).run(lambda _: None)
    assert tally.otherwise > 5


def test_the_same_configuration_by_itself_comes_to_the_same_owners(week: Week) -> None:
    """Turns, loads, persons and accounts are this history's own, from the middle of the ledger on."""
    tally = proposed(week.store, changed("rules.yaml", "rules:", "# said otherwise\nrules:"), CHANGE)
    assert tally.decisions > 100
    assert (tally.otherwise, tally.differences) == (0, 0)
    was = as_it_was(week.store, CHANGE)
    assert {name: team.got for name, team in tally.after.teams.items()} == {
        name: team.got for name, team in was.before.teams.items()
    }


# --- under another configuration --------------------------------------------------------------------------


@pytest.mark.parametrize("since", [BEGIN, BEGIN + IN_BETWEEN])
def test_turns_end_where_the_ledger_has_them(week: Week, since: datetime) -> None:
    """Those that were taken back are given back here, too; the longer hold plays no part in them."""
    there = found(week.store, since)
    then, history = Then(week.store, there), History(week.store, there)
    with week.store.reading() as tx, tx.begin():
        router = router_then(tx, json.dumps(CHANGED), sys.maxsize)
        stand = {team: team_turns(tx, team) for team in router.book.teams}
    deciding = Proposed(then, history, router)
    Again(history, then, deciding, UTC_ZONE).run(lambda _: None)
    assert deciding._world.turns == stand


def test_a_weight_of_nothing_moves_the_turns_to_the_others(week: Week) -> None:
    files = changed("teams.yaml", "weight: {2026-01-01: 1, 2026-05-04: 0.5}", "weight: 0")
    tally = proposed(week.store, files)
    assert tally.before.in_turn["bo"] > 3
    assert tally.after.in_turn["bo"] == 0
    assert tally.differences > 3
    assert tally.after.teams[TeamName("smb")].worst < LEAD


def test_who_would_hold_a_lead_gives_it_away_at_a_later_pass(week: Week) -> None:
    """A rep who only begins in the middle of the time: what was assigned then is held, and goes out from there on."""
    teams = "reps: [{id: zed, name: Zed, works: [2026-05-01..]}]\nteams: [{name: one, members: [zed]}]"
    rules = "rules: [{name: all, assign: {team: one}, otherwise: [{hold: 10d}, alert]}]"
    tally = proposed(week.store, {**CHANGED, "teams.yaml": teams, "rules.yaml": rules})
    assert tally.before.reps.keys() >= {"ana", "bo", "cy"}
    assert tally.after.reps.keys() == {"zed"}
    assert tally.after.waited > 20
    assert tally.after.longest <= timedelta(days=5)
    assert min(tally.after.days) == "2026-05-01"


def test_a_hold_that_runs_out_ends_at_its_deadline(week: Week) -> None:
    reps = "reps: [{id: ana, name: Ana, works: [2027-01-01..]}]\nteams: [{name: one, members: [ana]}]"
    teams = f"{reps}\nqueues: {{backup: {{crm: Backup, web: Backup}}}}"
    rules = "rules: [{name: all, assign: {team: one}, otherwise: [{hold: 8h}, {queue: backup}]}]"
    tally = proposed(week.store, {**CHANGED, "teams.yaml": teams, "rules.yaml": rules})
    assert not tally.after.reps
    assert tally.after.queues["backup"] > 60
    assert timedelta(hours=8) <= tally.after.longest < timedelta(hours=15, minutes=1)


def test_what_people_took_stays_theirs(week: Week) -> None:
    tally = proposed(week.store, changed("teams.yaml", "[ana, bo, cy]", "[bo, cy]"))
    taken = Where(Kind.TAKEN)
    assert tally.flows[(taken, taken)] > 5
    assert not [flow for flow in tally.flows if flow[0].kind is Kind.REP and flow[1] == taken]


def test_a_limit_that_nobody_had_is_kept_by_the_loads_of_the_simulation(week: Week) -> None:
    before = "attributes: {language: [fr, de]}"
    tally = proposed(week.store, changed("teams.yaml", before, f"capacity: {{open: 2}}, {before}"))
    assert tally.before.reps["cy"] > 8
    assert tally.after.reps["cy"] < tally.before.reps["cy"] / 2


@pytest.mark.parametrize(("within", "most"), [("30d", 0.15), ("1s", 0.9)])
def test_a_person_keeps_the_owner_that_the_simulation_gave_them(week: Week, within: str, most: float) -> None:
    """But for those of whom a lead was taken back: nothing is known of them from there on."""
    teams = "reps: [{id: a1, name: A}, {id: b1, name: B}]\nteams: [{name: one, members: [a1, b1]}]"
    rules = f"same_person: {{within: {within}, wait: 0}}\nrules: [{{name: all, assign: {{team: one}}}}]"
    there = found(week.store)
    then, history = Then(week.store, there), History(week.store, there)
    with week.store.reading() as tx, tx.begin():
        files = {**CHANGED, "teams.yaml": teams, "rules.yaml": rules}
        router = router_then(tx, json.dumps(files), sys.maxsize)
    owners: dict[str, list[str]] = {}

    class Watched(Proposed):
        def decide(self, case: Case, one: Recorded, lead: Lead) -> Decision:
            decision = super().decide(case, one, lead)
            owners.setdefault(lead.email or "", []).append(str(decision.owner))
            return decision

    Again(history, then, Watched(then, history, router), UTC_ZONE).run(lambda _: None)
    several = [got for got in owners.values() if len(got) > 1]
    changing = sum(len(set(got)) > 1 for got in several) / len(several)
    assert len(several) > 20
    assert most - 0.6 < changing <= most


def test_nothing_is_written(week: Week) -> None:
    def everything() -> dict[str, list[dict[str, object]]]:
        return {table.name: week.offices[0].table(table) for table in schema.metadata.sorted_tables}

    before = everything()
    proposed(week.store, FILES)
    assert everything() == before


def test_of_a_forgotten_lead_the_owner_stays(week: Week) -> None:
    there = found(week.store)

    class Forgotten(History):
        def events(self) -> Iterator[Event]:
            for event in super().events():
                gone = isinstance(event, Recorded) and event.number % 5 == 0
                yield replace(event, lead=None) if gone and isinstance(event, Recorded) else event

    then = Then(week.store, there)
    tally = Again(Forgotten(week.store, there), then, AsItWas(then), UTC_ZONE).run(lambda _: None)
    assert tally.gone == there.last // 5
    assert tally.differences == 0


def test_before_the_first_decision_there_is_nothing(week: Week) -> None:
    assert span(week.store, datetime(2030, 1, 1, tzinfo=UTC)) is None
