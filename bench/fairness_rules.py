"""Rules of the literature for dividing leads among changing candidates, in a few lines each.

It is the carpool problem (R. Fagin, J. H. Williams, "A fair carpool scheduling algorithm", IBM Journal of Research and
Development 27, 1983): of those who come on a day one drives, and owes or is owed their part of each ride. With the same
people every day and any weights it is the chairman assignment problem (R. Tijdeman, Discrete Mathematics 32, 1980).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from bench.fairness_cases import Pick, Rule
from bench.fairness_peers import smooth, weighted_random
from router.model import RepId
from router.turns import Weights

Credit = defaultdict[RepId, float]


def most_credit() -> Pick:
    """Give it to whom the most is owed, in leads: Fagin and Williams.

    No online rule is better in the worst case of changing candidates (D. Coppersmith, T. Nowicki, G. Paleologo,
    C. Tresser, C. W. Wu, ACM Transactions on Algorithms 7, 2011).
    """
    credit = Credit(float)

    def pick(_team: Weights, able: Weights) -> RepId:
        return _paid(credit, _most(_shared(credit, able), able))

    return pick


def own_turns() -> Pick:
    """Let each group of candidates have turns of its own, the first drawn by weight.

    It is the local rule of M. Ajtai, J. Aspnes, M. Naor, Y. Rabani, L. Schulman and O. Waarts ("Fairness in
    scheduling", Journal of Algorithms 29, 1998), there for two people a day.
    """
    first, groups = weighted_random(), dict[frozenset[RepId], Credit]()

    def pick(_team: Weights, able: Weights) -> RepId:
        group = frozenset(able)
        known = group in groups
        credit = _shared(groups.setdefault(group, Credit(float)), able)
        return _paid(credit, _most(credit, able) if known else first(able, able))

    return pick


def as_published() -> Pick:
    """Tijdeman's rule to the letter: over the bound, too, who falls behind the fastest comes first.

    With the same candidates all along nobody is over it, so there it is our turn rule.
    """
    credit = Credit(float)

    def pick(_team: Weights, able: Weights) -> RepId:
        _shared(credit, able)
        least = 1 / max(2 * len(able) - 2, 1)
        due = [rep for rep in able if credit[rep] > least]
        if not due:
            return _paid(credit, _most(credit, able))
        return _paid(credit, min(due, key=lambda rep: (1 - least - credit[rep]) / able[rep]))

    return pick


def _shared(credit: Credit, able: Weights) -> Credit:
    total = sum(able.values())
    for rep, weight in able.items():
        credit[rep] += weight / total
    return credit


def _most(credit: Mapping[RepId, float], among: Iterable[RepId]) -> RepId:
    return max(among, key=credit.__getitem__)


def _paid(credit: Credit, taker: RepId) -> RepId:
    credit[taker] -= 1
    return taker


RULES: Mapping[str, Rule] = {
    "most credit first": most_credit,
    "Tijdeman's rule to the letter": as_published,
    "smooth weighted round robin": smooth,
    "turns of each group's own": own_turns,
    "weighted random": weighted_random,
}
