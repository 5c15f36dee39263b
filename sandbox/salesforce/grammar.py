"""What a SOQL query consists of. Nothing here knows which objects and fields exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal as Word

from sandbox.salesforce.refusals import Problem


@dataclass(frozen=True, slots=True)
class Name:
    """A field, perhaps through relationships: `Owner.Name`. `at` is where it stands in the query."""

    path: tuple[str, ...]
    at: int

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`COUNT(Id)`, `MAX(CreatedDate) newest`; without a field it counts rows."""

    function: str
    field: Name | None
    alias: str
    at: int


@dataclass(frozen=True, slots=True)
class TypeOf:
    """`TYPEOF Owner WHEN User THEN Id, Name ELSE Id END`."""

    relation: Name
    cases: tuple[tuple[str, tuple[Name, ...]], ...]
    otherwise: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """`FIELDS(STANDARD)`, `FIELDS(CUSTOM)` or `FIELDS(ALL)`."""

    which: str
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value. A `named` one is a relative date: TODAY, LAST_N_DAYS:7."""

    type: Word["string", "number", "boolean", "null", "datetime", "date", "named"]
    value: str | float | bool | None
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    field: Name
    operator: str
    value: Literal | tuple[Literal, ...] | Query
    at: int


@dataclass(frozen=True, slots=True)
class Join:
    """Conditions of which all (`and`) or one (`or`) must hold, or the one must not (`not`)."""

    how: Word["and", "or", "not"]
    items: tuple[Condition, ...]


Condition = Compare | Join
Selected = Name | Aggregate | TypeOf | Every


@dataclass(frozen=True, slots=True)
class Order:
    field: Name
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; `text` is how it was written."""

    text: str
    selected: Sequence[Selected]
    kind: str
    kind_at: int
    alias: str = ""
    where: Condition | None = None
    group: Sequence[Name] = ()
    order: Sequence[Order] = ()
    limit: int | None = None
    offset: int = 0


_AROUND = 40


def query_problem(code: str, text: str, at: int, message: str) -> Problem:
    """Return the error of a query: the part of it, a caret below the place, row and column, the reason."""
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    start = max(0, at - _AROUND)
    excerpt = text[start : at + _AROUND].replace("\n", " ")
    caret = " " * (at - start) + "^"
    said = f"\n{excerpt}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}"
    return Problem(code, "said", message=said)
