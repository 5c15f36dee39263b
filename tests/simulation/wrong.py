"""Connectors that mislead the engine as a wrong design would: what the engine does with its CRM, done wrongly.

Each stands between a pass and its connector (`Pass.connector`), so that none depends on how the engine is built inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connectors.contract import (
    Absent,
    Assignment,
    Connector,
    Entered,
    Look,
    Note,
    Outcome,
    OwnerChange,
    Page,
    Verdict,
    Walk,
)
from connectors.errors import Retry, Stop
from router.model import LeadRef
from sync.work import Pass
from tests.simulation.account import PAGE


class Through:
    """Hands everything on to the real connector. A wrong design overrides what it gets wrong."""

    def __init__(self, real: Connector, work: Pass) -> None:
        self._real, self._work = real, work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def look(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        found: Mapping[LeadRef, Look] = self.read(refs)
        return found


Told = Callable[[Sequence[Outcome]], Sequence[Outcome]]


class _Writes(Through):
    """Changes what is made of the answers to writes."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        refs = [one.record.ref for one in batch]
        return self.told(refs, self._real.assign(batch), lambda: self._real.assign(batch))

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        refs = [note.ref for note in batch]
        return self.told(refs, self._real.annotate(batch), lambda: self._real.annotate(batch))

    def told(
        self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: Callable[[], Sequence[Outcome]]
    ) -> Sequence[Outcome]:
        raise NotImplementedError


class JoinedByPosition(_Writes):
    """The nth answer belongs to the nth record."""

    def told(self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: object) -> Sequence[Outcome]:
        return [replace(answer, ref=ref) for ref, answer in zip(refs, answers, strict=False)]


class RetriesBlindly(_Writes):
    """A call without an answer is made again at once."""

    def told(
        self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: Callable[[], Sequence[Outcome]]
    ) -> Sequence[Outcome]:
        return again() if _any(answers, Verdict.DOUBTFUL) else answers


class SendsAgainUnseen(Through):
    """What the CRM put off is sent again without a look."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        try:
            return self._real.assign(batch)
        except Retry as error:
            self._work.seams.sleep(error.after or 1)
            return self._real.assign(batch)


class TakesDoubtForSuccess(_Writes):
    """A lost answer counts as done."""

    def told(self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: object) -> Sequence[Outcome]:
        return _taken(answers, Verdict.DOUBTFUL, Verdict.DONE)


class TakesDoubtForFailure(_Writes):
    """A lost answer counts as refused, to be tried again."""

    def told(self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: object) -> Sequence[Outcome]:
        return _taken(answers, Verdict.DOUBTFUL, Verdict.REFUSED)


class TakesSomeForAll(_Writes):
    """A 200 or 207 is taken for the success of every record in the batch."""

    def told(self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: object) -> Sequence[Outcome]:
        if not _any(answers, Verdict.DONE):
            return answers
        return [Outcome(ref, Verdict.DONE) for ref in refs]


class TakesLossForSuccess(_Writes):
    """A lead that cannot be written any more counts as assigned."""

    def told(self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: object) -> Sequence[Outcome]:
        return _taken(answers, Verdict.GONE, Verdict.DONE)


class GivesUpLockedRows(_Writes):
    """A row that is locked for a moment is given up."""

    def told(self, refs: Sequence[LeadRef], answers: Sequence[Outcome], again: object) -> Sequence[Outcome]:
        return _taken(answers, Verdict.CONFLICT, Verdict.GONE)


class SendsLockedRowsAgain(Through):
    """A row that was locked is sent again without a look."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        answers = self._real.assign(batch)
        locked = {answer.ref for answer in answers if answer.verdict is Verdict.CONFLICT}
        again = [one for one in batch if one.record.ref in locked]
        passed = [answer for answer in answers if answer.ref not in locked]
        return [*passed, *self._real.assign(again)] if again else answers


def _any(answers: Sequence[Outcome], verdict: Verdict) -> bool:
    return any(answer.verdict is verdict for answer in answers)


def _taken(answers: Sequence[Outcome], this: Verdict, for_that: Verdict) -> Sequence[Outcome]:
    return [replace(answer, verdict=for_that) if answer.verdict is this else answer for answer in answers]


# --- looks ------------------------------------------------------------------------------------------------


class LooksOnce(Through):
    """The walk's record is taken for the look before the write."""

    @property
    def _seen(self) -> dict[LeadRef, Look]:
        seen: dict[LeadRef, Look] = self._real.__dict__.setdefault("seen_on_a_walk", {})
        return seen

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = self._real.pages(walk, position)
        self._seen.update((change.record.ref, Look(change.record)) for change in page.changes)
        return page

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        unseen = [ref for ref in refs if ref not in self._seen]
        return {**{ref: self._seen[ref] for ref in refs if ref in self._seen}, **self._real.read(unseen)}


class FollowsOldIds(Through):
    """A merged record's old id answers with the survivor, and it is not noticed."""

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return {ref: self._survivor(ref, look) for ref, look in self._real.read(refs).items()}

    def _survivor(self, ref: LeadRef, look: Look) -> Look:
        if look.absent is not Absent.MERGED or look.survivor is None:
            return look
        survivor = ref._replace(record=look.survivor)
        return self._real.read([survivor])[survivor]


class NeverFindsNotes(Through):
    """A doubtful note is written again without a look for its key."""

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        return frozenset()


class FindsEveryNote(Through):
    """A doubtful note counts as written."""

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        return frozenset(note.key for note in notes)


class LooksForNotesAtOnce(Through):
    """A doubtful note is looked for at once, and written again where it does not show."""

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        answers = self._real.annotate(batch)
        doubtful = {answer.ref for answer in answers if answer.verdict is Verdict.DOUBTFUL}
        asked = [note for note in batch if note.ref in doubtful]
        there = self._real.noted(asked) if asked else frozenset()
        again = [note for note in asked if note.key not in there]
        found = [Outcome(note.ref, Verdict.DONE) for note in asked if note.key in there]
        known = [answer for answer in answers if answer.ref not in doubtful]
        return [*known, *found, *(self._real.annotate(again) if again else ())]


class NeedsAHistory(Through):
    """A history of owners that is not there ends the pass."""

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        found: Mapping[LeadRef, Sequence[OwnerChange]] = self._real.history(refs)
        if not any(found.values()):
            raise Stop("no history")
        return found


class ReadsNoHistory(Through):
    """The owner's history is not read."""

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        return {}


# --- walks ------------------------------------------------------------------------------------------------


class AsksOurClock(Through):
    """`take: new` begins at the time of our own machine."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        return replace(self._real.pages(walk, position), server_time=self._work.now())


class FloorFromOurClock(Through):
    """A walk reached the time of our own machine, also on an empty page."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = self._real.pages(walk, position)
        return replace(page, server_time=self._work.now(), newest=self._work.now())


class EndsOnAShortPage(Through):
    """A short page is taken for the last one."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = self._real.pages(walk, position)
        return replace(page, next=None, parts=()) if len(page.changes) < PAGE else page


class StrictlyAfter(Through):
    """What has the very stamp of the last lead is not asked for again."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        if isinstance(walk, Entered):
            walk = replace(walk, since=walk.since + timedelta(seconds=1))
        return self._real.pages(walk, position)


class TakesRefusalForTheEnd(Through):
    """A walk that the CRM refuses to go on with counts as one that ended now."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        try:
            return self._real.pages(walk, position)
        except Stop:
            now = self._work.now()
            return Page((), None, now, now)
