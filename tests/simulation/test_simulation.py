"""Seeded histories, a crash at each call, and proof that the checker can see."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.mutants import PROFILES as WORLDS
from tests.simulation.run import run_seed, template
from tests.simulation.world import PROFILES, Profile

SEEDS_FOR_A_MUTANT = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("simulation")
    template(made)
    return made


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(10_001, 10_008))
def test_a_history_keeps_the_promise(folder: Path, seed: int, profile: str) -> None:
    _, found = run_seed(seed, folder, PROFILES[profile])
    assert found == []


def test_a_seed_repeats_to_the_letter(folder: Path) -> None:
    first, _ = run_seed(7, folder)
    again, _ = run_seed(7, folder)
    assert first.history == again.history


SMALL = Profile(leads=3, arrivals=1.0, settle=400.0, workers=1, lag=0.0, person=0.0, removed=0.0, crash=0.0)
CALLS_OF_THE_FIRST_PASSES = 60


@pytest.mark.parametrize("at", range(1, CALLS_OF_THE_FIRST_PASSES))
def test_a_crash_at_any_call_loses_nothing(folder: Path, at: int) -> None:
    calls = itertools.count(1)
    world, found = run_seed(20_000 + at, folder, SMALL, crash=lambda _: next(calls) == at)
    assert found == []
    assert world.crashes == 1


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_design_is_caught(folder: Path, mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[mutant](monkeypatch)
    for seed in range(1, SEEDS_FOR_A_MUTANT + 1):
        if run_seed(seed, folder, WORLDS.get(mutant))[1]:
            return
    pytest.fail(f"{mutant} was not caught within {SEEDS_FOR_A_MUTANT} seeds")
