"""Batches of writes, of which HubSpot refuses some as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from connectors.calls import LOST
from connectors.contract import Assignment, Note, Outcome, Verdict
from connectors.errors import Retry, Stop
from connectors.hubspot.wire_errors import Refused, is_not_there
from router.model import LeadRef

SENDINGS = 16
"""Calls that one batch of writes may cost where HubSpot refuses it as a whole: enough to single out one of 100."""

One = TypeVar("One", Assignment, Note)


def written(
    batch: Sequence[One],
    send: Callable[[Sequence[One]], list[Outcome]],
    named: Callable[[Refused, Sequence[One]], Sequence[One]],
) -> list[Outcome]:
    """Send a batch. One that is refused as a whole was not applied: it is sent again without those it is about.

    Where the refusal does not name them, each half is sent, and so on. What is left when `SENDINGS` are used up is
    refused together, with HubSpot's words. No record is sent again after a call that may have been applied.
    """
    outcomes: list[Outcome] = []
    todo: list[Sequence[One]] = [batch] if batch else []
    sent = 0
    while todo:
        part = todo.pop(0)
        sent += 1
        try:
            outcomes += send(part)
        except Refused as refusal:
            about = part if len(part) == 1 else named(refusal, part)
            gone = is_not_there(refusal.body)
            outcomes += _each(about, Verdict.GONE if gone else Verdict.REFUSED, refusal.words)
            if sent + len(todo) + 2 <= SENDINGS:
                todo += _without(part, about)
            else:
                outcomes += _each([one for one in part if one not in about], Verdict.REFUSED, refusal.words)
        except LOST as error:
            outcomes += _each(part, Verdict.DOUBTFUL, str(error) or "the answer did not arrive")
        except (Retry, Stop) as error:
            if not outcomes:
                raise
            todo.append(part)
            return outcomes + [
                one for some in todo for one in _each(some, Verdict.CONFLICT, f"not sent: {error}")
            ]
    return outcomes


def _each(part: Sequence[One], verdict: Verdict, detail: str) -> list[Outcome]:
    return [Outcome(_ref(one), verdict, detail) for one in part]


def _ref(one: Assignment | Note) -> LeadRef:
    return one.record.ref if isinstance(one, Assignment) else one.ref


def _without(part: Sequence[One], about: Sequence[One]) -> list[Sequence[One]]:
    """Return what is sent next: the others, or, where nobody was named, both halves."""
    if about:
        rest = [one for one in part if one not in about]
        return [rest] if rest else []
    middle = len(part) // 2
    return [part[:middle], part[middle:]]
