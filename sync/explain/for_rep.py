"""The forms of both answers that a rep may see: of other reps nothing, and of leads that are not theirs no value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from router.model import LEAD, Action, Rep, RepId, TeamName, Unread
from router.note import HOW
from router.rules import Comparison, Rulebook
from router.trace import Asked, Attempt, Bar, Considered, Group, Trace, Why
from sync.explain.conditions import condition_json, condition_lines
from sync.explain.lead import Entry, heading, without_decisions
from sync.explain.line import Place
from sync.explain.recent import Reason, reason_of
from sync.explain.standing import Standing
from sync.explain.who import Who
from sync.explain.words import Told, clock, credit
from sync.replay import Replayed
from sync.steps import Row, Step

OTHER = "another rep"
_SHORTEST = 3
_NOT_THEIRS = (Step.CONFLICT, Step.GONE, Step.SKIPPED)


class Curtain:
    """Takes the others out of a text that people wrote: of a rule, a team, a value. Ours name nobody."""

    def __init__(self, books: Iterable[Rulebook], rep: RepId) -> None:
        reps = [each for book in books for each in book.reps.values()]
        own = {spelling for each in reps if each.id == rep for spelling in _spellings(each)}
        others = {spelling for each in reps if each.id != rep for spelling in _spellings(each)} - own
        longest_first = sorted(others, key=len, reverse=True)
        words = "|".join(map(_pattern, longest_first))
        self._others = re.compile(words, re.IGNORECASE) if words else None

    def __call__(self, text: str) -> str:
        return self._others.sub(OTHER, text) if self._others else text


def _spellings(rep: Rep) -> Iterator[str]:
    yield from filter(None, (rep.id, rep.name, *rep.owners.values()))
    yield from (part for part in rep.name.split() if len(part) >= _SHORTEST)
    if rep.email:
        yield rep.email


def _pattern(spelling: str) -> str:
    """Return what finds a spelling as whole words; in scripts without cases, which join words, anywhere."""
    before = r"(?<!\w)" if _ends_a_word(spelling[0]) else ""
    behind = r"(?!\w)" if _ends_a_word(spelling[-1]) else ""
    return before + re.escape(spelling) + behind


def _ends_a_word(letter: str) -> bool:
    return not letter.isalpha() or letter.lower() != letter.upper()


# --- how they stand ---------------------------------------------------------------------------------------


def standing_for(one: Standing, hide: Curtain) -> Standing:
    """Return what a rep may see of how they stand."""
    given, recent = one.given, one.recent
    shown = Counter({Reason(each.bar, hide(each.text)): n for each, n in recent.reasons.items()})
    return replace(
        one,
        places=tuple(_place_for(place, hide) for place in one.places),
        given=replace(
            given,
            in_turn=Counter({hide(team): n for team, n in given.in_turn.items()}),
            last_turn={hide(team): lead for team, lead in given.last_turn.items()},
        ),
        recent=replace(
            recent,
            reasons=shown,
            latest={Reason(each.bar, hide(each.text)): at for each, at in recent.latest.items()},
        ),
    )


def _place_for(place: Place, hide: Curtain) -> Place:
    lines = tuple(replace(line, takers=()) for line in place.lines)
    return replace(place, team=TeamName(hide(place.team)), lines=lines)


# --- a lead -----------------------------------------------------------------------------------------------


class _Part(NamedTuple):
    """What one decision has to do with a rep. `trace` is there if the lead is theirs, and for the rule alone."""

    told: Replayed
    owner: str | None  # the rep, OTHER, or nobody
    asked: tuple[tuple[TeamName | None, Considered], ...]
    trace: Trace | None


def entry_for_lines(entry: Entry, who: Who, hide: Curtain, zone: str) -> Iterator[Told]:
    """Yield what a rep may see of one entry of a lead."""
    yield from heading(entry.row)
    yield from without_decisions(entry)
    for told in entry.told:
        yield Told("")
        yield from _part_lines(_part(told, entry.row, who), who, hide, zone)


def _part(told: Replayed, row: Row, who: Who) -> _Part:
    theirs = row.rep == who.id and row.step not in _NOT_THEIRS
    owner = told.stored.owner
    asked = () if told.trace is None else tuple(_asked(told.trace.attempts, who.id))
    return _Part(told, owner and (owner if owner == who.id else OTHER), asked, told.trace if theirs else None)


def _asked(attempts: Iterable[Attempt], rep: RepId) -> Iterator[tuple[TeamName | None, Considered]]:
    for attempt in attempts:
        for each in attempt.reps:
            if each.rep == rep:
                yield attempt.team, each


def _part_lines(part: _Part, who: Who, hide: Curtain, zone: str) -> Iterator[Told]:
    told = part.told
    yield Told("", f"{clock(told.at, zone)}: {_outcome(part, who)}")
    if told.gone:
        yield Told("  ", f"Nobody can say why any more: {told.gone}.")
    if part.trace:
        unread = _unread(part.trace, hide)
        for title, found in _conditions(part.trace, hide):
            yield from condition_lines(found, unread, "  ", title)
    for team, each in part.asked:
        asked = f"asked as one of team {hide(team)}: " if team else "asked as the owner it had: "
        yield Told(f"  {asked}", _verdict(each, part, team))
    if not part.asked and not told.gone:
        yield Told("  ", f"{who.name} was not asked.")


def _outcome(part: _Part, who: Who) -> str:
    stored = part.told.stored
    if part.owner == OTHER:
        return "it went to somebody else"
    if part.owner:
        turn = f", turn {stored.turn.after.number}" if stored.turn else ""
        return f"to {who.name}, {HOW.get(stored.by, stored.by)}{turn}"
    return "it went to no rep" if stored.action in (Action.QUEUE, Action.KEEP) else "it waits"


def _verdict(each: Considered, part: _Part, team: TeamName | None) -> str:
    told = _why(each.why) if each.why else "took it" if part.owner == each.rep else "could have taken it"
    share = _share(part.told, each.rep)
    owed = f"; credit before it {credit(each.credit)} leads" if team else ""
    return told + owed + (f", share of it {share / LEAD:.2f}" if share and team else "")


def _why(why: Why) -> str:
    """Say why not, without what the lead asked for."""
    return reason_of(why).text if why.bar is Bar.ATTRIBUTE else why.text


def _share(told: Replayed, rep: RepId) -> int | None:
    turn = told.trace.decision.turn if told.trace else None
    return turn.shares.get(rep) if turn else None


# --- conditions -------------------------------------------------------------------------------------------


def _conditions(trace: Trace, hide: Curtain) -> Iterator[tuple[str, Asked | Group]]:
    """Yield what was asked of their own lead: its bands, its score, and the rule that decided."""
    for band in trace.filled.bands:
        yield f"band {hide(band.name)}", _hidden(band.found, hide)
    for each in trace.filled.scored:
        yield f"{each.counts:+f}", _hidden(each.found, hide)
    tried = trace.rules[-1]
    yield f"rule {hide(tried.rule)}", _hidden(tried.found, hide)


def _hidden(found: Asked | Group, hide: Curtain) -> Asked | Group:
    """Take out of a condition whom it names, and what a list has besides."""
    if isinstance(found, Group):
        word, _, _ = found.word.partition(" ")
        parts = () if word == "list" else tuple(_hidden(part, hide) for part in found.parts)
        return Group(hide(found.word), found.holds, parts)
    asked = found.condition
    if asked.field == "owner":
        return Group("owner", found.holds, ())
    operands = tuple(hide(each) if isinstance(each, str) else each for each in asked.operands)
    seen = hide(found.seen) if isinstance(found.seen, str) else found.seen
    return Asked(Comparison(asked.field, asked.op, operands), seen, found.holds)


def _unread(trace: Trace, hide: Curtain) -> Mapping[str, Unread]:
    return {each.field: replace(each, raw=hide(each.raw)) for each in trace.unread}


# --- for scripts ------------------------------------------------------------------------------------------


def entry_for_json(entry: Entry, who: Who, hide: Curtain) -> dict[str, object]:
    """Return what a rep may see of one entry of a lead; keys are only ever added."""
    row = entry.row
    parts = [_part(told, row, who) for told in entry.told]
    return {
        "lead": str(row.ref),
        "entry": row.entry,
        "step": row.step,
        "forgotten": row.forgotten and row.forgotten.isoformat(),
        "archive": entry.archive,
        "for": who.id,
        "decisions": [_part_json(part, hide) for part in parts],
    }


def _part_json(part: _Part, hide: Curtain) -> dict[str, object]:
    told = part.told
    return {
        "at": told.at.isoformat(),
        "owner": part.owner,
        "by": told.stored.by if part.owner and part.owner != OTHER else None,
        "rule": hide(told.stored.rule) if part.trace else None,
        "conditions": [
            {"of": title, **condition_json(found)} for title, found in _conditions(part.trace, hide)
        ]
        if part.trace
        else [],
        "asked": [
            {
                "team": team and hide(team),
                "why_not": each.why and _why(each.why),
                "credit": each.credit if team else None,
                "share": _share(told, each.rep) if team else None,
            }
            for team, each in part.asked
        ],
        "same": told.same,
        "gone": told.gone or None,
    }
