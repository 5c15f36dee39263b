"""What HubSpot's answers say of a portal's limits (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.limits import Told

_PREFIX = "x-hubspot-ratelimit-"


def told(headers: Mapping[str, str]) -> Told:
    """Read the portal's tier, and what is left of its ten seconds. Its calls of the day are counted by us."""
    day, most, left = (_number(headers.get(_PREFIX + name)) for name in ("daily", "max", "remaining"))
    return Told(day=day, most=most, left=left)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None
