"""What a lead asks of a rep: attributes, by value or by the lead's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from router.comparisons import covers, folded_text
from router.model import FIELDS, Lead
from router.rules import Require
from router.trace import Bar, Why


class Asks(NamedTuple):
    """What one lead asks of a rep: one of the values of each attribute. `waived`: its own value is blank."""

    wanted: Mapping[str, tuple[str, ...]]
    waived: tuple[str, ...]


NOTHING = Asks({}, ())


def own_value(lead: Lead, attribute: str) -> str | None:
    """Return the lead's field of an attribute's name, or its custom field, as text without case."""
    return folded_text(getattr(lead, attribute) if attribute in FIELDS else lead.custom.get(attribute))


def asks_of(lead: Lead, require: Mapping[str, Require]) -> Asks:
    """Read what the lead asks for: its field of the attribute's name, or its custom field."""
    if not require:
        return NOTHING
    wanted: dict[str, tuple[str, ...]] = {}
    waived: list[str] = []
    for attribute, required in require.items():
        own = own_value(lead, attribute) if required.same else None
        if own is not None:
            wanted[attribute] = (own,)
        elif required.same and not required.strict:
            waived.append(attribute)
        else:
            wanted[attribute] = tuple(map(str.casefold, required.values))
    return Asks(wanted, tuple(waived))


def misses(attributes: Mapping[str, tuple[str, ...]], wanted: Mapping[str, tuple[str, ...]]) -> Why | None:
    """Return the first attribute of which a rep has none of the wanted values."""
    for name, values in wanted.items():
        has = attributes.get(name, ())
        if not any(suits(name, one, value) for one in has for value in values):
            return Why(
                Bar.ATTRIBUTE, f"{name}: has {', '.join(has) or 'none'}, not {' or '.join(values) or 'any'}"
            )
    return None


def suits(attribute: str, has: str, value: str) -> bool:
    """Say whether a value that a rep has serves for one that is wanted; both without case."""
    return covers(has, value) if attribute == "language" else has == value
