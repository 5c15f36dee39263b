"""The turn rule: who of those who may take a lead takes it, so that everyone gets their share.

Tijdeman's rule for the chairman assignment problem (R. Tijdeman, "The chairman assignment problem", Discrete
Mathematics 32, 1980). Each lead is divided among the candidates by weight; the one who takes it pays for all of
it. Credit is what a rep is still owed. As long as the same n reps may take the leads, nobody's credit leaves
+-(1 - 1/(2n-2)) lead, for any weights. Where they change, somebody may be owed more: then who is owed the most takes
it, and not who falls behind the fastest, which keeps everybody closer to their share. Credits are integers in units of
10^-12 lead and sum to 0 in a team.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from hashlib import blake2b

from router.absence import Away, after_turn, lapsed, without_latest
from router.model import LEAD, RepId, TeamName, TeamTurns, Turn
from router.quick import quick

AT_MOST = 2 * LEAD
"""What the team can owe one rep; credit above it goes to the others, so that nobody is flooded later."""

FREE_REJECTS = 3
"""So many leads may be rejected within 7 days as if they had never come."""

_turn, _turns = quick(Turn), quick(TeamTurns)

Weights = Mapping[RepId, int]
"""Weights in any one unit, exact; 0 for a member without a share."""

Lot = Callable[[RepId], bytes]
"""The last tie-break: it prefers no place in a list, no name and no seniority, and is the same on every run."""


def take(
    team: TeamName,
    turns: TeamTurns,
    members: Weights,
    sharing: Portions,
    *,
    away: Away | None = None,
    taker: RepId | None = None,
) -> Turn:
    """Give one lead to one of the candidates; or to `taker`, who got it out of turn and pays for it all the same.

    `members` is the whole team, whether they may take this lead or not; `sharing` are portions of `LEAD` by the
    weights of the candidates, at least one, and of those who are `away` in a team that lets them catch up. Who left
    since the last turn leaves their credit to the others, who joined starts at 0.
    """
    number = turns.number + 1
    draw = lot(team, number)
    limit = AT_MOST if away is None else away.at_most
    credit = settled(turns.credits, members, draw, limit)
    lost, missed = ({}, {}) if away is None else lapsed(turns.missed, credit, away)
    for rep, amount in lost.items():
        _hand_on(credit, rep, amount, members, draw)
    shares = sharing.dealt(draw)
    for rep, share in shares.items():
        credit[rep] = credit.get(rep, 0) + share
    absent = () if away is None else tuple(rep for rep in away.back if rep in shares)
    taker = taker or _taker(credit, _but(shares, absent), turns.last, draw)
    credit[taker] = credit.get(taker, 0) - LEAD
    credit = settled(credit, members, draw, limit)
    if away is not None:
        missed = after_turn(missed, shares, credit, taker, away)
    last = _of(members, turns.last)
    last[taker] = number
    return _turn(team, taker, shares, _turns(number, credit, last, missed), absent, lost)


def reverse(turns: TeamTurns, turn: Turn) -> TeamTurns:
    """Give one turn back, whenever it was taken: each who got a share returns it, the taker gets the lead back.

    What this lifts above the limit, or gives to somebody who left, is spread when the team takes its next turn.
    """
    credit = dict(turns.credits)
    for rep, share in turn.shares.items():
        credit[rep] = credit.get(rep, 0) - share
    credit[turn.taker] = credit.get(turn.taker, 0) + LEAD
    missed = dict(turns.missed)
    for rep in turn.absent:
        missed[rep] = without_latest(missed.get(rep, ()), turn.shares[rep])
    return replace(turns, credits=credit, missed={rep: some for rep, some in missed.items() if some})


def rejected(turns: TeamTurns, by: RepId, taker: RepId, *, before: int) -> TeamTurns:
    """Let `taker` pay for a lead that another gave away, who rejected so many in the 7 days before.

    From the fourth on nothing moves: who gives away many has paid for them all the same.
    """
    if before >= FREE_REJECTS:
        return turns
    credit = dict(turns.credits)
    credit[by] = credit.get(by, 0) + LEAD
    credit[taker] = credit.get(taker, 0) - LEAD
    return replace(turns, credits=credit)


def lot(team: TeamName, number: int) -> Lot:
    """Return the order in which ties of this turn are broken: a hash of team, rep and the turn's number."""
    start = None  # many turns have no tie

    def draw(rep: RepId) -> bytes:
        nonlocal start
        start = start or blake2b(f"{team}\0{number}\0".encode(), digest_size=8)
        hashed = start.copy()
        hashed.update(rep.encode())
        return hashed.digest()

    return draw


