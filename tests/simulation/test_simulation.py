"""Seeded histories, a crash at each call, and proof that the checker can see."""

from __future__ import annotations

import itertools
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.simulation.__main__ import main, tell
from tests.simulation.figures import result
from tests.simulation.hazards import HAZARDS, MEMORY, ORG_TABLE, PROFILES, SALESFORCE, Profile
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


NEEDED = {
    "third": ("merged",),
    "session_lock": ("freeze",),
    "let_go": ("sweeps",),
    "put_back": ("sweeps", "person"),
}


@pytest.mark.parametrize("hazard", [name for name in HAZARDS if name not in ("frozen_between", "old_third")])
def test_each_hazard_strikes_where_it_is_sure(folder: Path, hazard: str) -> None:
    """A world with this hazard alone, in every seed, is not the world without it."""
    sure = dict.fromkeys((hazard, *NEEDED.get(hazard, ())), 1.0)
    crm = SALESFORCE if HAZARDS[hazard] in ORG_TABLE else MEMORY
    alone = Profile(chances={**_CALM, **sure}, rates=dict.fromkeys(sure, 0.9), crm=crm)
    assert any(run_seed(seed, folder, alone).world.luck.struck[hazard] for seed in range(1, 6))


FOUND = {
    "a merge's new record, its date before the overlap": Profile(
        chances={
            **_CALM,
            "merged": 1.0,
            "third": 1.0,
            "old_third": 1.0,
            "sweeps": 1.0,
            "backlog": 1.0,
            "crash": 1.0,
        },
        rates={"merged": 0.6, "third": 1.0, "backlog": 1.0, "crash": 0.05},
    ),
    "a doubtful owner who left the CRM": Profile(
        chances={**_CALM, "rep_left": 1.0, "cut_after": 1.0, "crash": 1.0}, rates={"cut_after": 0.4}
    ),
    "another choice while the first one is put back": Profile(
        chances={**_CALM, "person_at_once": 1.0}, rates={"person_at_once": 0.9}, arrivals=400.0
    ),
    "an owner taken away again": Profile(chances={**_CALM, "let_go": 1.0, "sweeps": 1.0}),
    "our clock goes ahead while a note is in doubt": Profile(
        chances={**_CALM, "one_worker": 0.0, "clock_jump": 1.0, "zombie": 1.0},
        rates={"zombie": 0.6},
        leads=(8, 12),
        arrivals=200.0,
        jumps=(40.0, 80.0),
    ),
}
"""Worlds in which the engine once broke the promise."""


@pytest.mark.parametrize("once", FOUND)
def test_what_once_broke_the_promise_does_so_no_more(folder: Path, once: str) -> None:
    found = {seed: run_seed(seed, folder, FOUND[once]).violations for seed in range(1, 9)}
    assert {seed: broken for seed, broken in found.items() if broken} == {}


# --- wrong designs ----------------------------------------------------------------------------------------


def test_every_part_that_a_wrong_design_replaces_is_there() -> None:
    for mutant in MUTANTS.values():
        for path in mutant.parts:
            assert resolve_name(path), path


SEEN_SOON = (
    *("no_fresh_look", "anybody_is_replaced", "joined_by_position", "turns_not_given_back", "no_lock"),
    *(
        "floor_from_our_clock",
        "strict_cursor",
        "a_200_is_success",
        "conversion_is_success",
        "echoes_are_leads",
    ),
)
"""One wrong design of each sort that few seeds show; `make seeds` catches all of them."""


@pytest.mark.parametrize("mutant", SEEN_SOON)
def test_a_wrong_design_is_caught(folder: Path, mutant: str) -> None:
    assert caught(folder, mutant) is not None, f"{mutant} was not seen within {SEEDS_FOR_A_MUTANT} seeds"


# --- the command ------------------------------------------------------------------------------------------


def test_a_seed_that_fails_names_the_command_that_repeats_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with MUTANTS["no_fresh_look"].planted():
        broken = next(one for seed in SEEDS if (one := result(seed, folder, PROFILES["memory"])).violations)
    tell(broken, "--profile memory")
    command = f"python -m tests.simulation --profile memory --seed {broken.seed}\n"
    assert command in capsys.readouterr().out


def test_the_command_repeats_a_seed_and_tells_what_happened(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = caught(folder, "no_fresh_look")
    assert main(["--mutant", "no_fresh_look", "--seed", str(seed)]) == 1
    told = capsys.readouterr().out
    assert "Sent(run=" in told
    assert "without a fresh look" in told
    assert main(["--profile", "memory", "--seed", str(SEEDS[0])]) == 0
    assert "the promise was kept" in capsys.readouterr().out
