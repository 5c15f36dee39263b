"""Routing decisions a second on one core, and the conditions alone beside two rule engines.

A decision is the whole of it: the rule, who may take the lead, the turn, and the effects that the next lead sees.
Times are of the processor and the best of several rounds, so that other work on the machine counts little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import process_time

from bench.leads import NOW, leads, rulebook
from bench.peers import PEERS, First, flat
from bench.rows import Row
from router.model import Decision, Lead, State, Sticky, TeamName, TeamTurns
from router.route import Router, effects
from router.rules import Rulebook

LEADS = 3_000
FOR_PEERS = 100
ROUNDS = 10

Route = Callable[[Router, Lead, State], Decision]


def run() -> Sequence[Row]:
    """Measure every case."""
    few, many, one_team = rulebook(60), rulebook(1_000), rulebook(60, teams=1)
    them = leads(LEADS)
    plain, large = _decisions(few, them, _route), _decisions(many, them, _route)
    unit = "decisions/s"
    return [
        Row("60 rules, 50 reps in five teams", plain, unit, 30_000),
        Row("the same with full trace", _decisions(few, them, _explain), unit, 12_000),
        Row("60 rules, all 50 reps in one team", _decisions(one_team, them, _route), unit, 12_000),
        Row("1,000 rules, 50 reps in five teams", large, unit),
        Row("1,000 rules: time of a decision against 60", plain / large, "x", 3, better="less"),
        *_beside_peers(few, them),
    ]


def _route(router: Router, lead: Lead, state: State) -> Decision:
    return router.route(lead, state, NOW)


def _explain(router: Router, lead: Lead, state: State) -> Decision:
    return router.explain(lead, state, NOW).decision


def _decisions(book: Rulebook, them: Sequence[Lead], route: Route) -> float:
    router = Router(book)

    def decide_all() -> None:
        turns: dict[TeamName, TeamTurns] = {}
        persons: dict[str, Sticky] = {}
        state = State(turns, persons)
        for lead in them:
            changed = effects(route(router, lead, state), lead, NOW)
            turns.update(changed.turns)
            persons.update(changed.persons)

    return len(them) / _best(decide_all)


def _beside_peers(book: Rulebook, them: Sequence[Lead]) -> list[Row]:
    some = them[:FOR_PEERS]
    router, places = Router(book), {rule.name: at for at, rule in enumerate(book.rules)}
    expected = [places[router.match(lead, NOW).name] for lead in some]
    ours = _best(lambda: [router.match(lead, NOW) for lead in some]) / len(some)
    rows = [Row("60 rules, conditions alone", 1 / ours, "leads/s")]
    for name, peer in PEERS.items():
        theirs = _peer(name, peer.build(book.rules), some, expected)
        rows.append(Row(f"60 rules, conditions alone, {name}", 1 / theirs, "leads/s", peer=name))
        rows.append(Row(f"conditions alone: ahead of {name}", theirs / ours, "x", 1))
    return rows


def _peer(name: str, first: First, some: Sequence[Lead], expected: Sequence[int]) -> float:
    values = [flat(lead) for lead in some]
    if [first(one) for one in values] != expected:
        raise AssertionError(f"{name} does not find the same rules: the measurement would mean nothing")
    return _best(lambda: [first(one) for one in values]) / len(some)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        times.append(process_time() - start)
    return min(times)
