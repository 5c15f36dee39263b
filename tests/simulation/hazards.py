"""What may go wrong in a world: a table, and what of it the seed chose for one history.

Each hazard is in a seed or not, by its own chance, so that seeds with one trouble and seeds with ten are both common;
where it is, it strikes at its rate.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from connectors.contract import Features


class Hazard(NamedTuple):
    """`chance` is how many of the seeds have it, `rate` how often it strikes there, each time that `per` says."""

    name: str
    chance: float
    rate: float
    per: str
    what: str


TABLE = (
    Hazard("lag", 0.7, 1.0, "lead", "the index shows the record late, at most the profile's `lag`"),
    Hazard("late_commit", 0.35, 0.3, "lead", "the stamp is up to `late` seconds older than its first sight"),
    Hazard("backlog", 0.25, 0.5, "lead", "the record was there hours before the first pass"),
    Hazard("same_person", 0.5, 0.6, "lead", "the person filled in another form too"),
    Hazard("put_off", 0.5, 0.05, "call", "refused for now, with a time to wait"),
    Hazard("cut_before", 0.5, 0.05, "call", "the connection is cut before the call arrives"),
    Hazard("cut_after", 0.5, 0.06, "call", "the call is applied, its answer is lost"),
    Hazard("half_applied", 0.3, 0.15, "write", "the first records of a batch are written, then a 5xx"),
    Hazard("zombie", 0.5, 0.08, "write", "no answer, and it lands up to 40 s later"),
    Hazard("refused", 0.2, 0.15, "lead", "a validation rule refuses the record for some minutes"),
    Hazard("note_refused", 0.15, 0.2, "lead", "the record takes no note for some minutes"),
    Hazard("revoked", 0.1, 1.0, "seed", "credentials are refused for a while"),
    Hazard("person", 0.6, 0.3, "lead", "a person chooses an owner in the first minutes, some of them twice"),
    Hazard("person_at_once", 0.4, 0.12, "look", "a person chooses an owner between our look and our write"),
    Hazard("robot", 0.25, 0.35, "write", "another automation gives the lead back to its own user"),
    Hazard("let_go", 0.3, 0.3, "write", "somebody takes the owner away again: it is to be assigned anew"),
    Hazard("echo", 0.3, 0.6, "write", "our write moves a polled date, and comes back as a change"),
    Hazard("deleted", 0.35, 0.15, "lead", "the record is deleted"),
    Hazard("merged", 0.25, 0.2, "lead", "the record is merged into another"),
    Hazard("third", 0.5, 0.4, "merge", "both become a third record, with a new id and the older date"),
    Hazard("old_third", 0.5, 1.0, "seed", "that date may lie before everything that a walk still reads"),
    Hazard("edited", 0.3, 0.3, "lead", "a person fills in or changes a field that rules ask"),
    Hazard("two_accounts", 0.2, 1.0, "seed", "two connections over one store, with the same persons"),
    Hazard("skew", 0.5, 1.0, "seed", "our clocks are up to two hours off the CRM's"),
    Hazard("clock_jump", 0.15, 1.0, "seed", "our clocks jump by up to two minutes, forward or back"),
    Hazard("crash", 0.5, 0.015, "seam", "the process ends; calls under way may still land"),
    Hazard("stopped", 0.2, 0.2, "pass", "SIGTERM: the pass ends at the next step"),
    Hazard("store_fails", 0.15, 0.03, "seam", "a transaction fails, or it is committed and nobody says so"),
    Hazard("crash_once", 0.3, 1.0, "seed", "the process ends once, at the seam that the seed drew"),
    Hazard("freeze", 0.3, 0.01, "seam", "the worker stops for up to five minutes and goes on"),
    Hazard("session_lock", 0.5, 1.0, "seed", "the lock is a session's, which a frozen worker loses"),
    Hazard("reconfigured", 0.25, 1.0, "seed", "teams and rules change between passes"),
    Hazard("rep_left", 0.1, 1.0, "seed", "a rep's user is deactivated in the CRM"),
    Hazard("few_per_pass", 0.2, 1.0, "seed", "`max_per_pass` is 2"),
    Hazard("sweeps", 0.35, 1.0, "seed", "all records are swept every two minutes; else the cursor is alone"),
    Hazard("trace_in_fields", 0.1, 1.0, "seed", "the trace goes into the record's fields, not into notes"),
    Hazard("take_new", 0.25, 1.0, "seed", "`take: new`: older leads are not ours"),
    Hazard("conditional", 0.15, 1.0, "seed", "the CRM refuses to write what was changed since it was read"),
    Hazard("long", 0.18, 1.0, "seed", "the troubles last four minutes longer than leads come in"),
    Hazard("one_worker", 0.3, 1.0, "seed", "no second worker"),
    Hazard("frozen_between", 0.0, 0.2, "write", "stopped between check and send, longer than the window"),
)

SETTINGS = ("echo", "sweeps", "take_new", "trace_in_fields", "few_per_pass")
HAZARDS: Mapping[str, Hazard] = {hazard.name: hazard for hazard in TABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of world. `chances` and `rates` differ from the table's; all times are seconds.

    `hidden` is how long a note does not show where notes are looked for. `by_id`: walks go by id and not by date.
    `owned`: records come with an integration's user as their owner, who may be replaced.
    """

    chances: Mapping[str, float] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    leads: tuple[int, int] = (3, 6)
    arrivals: float = 110.0
    long: float = 240.0
    overlap: float = 600.0
    lag: float = 90.0
    late: float = 480.0
    hidden: float = 0.0
    skew: float = 7200.0
    jumps: tuple[float, float] = (-120.0, 120.0)
    by_id: bool = False
    owned: bool = False
    features: Features = Features(history=True, read_batch=4, write_batch=4, note_batch=4)  # noqa: RUF009

    def __post_init__(self) -> None:
        if strange := {*self.chances, *self.rates} - HAZARDS.keys():
            raise ValueError(f"no such hazards: {', '.join(sorted(strange))}")

    def chance(self, name: str) -> float:
        return self.chances.get(name, HAZARDS[name].chance)

    def rate(self, name: str) -> float:
        return self.rates.get(name, HAZARDS[name].rate)


