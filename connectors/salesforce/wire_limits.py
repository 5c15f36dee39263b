"""What Salesforce's answers say of an org's calls in the last 24 hours (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.limits import Limits, Told

_USAGE = re.compile(r"(?<![\w-])api-usage=(\d{1,12})/(\d{1,12})(?!\d)", re.ASCII)
"""Other parts may stand beside it, such as `per-app-api-usage` and `api-bursts`."""


def told(headers: Mapping[str, str]) -> Told:
    """Read `Sforce-Limit-Info`: missing on some answers, late by minutes, and lower than before at times."""
    found = _USAGE.search(headers.get("sforce-limit-info", ""))
    return Told(used=int(found[1]), day=int(found[2])) if found else Told()


LIMITS = Limits((), day=15_000, told=told)
"""Those of a Developer Edition; others say so in their answers' headers.

There is no limit of calls in a short time. What is limited is how many that last longer than 20 seconds are under way
at once, 25 and 5 in a Developer Edition, which a pass with its few threads does not reach.
"""
