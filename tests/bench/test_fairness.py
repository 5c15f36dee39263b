from __future__ import annotations

import pytest

from bench import fairness
from bench.fairness_cases import REPS, at_random, deviation, equal
from bench.fairness_ours import Ours, Turns
from bench.fairness_peers import PUBLISHED, ROTATIONS, blind_pointer, off, pointer
from bench.fairness_rules import RULES, as_published

FEW = {2: 300, 5: 300}


def test_each_model_gives_the_figures_that_were_published_of_it() -> None:
    assert off() == []


def test_a_model_that_is_off_ends_the_bench_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.fairness_peers.ROTATIONS", {**ROTATIONS, "pointer": blind_pointer})
    with pytest.raises(AssertionError, match="hole, pointer: 400 400 400 400 400 where 701 700 349 171 79"):
        fairness.run(leads=FEW)


def test_every_figure_of_ours_has_its_row_and_meets_its_goal() -> None:
    rows = fairness.run(leads=FEW)
    assert len({row.case for row in rows}) == len(rows)
    assert [row.case for row in rows if row.met is False] == []
    ours = {row.case: row.value for row in rows if row.peer is None}
    assert ours["absence: longest run of E on return (catches up on 3)"] == 4
    assert ours["hole: most less fewest of C, D and E"] <= 2
    shown = {row.peer for row in rows}
    assert shown >= {peer for case in ("absence", "weights", "hole") for peer in PUBLISHED[case]} | set(RULES)


def test_the_turn_rule_alone_gives_leads_as_the_whole_router_does() -> None:
    crowd = at_random(dict(zip(REPS, (1, 2, 50, 1, 3), strict=True)), 0.5, leads=200, seed=1)
    whole, alone = Ours(), Turns()
    assert [whole(*one) for one in crowd] == [alone(*one) for one in crowd]


def test_deviation_counts_every_share_of_those_who_may_take_a_lead() -> None:
    team = equal(REPS[:2])
    one_sided = [(team, team), (team, equal(REPS[:1])), (team, team)]
    assert deviation(lambda _team, able: next(iter(able)), one_sided) == 1
    assert deviation(pointer(), [(team, team)] * 9) == 0.5


def test_with_the_same_candidates_all_along_tijdemans_rule_to_the_letter_is_ours() -> None:
    weights = dict(zip(REPS, (50, 1, 2, 50, 1), strict=True))
    crowd = [(weights, weights)] * 400
    assert deviation(as_published(), crowd) == pytest.approx(deviation(Turns(), crowd), abs=1e-9)