PROFILES: Mapping[str, Profile] = {
    "memory": Profile(),
    "hubspot": Profile(chances={"merged": 0.5, "late_commit": 0.0}, lag=300.0, hidden=10.0, by_id=True),
    "salesforce": Profile(chances={"merged": 0.1, "late_commit": 0.6}, lag=1.0, late=580.0, owned=True),
}
"""How `make seeds` makes the world: as it may be, and with the habits of two CRMs that are known to hurt."""


class Luck:
    """The hazards of one seed, and whether one strikes now. `struck` counts how often each did."""

    def __init__(self, profile: Profile, seed: int, rng: random.Random) -> None:
        self._rng = rng
        self.struck: Counter[str] = Counter()
        self._rates = {
            name: profile.rate(name) for name in HAZARDS if _share(seed, name) < profile.chance(name)
        }

    def has(self, name: str) -> bool:
        """Say whether the seed has a hazard that is there or not."""
        found = HAZARDS[name].name in self._rates
        self.struck[name] += found
        return found

    def settings(self) -> Iterator[str]:
        """Yield those that are settings of a connection."""
        yield from (name for name in SETTINGS if self.has(name))

    def strikes(self, name: str) -> bool:
        rate = self._rates.get(HAZARDS[name].name)
        found = rate is not None and self._rng.random() < rate
        self.struck[name] += found
        return found

    def __str__(self) -> str:
        return ", ".join(self._rates)


def _share(seed: int, name: str) -> float:
    """Return a number in [0, 1) for each hazard of a seed: a hazard more in the table changes no other."""
    return int.from_bytes(blake2b(f"{seed} {name}".encode(), digest_size=4).digest(), "big") / 2**32
