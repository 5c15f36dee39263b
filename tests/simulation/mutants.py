"""Wrong designs, planted one at a time: the checker must see each of them, or it sees nothing.

A mutant is a patch of named parts of the product, made by the tests; the product has no switch for any of them. A name
that is gone is an error, and so is a patch that no seed reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest import mock

from connectors.contract import Features
from tests.simulation import plants, wrong
from tests.simulation.hazards import PROFILES, Habits, Profile
from tests.simulation.plants import Made
from tests.simulation.run import run_seed
from tests.simulation.wrong import Through

SEEDS_FOR_A_MUTANT = 300


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong design: the parts of the product it replaces by dotted path, and the world in which it hurts."""

    name: str
    parts: Mapping[str, Made]
    profile: Profile = field(default_factory=Profile)

    @property
    def says(self) -> str:
        """What is wrong, as its first part says it."""
        made = next(iter(self.parts.values()), None)
        return (made.__doc__ or "") if made else f"{self.profile.overlap:.0f} s of overlap"

    @contextmanager
    def planted(self) -> Iterator[list[str]]:
        """Plant it; yields the parts that were reached, one entry for each time."""
        reached: list[str] = []
        with ExitStack() as stack:
            for path, made in self.parts.items():
                stack.enter_context(mock.patch(path, _told(path, made(resolve_name(path)), reached)))
            yield reached


def _told(path: str, part: Any, reached: list[str]) -> Any:
    """Return the part, telling each time it is used."""
    call: Any = part.fget if isinstance(part, property) else part

    def used(*args: Any, **named: Any) -> Any:
        reached.append(path)
        return call(*args, **named)

    return property(used) if isinstance(part, property) else used


def caught(folder: Path, name: str) -> int | None:
    """Return the first seed that sees the mutant and has nothing to say of the real engine, None if none does."""
    mutant = MUTANTS[name]
    for seed in range(1, SEEDS_FOR_A_MUTANT + 1):
        with mutant.planted() as reached:
            seen = run_seed(seed, folder, mutant.profile).violations
        if seen and (reached or not mutant.parts) and _right_is_clean(seed, folder, mutant):
            return seed
    return None


def _right_is_clean(seed: int, folder: Path, mutant: Mutant) -> bool:
    right = replace(mutant.profile, overlap=Profile().overlap)
    return not run_seed(seed, folder, right).violations


# --- the table --------------------------------------------------------------------------------------------


def _through(design: type[Through]) -> Mapping[str, Made]:
    """What the engine makes of its CRM goes through a wrong design."""

    def made(_: Any) -> Any:
        return property(lambda work: design(work.wired.connector, work))

    made.__doc__ = design.__doc__
    return {"sync.work.Pass.connector": made}


def _world(**chances: float) -> Profile:
    return Profile(chances=chances)


_CUTS = _world(cut_after=1.0, zombie=1.0, trace_in_fields=0.0)
_PUT_OFF = Profile(chances={"put_off": 1.0}, rates={"put_off": 0.15})
_UNSENT = Profile(
    chances={"cut_before": 1.0, "zombie": 0.0, "trace_in_fields": 0.0}, rates={"cut_before": 0.2}
)
_LATE = Profile(chances={"zombie": 1.0, "person": 1.0, "trace_in_fields": 0.0}, rates={"zombie": 0.6})
_JUMPS = Profile(
    chances={"one_worker": 0.0, "clock_jump": 1.0, "zombie": 1.0, "trace_in_fields": 0.0},
    rates={"zombie": 0.6},
    leads=(8, 12),
    arrivals=200.0,
    jumps=(40.0, 80.0),
)
_CRASHES = Profile(chances={"crash": 1.0, "trace_in_fields": 0.0}, rates={"crash": 0.04})
_PEOPLE = Profile(chances={"person": 1.0, "person_at_once": 1.0}, rates={"person_at_once": 0.4})
_LOST = _world(refused=1.0, deleted=1.0, merged=1.0)
_NO_SWEEP = {"sweeps": 0.0}
_SKEWED = _world(skew=1.0, take_new=1.0, **_NO_SWEEP)
_FROZEN = Profile(chances={"freeze": 1.0, "session_lock": 1.0, "one_worker": 0.0}, rates={"freeze": 0.05})
_TWO = _world(session_lock=0.0, one_worker=0.0)
_PERSONS = _world(same_person=1.0, two_accounts=0.5)
_MANY = Profile(
    chances={"two_accounts": 1.0, "one_worker": 0.0, "lag": 0.0, "few_per_pass": 0.0, "crash": 0.0},
    leads=(10, 14),
    arrivals=25.0,
    crm=Habits(features=Features(history=True, read_batch=1, write_batch=1, note_batch=1)),
)
_OLD = Profile(
    chances={"backlog": 1.0, "crash": 1.0, "take_new": 0.0, "late_commit": 1.0, **_NO_SWEEP},
    rates={"crash": 0.05, "backlog": 0.8},
    crm=Habits(by_id=True),
)
_LONG = replace(_OLD, leads=(20, 24), rates={"crash": 0.05, "backlog": 0.9})


