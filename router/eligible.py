"""Who of a team may take a lead: small checks, each giving its reason.

What depends on the time only is a roll, kept for as long as it stays true. What depends on the lead is asked of
each lead, before absence is: that nobody speaks a language is known at night too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from math import lcm
from typing import TYPE_CHECKING

from router.asks import Asks, misses, own_value, suits
from router.hours import ALWAYS, Span, Today, covered, today
from router.model import LEAD, Lead, Rep, RepId, State, Team
from router.openings import Openings
from router.rules import Holidays, no_holidays
from router.trace import Bar, Why
from router.turns import Portions

if TYPE_CHECKING:
    from router.outside import Outside

Check = Callable[[Rep, Today], Why | None]


# --- the time ---------------------------------------------------------------------------------------------


def works(rep: Rep, now: Today) -> Why | None:
    """Tell whether the day lies in the rep's time with the company."""
    if not rep.works or covered(rep.works, now.day):
        return None
    return Why(Bar.LEFT, f"does not work on {now.day}")


def not_away(rep: Rep, now: Today) -> Why | None:
    """Tell whether the day is one of the rep's days off."""
    days = covered(rep.away, now.day)
    return Why(Bar.AWAY, f"away until {days.last}" if days.last else "away") if days else None


def not_on_holiday(rep: Rep, now: Today) -> Why | None:
    """Tell whether the day is a public holiday where the rep works."""
    return Why(Bar.AWAY, f"public holiday in {rep.holidays}: {now.holiday}") if now.holiday else None


def in_hours(rep: Rep, now: Today) -> Why | None:
    """Tell whether the moment lies in the rep's working hours."""
    if now.open:
        return None
    return Why(Bar.CLOSED, f"outside working hours: it is {now.local:%a %H:%M} in {rep.zone}")


AVAILABLE: tuple[Check, ...] = (not_away, not_on_holiday, in_hours)
"""What a member of a team must pass besides having a share that day."""

KNOWN_OWNER: tuple[Check, ...] = (works, not_away, not_on_holiday)
"""For an owner by name or by an earlier lead: the lead is theirs, at night and with weight 0 too."""

_MISSING = frozenset((Bar.AWAY, Bar.CLOSED))
"""Reasons that are absence: the rep would take the lead if they were there."""

_PASSING = frozenset((Bar.AWAY, Bar.CLOSED, Bar.ABSENT, Bar.FULL))
"""Reasons that end by themselves: waiting may help."""


def first_bar(checks: Iterable[Check], rep: Rep, now: Today) -> Why | None:
    """Return the first reason why a rep may not take leads, or None."""
    return next((why for check in checks if (why := check(rep, now))), None)


