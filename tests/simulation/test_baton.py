"""Virtual time: who runs when, what ends and stops a worker, and that all of it repeats."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulation.baton import Baton, Crash, Fate

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _never(_: str) -> bool:
    return False


def _baton(seed: int = 1, fate: Fate | None = None) -> Baton:
    return Baton(random.Random(seed), START, fate or Fate(crash=_never))


def _steps(baton: Baton, name: str, said: list[str], count: int) -> Callable[[], None]:
    def body() -> None:
        for number in range(count):
            said.append(f"{name}{number}")
            baton.step("call")

    return body


def _history(seed: int) -> list[str]:
    baton, said = _baton(seed), list[str]()
    for name in "ab":
        baton.add(name, _steps(baton, name, said, 20))
    baton.run()
    return said


def test_workers_take_turns_as_the_seed_says_and_the_same_way_again() -> None:
    said = _history(7)
    assert said == _history(7)
    assert said != sorted(said)
    assert said != _history(8)
    assert sorted(said) == sorted(f"{name}{number}" for name in "ab" for number in range(20))


def test_who_sleeps_lets_the_others_run_and_the_world_go_on() -> None:
    baton, said = _baton(), list[str]()

    def sleeper() -> None:
        baton.sleep(600)
        said.append(f"woke after {(baton.now - START).total_seconds():.0f} s")

    baton.add("a", sleeper)
    baton.at(START + timedelta(seconds=300), lambda: said.append("a form"))
    baton.at(START + timedelta(seconds=900), lambda: said.append("after the last worker"))
    baton.run()
    assert said == ["a form", "woke after 600 s", "after the last worker"]


def test_a_crash_ends_a_worker_and_whatever_its_process_tries_next() -> None:
    baton, said = _baton(fate=Fate(crash=lambda what: what == "fatal")), list[str]()

    def body() -> None:
        for what in ("fatal", "harmless"):
            with pytest.raises(Crash):
                baton.step(what)
        baton.revive()
        baton.step("harmless")
        said.append("another process")

    baton.add("a", body)
    baton.run()
    assert said == ["another process"]


def test_a_stopped_worker_goes_on_later_and_the_others_do_not_wait() -> None:
    stops = iter([300.0])
    fate = Fate(crash=_never, freeze=lambda what: next(stops, 0.0) if what == "here" else 0.0)
    baton, said = _baton(fate=fate), list[str]()

    def stopped() -> None:
        baton.step("here")
        said.append("stopped one goes on")

    def other() -> None:
        baton.sleep(100)
        said.append("other")

    baton.add("a", stopped)
    baton.add("b", other)
    baton.run()
    assert said == ["other", "stopped one goes on"]


def test_nobody_else_runs_while_one_must_be_alone() -> None:
    baton = _baton(fate=Fate(crash=_never, alone=lambda: True))
    said: list[str] = []
    for name in "ab":
        baton.add(name, _steps(baton, name, said, 10))
    baton.run()
    assert {one[0] for one in said[:10]} in ({"a"}, {"b"})


def test_an_error_of_a_worker_ends_the_simulation() -> None:
    baton = _baton()

    def broken() -> None:
        baton.step("call")
        raise ValueError("this is a bug")

    baton.add("a", broken)
    baton.add("b", lambda: baton.sleep(1000))
    with pytest.raises(ValueError, match="this is a bug"):
        baton.run()


def test_the_world_never_waits() -> None:
    baton = _baton()
    baton.sleep(1000)
    baton.step("call")
    assert baton.now == START