def _org(rates: Mapping[str, float] | None = None, /, **chances: float) -> Profile:
    usual = PROFILES["salesforce"]
    return replace(usual, chances={**usual.chances, **chances}, rates=rates or {})


_TIED = replace(_org(tied=1.0, late_commit=0.0, **_NO_SWEEP), overlap=0.0)
_LATE_COMMITS = replace(_org(late_commit=1.0, **_NO_SWEEP), overlap=10.0)
_LOCKED = _org({"locked": 0.5}, locked=1.0, trace_in_fields=0.0, **_NO_SWEEP)
_LOGGED_OUT = _org({"logged_out": 0.3}, logged_out=1.0, put_off=0.0)
_REFUSED = _org(
    {"logged_out": 0.4, "backlog": 0.9}, logged_out=1.0, spent=1.0, backlog=1.0, take_new=0.0, **_NO_SWEEP
)
_GONE = _org({"gone_at_once": 0.6, "converted": 0.6}, gone_at_once=1.0, converted=1.0)
_CHOICES = _org(person=1.0, person_at_once=1.0)
_RULED = _org(org_rule=1.0, sweeps=1.0)
_PUT_BACK = _org({"put_back": 0.8}, put_back=1.0, person=1.0, sweeps=1.0)
_TUGS = _org({"tug": 0.8}, tug=1.0, clock_jump=0.0, no_history=0.0)
_HIDDEN = _org(
    {"cut_after": 0.3}, cut_after=1.0, tasks_late=1.0, zombie=0.0, half_applied=0.0, trace_in_fields=0.0
)
_BOTH = _org(same_person=1.0, two_accounts=1.0)

