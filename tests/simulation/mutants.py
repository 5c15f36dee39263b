"""Wrong designs, planted one at a time: the checker must see each of them, or it sees nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.contract import Verdict
from sync import decide, deliver, ingest, passes, verify
from sync.ledger import Ledger
from sync.steps import Step
from tests.simulation import world
from tests.simulation.world import Profile

Plant = Callable[[pytest.MonkeyPatch], None]


def _no_overlap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(world, "SETTINGS", replace(world.SETTINGS, overlap=0.0))


def _floor_moves_to_our_own_clock(patch: pytest.MonkeyPatch) -> None:
    met = ingest._met
    patch.setattr(ingest, "_met", lambda cursor, page: replace(met(cursor, page), floor=page.server_time))
    _no_overlap(patch)


def _replaces_is_not_asked_at_the_fresh_look(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deliver._SortedOut, "_may_replace", lambda *_: True)


def _a_lost_answer_counts_as_done(patch: pytest.MonkeyPatch) -> None:
    after = deliver._after_owner

    def done(work: Any, row: Any, outcome: Any, now: Any) -> Any:
        doubtful = outcome.verdict is Verdict.DOUBTFUL
        return after(work, row, replace(outcome, verdict=Verdict.DONE) if doubtful else outcome, now)

    patch.setattr(deliver, "_after_owner", done)


def _intents_of_a_dead_pass_are_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Ledger, "recover", lambda *_: 0)


def _doubtful_notes_are_written_again_blindly(patch: pytest.MonkeyPatch) -> None:
    left = tuple(
        (steps, deliver.note if Step.NOTE_DOUBTFUL in steps else task) for steps, task in passes.LEFT
    )
    patch.setattr(passes, "LEFT", left)


def _a_late_write_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deliver, "ZOMBIE_WINDOW", timedelta(0))


def _turns_are_not_given_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "_give_back", lambda *_: None)


def _histories_are_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(verify, "overrun", lambda *_: None)


def _doubtful_notes_count_as_written(patch: pytest.MonkeyPatch) -> None:
    def trusting(work: Any, rows: Any) -> Any:
        yield work.asking(lambda: frozenset())
        deliver._save(work, "trusted", [deliver.noted(work, row, work.now()) for row in rows])

    left = tuple((steps, trusting if Step.NOTE_DOUBTFUL in steps else task) for steps, task in passes.LEFT)
    patch.setattr(passes, "LEFT", left)


CUTS = Profile(lost_after=0.2)
LATE = Profile(zombie=0.5, person=0.0)
PEOPLE = Profile(person=1.0, lag=0.0)
PROFILES: Mapping[str, Profile] = {
    "a_late_write_is_not_waited_for": LATE,
    "histories_are_not_read": PEOPLE,
    "a_lost_answer_counts_as_done": LATE,
    "replaces_is_not_asked_at_the_fresh_look": PEOPLE,
    "turns_are_not_given_back": PEOPLE,
    "doubtful_notes_are_written_again_blindly": CUTS,
}
"""A world in which a mutant's mistake happens often; the others are seen in the usual one."""

MUTANTS: Mapping[str, Plant] = {
    plant.__name__.strip("_"): plant
    for plant in (
        _no_overlap,
        _floor_moves_to_our_own_clock,
        _replaces_is_not_asked_at_the_fresh_look,
        _a_lost_answer_counts_as_done,
        _intents_of_a_dead_pass_are_not_looked_for,
        _doubtful_notes_are_written_again_blindly,
        _a_late_write_is_not_waited_for,
        _turns_are_not_given_back,
        _histories_are_not_read,
        _doubtful_notes_count_as_written,
    )
}
