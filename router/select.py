"""`by`: among those who may take a lead, who are the best for it. Between equals the turn rule decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from router.capacity import OPEN
from router.model import LEAD, Lead, Load, RepId
from router.rules import By
from router.turns import Portions

if TYPE_CHECKING:
    from router.eligible import Found, Roster

_NAMED = 5
_NO_LOAD: Load = {}


class Best(NamedTuple):
    """Some of the candidates, and a clause that says why it is they; `among` are the portions of a lead they get."""

    among: Portions
    why: str | None


def best(by: By, found: Found, roster: Roster, lead: Lead, loads: Mapping[RepId, Load]) -> Best:
    """Return the best of the candidates, of whom there is at least one.

    The lead is divided among them alone: one who is best alone gets it without gaining or owing anything.
    """
    match by:
        case By.ROUND_ROBIN:
            return Best(found.portions, None)
        case By.ORDERED:
            first = found.candidates[0]
            return Best(_portions(found, (first,)), f"{first} is the first available of the team")
        case By.LEAST_LOADED:
            held = {rep: loads.get(rep, _NO_LOAD).get(OPEN, 0) for rep in found.candidates}
            reps, least = _equals(held, min(held.values()))
            return Best(_portions(found, reps), f"fewest open leads: {_listed(reps)} with {least}")
        case By.BEST_FIT:
            points = roster.points(lead, found.candidates)
            reps, most = _equals(points, max(points.values()))
            named = f"{most} {'attribute' if most == 1 else 'attributes'} of the lead"
            return Best(_portions(found, reps), f"best fit: {_listed(reps)} with {named}")


def _equals(numbers: Mapping[RepId, int], wanted: int) -> tuple[Sequence[RepId], int]:
    return [rep for rep, number in numbers.items() if number == wanted], wanted


def _portions(found: Found, reps: Sequence[RepId]) -> Portions:
    return Portions(LEAD, {rep: found.members[rep] for rep in reps})


def _listed(reps: Sequence[RepId]) -> str:
    more = f" and {len(reps) - _NAMED} more" if len(reps) > _NAMED else ""
    return ", ".join(sorted(reps)[:_NAMED]) + more
