"""The turn rule: who of those who may take a lead takes it, so that everyone gets their share.

Tijdeman's rule for the chairman assignment problem (R. Tijdeman, "The chairman assignment problem", Discrete
Mathematics 32, 1980). Each lead is divided among the candidates by weight; the one who takes it pays for all of
it. Credit is what a rep is still owed. As long as the same n reps may take the leads, nobody's credit leaves
+-(1 - 1/(2n-2)) lead, for any weights. Credits are integers in units of 10^-12 lead and sum to 0 in a team.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cmp_to_key
from hashlib import blake2b

from router.model import RepId, TeamName, TeamTurns, Turn

LEAD = 10**12
"""One lead, in the units of credit."""

AT_MOST = 2 * LEAD
"""What the team can owe one rep; credit above it goes to the others, so that nobody is flooded later."""

Weights = Mapping[RepId, int]
"""Weights in any one unit, exact; 0 for a member without a share."""

Lot = Callable[[RepId], bytes]
"""The last tie-break: it prefers no place in a list, no name and no seniority, and is the same on every run."""


def take(team: TeamName, turns: TeamTurns, members: Weights, candidates: Weights) -> Turn:
    """Give one lead to one of the candidates.

    `members` is the whole team, whether they may take this lead or not; candidates are members with a weight
    above 0, at least one. Who left since the last turn leaves their credit to the others, who joined starts at 0.
    """
    number = turns.number + 1
    draw = lot(team, number)
    credit = settled(turns.credits, members, draw)
    shares = divided(LEAD, candidates, draw)
    for rep, share in shares.items():
        credit[rep] = credit.get(rep, 0) + share
    taker = _taker(credit, shares, turns.last, draw)
    credit[taker] -= LEAD
    last = {rep: at for rep, at in turns.last.items() if rep in members}
    last[taker] = number
    return Turn(team, taker, shares, TeamTurns(number, settled(credit, members, draw), last))


def reverse(turns: TeamTurns, turn: Turn) -> TeamTurns:
    """Give one turn back, whenever it was taken: each candidate returns the share, the taker the lead.

    What this lifts above `AT_MOST`, or gives to somebody who left, is spread when the team takes its next turn.
    """
    credit = dict(turns.credits)
    for rep, share in turn.shares.items():
        credit[rep] = credit.get(rep, 0) - share
    credit[turn.taker] = credit.get(turn.taker, 0) + LEAD
    return TeamTurns(turns.number, credit, turns.last)


def lot(team: TeamName, number: int) -> Lot:
    """Return the order in which ties of this turn are broken: a hash of team, rep and the turn's number."""
    start = blake2b(f"{team}\0{number}\0".encode(), digest_size=8)

    def draw(rep: RepId) -> bytes:
        hashed = start.copy()
        hashed.update(rep.encode())
        return hashed.digest()

    return draw


def divided(amount: int, weights: Weights, draw: Lot) -> dict[RepId, int]:
    """Divide `amount` >= 0 by weight into integers that sum to it; weights of 0 only are all the same.

    Everyone gets the floor of their part; of the remainder one unit each goes to the largest fractions.
    """
    total = sum(weights.values())
    if not total:
        weights, total = dict.fromkeys(weights, 1), len(weights)
    parts = {rep: amount * weight // total for rep, weight in weights.items()}
    left = amount - sum(parts.values())
    if left:
        fractions = {rep: amount * weight % total for rep, weight in weights.items()}
        for rep in _largest(fractions, left, draw):
            parts[rep] += 1
    return parts


def _largest(fractions: Weights, count: int, draw: Lot) -> list[RepId]:
    edge = sorted(fractions.values(), reverse=True)[count - 1]
    above = [rep for rep, fraction in fractions.items() if fraction > edge]
    tied = [rep for rep, fraction in fractions.items() if fraction == edge]
    missing = count - len(above)
    return above + (tied if len(tied) == missing else sorted(tied, key=draw)[:missing])


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
    owed = [
        # A share of 0 units never falls due by itself; 1 unit keeps it comparable and as good as never.
        (bound - credit[rep] * scale, share or 1, rep)
        for rep, share in shares.items()
        if credit[rep] * scale > LEAD
    ]
    if len(owed) < 2:
        return [rep for _, _, rep in owed]
    slack, share, _ = min(owed, key=cmp_to_key(_by_due))
    return [rep for its_slack, its_share, rep in owed if its_slack * share == slack * its_share]


def _by_due(one: tuple[int, int, RepId], other: tuple[int, int, RepId]) -> int:
    return one[0] * other[1] - other[0] * one[1]


def _most(credit: Weights, shares: Weights) -> list[RepId]:
    most = max(credit[rep] for rep in shares)
    return [rep for rep in shares if credit[rep] == most]


# --- the limit --------------------------------------------------------------------------------------------


def settled(credit: Weights, members: Weights, draw: Lot) -> dict[RepId, int]:
    """Return the credits of the members only, none above `AT_MOST`; the rest is spread over the others by weight."""
    kept = {rep: its for rep, its in credit.items() if rep in members}
    if len(kept) < len(credit):
        _spread(kept, sum(credit.values()) - sum(kept.values()), members, draw)
    full: set[RepId] = set()
    while above := [rep for rep, its in kept.items() if its > AT_MOST]:
        full.update(above)
        others = {rep: weight for rep, weight in members.items() if rep not in full}
        excess = sum(kept[rep] - AT_MOST for rep in above)
        kept.update(dict.fromkeys(above, AT_MOST))
        _spread(kept, excess, others, draw)
    return kept


def _spread(credit: dict[RepId, int], amount: int, weights: Weights, draw: Lot) -> None:
    sign = -1 if amount < 0 else 1
    for rep, part in divided(abs(amount), weights, draw).items():
        credit[rep] = credit.get(rep, 0) + sign * part
