"""Values made quickly are what the class's own constructor makes."""

from __future__ import annotations

import copy
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from router.model import Action, Decision, TeamName, TeamTurns
from router.quick import quick
from tests.router.build import lead

IT = lead().ref
quick_decision, quick_turns = quick(Decision), quick(TeamTurns)


def test_a_value_made_quickly_is_equal_to_one_made_slowly_and_of_its_class() -> None:
    slow, fast = (make(IT, Action.KEEP, "rule", by="keep") for make in (Decision, quick_decision))
    assert fast == slow
    assert (type(fast), repr(fast), hash(fast)) == (Decision, repr(slow), hash(slow))
    assert fields(fast) == fields(Decision)


def test_it_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        quick_turns().number = 1  # type: ignore[misc]


def test_it_can_be_replaced_and_copied() -> None:
    made = quick_turns(number=3, last={})
    assert replace(made, number=4) == TeamTurns(4)
    assert copy.deepcopy(made) == TeamTurns(3)


def test_it_shares_no_default_that_can_change() -> None:
    assert quick_turns().credits is not quick_turns().credits


def test_a_field_that_is_missing_or_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="Decision"):
        quick_decision(IT, Action.KEEP, "rule")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="TeamTurns"):
        quick_turns(team=TeamName("sales"))  # type: ignore[call-arg]
