"""What a configuration may say that this version understands, checks, and does not act on yet.

The one list of it: the notices of `check` and a table in docs/configuration.md follow it, and it shrinks.
"""

from __future__ import annotations

from collections.abc import Mapping

from config.problems import Findings, Place

_NO_SYNC = "this version cannot sync it yet; `route` and `check` work"

NOT_IN_FORCE: Mapping[str, str] = {
    "sla": "no deadline for the first touch is watched",
    "notify": "nobody is told",
    "kind: leadsquared": _NO_SYNC,
}


def notice(findings: Findings, place: Place, key: str) -> None:
    """Say of a key, or of a key with its value, that it is not in force, if it is not."""
    if key in NOT_IN_FORCE:
        findings.notice(place, f"'{key}' is understood but not in force yet: {NOT_IN_FORCE[key]}")
