"""What is to come of a scenario, and what is read back of the requests that were sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Counted = Mapping[str, int]
Standings = Mapping[str, tuple[str, str | None]]
"""Record -> the step of its newest entry, and the owner."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the requests of a scenario wrote: the owner on each record, call by call; each note's record and first
    line, in their order."""

    owners: Sequence[Mapping[str, str]]
    notes: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to come of a scenario: the counts of each pass that are not 0, its exit code, what was sent, where each
    lead stands at the end, for how long the program waited, and what is in the reason of a lead."""

    passes: Sequence[Counted]
    codes: Sequence[int]
    owners: Sequence[Mapping[str, str]]
    notes: Sequence[str]
    ledger: Standings
    slept: Sequence[float] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


def counts(**numbers: int) -> Counted:
    return numbers


def verified(owners: Mapping[str, str], step: str = "verify") -> Standings:
    return {record: (step, owner) for record, owner in owners.items()}


# --- what comes of the same in every CRM -------------------------------------------------------------------


def of_lost_owners(owners: Mapping[str, str]) -> Outcome:
    """Two owners were written and the answer was lost: the next pass finds them as ours, and notes them."""
    return Outcome(
        passes=[
            counts(seen=2, api_calls=5, doubtful=2),
            counts(seen=2, assigned=2, api_calls=5, unverified=2),
        ],
        codes=[1, 0],
        owners=[owners],
        notes=[*owners],
        ledger=verified(owners),
    )


def of_lost_notes(owners: Mapping[str, str]) -> Outcome:
    """Two notes were written and the answer was lost: the next pass finds them, and writes none."""
    return Outcome(
        passes=[
            counts(seen=2, assigned=2, api_calls=6, doubtful=2),
            counts(seen=2, api_calls=3, unverified=2),
        ],
        codes=[1, 0],
        owners=[owners],
        notes=[*owners],
        ledger=verified(owners),
    )


def of_a_page_instead(owners: Mapping[str, str]) -> Outcome:
    """A question got a page of HTML, twice: it was asked a third time."""
    return Outcome(
        passes=[counts(seen=1, assigned=1, api_calls=8, unverified=1)],
        codes=[0],
        owners=[owners],
        notes=[*owners],
        ledger=verified(owners),
        slept=[1.0, 2.0],
    )


# --- what was sent ----------------------------------------------------------------------------------------


def bodies(requests: Iterable[Any], end: str) -> Iterator[Any]:
    """Yield what was posted to paths with this end."""
    for request in requests:
        if request.path.endswith(end):
            yield json.loads(request.body)
