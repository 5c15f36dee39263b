"""The fields that a set of conditions reads: each is read, and freed of its case, once a lead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from router.comparisons import folded_text
from router.model import FIELDS, Lead, Value

CUSTOM = "custom."
_ON_REF = {"connection": "ref.connection", "object": "ref.object"}

Row = Sequence[Value | None]
"""A lead's values by column; blank is None."""


class Columns:
    """Fields, numbered while conditions are compiled; afterwards `row` reads a lead by these numbers.

    One field may have two columns: as it is, and as text without case.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bool], int] = {}

    def plain(self, field: str) -> int:
        """Return the column of a field's value as it is; raises ValueError for a field that does not exist."""
        return self._number(field, folded=False)

    def text(self, field: str) -> int:
        """Return the column of a field's value as text without case."""
        return self._number(field, folded=True)

    def _number(self, field: str, *, folded: bool) -> int:
        if not (field in FIELDS or field in _ON_REF or field.startswith(CUSTOM)):
            raise ValueError(f"a lead has no field {field!r}")
        return self._numbers.setdefault((field, folded), len(self._numbers))

    def reader(self) -> Callable[[Lead], Row]:
        """Return how a lead is read; columns numbered later are not in its rows."""
        fields = [field for field, _ in self._numbers]
        # Two names more, so that the getter gives a tuple however few columns there are.
        get = attrgetter(*map(_attribute, fields), "ref", "ref")
        custom = [
            (at, name.removeprefix(CUSTOM)) for at, name in enumerate(fields) if name.startswith(CUSTOM)
        ]
        folded = [at for (_, fold), at in self._numbers.items() if fold]

        def read(lead: Lead) -> Row:
            row = list(get(lead))
            for at, name in custom:
                row[at] = row[at].get(name)
            for at in folded:
                value = row[at]
                if value is not None:
                    row[at] = folded_text(value)
            return row

        return read


def text_reader(field: str) -> Callable[[Lead], str | None]:
    """Return how a lead's value of one field is read as text without case."""
    columns = Columns()
    at = columns.text(field)
    read = columns.reader()
    return lambda lead: folded_text(read(lead)[at])


def _attribute(field: str) -> str:
    return "custom" if field.startswith(CUSTOM) else _ON_REF.get(field, field)
