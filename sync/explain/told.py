"""How a rep stands, as it is told to people and to scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from router.capacity import phrase
from router.model import LEAD
from router.note import HOW
from router.rules import Rulebook
from sync.explain.given import GIVEN, OUT_OF_TURN, Given
from sync.explain.line import FURTHEST, Line, Place
from sync.explain.recent import LOOKED_AT, MADE_AGAIN, Recent
from sync.explain.standing import Standing
from sync.explain.words import Told, clock, credit, listed, moment, named
from sync.screen import counted

_ANOTHER = {
    "round_robin": "another's turn came first",
    "least_loaded": "another had fewer open leads",
    "best_fit": "another fitted better",
    "ordered": "another stands before them in the team",
}


def standing_lines(one: Standing, book: Rulebook) -> Iterator[Told]:
    """Yield a rep's page; times are on the rep's clocks."""
    rep = one.who.now or one.who.past
    zone = rep.zone if rep else book.zone
    yield Told("", f"{_name(one)}, {clock(one.now, zone)}")
    if one.who.now is None:
        yield Told("  ", "is not in the configuration any more and gets no leads.")
    else:
        yield Told("")
        yield Told("", "Now")
        yield from _now_lines(one, book, zone)
    for place in one.places:
        yield from _turn_lines(place, one.given, zone)
    yield Told("")
    yield from _given_lines(one, zone)
    yield Told("")
    yield from _recent_lines(one, zone)


def _name(one: Standing) -> str:
    return one.who.id if one.who.name == one.who.id else f"{one.who.name} ({one.who.id})"


# --- now --------------------------------------------------------------------------------------------------


def _now_lines(one: Standing, book: Rulebook, zone: str) -> Iterator[Told]:
    for place in one.places:
        for line in place.lines:
            crms = f" in {listed(line.connections)}" if len(place.lines) > 1 else ""
            yield Told(f"  team {place.team}{crms}: ", _line(line, book, zone))
    if not one.places:
        yield Told("  ", "in no team: gets leads as the owner of a rule, a person or an account alone")
    for crm, why in one.users.items():
        yield Told(f"  user in {crm}: ", f"no leads: {why}" if why else "active")
    if not one.users:
        yield Told("  ", "no pass has asked a CRM for its users yet")
    used = [_used(each.used, each.most, phrase(each.window), each.free_at, zone) for each in one.capacity]
    yield Told("  capacity: ", "; ".join(used) if used else "no limit")


def _line(line: Line, book: Rulebook, zone: str) -> str:
    if line.why is not None:
        until = f"; may take leads again {clock(line.until, zone)}" if line.until else ""
        return f"no leads now: {line.why.text}{until}"
    if not line.behind:
        return "may take leads; the next turn is theirs if all stays as it is"
    if line.behind >= FURTHEST:
        return f"may take leads; none of the next {FURTHEST:,} turns is theirs if all stays as it is"
    who = [named(taker, book) for taker in line.takers] + ["..."] * (len(line.takers) < line.behind)
    takers = f": {', '.join(who)}" if line.takers else ""
    return f"may take leads; {counted(line.behind, 'turn')} before theirs if all stays as it is{takers}"


def _used(used: int, most: int, window: str, free_at: datetime | None, zone: str) -> str:
    full = f" (full{f' until {clock(free_at, zone)}' if free_at else ''})" if used >= most else ""
    return f"{used:,} of {most:,} {window}{full}"


def _turn_lines(place: Place, given: Given, zone: str) -> Iterator[Told]:
    yield Told("")
    yield Told("", f"Turns of team {place.team}")
    yield Told("  share: ", f"{place.share:.1%} of the turns, by today's weights")
    whom = (
        "is owed" if place.owed > 0 else "owes the others" if place.owed < 0 else "owes and is owed nothing"
    )
    yield Told("  credit: ", f"{credit(place.owed)} leads ({whom})")
    for missed in place.catching_up:
        until = f" until {clock(missed.until, zone)}, then it goes to the others" if missed.until else ""
        yield Told("  catching up: ", f"{missed.units / LEAD:.2f} leads of it{until}")
    if place.last is None:
        yield Told("  last turn: ", f"none of {place.turns:,}")
        return
    lead = given.last_turn.get(place.team)
    when = f": {lead[0]}, {moment(lead[1], zone)}" if lead else ""
    yield Told("  last turn: ", f"turn {place.last:,} of {place.turns:,}{when}")


# --- then -------------------------------------------------------------------------------------------------


def _given_lines(one: Standing, zone: str) -> Iterator[Told]:
    got = one.given
    more = f"; only the newest {GIVEN:,} are counted" if got.more else ""
    yield Told("", f"Leads since {moment(one.since, zone)}: {got.by.total():,}{more}")
    if one.stored_since and one.stored_since > one.since:
        yield Told("  ", f"The store has decisions since {moment(one.stored_since, zone)}.")
    for team, count in got.in_turn.most_common():
        yield Told(f"  {count:>6,}  ", f"in turn, of team {team}")
    for by, count in got.by.most_common():
        if by in OUT_OF_TURN:
            yield Told(f"  {count:>6,}  ", f"out of turn: {HOW.get(by, by)}")
    if got.charged:
        yield Told(f"  {got.charged:>6,}  ", "of those out of turn cost a turn")
    if got.latest:
        yield Told("  the newest: ", f"{got.latest[0]}, {moment(got.latest[1], zone)}")


def _recent_lines(one: Standing, zone: str) -> Iterator[Told]:
    recent = one.recent
    yield Told("", f"Decisions since then that could have been theirs: {recent.made:,}")
    if not recent.whole and recent.oldest:
        yield Told("  ", _bounded(recent, zone))
    for count, text in _counts(recent, zone):
        yield Told(f"  {count:>6,}  ", text)


def _bounded(recent: Recent, zone: str) -> str:
    oldest = moment(recent.oldest, zone) if recent.oldest else ""
    newest = f"the newest {MADE_AGAIN:,} of the last {LOOKED_AT:,} of all"
    return f"There may be more: {newest} are made again, back to {oldest}."


def _counts(recent: Recent, zone: str) -> Iterator[tuple[int, str]]:
    if recent.got:
        yield recent.got, "went to them"
    for by, count in recent.others.most_common():
        yield count, f"could have been theirs; {_ANOTHER.get(by, f'it was decided by {by}')}"
    for reason, count in recent.reasons.most_common():
        yield count, f"not them: {reason.text}; the last {moment(recent.latest[reason], zone)}"
    for by, count in recent.unasked.most_common():
        yield count, f"did not come to them: {HOW.get(by, by)}"
    for why, count in recent.gone.most_common():
        yield count, f"cannot be made again: {why}"


# --- for scripts ------------------------------------------------------------------------------------------


def standing_json(one: Standing) -> dict[str, object]:
    """Return a rep's page; keys are only ever added. Credit is in 10^-12 lead, as elsewhere."""
    return {
        "rep": one.who.id,
        "name": one.who.name,
        "configured": one.who.now is not None,
        "at": one.now.isoformat(),
        "since": one.since.isoformat(),
        "stored_since": _iso(one.stored_since),
        "teams": [_place_json(place, one.given) for place in one.places],
        "users": dict(one.users),
        "capacity": [
            {"window": each.window, "used": each.used, "at_most": each.most, "free_at": _iso(each.free_at)}
            for each in one.capacity
        ],
        "leads": _given_json(one.given),
        "decisions": _recent_json(one.recent),
    }


