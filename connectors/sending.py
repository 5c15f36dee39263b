"""Batches of writes, of which a CRM, or something on the way to it, refuses some as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from connectors.calls import LOST
from connectors.contract import Assignment, Outcome, Verdict
from connectors.errors import Retry, Skip, Stop, TurnedAway
from router.model import LeadRef

SENDINGS = 16
"""Calls that one batch of writes may cost where it is refused as a whole: enough to single out one of 100."""


class _Writing(Protocol):
    @property
    def ref(self) -> LeadRef: ...


One = TypeVar("One", bound=Assignment | _Writing)
Refusal = Skip | TurnedAway


class About(NamedTuple):
    """Those of a batch that a refusal is about, none where it does not say, and how their write ended."""

    refs: frozenset[LeadRef] = frozenset()
    verdict: Verdict = Verdict.REFUSED


def written(
    batch: Sequence[One],
    send: Callable[[Sequence[One]], list[Outcome]],
    about: Callable[[Refusal, Sequence[One]], About] = lambda *_: About(),
) -> list[Outcome]:
    """Send a batch. One that is refused as a whole was not applied: it is sent again without those it is about.

    Where the refusal does not name them, each half is sent, and so on. What is left when `SENDINGS` are used up is
    refused together, with the words of the refusal. No record is sent again after a call that may have been applied.
    """
    outcomes: list[Outcome] = []
    todo: list[Sequence[One]] = [batch] if batch else []
    sent = 0
    while todo:
        part = todo.pop(0)
        sent += 1
        try:
            outcomes += send(part)
        except (Skip, TurnedAway) as refusal:
            named, verdict = about(refusal, part)
            theirs = part if len(part) == 1 else [one for one in part if ref_of(one) in named]
            outcomes += _each(theirs, verdict, str(refusal))
            if sent + len(todo) + 2 <= SENDINGS:
                todo += _without(part, theirs)
            else:
                rest = [one for one in part if one not in theirs]
                outcomes += _each(rest, Verdict.REFUSED, str(refusal))
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
    return [Outcome(ref_of(one), verdict, detail) for one in part]


def ref_of(one: Assignment | _Writing) -> LeadRef:
    """Return the record that is written."""
    return one.record.ref if isinstance(one, Assignment) else one.ref


def _without(part: Sequence[One], named: Sequence[One]) -> list[Sequence[One]]:
    """Return what is sent next: the others, or, where nobody was named, both halves."""
    if named:
        rest = [one for one in part if one not in named]
        return [rest] if rest else []
    middle = len(part) // 2
    return [part[:middle], part[middle:]]
