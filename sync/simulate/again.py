"""The ledger's history made again: as it was, which must give the same owners, or under a proposed configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

from router.model import Decision, TeamName, Turn
from sync.codec import turn_from_text
from sync.replay import same
from sync.simulate.deciding import Deciding
from sync.simulate.history import History
from sync.simulate.record import GIVEN, TAKEN, WAITS, Event, Noted, Passed, Recorded
from sync.simulate.tally import Tally
from sync.simulate.then import Then
from sync.simulate.world import Case

Progress = Callable[[Tally], None]


@dataclass(slots=True)
class Pair:
    """One lead in the history that was and in the one made again. `last`: the ledger has no more decisions of it;
    `ends`: people took it afterwards.
    """

    was: Case
    now: Case
    last: bool = False
    ends: bool = False


class Again:
    """Goes through a history once, and counts."""

    def __init__(self, history: History, then: Then, deciding: Deciding, zone: ZoneInfo) -> None:
        self.tally = Tally(zone)
        self._history, self._then, self._deciding = history, then, deciding
        self._open: dict[str, Pair] = {}
        self._ending: list[tuple[datetime, str]] = []
        self._unmade: set[str] = set()

    def run(self, progress: Progress) -> Tally:
        for event in self._history.events():
            self._look(event)
            self._end_until(event.at)
            match event:
                case Recorded():
                    self._decided(event)
                    progress(self.tally)
                case Noted():
                    self._noted(event)
                case Passed():
                    self._deciding.passed(event)
        self._look(None)
        self._end_until(None)
        for pair in list(self._open.values()):
            if pair.ends:
                self._release(pair, pair.was.at or pair.was.began)
            self._close(pair)
        return self.tally

    # --- events -------------------------------------------------------------------------------------------

    def _decided(self, one: Recorded) -> None:
        pair = self._open.get(one.key) or self._begin(one)
        if pair.was.stands and pair.was.stands.kind in GIVEN and not pair.now.waits:
            self._give_back(pair.now, one.at)  # a claim that was released without a turn to say so
        if one.held_since is None and pair.was.stands and pair.was.stands.kind in WAITS:
            pair.now.held_since = None  # somebody had it since it waited: its time begins anew
        pair.was.move(one.decision, one.at)
        pair.now.closed = one.closed
        self.tally.decisions += 1
        if one.lead is None:
            self._taken_over(pair, one)
        elif pair.now.waits:
            decision = self._deciding.decide(pair.now, one, one.lead)
            self._took(decision)
            self.tally.otherwise += not same(decision, one.decision)
        self._deciding.compared(pair.now, one)
        self._then.decided(one)
        if one.stands:
            self._last(pair, one)

    def _begin(self, one: Recorded) -> Pair:
        ref, began = one.decision.lead, one.held_since or one.at
        pair = Pair(Case(one.key, ref, one.values_id, began), Case(one.key, ref, one.values_id, began))
        self._open[one.key] = pair
        return pair

    def _taken_over(self, pair: Pair, one: Recorded) -> None:
        """Nobody can decide it again: it stays where it was."""
        self.tally.gone += 1
        if pair.now.waits:
            self._unmade.add(one.key)
            self._deciding.leave(pair.now)
            pair.now.move(one.decision, one.at)

    def _last(self, pair: Pair, one: Recorded) -> None:
        pair.last = True
        if one.over:
            pair.ends = True
            if one.decision.turn is None:  # else the log says when it was returned
                heappush(self._ending, (one.over, one.key))
            return
        if pair.now.stands == pair.was.stands:
            pair.now.stands = one.stands
        pair.was.stands = one.stands
        self._close_if_done(pair)

    def _noted(self, one: Noted) -> None:
        self._then.note(one)
        if one.kind not in ("turn", "returned"):
            return
        team, back = TeamName(one.subject.removeprefix("team:")), one.kind == "returned"
        turn, pair = turn_from_text(team, one.body), self._open.get(one.lead or "")
        if back and pair is None:  # it was taken before all this, and not counted
            self._deciding.refund(turn)
            return
        self.tally.before.teams[team].take(turn, back=back)
        if back and pair:
            self._release(pair, one.at)
            if pair.ends:
                self._close(pair)
        elif not back and one.lead in self._unmade:
            self._unmade.discard(one.lead)
            self._charge(turn, pair)

    def _charge(self, turn: Turn, pair: Pair | None) -> None:
        """Take the turn of then for a lead that nobody can decide again."""
        self.tally.after.teams[turn.team].take(turn)
        self._deciding.charge(turn)
        if pair:
            pair.now.turn = turn

    def _look(self, ahead_of: Event | None) -> None:
        for case, decision in self._deciding.looks(ahead_of):
            self._took(decision)
            self._close_if_done(self._open[case.key])

    # --- ends ---------------------------------------------------------------------------------------------

    def _end_until(self, at: datetime | None) -> None:
        """Let people have what they took by then, or what was taken back."""
        while self._ending and (at is None or self._ending[0][0] <= at):
            when, key = heappop(self._ending)
            if pair := self._open.get(key):
                self._release(pair, when)
                self._close(pair)

    def _release(self, pair: Pair, at: datetime) -> None:
        """The lead was taken from whoever had it then; who got it only here keeps it, if nobody had it then."""
        had = pair.was.stands is not None and pair.was.stands.kind in GIVEN
        if pair.now.waits:
            self._deciding.leave(pair.now)
            pair.now.stands = TAKEN if pair.last else None
        elif had:
            self._give_back(pair.now, at)
            pair.now.stands = TAKEN if pair.last else None
        pair.was.stands = TAKEN if pair.last else None

    def _give_back(self, case: Case, at: datetime) -> None:
        if case.turn:
            self.tally.after.teams[case.turn.team].take(case.turn, back=True)
        self._deciding.give_back(case, at)

    def _took(self, decision: Decision) -> None:
        if decision.turn:
            self.tally.after.teams[decision.turn.team].take(decision.turn)

    def _close_if_done(self, pair: Pair) -> None:
        """A lead that still waits here may yet go to somebody."""
        waits = pair.now.stands is not None and pair.now.stands.kind in WAITS
        if pair.last and not pair.ends and not (waits and self._deciding.looks_again):
            self._close(pair)

    def _close(self, pair: Pair) -> None:
        del self._open[pair.was.key]
        self._deciding.leave(pair.now)
        self.tally.close(pair.was, pair.now)
