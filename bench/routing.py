"""Routing decisions a second on one core, and the conditions alone beside two rule engines.

A decision is the whole of it: the rule, who may take the lead, the turn, and the effects that the next lead sees.
Times are of the processor and the best of several rounds, so that other work on the machine counts little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from time import process_time

from bench.leads import NOW, leads, rulebook
from bench.peers import PEERS, First, Flat, flat
from bench.rows import Row
from router.model import Decision, Lead, State, Sticky, TeamName, TeamTurns
from router.route import Router, effects
from router.rules import Rulebook

LEADS = 1_000
FOR_PEERS = 100
ROUNDS = 20

Route = Callable[[Router, Lead, State], Decision]


def run() -> Sequence[Row]:
    """Measure every case."""
    few, many, one_team = rulebook(60), rulebook(1_000), rulebook(60, teams=1)
    them = leads(LEADS)
    work = (
        _decisions(few, them, _route),
        _decisions(few, them, _explain),
        _decisions(one_team, them, _route),
        _decisions(many, them, _route),
    )
    plain, traced, crowded, large = (LEADS / seconds for seconds in _best(*work))
    unit = "decisions/s"
    return [
        Row("60 rules, 50 reps in five teams", plain, unit, 30_000),
        Row("the same with full trace", traced, unit, 12_000),
        Row("60 rules, all 50 reps in one team", crowded, unit, 12_000),
        Row("1,000 rules, 50 reps in five teams", large, unit),
        Row("1,000 rules: time of a decision against 60", plain / large, "x", 3, better="less"),
        *_beside_peers(few, them[:FOR_PEERS]),
    ]


def _route(router: Router, lead: Lead, state: State) -> Decision:
    return router.route(lead, state, NOW)


def _explain(router: Router, lead: Lead, state: State) -> Decision:
    return router.explain(lead, state, NOW).decision


def _decisions(book: Rulebook, them: Sequence[Lead], route: Route) -> Callable[[], object]:
    router = Router(book)

    def decide_all() -> None:
        turns: dict[TeamName, TeamTurns] = {}
        persons: dict[str, Sticky] = {}
        state = State(turns, persons)
        for lead in them:
            changed = effects(route(router, lead, state), lead, NOW)
            turns.update(changed.turns)
            persons.update(changed.persons)

    return decide_all


def _beside_peers(book: Rulebook, them: Sequence[Lead]) -> list[Row]:
    router, places = Router(book), {rule.name: at for at, rule in enumerate(book.rules)}
    expected = [places[router.match(lead, NOW).name] for lead in them]
    values = [flat(lead) for lead in them]
    firsts = {name: peer.build(book.rules) for name, peer in PEERS.items()}
    for name, first in firsts.items():
        if [first(one) for one in values] != expected:
            raise AssertionError(f"{name} does not find the same rules: the measurement would mean nothing")
    ours, *theirs = _best(
        lambda: [router.match(lead, NOW) for lead in them],
        *(partial(_all, first, values) for first in firsts.values()),
    )
    rows = [Row("60 rules, conditions alone", len(them) / ours, "leads/s")]
    for name, seconds in zip(firsts, theirs, strict=True):
        rows.append(Row(f"60 rules, conditions alone, {name}", len(them) / seconds, "leads/s", peer=name))
        rows.append(Row(f"conditions alone: ahead of {name}", seconds / ours, "x", 1))
    return rows


def _all(first: First, values: Sequence[Flat]) -> None:
    for one in values:
        first(one)


def _best(*work: Callable[[], object]) -> list[float]:
    """Return the best time of each, in seconds; they take turns, so that a busy moment falls on all of them."""
    best = [math.inf] * len(work)
    for _ in range(ROUNDS):
        for at, one in enumerate(work):
            start = process_time()
            one()
            best[at] = min(best[at], process_time() - start)
    return best