def _place_json(place: Place, given: Given) -> dict[str, object]:
    lead = given.last_turn.get(place.team)
    return {
        "team": place.team,
        "share": round(place.share, 6),
        "credit": place.owed,
        "catching_up": [{"units": one.units, "until": _iso(one.until)} for one in place.catching_up],
        "turns": place.turns,
        "last_turn": place.last,
        "last_turn_lead": _lead_json(lead),
        "in_turn": given.in_turn[place.team],
        "now": [_line_json(line) for line in place.lines],
    }


def _line_json(line: Line) -> dict[str, object]:
    return {
        "connections": list(line.connections),
        "why_not": line.why and line.why.text,
        "until": _iso(line.until),
        "turns_before": None if line.why or line.behind >= FURTHEST else line.behind,
        "takers": list(line.takers),
    }


def _given_json(given: Given) -> dict[str, object]:
    return {
        "all": given.by.total(),
        "in_turn": given.in_turn.total(),
        "by": dict(given.by),
        "charged": given.charged,
        "latest": _lead_json(given.latest),
        "more": given.more,
    }


def _recent_json(recent: Recent) -> dict[str, object]:
    return {
        "made_again": recent.made,
        "oldest": _iso(recent.oldest),
        "whole": recent.whole,
        "asked": recent.asked,
        "got": recent.got,
        "others": dict(recent.others),
        "unasked": dict(recent.unasked),
        "reasons": [
            {"bar": each.bar, "why_not": each.text, "count": count, "latest": _iso(recent.latest[each])}
            for each, count in recent.reasons.most_common()
        ],
        "gone": dict(recent.gone),
    }


def _lead_json(lead: tuple[str, datetime] | None) -> dict[str, object] | None:
    return lead and {"lead": lead[0], "at": lead[1].isoformat()}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
