"""Rules as values: conditions, what they assign, what comes otherwise. `config` builds them, `match` compiles them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from router.model import Queue, QueueName, Rep, RepId, Team, TeamName


class Op(StrEnum):
    """How a lead's value is compared with a rule's."""

    IS = "is"  # equals one of the operands; text without case
    NOT_IN = "not_in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"  # two operands, both ends included
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    WORD = "word"  # a whole word of the text
    BEFORE = "before"
    AFTER = "after"
    WITHIN = "within"  # seconds before now
    BLANK = "blank"


Operand = str | bool | Decimal | datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of one field (`custom.NAME` too); several operands are alternatives."""

    field: str
    op: Op
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; no parts hold always."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; unknown stays unknown."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Named:
    """A territory, band or list under its name, so that a trace can say it."""

    kind: str  # "territory", "band" or "list"
    name: str
    part: Condition


Condition = Comparison | All | Any | Not | Named

ALWAYS = All(())


def fields_of(condition: Condition) -> frozenset[str]:
    """Return the fields that a condition asks for."""
    match condition:
        case Comparison(field):
            return frozenset((field,))
        case Not(part) | Named(part=part):
            return fields_of(part)
        case All(parts) | Any(parts):
            return frozenset().union(*map(fields_of, parts))


@dataclass(frozen=True, slots=True)
class NamedList:
    """Values of one field, each with its owner where the list has them. Values are compared without case."""

    name: str
    field: str
    owners: Mapping[str, RepId | None]


@dataclass(frozen=True, slots=True)
class Points:
    """What a lead scores where a condition holds: half of it when the lead is `half_life` seconds old, and so on."""

    when: Condition
    points: Decimal
    half_life: float | None = None


# --- targets ----------------------------------------------------------------------------------------------


class By(StrEnum):
    """How a team chooses among those who may take a lead."""

    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    BEST_FIT = "best_fit"
    ORDERED = "ordered"


@dataclass(frozen=True, slots=True)
class Keep:
    """The owner stays as it is."""


@dataclass(frozen=True, slots=True)
class ToOwner:
    """A rep, or the owner that the list gives for the lead's value; exactly one is set."""

    rep: RepId | None = None
    list: str | None = None
    charge_turn: bool = False


@dataclass(frozen=True, slots=True)
class ToQueue:
    queue: QueueName


@dataclass(frozen=True, slots=True)
class ToTeam:
    """`require` maps an attribute to the value the rep must have, or to `same` / `strict` (the lead's own)."""

    team: TeamName
    by: By = By.ROUND_ROBIN
    require: Mapping[str, Require] = field(default_factory=dict)
    follow_account: bool = False
    wait: float | None = None  # seconds of work for a known owner who is away
    charge_turn: bool = False


@dataclass(frozen=True, slots=True)
class Require:
    """What an attribute of the rep must be: one of `values`, or the lead's own value.

    `same` and the lead's value blank: waived, unless `strict`.
    """

    values: tuple[str, ...] = ()
    same: bool = False
    strict: bool = False


class If(StrEnum):
    """When a step of `otherwise` applies."""

    ALWAYS = "always"
    CLOSED = "closed"
    FULL = "full"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait until someone may take it, at most so many seconds; `until_open`: until a member's hours begin."""

    at_most: float
    until_open: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """Park it: people are to look at it."""


WAIT = 14_400.0
"""Seconds of work for which a lead waits for the owner of its account, where its rule does not say."""

Target = Keep | ToOwner | ToQueue | ToTeam
StepTarget = Hold | ToTeam | ToOwner | ToQueue | Alert


@dataclass(frozen=True, slots=True)
class Step:
    """One step of `otherwise`."""

    do: StepTarget
    when: If = If.ALWAYS


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `otherwise` None is the rulebook's default."""

    name: str
    when: Condition
    assign: Target
    otherwise: tuple[Step, ...] | None = None


def follows_accounts(book: Rulebook) -> bool:
    """Say whether the account of any lead may matter."""
    return any(follows_account(rule, book) for rule in book.rules)


def follows_account(rule: Rule, book: Rulebook) -> bool:
    """Say whether the account of a lead of this rule may matter."""
    steps = book.otherwise if rule.otherwise is None else rule.otherwise
    return any(
        isinstance(target, ToTeam) and target.follow_account
        for target in (rule.assign, *(step.do for step in steps))
    )


@dataclass(frozen=True, slots=True)
class SamePerson:
    """The same person goes to the owner they got within so many seconds; waits `wait` seconds of work for them."""

    within: float
    wait: float


Holidays = Callable[[str, date], str | None]
"""The name of the public holiday that a day is in a country or region (ISO 3166), or None."""


def no_holidays(_code: str, _day: date) -> str | None:
    """Know of no public holidays."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Everything the router needs from a configuration. `zone` is for reps and dates without one.

    Of the `bands` the first that holds is the customer type, `points` sum up to the score, where the CRM gives none.
    """

    rules: tuple[Rule, ...]
    reps: Mapping[RepId, Rep] = field(default_factory=dict)
    teams: Mapping[TeamName, Team] = field(default_factory=dict)
    queues: Mapping[QueueName, Queue] = field(default_factory=dict)
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    bands: Mapping[str, Condition] = field(default_factory=dict)
    points: tuple[Points, ...] = ()
    otherwise: tuple[Step, ...] = (Step(Hold(86_400.0)), Step(Alert()))
    same_person: SamePerson | None = None
    zone: str = "UTC"
    holidays: Holidays = no_holidays