_LISTED = (
    Mutant("no_overlap", {}, Profile(chances=_NO_SWEEP, overlap=0.0)),
    Mutant("overlap_below_the_lag", {}, Profile(chances=_NO_SWEEP, overlap=30.0)),
    Mutant("floor_from_our_clock", _through(wrong.FloorFromOurClock), _SKEWED),
    Mutant("watermark_from_our_clock", _through(wrong.AsksOurClock), _SKEWED),
    Mutant("floor_after_each_page", {"sync.ledger.Ledger.save_cursor": plants.floor_after_each_page}, _OLD),
    Mutant("cursor_before_its_page", {"sync.walks.ingest": plants.cursor_before_its_page}, _OLD),
    Mutant("parts_as_they_came", {"sync.walks.Walk._landed": plants.parts_as_they_came}, _LONG),
    Mutant("first_part_alone", {"sync.walks._position": plants.first_part_alone}, _LONG),
    Mutant("ends_on_a_short_page", _through(wrong.EndsOnAShortPage), _OLD),
    Mutant("echoes_are_leads", {"sync.ingest.plan": plants.echoes_are_leads}, _world(echo=1.0)),
    Mutant("no_fresh_look", _through(wrong.LooksOnce), _PEOPLE),
    Mutant(
        "anybody_is_replaced", {"sync.deliver._SortedOut._may_replace": plants.anybody_is_replaced}, _PEOPLE
    ),
    Mutant(
        "sent_again_unseen",
        _through(wrong.SendsAgainUnseen),
        Profile(chances={"put_off": 1.0}, rates={"put_off": 0.15}),
    ),
    Mutant("blind_retry", _through(wrong.RetriesBlindly), _CUTS),
    Mutant("doubt_is_success", _through(wrong.TakesDoubtForSuccess), _CUTS),
    Mutant("doubt_is_failure", _through(wrong.TakesDoubtForFailure), _CUTS),
    Mutant(
        "no_zombie_window",
        {"sync.ledger.Ledger.move": plants.due_at_once, "sync.ledger.Ledger.save": plants.due_at_once},
        _LATE,
    ),
    Mutant("by_our_clock", {"sync.passes.heed_jump": plants.by_our_clock}, _JUMPS),
    Mutant("notes_not_looked_for", _through(wrong.NeverFindsNotes), _CUTS),
    Mutant("doubtful_notes_count", _through(wrong.FindsEveryNote), _UNSENT),
    Mutant("joined_by_position", _through(wrong.JoinedByPosition), _LOST),
    Mutant("some_are_all", _through(wrong.TakesSomeForAll), _LOST),
    Mutant("old_ids_followed", _through(wrong.FollowsOldIds), _world(merged=1.0)),
    Mutant("no_verify", _through(wrong.ReadsNoHistory), _PEOPLE),
    Mutant("intents_later", {"sync.ledger.Ledger.move": plants.intents_later}, _CRASHES),
    Mutant("intents_not_recovered", {"sync.ledger.Ledger.recover": plants.not_recovered}, _CRASHES),
    Mutant("ledger_on_another_session", {"sync.store.Session.confirm": plants.on_another_session}, _FROZEN),
    Mutant(
        "no_lock",
        {
            "sync.locks.FileLock.acquire": plants.nobody_is_kept_out,
            "sync.locks.FileLock.held": plants.always_held,
        },
        _TWO,
    ),
    Mutant("turns_not_given_back", {"sync.decide._give_back": plants.not_given_back}, _PEOPLE),
    Mutant("turns_of_the_last_time", {"sync.decide._Entries.turns_before": plants.turns_at_hand}, _MANY),
    Mutant("no_effect_on_the_next", {"sync.decide.Running.take": plants.no_effect}),
    Mutant("persons_not_unique", {"sync.decide._persons": plants.nobody_is_known}, _PERSONS),
    Mutant("strict_cursor", _through(wrong.StrictlyAfter), _TIED),
    Mutant("overlap_of_ten_seconds", {}, _LATE_COMMITS),
    Mutant("refusal_is_the_end", _through(wrong.TakesRefusalForTheEnd), _REFUSED),
    Mutant("a_200_is_success", _through(wrong.TakesSomeForAll), _LOCKED),
    Mutant("locked_is_for_ever", _through(wrong.GivesUpLockedRows), _LOCKED),
    Mutant("locked_sent_again_unseen", _through(wrong.SendsLockedRowsAgain), _LOCKED),
    Mutant("unseen_after_a_login", _through(wrong.SendsAgainUnseen), _LOGGED_OUT),
    Mutant("conversion_is_success", _through(wrong.TakesLossForSuccess), _GONE),
    Mutant(
        "ids_without_case",
        {
            "sync.ledger.record_key": plants.ids_without_case,
            "sync.steps.record_key": plants.ids_without_case,
        },
        _org(twins=1.0, two_accounts=0.0),
    ),
    Mutant("queues_are_nobody", {"sync.plan.Intake.may_replace": plants.queues_are_nobody}, _CHOICES),
    Mutant("never_ours_again", {"sync.ingest.plan": plants.never_ours_again}, _PUT_BACK),
    Mutant("tugs_not_seen", {"sync.verify.tug_of_war": plants.tugs_not_seen}, _TUGS),
    Mutant("notes_looked_for_at_once", _through(wrong.LooksForNotesAtOnce), _HIDDEN),
    Mutant("needs_a_history", _through(wrong.NeedsAHistory), _org(no_history=1.0)),
    Mutant("never_parked", {"sync.plan._plan_again": plants.never_parked}, _RULED),
    Mutant("known_in_one_crm", {"sync.decide.person_hashes": plants.known_in_one_crm}, _BOTH),
)
MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _LISTED}
