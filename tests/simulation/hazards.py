"""What may go wrong in a world: a table, and what of it the seed chose for one history.

Each hazard is in a seed or not, by its own chance, so that seeds with one trouble and seeds with ten are both common;
where it is, it strikes at its rate.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    Hazard(
        "third", 0.5, 0.4, "merge", "HubSpot: both become a third record, with a new id and the older date"
    ),
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

ORG_TABLE = (
    Hazard(
        "tied", 0.5, 0.5, "lead", "it has the stamp of the lead before it, and shows up to a minute later"
    ),
    Hazard("twins", 0.3, 0.4, "lead", "its id is another lead's but for capitals"),
    Hazard("locked", 0.5, 0.3, "row", "one row is refused for now, often since a person writes it"),
    Hazard("logged_out", 0.4, 0.08, "call", "another process ends the session that all share"),
    Hazard("spent", 0.15, 1.0, "seed", "the org's calls of 24 hours are spent for some minutes"),
    Hazard("converted", 0.35, 0.2, "lead", "the lead is converted: there, and not to be written any more"),
    Hazard("gone_at_once", 0.35, 0.25, "look", "converted, merged or deleted between our look and our write"),
    Hazard("org_rule", 0.25, 0.3, "lead", "a rule moves the owner with each of our writes, in our name"),
    Hazard("tug", 0.25, 0.5, "write", "two automations take the lead from each other"),
    Hazard("put_back", 0.4, 0.5, "choice", "a person puts the lead back into the queue that it came from"),
    Hazard("tasks_late", 0.3, 1.0, "seed", "a note does not show for 10 s where notes are looked for"),
    Hazard("no_history", 0.25, 1.0, "seed", "the org keeps no history of owners"),
)
"""What happens in orgs of Salesforce alone."""

SETTINGS = ("echo", "sweeps", "take_new", "trace_in_fields", "few_per_pass")
HAZARDS: Mapping[str, Hazard] = {hazard.name: hazard for hazard in (*TABLE, *ORG_TABLE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How one CRM behaves, where CRMs differ; all times are seconds.

    `lag`: how late its index may be. `late`: how old a stamp may be at its first sight. `hidden`: how long a note does
    not show where notes are looked for. `by_id`: walks go by id and not by date. `org`: it is one of Salesforce.
    """

    lag: float = 90.0
    late: float = 480.0
    hidden: float = 0.0
    by_id: bool = False
    org: bool = False
    features: Features = Features(history=True, read_batch=4, write_batch=4, note_batch=4)  # noqa: RUF009


MEMORY = Habits()
HUBSPOT = Habits(lag=300.0, late=0.0, hidden=10.0, by_id=True)
SALESFORCE = Habits(
    lag=1.0,
    late=580.0,
    org=True,
    features=Features(
        history=True, read_batch=1000, write_batch=1000, note_batch=1000, every_record_owned=True
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of world. `chances` and `rates` differ from the tables'; all times are seconds.

    `crm` is the first account's, `other` the second's where it is another kind of CRM.
    """

    chances: Mapping[str, float] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    crm: Habits = MEMORY
    other: Habits | None = None
    leads: tuple[int, int] = (3, 6)
    arrivals: float = 110.0
    long: float = 240.0
    overlap: float = 600.0
    skew: float = 7200.0
    jumps: tuple[float, float] = (-120.0, 120.0)

    def __post_init__(self) -> None:
        if strange := {*self.chances, *self.rates} - HAZARDS.keys():
            raise ValueError(f"no such hazards: {', '.join(sorted(strange))}")

    @property
    def hazards(self) -> Sequence[Hazard]:
        return (*TABLE, *ORG_TABLE) if self.crm.org else TABLE

    def chance(self, hazard: Hazard) -> float:
        return self.chances.get(hazard.name, hazard.chance)

    def rate(self, hazard: Hazard) -> float:
        return self.rates.get(hazard.name, hazard.rate)


PROFILES: Mapping[str, Profile] = {
    "memory": Profile(),
    "hubspot": Profile(chances={"merged": 0.5, "late_commit": 0.0}, crm=HUBSPOT),
    "salesforce": Profile(
        chances={"merged": 0.1, "late_commit": 0.6, "conditional": 0.0, "two_accounts": 0.5},
        crm=SALESFORCE,
        other=HUBSPOT,
    ),
}
"""How `make seeds` makes the world: as it may be, and with the habits of two CRMs that are known to hurt. Beside an org
of Salesforce the second account is one of HubSpot."""


class Luck:
    """The hazards of one seed, and whether one strikes now. `struck` counts how often each did."""

    def __init__(self, profile: Profile, seed: int, rng: random.Random) -> None:
        self._rng = rng
        self.struck: Counter[str] = Counter()
        self._rates = {
            one.name: profile.rate(one)
            for one in profile.hazards
            if _share(seed, one.name) < profile.chance(one)
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
