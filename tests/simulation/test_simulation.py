"""Seeded histories, a crash at each call, and proof that the checker can see."""

from __future__ import annotations

import itertools
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.simulation.__main__ import main
from tests.simulation.figures import result
from tests.simulation.hazards import HAZARDS, PROFILES, Profile
from tests.simulation.mutants import MUTANTS, SEEDS_FOR_A_MUTANT, caught
from tests.simulation.run import run_seed
from tests.simulation.shelf import template

SEEDS = range(100_201, 100_231)
_CALM = {name: 1.0 if name == "one_worker" else 0.0 for name in HAZARDS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("simulation")
    template(made)
    return made


@pytest.mark.parametrize("profile", PROFILES)
def test_no_history_breaks_the_promise(folder: Path, profile: str) -> None:
    results = [result(seed, folder, PROFILES[profile]) for seed in SEEDS]
    assert {one.seed: one.violations for one in results if one.violations} == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_seed_repeats_to_the_letter(folder: Path, profile: str) -> None:
    worlds = [run_seed(7, folder, PROFILES[profile]) for _ in range(2)]
    assert worlds[0].world.history == worlds[1].world.history
    assert worlds[0].world.baton.steps == worlds[1].world.baton.steps


SMALL = Profile(chances=_CALM, leads=(3, 3), arrivals=1.0)
CALLS_OF_THE_FIRST_PASSES = 60


@pytest.mark.parametrize("at", range(1, CALLS_OF_THE_FIRST_PASSES))
def test_a_crash_at_any_call_loses_nothing(folder: Path, at: int) -> None:
    calls = itertools.count(1)
    world, found = run_seed(20_000 + at, folder, SMALL, crash=lambda _: next(calls) == at)
    assert found == []
    assert world.crashes == 1


@pytest.mark.parametrize("hazard", [name for name in HAZARDS if name not in ("frozen_between", "old_third")])
def test_each_hazard_strikes_where_it_is_sure(folder: Path, hazard: str) -> None:
    """A world with this hazard alone, in every seed, is not the world without it."""
    needed = {"third": "merged", "session_lock": "freeze"}.get(hazard, hazard)
    alone = Profile(chances={**_CALM, hazard: 1.0, needed: 1.0}, rates={hazard: 0.9, needed: 0.9})
    assert any(run_seed(seed, folder, alone).world.luck.struck[hazard] for seed in range(1, 6))


KNOWN = {
    "a merge's new record, its date before the overlap, is met by no walk": (
        range(1, 6),
        Profile(
            chances={
                "merged": 1.0,
                "third": 1.0,
                "old_third": 1.0,
                "backlog": 1.0,
                "take_new": 0.0,
                "crash": 1.0,
            },
            rates={"merged": 0.6, "third": 1.0, "backlog": 1.0, "crash": 0.05},
        ),
    ),
    "a doubtful owner who left the CRM: our own write is taken for a person's, and gets no note": (
        range(1, 21),
        Profile(chances={**_CALM, "rep_left": 1.0, "cut_after": 1.0, "crash": 1.0}, rates={"cut_after": 0.4}),
    ),
    "a person chooses again while their first choice is put back: the put-back is not verified": (
        range(45, 61),
        Profile(chances={**_CALM, "person_at_once": 1.0}, rates={"person_at_once": 0.6}),
    ),
    "an owner is taken away after ours was written: the lead does not become ours again": (
        range(1, 11),
        Profile(chances={**_CALM, "let_go": 1.0}),
    ),
    "our clock jumps forward while a note is doubtful: the window ends before the note lands": (
        range(30, 41),
        Profile(
            chances={**_CALM, "one_worker": 0.0, "clock_jump": 1.0, "zombie": 1.0}, rates={"zombie": 0.6}
        ),
    ),
}


@pytest.mark.xfail(strict=True, reason="open: each is a way in which the engine does not keep the promise")
@pytest.mark.parametrize("known", KNOWN)
def test_what_is_known_to_break_the_promise_no_longer_does(folder: Path, known: str) -> None:
    seeds, profile = KNOWN[known]
    found = {seed: run_seed(seed, folder, profile).violations for seed in seeds}
    assert {seed: broken for seed, broken in found.items() if broken} == {}


# --- wrong designs ----------------------------------------------------------------------------------------


def test_every_part_that_a_wrong_design_replaces_is_there() -> None:
    for mutant in MUTANTS.values():
        for path in mutant.parts:
            assert resolve_name(path), path


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_design_is_caught(folder: Path, mutant: str) -> None:
    assert caught(folder, mutant) is not None, f"{mutant} was not seen within {SEEDS_FOR_A_MUTANT} seeds"


# --- the command ------------------------------------------------------------------------------------------


def test_a_seed_that_fails_names_the_command_that_repeats_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.simulation.__main__ import _tell

    with MUTANTS["no_fresh_look"].planted():
        broken = result(1, folder, PROFILES["memory"])
    assert broken.violations
    _tell(broken, "--profile memory")
    assert "python -m tests.simulation --profile memory --seed 1\n" in capsys.readouterr().out


def test_the_command_repeats_a_seed_and_tells_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--mutant", "no_fresh_look", "--seed", "1"]) == 1
    told = capsys.readouterr().out
    assert "Sent(run=" in told
    assert "without a fresh look" in told
    assert main(["--profile", "memory", "--seed", "1"]) == 0
    assert "the promise was kept" in capsys.readouterr().out
