"""The text of the audit note: what people read in the CRM about why a lead is where it is."""

from __future__ import annotations

from router.model import Action, Decision, Lead, RepId
from router.rules import Rulebook

HOW = {
    "round_robin": "in turn",
    "least_loaded": "fewest open leads",
    "best_fit": "best fit",
    "ordered": "first available",
    "same_person": "the same person's owner",
    "account": "the account's owner",
    "owner": "named by the rule",
    "queue": "named by the rule",
    "keep": "left as it is",
}
"""What each `by` of a decision that is no wait says to people."""


def note_body(decision: Decision, lead: Lead, book: Rulebook) -> str:
    """Return the note's lines without its key. No value of the lead is in it, only names of fields."""
    lines = [_headline(decision, book), f"Rule: {decision.rule}"]
    if decision.team is not None:
        lines.append(f"Team: {decision.team}")
    lines.append(f"How: {_how(decision)}")
    lines += [f"- {reason}" for reason in decision.reasons]
    if lead.unread:
        fields = sorted({unread.field for unread in lead.unread})
        lines.append(f"Not understood on this lead: {', '.join(fields)}")
    return "\n".join(lines)


def _headline(decision: Decision, book: Rulebook) -> str:
    match decision.action:
        case Action.ASSIGN if decision.owner is not None:
            return f"Leadswitch assigned this lead to {_name(decision.owner, book)}."
        case Action.QUEUE:
            return f"Leadswitch put this lead into the queue {decision.queue}."
        case Action.KEEP:
            return "Leadswitch left the owner of this lead as it is."
        case _:
            return "Leadswitch has not assigned this lead yet."


def _how(decision: Decision) -> str:
    if decision.turn is not None:
        return f"{HOW[decision.by]}, turn {decision.turn.after.number} of the team"
    if decision.parked is not None:
        return f"{decision.parked.reason}; until {decision.parked.until:%Y-%m-%d %H:%M} UTC at the latest"
    return HOW[decision.by]


def _name(rep: RepId, book: Rulebook) -> str:
    known = book.reps.get(rep)
    return known.name if known else rep
