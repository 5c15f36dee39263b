"""Connectors with one fault each, every one seen in real integrations: the suite must fail on all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from connectors.contract import (
    Assignment,
    Entered,
    Everything,
    Look,
    Note,
    Outcome,
    OwnerChange,
    Page,
    T,
    User,
    Verdict,
    Walk,
)
from connectors.errors import Retry, Stop
from connectors.memory.connector import MemoryConnector
from connectors.memory.crm import MemoryCrm
from router.model import LeadRef, RecordId

POSTED = count()


class LosesAnId(MemoryConnector):
    """A merged or deleted id simply vanishes from the answer."""

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return {ref: look for ref, look in super().read(refs).items() if look.record}


class LosesAnOutcome(MemoryConnector):
    """Rows that failed are left out of the outcomes."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        return [one for one in super().assign(batch) if one.verdict is not Verdict.GONE]


class JoinsByPosition(MemoryConnector):
    """The CRM answers in its own order, the connector takes it for the order asked."""

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        looks = super().read(refs)
        return dict(zip(refs, (looks[ref] for ref in sorted(refs, key=str)), strict=True))


class JoinsOutcomesByPosition(MemoryConnector):
    """The same for writes."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        answered = super().assign(sorted(batch, key=lambda one: str(one.record.ref), reverse=True))
        return [replace(one, ref=asked.record.ref) for one, asked in zip(answered, batch, strict=True)]


class TakesTheStatusForSuccess(MemoryConnector):
    """HTTP 200, so every row was written."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        return [replace(one, verdict=Verdict.DONE, detail="") for one in super().assign(batch)]


class TakesATimeoutForDone(MemoryConnector):
    """No answer in time is no error."""

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        return [
            replace(one, verdict=Verdict.DONE) if one.verdict is Verdict.DOUBTFUL else one
            for one in super().annotate(batch)
        ]


class NeverEnds(MemoryConnector):
    """The last page points at itself."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        return page if page.next else replace(page, next=position or '["2026-01-01T00:00:00+00:00", ""]')


class StopsAtAShortPage(MemoryConnector):
    """A page with fewer records than the last one is taken for the end; merged records make pages short."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        return page if position is None else replace(page, next=None)


class LeavesTheMiddleOut(MemoryConnector):
    """Of two parts the first ends with its first page."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        if position and position.startswith("one "):
            return replace(super().pages(walk, position.removeprefix("one ")), next=None)
        page = super().pages(walk, position)
        on = [page.next] if page.next else []
        while on and len(on) < 3 and (more := super().pages(walk, on[-1]).next):
            on.append(more)
        return replace(page, parts=(f"one {on[0]}", on[2])) if position is None and len(on) == 3 else page


class LeavesSinceOut(MemoryConnector):
    """Greater than, where at or after was asked."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        if isinstance(walk, Everything):
            return page
        return replace(page, changes=[one for one in page.changes if one.stamp != walk.since])


class PagesByStampAlone(MemoryConnector):
    """The next page begins behind the newest stamp: equal ones are lost."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        if isinstance(walk, Everything) or position is None:
            return super().pages(walk, position)
        stamp = position.split('"')[1]
        return super().pages(walk, f'["{stamp}", "999999999"]')


class PagesByOffset(MemoryConnector):
    """A position is a count of records, so that a delete moves one over the edge."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        start, page, skipped = int(position or 0), super().pages(walk, None), 0
        while page.next and skipped + len(page.changes) <= start:
            skipped += len(page.changes)
            page = super().pages(walk, page.next)
        rest = page.changes[start - skipped :]
        return replace(page, changes=rest, next=str(start + len(rest)) if page.next else None)


class KeepsItsPlace(MemoryConnector):
    """The place in the walk is in the object, the position is only a name for it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._places: dict[str, str] = {}

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, self._places.get(position or "", None))
        name = str(len(self._places) + 1)
        if page.next:
            self._places[name] = page.next
        return replace(page, next=name if page.next else None)


class HidesAPageBehindABadRecord(MemoryConnector):
    """One record that cannot be decoded ends the page."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        bad = any("yesterday" in str(one.record.fields.get("created")) for one in page.changes)
        return replace(page, changes=[]) if bad else page


