"""The values every part speaks of: leads, reps, teams, rules' results. No behaviour beyond reading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NewType

ConnectionName = NewType("ConnectionName", str)
RecordId = NewType("RecordId", str)
OwnerId = NewType("OwnerId", str)
"""The id of a user or queue in one CRM."""
RepId = NewType("RepId", str)
TeamName = NewType("TeamName", str)
QueueName = NewType("QueueName", str)


LEAD = 10**12
"""One lead, in the units of credit."""


class LeadRef(NamedTuple):
    """Where a lead lives: one record of one object type of one CRM account. A named tuple: it is a key everywhere."""

    connection: ConnectionName
    object: str
    record: RecordId

    def __str__(self) -> str:
        return f"{self.connection}/{self.object}/{self.record}"


@dataclass(frozen=True, slots=True)
class Band:
    """A number known only as a range, both ends included; `high` None is "or more"."""

    low: Decimal
    high: Decimal | None


Number = Decimal | Band


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as the CRM gave it; `currency` is ISO 4217, None where it did not say."""

    amount: Number
    currency: str | None = None


Value = str | bool | Decimal | Band | Money | datetime
"""What a normalised field holds; None stands for blank, unreadable values are on `Lead.unread`."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that could not be understood, kept as it came. `field` is the lead's, `source` the CRM's."""

    field: str
    source: str
    raw: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One lead of any CRM. Text is trimmed, codes are canonical, times are aware UTC."""

    ref: LeadRef
    # person
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None  # E.164
    title: str | None = None
    language: str | None = None  # BCP 47
    # company
    company: str | None = None
    domain: str | None = None  # registrable domain
    industry: str | None = None
    employees: Number | None = None
    revenue: Money | None = None  # a year
    # location
    country: str | None = None  # ISO 3166-1 alpha-2
    region: str | None = None  # ISO 3166-2
    city: str | None = None
    postcode: str | None = None
    zone: str | None = None  # IANA
    # interest
    source: str | None = None
    campaign: str | None = None
    page: str | None = None
    product: str | None = None
    score: Number | None = None
    deal_value: Money | None = None
    budget: Money | None = None
    # state in the CRM
    customer_type: str | None = None
    lifecycle_stage: str | None = None
    status: str | None = None
    created: datetime | None = None
    modified: datetime | None = None
    owner: OwnerId | None = None
    custom: Mapping[str, Value] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()


class Kind(StrEnum):
    """How a field's values compare; rules are checked against it before anything runs."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    TIME = "time"
    BOOLEAN = "boolean"
    COUNTRY = "country"
    REGION = "region"
    LANGUAGE = "language"


FIELDS: Mapping[str, Kind] = {
    **dict.fromkeys(
        "first_name last_name name email phone title company domain industry city postcode zone source "  # noqa: SIM905
        "campaign page product customer_type lifecycle_stage status owner".split(),
        Kind.TEXT,
    ),
    **dict.fromkeys(("employees", "score"), Kind.NUMBER),
    **dict.fromkeys(("revenue", "deal_value", "budget"), Kind.MONEY),
    **dict.fromkeys(("created", "modified"), Kind.TIME),
    "country": Kind.COUNTRY,
    "region": Kind.REGION,
    "language": Kind.LANGUAGE,
}
"""The fields a mapping can fill and a rule can ask for, besides `custom.NAME`, `connection` and `object`."""


# --- people -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of work on a weekday (0 is Monday), in the rep's zone; `end` may be 24:00 as time.min."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days in the rep's zone, both ends included; None is open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """A person who takes leads. `weights` are (first day, weight) in date order; day None is "always"."""

    id: RepId
    name: str
    email: str | None = None
    owners: Mapping[ConnectionName, OwnerId] = field(default_factory=dict)
    zone: str = "UTC"
    hours: tuple[Hours, ...] = ()  # none: always
    holidays: str | None = None
    away: tuple[Days, ...] = ()
    calendar: str | None = None
    works: tuple[Days, ...] = ()  # none: always
    weights: tuple[tuple[date | None, Decimal], ...] = ((None, Decimal(1)),)
    capacity: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    manager: RepId | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A rep's place in a team; `weight` multiplies the rep's own."""

    rep: RepId
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Absence:
    """What happens to the turn of a rep who is away: nothing (None) or a bounded catch-up."""

    at_most: int
    within: float  # seconds


@dataclass(frozen=True, slots=True)
class Team:
    """Reps who share turns. `catch_up` None is `keep_place`."""

    name: TeamName
    members: tuple[Member, ...]
    catch_up: Absence | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A place in the CRM that is no person; a connection without an id or name parks the lead instead."""

    name: QueueName
    targets: Mapping[ConnectionName, str] = field(default_factory=dict)