# --- a team -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """Who may take one lead: `candidates`, with what each gets of it, and why the others may not.

    `members` are the weights of the whole team: exact integers in one unit, 0 for no share on that day. In a team
    that lets them catch up, `away` are those who are not there, each with the time of the return (None: nobody
    knows), and those of them who would be candidates otherwise have portions too: `sharing` are all who have.
    """

    members: Mapping[RepId, int]
    candidates: Sequence[RepId]
    portions: Portions
    barred: Mapping[RepId, Why]
    waived: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    away: Mapping[RepId, datetime | None] = field(default_factory=dict)
    sharing: Sequence[RepId] = ()

    @property
    def nobody_suits(self) -> bool:
        """Nobody who works has the required attributes: waiting will not help."""
        return not self.candidates and not any(why.bar in _PASSING for why in self.barred.values())

    @property
    def full(self) -> bool:
        """Somebody could take it if they had not reached their capacity, and nobody can now."""
        return not self.candidates and any(why.bar is Bar.FULL for why in self.barred.values())

    @property
    def closed(self) -> bool:
        """Somebody could take it if it were in their working hours, and nobody can now."""
        return not self.candidates and any(why.bar is Bar.CLOSED for why in self.barred.values())


NOBODY = Found({}, (), Portions(0, {}), {})


def one_found(rep: RepId, why: Why | None) -> Found:
    """Return what was found of one rep who is asked without a turn."""
    return replace(NOBODY, barred={rep: why}) if why else replace(NOBODY, candidates=(rep,))


@dataclass(frozen=True, slots=True)
class Roll:
    """A team over a stretch of time in which nothing about it changes."""

    valid: Span
    found: Found  # for a lead that asks for nothing


class _Seat:
    """One member: the rep, the exact weight from each day on, the attributes without case."""

    __slots__ = ("attributes", "rep", "weights")

    def __init__(self, rep: Rep, share: Fraction) -> None:
        self.rep = rep
        self.weights = tuple((day, Fraction(weight) * share) for day, weight in rep.weights)
        self.attributes = {name: tuple(map(str.casefold, has)) for name, has in rep.attributes.items()}

    def weight_on(self, day: date) -> Fraction:
        """Return that of the last change on or before the day, 0 before the first."""
        return next((w for first, w in reversed(self.weights) if first is None or first <= day), Fraction(0))


class Roster:
    """The members of one team."""

    def __init__(self, team: Team, reps: Mapping[RepId, Rep], holidays: Holidays = no_holidays) -> None:
        self._holidays = holidays
        self._seats = {
            member.rep: _Seat(reps[member.rep], Fraction(member.weight)) for member in team.members
        }
        weights = [weight for seat in self._seats.values() for _, weight in seat.weights]
        self._units = lcm(*(weight.denominator for weight in weights))
        self._roll: Roll | None = None
        self._openings = Openings({rep: partial(self._there, seat) for rep, seat in self._seats.items()})
        self.catch_up = team.catch_up

    def find(self, now: datetime, asks: Asks, outside: Outside) -> Found:
        """Return who may take a lead that asks so much."""
        found = self._at(now).found
        if not (asks.wanted or asks.waived) and outside.whys.keys().isdisjoint(self._seats):
            return found
        barred = dict(found.barred)
        for rep, seat in self._seats.items():
            known = barred.get(rep)
            if known is None or known.bar in _PASSING:
                why = misses(seat.attributes, asks.wanted) or known or outside.whys.get(rep)
                if why is not None:
                    barred[rep] = why
        away = self._away(now, found.away, outside)
        return _found(found.members, barred, asks.waived, away, outside.occupied)

    def opening(self, asks: Asks, since: datetime, state: State) -> datetime | None:
        """Return the first moment behind `since` at which the time of a member who suits begins."""
        suiting = (
            rep
            for rep, seat in self._seats.items()
            if rep not in state.absent and misses(seat.attributes, asks.wanted) is None
        )
        starts = (self._openings.of(rep, since, state.away) for rep in suiting)
        return min((start for start in starts if start is not None), default=None)

    def points(self, lead: Lead, reps: Iterable[RepId]) -> dict[RepId, int]:
        """Return how many attributes each of the reps has in common with the lead: those named as one of its fields."""
        own: dict[str, str | None] = {}
        points = dict.fromkeys(reps, 0)
        for rep in points:
            for name, values in self._seats[rep].attributes.items():
                value = own[name] if name in own else own.setdefault(name, own_value(lead, name))
                points[rep] += value is not None and any(suits(name, has, value) for has in values)
        return points

    def _at(self, now: datetime) -> Roll:
        # Kept until somebody's hours or day change. One assignment, so threads may race for it.
        roll = self._roll
        if roll is None or not roll.valid.start <= now < roll.valid.end:
            roll = self._roll = self._call(now)
        return roll

    def _call(self, now: datetime) -> Roll:
        weights: dict[RepId, int] = {}
        barred: dict[RepId, Why] = {}
        valid = ALWAYS
        for rep, seat in self._seats.items():
            day = today(seat.rep, now, self._holidays)
            valid = valid.within(day.valid)
            left = works(seat.rep, day)
            weights[rep] = 0 if left else int(seat.weight_on(day.day) * self._units)
            why = left or _weighs(weights[rep], day) or first_bar(AVAILABLE, seat.rep, day)
            if why is not None:
                barred[rep] = why
        missing = [rep for rep, why in barred.items() if why.bar in _MISSING and self.catch_up]
        away = {rep: self._openings.of(rep, now, {}) for rep in missing}
        return Roll(valid, _found(weights, barred, (), away, ()))

    def _there(self, seat: _Seat, at: datetime) -> tuple[bool, Span]:
        day = today(seat.rep, at, self._holidays)
        works_then = works(seat.rep, day) is None and seat.weight_on(day.day) > 0
        return works_then and first_bar(AVAILABLE, seat.rep, day) is None, day.valid

    def _away(
        self, now: datetime, away: Mapping[RepId, datetime | None], outside: Outside
    ) -> Mapping[RepId, datetime | None]:
        """Add those who are marked away to those who are away by their calendar."""
        marked = outside.marked.keys() & self._seats.keys() if self.catch_up else ()
        ends = {rep: outside.marked[rep] for rep in marked}
        more = {rep: self._openings.of(rep, now, ends) for rep, end in ends.items() if not end or now < end}
        return {**away, **more} if more else away


def _found(
    weights: Mapping[RepId, int],
    barred: Mapping[RepId, Why],
    waived: tuple[str, ...],
    away: Mapping[RepId, datetime | None],
    occupied: Collection[RepId],
) -> Found:
    candidates = {rep: weight for rep, weight in weights.items() if rep not in barred}
    missing = [rep for rep in away if barred[rep].bar in _MISSING and rep not in occupied]
    sharing = {**candidates, **{rep: weights[rep] for rep in missing}} if missing else candidates
    portions = Portions(LEAD if candidates else 0, sharing)
    summary = f"{len(candidates)} of {len(weights)} may take it" + _summary(barred)
    notes = [f"{name} is not asked for: the lead's own is blank" for name in waived]
    return Found(
        weights, tuple(candidates), portions, barred, waived, (*notes, summary), away, tuple(sharing)
    )


def _summary(barred: Mapping[RepId, Why]) -> str:
    counts = Counter(why.bar for why in barred.values())
    return ": " + ", ".join(f"{counts[bar]} {bar.value}" for bar in Bar if bar in counts) if counts else ""


def _weighs(weight: int, now: Today) -> Why | None:
    return None if weight else Why(Bar.WEIGHT, f"weight 0 on {now.day}")
