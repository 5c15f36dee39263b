"""What a configuration says of a lead where its CRM says nothing: the customer type by bands, the score by points.

Pure, like all that follows from it: of the same lead at the same time it says the same, so it need not be stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal

from router.columns import Columns
from router.conditions import compiled, shown
from router.model import Lead
from router.rules import Condition, Points
from router.trace import Asked, Banded, Filled, Group, Scored

_EXACT = Context(prec=20)
_CENT = Decimal("0.01")


class Blanks:
    """Bands and points, compiled. A value that is there stays, and so does one that could not be understood."""

    def __init__(self, bands: Mapping[str, Condition], points: Sequence[Points]) -> None:
        columns = Columns()
        self._bands = [(name, compiled(when, columns)) for name, when in bands.items()]
        self._points = [(each, compiled(each.when, columns)) for each in points]
        self._read = columns.reader()
        self._shown_bands = [(name, shown(when, columns)) for name, when in bands.items()]
        self._shown_points = [(each, shown(each.when, columns)) for each in points]
        self._read_all = columns.reader()

    def filled(self, lead: Lead, now: datetime) -> Lead:
        """Return the lead as rules see it."""
        if self._bands and _blank(lead, "customer_type"):
            row = self._read(lead)
            name = next((name for name, ask in self._bands if ask(row, now)), None)
            lead = lead if name is None else replace(lead, customer_type=name)
        if self._points and _blank(lead, "score"):
            row = self._read(lead)
            scored = [worth(each, lead, now) for each, ask in self._points if ask(row, now)]
            lead = replace(lead, score=sum(scored, Decimal()))
        return lead

    def tried(self, lead: Lead, now: datetime) -> Filled:
        """Return the same lead with all that was asked on the way to it."""
        filled = self.filled(lead, now)
        bands: list[Banded] = []
        if self._bands and _blank(lead, "customer_type"):
            row = self._read_all(lead)
            for name, show in self._shown_bands:
                bands.append(Banded(name, show(row, now)))
                if bands[-1].found.holds:
                    break
        scored: list[Scored] = []
        if self._points and _blank(lead, "score"):
            row = self._read_all(filled)
            scored = [_scored(each, show(row, now), lead, now) for each, show in self._shown_points]
        return Filled(filled, tuple(bands), tuple(scored))


def worth(each: Points, lead: Lead, now: datetime) -> Decimal:
    """Return what points count for a lead of this age, to a hundredth; one whose age is not known counts as new."""
    if each.half_life is None or lead.created is None or now <= lead.created:
        return each.points
    age = Decimal(str((now - lead.created).total_seconds()))
    halvings = _EXACT.divide(age, Decimal(str(each.half_life)))
    left = _EXACT.multiply(each.points, _EXACT.power(Decimal(2), -halvings))
    return left.quantize(_CENT)


def _scored(each: Points, found: Asked | Group, lead: Lead, now: datetime) -> Scored:
    return Scored(found, each.points, worth(each, lead, now) if found.holds else Decimal())


def _blank(lead: Lead, field: str) -> bool:
    return getattr(lead, field) in (None, "") and not any(unread.field == field for unread in lead.unread)
