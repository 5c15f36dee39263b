"""`leadswitch explain LEAD`: why a lead went where it went."""

from __future__ import annotations

from collections.abc import Iterator

from router.model import Band, Decision, Money, Value
from router.rules import Comparison
from router.trace import Asked, Attempt, Filled, Group, Trace
from sync.replay import Replayed, archive_of, decisions_of, replayed
from sync.report import entries_of
from sync.screen import Screen, visible
from sync.steps import Row
from sync.store import Store, open_store
from sync.trouble import LEADS_FAILED, OK, Refused
from sync.wiring import store_url

_LEAD = 10**12


def run(screen: Screen, *, lead: str) -> int:
    store = open_store(store_url(screen.directory), create=False)
    rows = entries_of(store, lead)
    if not rows:
        raise Refused(f"the ledger does not know {lead}; say CONNECTION/OBJECT/ID, or the record's id")
    same = [_entry(screen, store, row) for row in rows]
    store.close()
    return OK if all(same) else LEADS_FAILED


def _entry(screen: Screen, store: Store, row: Row) -> bool:
    told = [replayed(store, number, row.ref) for number in decisions_of(store, row.key)]
    archive = archive_of(store, row.key)
    if screen.json:
        screen.result(
            {
                "lead": str(row.ref),
                "entry": row.entry,
                "step": row.step,
                "reason": row.reason,
                "forgotten": row.forgotten and row.forgotten.isoformat(),
                "archive": archive,
                "decisions": [as_json(each) for each in told],
            }
        )
        return all(each.same for each in told)
    screen.say(
        f"[bold]{_plain(str(row.ref))}[/] entry {row.entry}: {row.step}"
        + (f" ({_plain(row.reason)})" if row.reason else "")
    )
    if row.forgotten:
        screen.say(f"  The person was forgotten on {row.forgotten:%Y-%m-%d}.")
    for each in told:
        for line in _lines(each):
            screen.say(line)
    if not told:
        screen.say(f"  {_WITHOUT.get(archive, f'its decisions are in the archive, in {archive}')}")
    return all(each.same for each in told)


_WITHOUT = {
    None: "no decision was made",
    "": "its decisions are older than `retention`, and were dropped",
}


# --- for people -------------------------------------------------------------------------------------------


def _lines(told: Replayed) -> Iterator[str]:
    yield f"\n{told.at:%Y-%m-%d %H:%M:%S} UTC: {outcome(told.stored)}"
    if told.trace is None:
        yield f"  Nobody can say why any more: {told.gone}."
        return
    if not told.same:
        yield f"  [bold red]Made again, the answer is another: {outcome(told.trace.decision)}[/]"
    yield from _filled(told.trace.filled)
    for tried in told.trace.rules:
        yield f"  {_MARKS[tried.found.holds]} rule {_plain(tried.rule)}"
        yield from (f"      {line}" for line in _conditions(tried.found))
    for attempt in told.trace.attempts:
        yield from _attempt(attempt)
    for reason in told.stored.reasons:
        yield f"  because: {_plain(reason)}"
    for unread in told.trace.unread:
        yield f"  not understood: {unread.field} ({unread.why})"


def _filled(filled: Filled) -> Iterator[str]:
    """Say what the configuration filled of the lead before any rule was tried, and of what."""
    if filled.bands:
        yield f"  customer type {_plain(filled.lead.customer_type or 'unknown')}, by bands:"
    for band in filled.bands:
        yield f"      {_MARKS[band.found.holds]} band {_plain(band.name)}"
        yield from (f"          {line}" for line in _conditions(band.found))
    if filled.scored:
        yield f"  score {seen(filled.lead.score)}:"
    for each in filled.scored:
        faded = f" of {each.points:+f} at this age" if each.counts not in (0, each.points) else ""
        yield f"      {each.counts:+f}{faded}"
        yield from (f"          {line}" for line in _conditions(each.found))


def outcome(decision: Decision) -> str:
    """Say a decision in a few words."""
    if decision.owner:
        turn = f", turn {decision.turn.after.number} of {decision.team}" if decision.turn else ""
        return f"to {decision.owner} by {decision.by}{turn}, rule {_plain(decision.rule)}"
    if decision.queue:
        return f"to queue {decision.queue}, rule {_plain(decision.rule)}"
    return f"{decision.action}, rule {_plain(decision.rule)}"


def _plain(text: str) -> str:
    return visible(text).replace("[", "\\[")


_MARKS = {True: "[green]yes[/]    ", False: "no     ", None: "unknown"}


def _conditions(found: Asked | Group) -> Iterator[str]:
    if isinstance(found, Asked):
        yield f"{_MARKS[found.holds]} {_plain(comparison(found.condition))}; seen: {_plain(seen(found.seen))}"
        return
    if found.word != "all":
        yield f"{_MARKS[found.holds]} {found.word}"
    for part in found.parts:
        yield from (("  " if found.word != "all" else "") + line for line in _conditions(part))


def comparison(condition: Comparison) -> str:
    operands = [str(operand) for operand in condition.operands]
    told = ", ".join(operands[:5]) + (f", ... ({len(operands)} values)" if len(operands) > 5 else "")
    return f"{condition.field} {condition.op} {told}"


def seen(value: Value | None) -> str:
    match value:
        case None:
            return "blank"
        case Band(low, high):
            return f"{low} or more" if high is None else f"{low} to {high}"
        case Money(amount, currency):
            return f"{seen(amount)} {currency or ''}".strip()
    return str(value)


def _attempt(attempt: Attempt) -> Iterator[str]:
    yield f"  team {attempt.team}:" if attempt.team else "  named or known owner:"
    for each in attempt.reps:
        why = each.why.text if each.why else "may take it"
        credit = f", credit {each.credit / _LEAD:+.3f}" if attempt.team else ""
        yield f"      {each.rep}: {_plain(why)}{credit}"
    for waived in attempt.waived:
        yield f"      {waived} was not asked for: the lead's own is blank"


# --- for scripts ------------------------------------------------------------------------------------------


def as_json(told: Replayed) -> dict[str, object]:
    stored = told.stored
    return {
        "at": told.at.isoformat(),
        "owner": stored.owner,
        "queue": stored.queue,
        "team": stored.team,
        "rule": stored.rule,
        "by": stored.by,
        "reasons": list(stored.reasons),
        "same": told.same,
        "gone": told.gone or None,
        "trace": None if told.trace is None else _trace_json(told.trace),
    }


def _trace_json(trace: Trace) -> dict[str, object]:
    return {
        "rules": [{"rule": tried.rule, **_found_json(tried.found)} for tried in trace.rules],
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
        "unread": [{"field": u.field, "source": u.source, "why": u.why} for u in trace.unread],
        "bands": [{"band": band.name, **_found_json(band.found)} for band in trace.filled.bands],
        "score": [
            {"points": f"{each.points:f}", "counts": f"{each.counts:f}", **_found_json(each.found)}
            for each in trace.filled.scored
        ],
    }


def _found_json(found: Asked | Group) -> dict[str, object]:
    if isinstance(found, Asked):
        return {"test": comparison(found.condition), "seen": seen(found.seen), "holds": found.holds}
    return {"group": found.word, "holds": found.holds, "parts": [_found_json(part) for part in found.parts]}