class SweepsOnlyTheUnowned(MemoryConnector):
    """The sweep asks a filter."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        if isinstance(walk, Entered):
            return page
        return replace(page, changes=[one for one in page.changes if one.record.owner is None])


class TellsItsOwnTime(MemoryConnector):
    """The clock of the machine for that of the server."""

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        return replace(page, server_time=page.server_time + timedelta(minutes=3))


class SwallowsRetryAfter(MemoryConnector):
    """Says that it was throttled, not for how long."""

    def _ask(self, call: str, apply: Callable[[], T]) -> T:
        try:
            return super()._ask(call, apply)
        except Retry as error:
            raise Retry(str(error)) from error


class RetriesWrites(MemoryConnector):
    """A write without an answer is sent again."""

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        outcomes = super().annotate(batch)
        doubtful = any(one.verdict is Verdict.DOUBTFUL for one in outcomes)
        return super().annotate(batch) if doubtful else outcomes


class RaisesRetryAfterSending(MemoryConnector):
    """A timeout of a write is like any other timeout."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        outcomes = super().assign(batch)
        if any(one.verdict is Verdict.DOUBTFUL for one in outcomes):
            raise Retry("timeout")
        return outcomes


class GoesOnWithoutCredentials(MemoryConnector):
    """A refusal is reported as nothing found."""

    def owners(self) -> Sequence[User]:
        try:
            return super().owners()
        except Stop:
            return []


class ShowsAnothersOwner(MemoryConnector):
    """The owner is that of the first record of the answer."""

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        looks = dict(super().read(refs))
        owner = next((look.record.owner for look in looks.values() if look.record), None)
        return {
            ref: replace(look, record=replace(look.record, owner=owner)) if look.record else look
            for ref, look in looks.items()
        }


class ReadsAnIndex(MemoryConnector):
    """A record once read is shown as it was then, until the index comes round."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._index: dict[LeadRef, Look] = {}

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        found = super().read(refs)
        return {ref: self._index.setdefault(ref, look) for ref, look in found.items()}


class LooksAtAnIndex(ReadsAnIndex):
    """Only what is read whole is as it is now."""

    def look(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return super().read(refs)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return MemoryConnector.read(self, refs)


class DoublesNotes(MemoryConnector):
    """Says that notes are idempotent, and posts."""

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        writes = [replace(note, key=f"{note.key}{next(POSTED)}") for note in batch]
        return super().annotate(writes)


class CutsTheKeyOff(MemoryConnector):
    """The last line is lost, for example to a limit of length."""

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        return super().annotate([replace(note, body=note.body.rsplit("\n", 1)[0]) for note in batch])


class TouchesAnotherRecord(MemoryConnector):
    """A rule of the CRM runs on every write and moves owners."""

    def __init__(self, crm: MemoryCrm, *args: Any, **options: Any) -> None:
        super().__init__(crm, *args, **options)
        self._other = crm

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        named = {one.record.ref.record for one in batch}
        for row in self._other.rows():
            if row.id not in named:
                self._other.edit_owner(RecordId(row.id), batch[0].owner)
        return super().assign(batch)


class IgnoresTheVersion(MemoryConnector):
    """Says that it writes conditionally, and does not send the version."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        return super().assign([replace(one, record=replace(one.record, version=None)) for one in batch])


class DropsTheTrace(MemoryConnector):
    """Writes the owner without the trace."""

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        return super().assign([replace(one, stamp={}) for one in batch])


class ForgetsInactiveUsers(MemoryConnector):
    """Lists active users only."""

    def owners(self) -> Sequence[User]:
        return [user for user in super().owners() if user.active]


class TellsHistoryBackwards(MemoryConnector):
    """Newest first, as most CRMs send it."""

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        return {ref: told[::-1] for ref, told in super().history(refs).items()}


class AsksForNothing(MemoryConnector):
    """An empty batch is a call all the same."""

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return super().read(refs) if refs else self._ask("read", dict)
