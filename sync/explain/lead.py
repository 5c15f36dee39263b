"""A decision made again, as it is told to a manager and to scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from router.model import LEAD, Action, Decision, RepId, Unread
from router.note import HOW
from router.rules import Rulebook
from router.trace import Attempt, Considered, Filled, Trace
from sync.explain.conditions import condition_json, condition_lines, seen
from sync.explain.words import Told, clock, credit, named
from sync.replay import Replayed
from sync.steps import Row, Step

STANDS = {
    Step.SEEN: "waits for its decision in the next pass",
    Step.HELD: "waits for somebody who may take it",
    Step.PARKED: "waits for people to look at it",
    Step.KEPT: "stays as it is, and has no person as owner",
    Step.CLAIMED: "its owner is about to be written",
    Step.WRITING: "its owner is being written",
    Step.DOUBTFUL: "the answer to a write was lost; a later pass looks whether it went through",
    Step.OWNED: "its owner is written, its note is to be",
    Step.NOTING: "its owner is written, its note is being written",
    Step.NOTE_DOUBTFUL: "its owner is written; a later pass looks whether the note is",
    Step.VERIFY: "its owner is written; a later pass reads the owner's history",
    Step.FAILED: "its owner could not be written; it is tried again",
    Step.NOTE_FAILED: "its owner is written, its note could not be; it is tried again",
    Step.SETTLED: "done",
    Step.SKIPPED: "left alone",
    Step.CONFLICT: "a person's choice of owner stands",
    Step.GONE: "not in the CRM any more",
}
"""What each step of an entry means to people."""

_WITHOUT = {
    None: "no decision was made",
    "": "its decisions are older than `retention`, and were dropped",
}


class Entry(NamedTuple):
    """One entry of a lead with its decisions made again; `archive` as `archive_of` says it."""

    row: Row
    told: tuple[Replayed, ...]
    archive: str | None

    @property
    def same(self) -> bool:
        return all(each.same for each in self.told)


def entry_lines(entry: Entry, zone: str) -> Iterator[Told]:
    """Yield one entry; times are on the clocks of `zone`."""
    yield from heading(entry.row)
    if entry.row.reason and entry.row.reason not in _reasons(entry):
        yield Told("  ", entry.row.reason)
    yield from without_decisions(entry)
    for each in entry.told:
        yield from _decision_lines(each, zone)


def heading(row: Row) -> Iterator[Told]:
    """Yield which entry it is and how it stands, and that the person was forgotten."""
    yield Told("", f"{row.ref} entry {row.entry}: {row.step} ({STANDS[row.step]})")
    if row.forgotten:
        yield Told("  ", f"The person was forgotten on {row.forgotten:%Y-%m-%d}.")


def without_decisions(entry: Entry) -> Iterator[Told]:
    """Yield why an entry has no decisions, if it has none."""
    if not entry.told:
        where = f"its decisions are in the archive, in {entry.archive}"
        yield Told("  ", _WITHOUT.get(entry.archive, where))


def _reasons(entry: Entry) -> set[str]:
    """Return what the decisions say themselves, as an entry repeats it."""
    said = {"; ".join(each.stored.reasons) for each in entry.told}
    parked = (each.trace.decision.parked for each in entry.told if each.trace)
    return said | {one.reason for one in parked if one}


def _decision_lines(told: Replayed, zone: str) -> Iterator[Told]:
    yield Told("")
    made = told.trace.decision if told.trace else told.stored
    yield Told("", f"{clock(told.at, zone)}: {outcome(told.stored, told.book)}")
    if told.trace is None:
        yield Told("  ", f"Nobody can say why any more: {told.gone}.")
        return
    if not told.same:
        yield Told("  ", f"MADE AGAIN, THE ANSWER IS ANOTHER: {outcome(made, told.book)}")
    if made.parked:
        yield Told("  ", f"until {clock(made.parked.until, zone)} at the latest: {made.parked.reason}")
    yield from (Told("  because: ", reason) for reason in told.stored.reasons)
    unread = {each.field: each for each in told.trace.unread}
    yield from _filled_lines(told.trace.filled, unread)
    yield Told("  ", "Rules, from the top; the last one decided:")
    for tried in told.trace.rules:
        yield from condition_lines(tried.found, unread, "    ", f"rule {tried.rule}")
    for attempt in told.trace.attempts:
        yield from _attempt_lines(attempt, made, told.book)
    yield from charged_lines(made, told.trace.attempts, told.book)
    yield from (Told("  not understood: ", f"{each.field} ({each.why})") for each in told.trace.unread)


def outcome(decision: Decision, book: Rulebook | None) -> str:
    """Say a decision in a few words."""
    rule = f"rule {decision.rule}"
    how = HOW.get(decision.by, decision.by)
    if decision.owner:
        turn = f", turn {decision.turn.after.number} of team {decision.team}" if decision.turn else ""
        return f"to {named(decision.owner, book)}, {how}{turn}; {rule}"
    if decision.queue:
        return f"into the queue {decision.queue}; {rule}"
    if decision.action is Action.KEEP:
        return f"{how}; {rule}"
    return f"{'held' if decision.by == 'hold' else 'parked'}; {rule}"


# --- before the rules -------------------------------------------------------------------------------------


def _filled_lines(filled: Filled, unread: Mapping[str, Unread]) -> Iterator[Told]:
    """Say what the configuration filled of the lead before any rule was tried, and of what."""
    if filled.bands:
        yield Told("  ", f"Customer type {filled.lead.customer_type or 'unknown'}, by bands:")
    for band in filled.bands:
        yield from condition_lines(band.found, unread, "    ", f"band {band.name}")
    if filled.scored:
        yield Told("  ", f"Score {seen(filled.lead.score)}, from the table:")
    for each in filled.scored:
        faded = f" of {each.points:+f}, at this age" if each.counts not in (0, each.points) else ""
        yield from condition_lines(each.found, unread, "    ", f"{each.counts:+f}{faded}")


# --- people -----------------------------------------------------------------------------------------------


def _attempt_lines(attempt: Attempt, made: Decision, book: Rulebook | None) -> Iterator[Told]:
    if attempt.team is None:
        yield Told("  ", "An owner who is known without a turn:")
    else:
        yield Told(
            "  ",
            f"Team {attempt.team}, with each one's credit before it (in leads; + is owed to them):",
        )
    turn = (
        made.turn if made.turn and attempt.team == made.team and made.turn.taker in _able(attempt) else None
    )
    shares = turn.shares if turn else {}
    whos = {each.rep: named(each.rep, book) for each in attempt.reps}
    width = min(max(map(len, whos.values()), default=0), 30)
    for each in attempt.reps:
        owed = f"{credit(each.credit):>7}" if attempt.team else ""
        yield Told(f"    {whos[each.rep]:<{width}}{owed}  ", _verdict(each, made, shares))
    for waived in attempt.waived:
        yield Told("    ", f"{waived} was not asked for: the lead's own is blank")


def _able(attempt: Attempt) -> set[RepId]:
    return {each.rep for each in attempt.reps if each.why is None}


def _verdict(each: Considered, made: Decision, shares: Mapping[RepId, int]) -> str:
    share = shares.get(each.rep)
    told = each.why.text if each.why else "took it" if each.rep == made.owner else "may take it"
    return told + (f"; share of it {share / LEAD:.2f}" if share else "")


def charged_lines(made: Decision, attempts: tuple[Attempt, ...], book: Rulebook | None) -> Iterator[Told]:
    """Yield how a lead was divided that its owner got out of turn and pays for all the same."""
    if made.turn is None or any(attempt.team for attempt in attempts if made.owner in _able(attempt)):
        return
    shares = ", ".join(
        f"{named(rep, book)} {share / LEAD:.2f}" for rep, share in sorted(made.turn.shares.items())
    )
    yield Told(
        "  ", f"It is charged as turn {made.turn.after.number} of team {made.team}; shares of it: {shares}"
    )


# --- for scripts ------------------------------------------------------------------------------------------


def entry_json(entry: Entry) -> dict[str, object]:
    """Return one entry; keys are only ever added."""
    row = entry.row
    return {
        "lead": str(row.ref),
        "entry": row.entry,
        "step": row.step,
        "reason": row.reason,
        "forgotten": row.forgotten and row.forgotten.isoformat(),
        "archive": entry.archive,
        "decisions": [_decision_json(each) for each in entry.told],
    }


def _decision_json(told: Replayed) -> dict[str, object]:
    stored, parked = told.stored, told.trace and told.trace.decision.parked
    return {
        "at": told.at.isoformat(),
        "owner": stored.owner,
        "queue": stored.queue,
        "team": stored.team,
        "rule": stored.rule,
        "by": stored.by,
        "turn": stored.turn and stored.turn.after.number,
        "parked": parked and {"reason": parked.reason, "until": parked.until.isoformat()},
        "reasons": list(stored.reasons),
        "same": told.same,
        "gone": told.gone or None,
        "trace": None if told.trace is None else _trace_json(told.trace),
    }


def _trace_json(trace: Trace) -> dict[str, object]:
    turn = trace.decision.turn
    return {
        "rules": [{"rule": tried.rule, **condition_json(tried.found)} for tried in trace.rules],
        "considered": [
            {
                "team": attempt.team,
                "reps": [
                    {"rep": each.rep, "why_not": each.why and each.why.text, "credit": each.credit}
                    for each in attempt.reps
                ],
            }
            for attempt in trace.attempts
        ],
        "shares": {} if turn is None else dict(turn.shares),
        "unread": [{"field": u.field, "source": u.source, "why": u.why} for u in trace.unread],
        "bands": [{"band": band.name, **condition_json(band.found)} for band in trace.filled.bands],
        "score": [
            {"points": f"{each.points:f}", "counts": f"{each.counts:f}", **condition_json(each.found)}
            for each in trace.filled.scored
        ],
    }