# --- results ----------------------------------------------------------------------------------------------


class Action(StrEnum):
    """What a decision asks the engine to do."""

    ASSIGN = "assign"
    QUEUE = "queue"
    KEEP = "keep"
    PARK = "park"


@dataclass(frozen=True, slots=True)
class Parked:
    """Why a lead waits, and until when at the latest (aware UTC)."""

    reason: str
    until: datetime
    alert: bool = False


class Missed(NamedTuple):
    """What a rep missed while away and is still owed, in 10^-12 lead; after `until` it is owed to the others.

    None: the rep is not back, and nobody knows when.
    """

    units: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class TeamTurns:
    """Where a team's turns stand. Credits are integers in 10^-12 lead and sum to 0; reps who are not there stand at 0.

    `last` is the number of the turn a rep last took, `number` the turns taken so far. `missed` is the part of the
    credits that comes from absences, the earliest first, in a team that lets its reps catch up.
    """

    number: int = 0
    credits: Mapping[RepId, int] = field(default_factory=dict)
    last: Mapping[RepId, int] = field(default_factory=dict)
    missed: Mapping[RepId, tuple[Missed, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One taken turn: an entry of the log. `shares` is what each candidate got before the taker paid.

    `absent` got a share without being a candidate; `lapsed` is what was not made up for in time, before the turn.
    """

    team: TeamName
    taker: RepId
    shares: Mapping[RepId, int]
    after: TeamTurns
    absent: tuple[RepId, ...] = ()
    lapsed: Mapping[RepId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one lead, and why. A pure value: nothing has happened yet."""

    lead: LeadRef
    action: Action
    rule: str
    by: str  # round_robin, owner, queue, keep, same_person, ...
    reasons: tuple[str, ...] = ()
    owner: RepId | None = None
    queue: QueueName | None = None
    team: TeamName | None = None
    parked: Parked | None = None
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Sticky:
    """The owner a person already has, and since when."""

    owner: RepId
    since: datetime


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """Who owns the account that a lead belongs to (None: no rep of the configuration), and why it is that account.

    `confidence` is between 0 and 1; `why` is a clause for people without a value of the lead.
    """

    owner: RepId | None
    why: str
    confidence: float


Load = Mapping[str, int]
"""How many leads a rep got in the running `hour`, `day`, `week` and `month`, in rolling windows (`86400s`), and holds
`open`; none is 0. `since` are those that came after the count: what a rolling window, of whatever length, holds more.
"""


@dataclass(frozen=True, slots=True)
class State:
    """What `choose` may know besides the lead, the rules and the time.

    `persons` is keyed by `person_keys`; `held` says since when a lead has been waiting under a rule's
    `otherwise`; `absent` are reps who may not take leads for a reason outside of the configuration (no user in
    the lead's CRM, user inactive); `away` are those marked away, up to a time or (None) until they are marked back.
    `accounts` are those of leads whose rule follows them; `loads` are counted for the reps whom `counted` names. `busy`
    are the times at which busy times of a rep's calendar begin and end, in turn.
    """

    turns: Mapping[TeamName, TeamTurns] = field(default_factory=dict)
    persons: Mapping[str, Sticky] = field(default_factory=dict)
    held: Mapping[LeadRef, datetime] = field(default_factory=dict)
    absent: Mapping[RepId, str] = field(default_factory=dict)
    away: Mapping[RepId, datetime | None] = field(default_factory=dict)
    accounts: Mapping[LeadRef, KnownAccount] = field(default_factory=dict)
    loads: Mapping[RepId, Load] = field(default_factory=dict)
    busy: Mapping[RepId, Sequence[datetime]] = field(default_factory=dict)


def person_keys(lead: Lead) -> tuple[str, ...]:
    """Return the keys under which two records are the same person: e-mail; phone with name."""
    return _person_keys(lead.email, lead.phone, lead.name)


@lru_cache(maxsize=256)  # the same lead is asked about several times on its way
def _person_keys(email: str | None, phone: str | None, name: str | None) -> tuple[str, ...]:
    keys = [f"email:{email.casefold()}"] if email else []
    if phone and name:
        keys.append(f"phone:{phone}|{' '.join(name.casefold().split())}")
    return tuple(keys)
