"""Where HubSpot's calls go, in one place: numbered paths (v3, v4) and dated ones carry the same bodies (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NOTE_TO: Mapping[str, int] = {
    **dict.fromkeys(("contacts", "contact", "0-1"), 202),
    **dict.fromkeys(("companies", "company", "0-2"), 190),
    **dict.fromkeys(("deals", "deal", "0-3"), 214),
    **dict.fromkeys(("tickets", "ticket", "0-5"), 228),
}
"""Object type -> the association type from a note to it; HubSpot reads object types without case."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `body` is sent as JSON, `form` as a form."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    query: Sequence[tuple[str, str]] = ()
    form: Sequence[tuple[str, str]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Paths:
    """The beginnings of all paths of one version of the API. Owners have no recorded dated path yet."""

    objects: str
    associations: str
    owners: str = "/crm/v3/owners"
    token: str = "/oauth/v1/token"  # noqa: S105 - a path
    token_info: str = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105 - a path


def paths(version: str) -> Paths:
    """Return the paths of `v3` (associations are v4 there) or of a dated version such as `2026-09`."""
    if version == "v3":
        return Paths("/crm/v3/objects", "/crm/v4/associations")
    return Paths(f"/crm/objects/{version}", f"/crm/associations/{version}")
