"""Wrong designs, planted one at a time: the checker must see each of them, or it sees nothing.

A mutant is a patch of named parts of the product, made by the tests; the product has no switch for any of them. A name
that is gone is an error, and so is a patch that no seed reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest import mock

from router.model import State
from sync.ledger import Ledger
from sync.locks import Held
from sync.plan import Act, Plan
from sync.steps import DOUBTFUL, ENDED, Step
from sync.work import Pass
from tests.simulation import wrong
from tests.simulation.hazards import Profile
from tests.simulation.run import run_seed
from tests.simulation.wrong import Through

Made = Callable[[Any], Any]
"""Makes the wrong part from the right one."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong design: the parts of the product it replaces by dotted path, and the world in which it hurts."""

    name: str
    says: str
    parts: Mapping[str, Made]
    profile: Profile = field(default_factory=Profile)

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


# --- what the engine makes of its CRM ---------------------------------------------------------------------

_CONNECTOR = "sync.work.Pass.connector"


def _through(design: type[Through]) -> Mapping[str, Made]:
    def made(_: Any) -> Any:
        return property(lambda work: design(work.wired.connector, work))

    return {_CONNECTOR: made}


# --- what the engine writes into its ledger ---------------------------------------------------------------


def _unless(*steps: Step) -> Made:
    """Rows at these steps are not written."""
    return lambda real: (
        lambda ledger, tx, rows: real(ledger, tx, [row for row in rows if row.step not in steps])
    )


def _due_at_once(real: Any) -> Any:
    def write(ledger: Ledger, tx: Any, rows: Any) -> None:
        real(ledger, tx, [row._replace(due=None) if row.step in DOUBTFUL else row for row in rows])

    return write


def _floor_after_each_page(real: Any) -> Any:
    def save(ledger: Ledger, tx: Any, cursor: Any) -> None:
        reached = max((t for t in (cursor.floor, cursor.newest) if t is not None), default=None)
        real(ledger, tx, replace(cursor, position=None, since=None, floor=reached))

    return save


def _cursor_before_its_page(real: Any) -> Any:
    def ingest(work: Pass, changes: Any, cursor: Any) -> None:
        if cursor:
            with work.session.transaction("cursor first") as tx:
                work.ledger.save_cursor(tx, cursor)
        real(work, changes, cursor)

    return ingest


def _echoes_are_leads(real: Any) -> Any:
    def planned(lead: Any, stamp: Any, row: Any, intake: Any, now: Any) -> Plan:
        found: Plan = real(lead, stamp, row, intake, now)
        return Plan(Act.TAKE) if row is not None and row.step in ENDED else found

    return planned


# --- locks, turns, persons --------------------------------------------------------------------------------


def _nobody_is_kept_out(real: Any) -> Any:
    def acquire(lock: Any, *, wait: bool = False) -> None:
        try:
            real(lock, wait=wait)
        except Held:
            return

    return acquire


def _nothing(_: Any) -> Any:
    return lambda *args, **named: None


def _turns_at_hand(real: Any) -> Any:
    def turns(entries: Any) -> Any:
        _, known = entries._work.turns
        return known or real(entries)

    return turns


def _yes(_: Any) -> Any:
    return lambda *args: True


def _no_effect(_: Any) -> Any:
    return lambda *args: State()


def _world(**chances: float) -> Profile:
    return Profile(chances=chances)


_CUTS = _world(cut_after=1.0, zombie=1.0)
_LATE = Profile(chances={"zombie": 1.0, "person": 1.0}, rates={"zombie": 0.3})
_CRASHES = Profile(chances={"crash": 1.0}, rates={"crash": 0.04})
_PEOPLE = Profile(chances={"person": 1.0, "person_at_once": 1.0}, rates={"person_at_once": 0.4})
_LOST = _world(refused=1.0, deleted=1.0, merged=1.0)
_FROZEN = Profile(chances={"freeze": 1.0, "session_lock": 1.0, "one_worker": 0.0}, rates={"freeze": 0.05})
_OLD = Profile(
    chances={"backlog": 1.0, "crash": 1.0, "take_new": 0.0, "late_commit": 1.0},
    rates={"crash": 0.03},
    by_id=True,
)

