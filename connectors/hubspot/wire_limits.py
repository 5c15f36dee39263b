"""What HubSpot allows a portal, and what its answers say of that (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.limits import Budget, Limits, Told

_PREFIX = "x-hubspot-ratelimit-"


def told(headers: Mapping[str, str]) -> Told:
    """Read the portal's tier, and what is left of its ten seconds. Its calls of the day are counted by us."""
    day, most, left = (_number(headers.get(_PREFIX + name)) for name in ("daily", "max", "remaining"))
    return Told(day=day, most=most, left=left)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None


LIMITS = Limits(
    (
        Budget(calls=100, seconds=10.0, exempt=frozenset({"search"}), headers=True),
        Budget(calls=5, seconds=1.0, kinds=frozenset({"search"})),
    ),
    day=250_000,
    told=told,
)
"""Those of the smallest account; a larger one says so in its answers' headers."""

OAUTH_LIMITS = replace(LIMITS, day=None)
