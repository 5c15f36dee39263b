"""The people of a rulebook as one lead finds them: who may take it, whose turn that is, when somebody is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from router.absence import Away
from router.asks import NOTHING, Asks, asks_of
from router.case import Asked, Case
from router.eligible import KNOWN_OWNER, Found, Roster, first_bar
from router.hours import Span, today
from router.model import LEAD, Rep, RepId, TeamName, TeamTurns, Turn
from router.openings import Openings
from router.outside import Outside, outside
from router.rules import Rulebook, StepTarget, Target, ToOwner, ToTeam
from router.trace import Bar, Why
from router.turns import Portions, take

_NO_TURNS = TeamTurns()


class Crew:
    """All reps and teams, compiled."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self.rosters = {name: Roster(team, book.reps, book.holidays) for name, team in book.teams.items()}
        self._limited = [rep for rep in book.reps.values() if rep.capacity]
        self._teams = _teams(book)

    def find(self, case: Case, team: TeamName, asks: Asks) -> Found:
        """Return who of a team may take the lead."""
        return self.rosters[team].find(case.now, asks, self._outside(case))

    def turn(
        self, case: Case, team: TeamName, found: Found, sharing: Portions, *, taker: RepId | None = None
    ) -> Turn:
        """Let the team take a turn, and say what absences have to do with it."""
        turns, policy = case.state.turns.get(team, _NO_TURNS), self._book.teams[team].catch_up
        away = None if policy is None else Away(policy, case.now, found.away)
        turn = take(team, turns, found.members, sharing, away=away, taker=taker)
        if away is not None:
            case.reasons += _caught_up(turn, turns)
        return turn

    # --- out of turn --------------------------------------------------------------------------------------

    def why_not(self, case: Case, owner: RepId) -> Why | None:
        """Return why an owner who is known without a turn may not take the lead."""
        rep = self._book.reps.get(owner)
        if rep is None:
            return Why(Bar.LEFT, "is not in the configuration any more")
        why = self._outside(case).whys.get(owner)
        if why is not None and why.bar is not Bar.FULL:
            return why
        return first_bar(KNOWN_OWNER, rep, today(rep, case.now, self._book.holidays)) or why

    def charged(self, case: Case, owner: RepId, target: ToTeam | ToOwner) -> Turn | None:
        """Return the turn that a lead costs which its owner got without one, where the rule or the target says so.

        It is a turn of the team, if the owner has a share in it that day. A named owner without a team in the rule
        has the turns of the one team they are in; of two, none.
        """
        if not (_charges(case.rule.assign) or _charges(target)):
            return None
        of = target if isinstance(target, ToTeam) else case.rule.assign
        teams = [of.team] if isinstance(of, ToTeam) else self._teams.get(owner, [])
        if len(teams) != 1:
            case.reasons.append(f"no turn is charged: {owner} is in {len(teams) or 'no'} teams")
            return None
        asks = asks_of(case.lead, of.require) if isinstance(of, ToTeam) else NOTHING
        return self._charged(case, owner, teams[0], self.find(case, teams[0], asks))

    def _charged(self, case: Case, owner: RepId, team: TeamName, found: Found) -> Turn | None:
        if not found.members.get(owner):
            case.reasons.append(f"no turn is charged: {owner} has no share in {team} today")
            return None
        sharing = {rep: found.members[rep] for rep in (*found.sharing, owner)}
        turn = self.turn(case, team, found, Portions(LEAD, sharing), taker=owner)
        case.reasons.append(f"it counts as a turn of {owner} in {team}")
        return turn

    # --- who is not there ---------------------------------------------------------------------------------

    def opening(self, case: Case) -> datetime | None:
        """Return when, since the lead waits, the time of somebody begins who may take it then, as far as is known.

        Somebody is a member of a team that was asked and has the attributes; else the owner that a rule names.
        """
        teams = [self._team_opens(case, asked) for asked in case.asked if asked.team]
        owners = (
            [] if teams else [self._owner_opens(case, rep) for one in case.asked for rep in one.found.barred]
        )
        return min((start for start in (*teams, *owners) if start is not None), default=None)

    def _team_opens(self, case: Case, asked: Asked) -> datetime | None:
        return self.rosters[asked.team].opening(asked.asks, case.since, case.state) if asked.team else None

    def _owner_opens(self, case: Case, owner: RepId) -> datetime | None:
        rep = self._book.reps.get(owner)
        if rep is None or owner in case.state.absent:
            return None
        return Openings({owner: lambda at: self._may(rep, at)}).of(owner, case.since, case.state.away)

    def _may(self, rep: Rep, at: datetime) -> tuple[bool, Span]:
        day = today(rep, at, self._book.holidays)
        return first_bar(KNOWN_OWNER, rep, day) is None, day.valid

    def _outside(self, case: Case) -> Outside:
        return outside(case.state, case.now, self._limited)


def _charges(target: Target | StepTarget) -> bool:
    return isinstance(target, ToTeam | ToOwner) and target.charge_turn


def _teams(book: Rulebook) -> Mapping[RepId, list[TeamName]]:
    teams: dict[RepId, list[TeamName]] = defaultdict(list)
    for name, team in book.teams.items():
        for member in team.members:
            teams[member.rep].append(name)
    return teams


def _caught_up(turn: Turn, before: TeamTurns) -> list[str]:
    """Say who is to catch up, who does, and who is too late."""
    said = [
        f"{rep} did not catch up in time: {_leads(units)} go to the others"
        for rep, units in turn.lapsed.items()
    ]
    if turn.absent:
        are = "is" if len(turn.absent) == 1 else "are"
        said.append(f"{', '.join(sorted(turn.absent))} {are} away and may catch up on a share of it")
    owed = sum(one.units for one in before.missed.get(turn.taker, ())) - turn.lapsed.get(turn.taker, 0)
    if owed > 0:
        said.append(f"{turn.taker} catches up: {_leads(owed)} were missed")
    return said


def _leads(units: int) -> str:
    return f"{units / LEAD:.2f} leads"
