"""Catching up: what a rep missed while they were away is owed for a time after they are back, and then to others.

It is part of the rep's credit; here stands how much of it, and until when. Amounts are in the units of credit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from router.model import LEAD, Absence, Missed, RepId

Ledger = Mapping[RepId, tuple[Missed, ...]]
"""What each rep missed and did not make up for, the earliest absence first."""


class Away(NamedTuple):
    """Who of a team is not there at `now`, and when each is back (None: nobody knows), in a team that lets them
    catch up.
    """

    policy: Absence
    now: datetime
    back: Mapping[RepId, datetime | None]

    def until(self, back: datetime) -> datetime:
        """Return until when somebody who is back then may catch up."""
        return back + timedelta(seconds=self.policy.within)

    @property
    def at_most(self) -> int:
        """What the team may owe one rep."""
        return self.policy.at_most * LEAD


def lapsed(missed: Ledger, credit: Mapping[RepId, int], away: Away) -> tuple[dict[RepId, int], Ledger]:
    """Return what was not made up for in time, by rep, and what still may be.

    For a rep who is back earlier than was known the time begins with this lead.
    """
    lost: dict[RepId, int] = {}
    kept: dict[RepId, tuple[Missed, ...]] = {}
    latest = away.until(away.now)
    for rep, absences in missed.items():
        if rep not in credit:
            continue
        if rep not in away.back:
            absences = tuple(Missed(one.units, min(one.until or latest, latest)) for one in absences)
        over = sum(one.units for one in absences if one.until and one.until <= away.now)
        if amount := min(over, max(credit[rep], 0)):
            lost[rep] = amount
        if left := tuple(one for one in absences if one.until is None or one.until > away.now):
            kept[rep] = left
    return lost, kept


def after_turn(
    missed: Ledger, shares: Mapping[RepId, int], credit: Mapping[RepId, int], taker: RepId, away: Away
) -> Ledger:
    """Return what is missed after a lead, of which those who are away got a share, and after the taker made up for
    some of it. It is never more than the `credit`: what is above the limit went to the others.
    """
    after = dict(missed)
    for rep, back in away.back.items():
        if share := shares.get(rep):
            after[rep] = _one_more(missed.get(rep, ()), share, back, away)
    if taker in after:
        after[taker] = _less(after[taker], LEAD)
    for rep, absences in after.items():
        above = sum(one.units for one in absences) - max(credit.get(rep, 0), 0)
        if above > 0:
            after[rep] = without_latest(absences, above)
    return {rep: after[rep] for rep in sorted(after) if after[rep]}


def _one_more(
    absences: tuple[Missed, ...], share: int, back: datetime | None, away: Away
) -> tuple[Missed, ...]:
    """Add a share to the absence that is under way; a first one, if the last is over."""
    until = None if back is None else away.until(back)
    *before, last = absences or (Missed(0, None),)
    if last.until is None or last.until > away.until(away.now):
        return (*before, Missed(last.units + share, until))
    return (*absences, Missed(share, until))


def without_latest(absences: tuple[Missed, ...], units: int) -> tuple[Missed, ...]:
    """Take so much off, of the latest absence first."""
    return _less(absences[::-1], units)[::-1]


def _less(absences: Iterable[Missed], units: int) -> tuple[Missed, ...]:
    left: list[Missed] = []
    for one in absences:
        rest = max(one.units - units, 0)
        units -= one.units - rest
        if rest:
            left.append(Missed(rest, one.until))
    return tuple(left)
