"""What a configuration becomes: values that the rest of the program reads, and the words it hands in."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from decimal import Decimal
from pathlib import Path

from config.problems import Problem
from router.model import Kind, Value
from router.rules import ALWAYS, Condition, Rulebook


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the rest of the program tells a configuration; built where the program is wired together.

    `kinds` maps a connection's kind to its frozen Options dataclass, `secret` wraps a credential, `transforms`
    says what each named transform yields, `always_owned` are kinds whose records always have an owner. `enters` and
    `carriers` are each kind's usual date and what its audit notes can be, the usual one first. `free_mail` tells the
    domains at which anyone gets a mailbox, `number` reads what a mapping makes of a value as a number or a band.
    """

    kinds: Mapping[str, type]
    secret: type
    transforms: Mapping[str, Kind] = default(default_factory=dict)
    default_transforms: Mapping[str, str] = default(default_factory=dict)
    always_owned: Container[str] = frozenset()
    objects: Mapping[str, str] = default(default_factory=dict)
    enters: Mapping[str, str] = default(default_factory=dict)
    carriers: Mapping[str, tuple[str, ...]] = default(default_factory=dict)
    free_mail: Callable[[str], bool] = lambda domain: False  # noqa: ARG005 - a default
    number: Callable[[str], Value | None] = lambda text: None  # noqa: ARG005 - a default


@dataclass(frozen=True, slots=True)
class FieldMap:
    """One lead field, where it comes from, and how it is read; `transform` None is the field's own."""

    field: str
    source: str
    transform: str | None = None
    values: Mapping[str, str] = default(default_factory=dict)


# --- whose leads a connection may take --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nobody:
    """Leads without an owner."""


@dataclass(frozen=True, slots=True)
class QueueNamed:
    """Leads of a queue of the CRM, by its name or id there."""

    name: str


@dataclass(frozen=True, slots=True)
class UserNamed:
    """Leads of a user of the CRM, such as the one of an integration."""

    name_or_id: str


Replace = Nobody | QueueNamed | UserNamed

# --- which leads the first pass takes ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class New:
    """Only leads that enter after the first pass."""


@dataclass(frozen=True, slots=True)
class All_:  # noqa: N801 - `All` is a condition's name
    """Every lead there is."""


@dataclass(frozen=True, slots=True)
class Since:
    """Leads that entered on this day, in the configuration's zone, or later."""

    day: date


Take = New | All_ | Since
Options = object
"""An instance of the Options that the connection's kind exports."""


PROPERTIES = "properties"
"""The word of `audit` for fields of the record itself; the others are carriers of a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One CRM account. `mapping` None is the standard mapping of the kind, `overlap` and `sweep` are in seconds.

    `daily_share` is a part of one, `options` an instance of the kind's own Options.
    """

    name: str
    kind: str
    object: str
    enters: tuple[str, ...]
    when: Condition = ALWAYS
    replaces: tuple[Replace, ...] = (Nobody(),)
    take: Take = New()
    closed: tuple[str, ...] = ()
    mapping: tuple[FieldMap, ...] | None = None
    audit: tuple[str, ...] = ("note",)
    overlap: float = 600.0
    sweep: float | None = 86_400.0
    daily_share: Decimal = Decimal("0.5")
    max_per_pass: int = 500
    options: Options = None

    @property
    def carrier(self) -> str | None:
        """What an audit note is in this CRM, None where none is written."""
        return next((word for word in self.audit if word != PROPERTIES), None)


@dataclass(frozen=True, slots=True)
class Retention:
    """How many seconds what is over is kept, None for ever: personal values; decisions, turns and runs.

    `archive` is the folder that takes the second; None: they are dropped.
    """

    values: float | None = None
    history: float | None = None
    archive: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A configuration that was checked. `files` are its texts as read, with `${...}` unresolved.

    Of `allow_hosts` private addresses may be asked.

    `store` may carry a password and stays out of the repr; `hash` is SHA-256 over the files. `noticed` looks for what
    is allowed and looks like a mistake: only who shows it waits for that.
    """

    rulebook: Rulebook
    connections: tuple[Connection, ...]
    store: str = default(repr=False)
    retention: Retention = Retention()
    allow_hosts: frozenset[str] = frozenset()
    timezone: str
    hash: str
    files: Mapping[str, str] = default(repr=False)
    noticed: Callable[[], tuple[Problem, ...]] = default(default=tuple, repr=False, compare=False)

    @property
    def notices(self) -> tuple[Problem, ...]:
        """What is worth knowing, in the order of the places."""
        return self.noticed()