_LISTED = (
    Mutant("no_overlap", "a walk goes on where the last one ended", {}, Profile(overlap=0.0)),
    Mutant(
        "overlap_below_the_lag", "30 s of overlap where the index lags up to 90 s", {}, Profile(overlap=30.0)
    ),
    Mutant(
        "floor_from_our_clock",
        "a walk reached the time of our own machine",
        _through(wrong.FloorFromOurClock),
        _world(skew=1.0),
    ),
    Mutant(
        "watermark_from_our_clock",
        "`take: new` begins at the time of our own machine",
        _through(wrong.AsksOurClock),
        _world(skew=1.0, take_new=1.0),
    ),
    Mutant(
        "floor_after_each_page",
        "the floor moves with each page, no position is kept",
        {"sync.ledger.Ledger.save_cursor": _floor_after_each_page},
        _OLD,
    ),
    Mutant(
        "cursor_before_its_page",
        "the position is stored before the page's leads",
        {"sync.ingest.ingest": _cursor_before_its_page},
        _OLD,
    ),
    Mutant(
        "ends_on_a_short_page",
        "a short page is taken for the last one",
        _through(wrong.EndsOnAShortPage),
        _OLD,
    ),
    Mutant(
        "echoes_are_leads",
        "our own writes that come back are new leads",
        {"sync.ingest.plan": _echoes_are_leads},
        _world(echo=1.0),
    ),
    Mutant(
        "no_fresh_look",
        "the walk's record is taken for the look before the write",
        _through(wrong.LooksOnce),
        _PEOPLE,
    ),
    Mutant(
        "replaces_not_asked_at_the_look",
        "whoever owns it at the look is written over",
        {"sync.deliver._SortedOut._may_replace": _yes},
        _PEOPLE,
    ),
    Mutant(
        "sent_again_unseen",
        "what the CRM put off is sent again without a look",
        _through(wrong.SendsAgainUnseen),
        _world(put_off=1.0),
    ),
    Mutant(
        "blind_retry", "a call without an answer is made again at once", _through(wrong.RetriesBlindly), _CUTS
    ),
    Mutant("doubt_is_success", "a lost answer counts as done", _through(wrong.TakesDoubtForSuccess), _CUTS),
    Mutant(
        "doubt_is_failure",
        "a lost answer counts as refused, to be tried again",
        _through(wrong.TakesDoubtForFailure),
        _CUTS,
    ),
    Mutant(
        "no_zombie_window",
        "a doubtful write is looked at at once",
        {"sync.ledger.Ledger.move": _due_at_once, "sync.ledger.Ledger.save": _due_at_once},
        _LATE,
    ),
    Mutant(
        "notes_not_looked_for",
        "a doubtful note is written again without a look for its key",
        _through(wrong.NeverFindsNotes),
        _CUTS,
    ),
    Mutant(
        "doubtful_notes_count", "a doubtful note counts as written", _through(wrong.FindsEveryNote), _CUTS
    ),
    Mutant(
        "joined_by_position",
        "the nth answer belongs to the nth record",
        _through(wrong.JoinedByPosition),
        _LOST,
    ),
    Mutant("some_are_all", "one success in a batch is everybody's", _through(wrong.TakesSomeForAll), _LOST),
    Mutant(
        "old_ids_followed",
        "the survivor is written under the merged record's entry",
        _through(wrong.FollowsOldIds),
        _world(merged=1.0),
    ),
    Mutant("no_verify", "the owner's history is not read", _through(wrong.ReadsNoHistory), _PEOPLE),
    Mutant(
        "intent_after_the_write",
        "the intent is not in the ledger before the call",
        {"sync.ledger.Ledger.move": _unless(Step.WRITING, Step.NOTING)},
        _CRASHES,
    ),
    Mutant(
        "intents_not_recovered",
        "what a dead pass had under way is not looked for",
        {"sync.ledger.Ledger.recover": _nothing},
        _CRASHES,
    ),
    Mutant(
        "ledger_on_another_session",
        "the ledger is written through a session that does not hold the lock",
        {"sync.store.Session.confirm": _nothing},
        _FROZEN,
    ),
    Mutant(
        "no_lock",
        "two passes at once over one connection",
        {"sync.locks.FileLock.acquire": _nobody_is_kept_out, "sync.locks.FileLock.held": _yes},
        _world(session_lock=0.0, one_worker=0.0),
    ),
    Mutant(
        "turns_not_given_back", "a lost claim keeps its turn", {"sync.decide._give_back": _nothing}, _PEOPLE
    ),
    Mutant(
        "turns_of_the_last_time",
        "the turns at hand are used though another pass took some",
        {"sync.decide._Entries.turns_before": _turns_at_hand},
        Profile(
            chances={"two_accounts": 1.0, "one_worker": 0.0, "person": 1.0}, leads=(9, 14), arrivals=60.0
        ),
    ),
    Mutant(
        "no_effect_on_the_next",
        "leads of one transaction do not see each other's turns",
        {"sync.decide.effects": _no_effect},
    ),
    Mutant(
        "persons_not_unique",
        "each lead of a person is a new one",
        {"sync.decide._persons": lambda _: lambda *args: {}},
        _world(same_person=1.0, two_accounts=0.5),
    ),
)
MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _LISTED}

SEEDS_FOR_A_MUTANT = 300


def caught(folder: Path, name: str) -> int | None:
    """Return the first seed that sees the mutant, None if none does."""
    mutant = MUTANTS[name]
    with mutant.planted() as reached:
        for seed in range(1, SEEDS_FOR_A_MUTANT + 1):
            if run_seed(seed, folder, mutant.profile).violations:
                return seed if reached or not mutant.parts else None
    return None