class Portions:
    """An amount >= 0 divided by weight into integers that sum to it; if all weights are 0, evenly.

    Everyone gets the floor of their part; of the remainder one unit each goes to the largest fractions. Only who
    gets one among equal fractions differs from turn to turn.
    """

    __slots__ = ("_floors", "_lots", "_tied")

    def __init__(self, amount: int, weights: Weights) -> None:
        total = sum(weights.values())
        if not total:
            weights, total = dict.fromkeys(weights, 1), len(weights)
        self._floors = {rep: amount * weight // total for rep, weight in weights.items()}
        left = amount - sum(self._floors.values())
        fractions = {rep: amount * weight % total for rep, weight in weights.items()}
        edge = sorted(fractions.values(), reverse=True)[left - 1] if left else total
        self._tied = [rep for rep, fraction in fractions.items() if fraction == edge]
        for rep, fraction in fractions.items():
            self._floors[rep] += fraction > edge
        self._lots = left - sum(fraction > edge for fraction in fractions.values())

    def dealt(self, draw: Lot) -> dict[RepId, int]:
        """Return the portions of one turn."""
        portions = dict(self._floors)
        lucky = self._tied if self._lots == len(self._tied) else sorted(self._tied, key=draw)
        for rep in lucky[: self._lots]:
            portions[rep] += 1
        return portions


# --- the taker --------------------------------------------------------------------------------------------


def _taker(credit: Weights, shares: Weights, last: Mapping[RepId, int], draw: Lot) -> RepId:
    first = _due_first(credit, shares) or _most(credit, shares)
    if len(first) == 1:
        return first[0]
    longest_ago = min(last.get(rep, 0) for rep in first)
    return min((rep for rep in first if last.get(rep, 0) == longest_ago), key=draw)


def _due_first(credit: Weights, shares: Weights) -> list[RepId]:
    """Return whose credit would first pass the bound if the others took every lead from here on.

    Only who is owed more than 1/(2n-2) may take the lead: giving it to another could not be made good.
    """
    scale = 2 * len(shares) - 2
    bound = LEAD * (scale - 1)
    least = LEAD // scale if scale else 0
    first: list[RepId] = []
    first_slack, first_share = 0, 1
    for rep, share in shares.items():
        owed = credit[rep]
        if owed <= least:
            continue
        slack = bound - owed * scale
        if (
            slack < 0
        ):  # past the bound, which takes changing candidates: then who is owed the most comes first
            share = 1
        share = share or 1  # 0 units never fall due by themselves: 1 keeps them comparable, as good as never
        order = slack * first_share - first_slack * share if first else -1
        if order <= 0:
            first = [rep] if order < 0 else [*first, rep]
            first_slack, first_share = slack, share
    return first


def _most(credit: Weights, shares: Weights) -> list[RepId]:
    most = max(credit[rep] for rep in shares)
    return [rep for rep in shares if credit[rep] == most]


# --- the limit --------------------------------------------------------------------------------------------


def settled(credit: Weights, members: Weights, draw: Lot, limit: int = AT_MOST) -> dict[RepId, int]:
    """Return the credits of the members only, none above the limit; what is over goes to the others by weight."""
    kept = _of(members, credit)
    if len(kept) < len(credit):
        _spread(kept, -sum(kept.values()), members, draw)
    if max(kept.values(), default=0) > limit:
        _limit(kept, members, draw, limit)
    return kept


def _limit(credit: dict[RepId, int], members: Weights, draw: Lot, limit: int) -> None:
    full: set[RepId] = set()
    while above := [rep for rep, its in credit.items() if its > limit]:
        full.update(above)
        excess = sum(credit[rep] - limit for rep in above)
        credit.update(dict.fromkeys(above, limit))
        _spread(credit, excess, {rep: weight for rep, weight in members.items() if rep not in full}, draw)


def _spread(credit: dict[RepId, int], amount: int, weights: Weights, draw: Lot) -> None:
    sign = -1 if amount < 0 else 1
    for rep, part in Portions(abs(amount), weights).dealt(draw).items():
        credit[rep] = credit.get(rep, 0) + sign * part


def _hand_on(credit: dict[RepId, int], rep: RepId, amount: int, members: Weights, draw: Lot) -> None:
    credit[rep] -= amount
    _spread(credit, amount, {other: weight for other, weight in members.items() if other != rep}, draw)


def _but(shares: Weights, absent: Collection[RepId]) -> Weights:
    return {rep: share for rep, share in shares.items() if rep not in absent} if absent else shares


def _of(members: Weights, numbers: Mapping[RepId, int]) -> dict[RepId, int]:
    if numbers.keys() <= members.keys():
        return dict(numbers)
    return {rep: number for rep, number in numbers.items() if rep in members}
