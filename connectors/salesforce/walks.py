"""Walks through an org's leads: page by page along the server's cursor, behind the last record where that is lost, or
as a bulk job where there are many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.contract import Change, Entered, Everything, Look, Page, Walk
from connectors.errors import Retry, Stop
from connectors.http import Answer
from connectors.salesforce import wire, wire_bulk
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire import Place, Table
from connectors.salesforce.wire_bulk import Job
from connectors.salesforce.wire_errors import Refused, content
from connectors.salesforce.wire_paths import Request
from router.model import LeadRef

Ask = Callable[[str, Request], Answer]
Looks = Callable[[list[LeadRef]], Mapping[LeadRef, Look]]


class Walks:
    """The pages of walks. `looks` reads records by id, for fields that have no room in a query."""

    def __init__(self, ask: Ask, looks: Looks, table: Table) -> None:
        self._ask, self._looks, self._table = ask, looks, table
        self._days: set[str] = set()

    def page(self, walk: Walk, position: str | None) -> Page:
        if isinstance(walk, Everything):
            return self._swept(walk, position)
        if position is None:
            return self._first(walk)
        if (job := wire_bulk.job(position)) is not None:
            return self._of_job(walk, job)
        return self._going_on(walk, wire.place(position))

    # --- page by page -------------------------------------------------------------------------------------

    def _swept(self, walk: Everything, position: str | None) -> Page:
        fields, whole = self._table.room(*walk.dates)
        answer = self._queried(wire.swept(self._table, position, fields), {})
        page = wire.swept_page(answer, content(answer), self._table, walk)
        return page if whole else self._completed(page)

    def _first(self, walk: Entered) -> Page:
        """Return the first page; where its date turns out to hold days, that of a query by days."""
        moment, day = Place(soql.moment(walk.since)), Place(soql.day(walk.since))
        if walk.field in self._days:
            return self._paged(walk, day, first=True)
        try:
            return self._paged(walk, moment, first=True)
        except Refused as refusal:
            if refusal.code != "INVALID_FIELD":
                raise
            try:
                page = self._paged(walk, day, first=True)
            except Refused:
                raise refusal from None
            self._days.add(walk.field)
            return page

    def _going_on(self, walk: Entered, at: Place) -> Page:
        """Follow the server's cursor; it may have ended or been pushed out by others, the place still holds."""
        if not at.cursor:
            return self._paged(walk, at)
        try:
            answer = self._ask("query", Request("GET", at.cursor))
            return self._read(walk, at, answer, content(answer))
        except Refused as refusal:
            if refusal.code not in wire.LOST_CURSOR:
                raise
            return self._paged(walk, at._replace(cursor=""))

    def _paged(self, walk: Entered, at: Place, *, first: bool = False) -> Page:
        fields, _ = self._table.room(walk.field)
        answer = self._queried(wire.entered(self._table, walk, at, fields), wire.FEWER)
        body = content(answer)
        page = self._read(walk, at, answer, body)
        many = first and page.next is not None and wire.total(body) > wire.MANY
        return replace(page, next=str(Job(at.date))) if many else page

    def _read(self, walk: Entered, at: Place, answer: Answer, body: object) -> Page:
        page = wire.walked(answer, body, self._table, walk, at)
        return page if self._table.room(walk.field)[1] else self._completed(page)

    def _queried(self, query: str, headers: Mapping[str, str]) -> Answer:
        return self._ask("query", Request("GET", "query", query=[("q", query)], headers=headers))

    def _completed(self, page: Page) -> Page:
        """Read the fields for which there was no room in the query."""
        looks = self._looks([change.record.ref for change in page.changes])
        changes = [Change(looks[one.record.ref].record or one.record, one.stamp) for one in page.changes]
        return replace(page, changes=changes)

    # --- as a job -----------------------------------------------------------------------------------------

    def _of_job(self, walk: Entered, job: Job) -> Page:
        lost = (Refused,) if job.id else (Refused, Stop)  # the user may lack the right to make jobs
        try:
            if not job.id:
                return self._begun(walk, job)
            if not job.locator:
                self._wait_for(job)
            return wire_bulk.page(self._ask("bulk", wire_bulk.results(job)), self._table, walk, job)
        except lost:  # it cannot be made, has failed or is gone: page by page, from the beginning
            return self._paged(walk, Place(job.date))

    def _begun(self, walk: Entered, job: Job) -> Page:
        query = wire.entered(self._table, walk, Place(job.date), self._table.asked(walk.field))
        answer = self._ask("bulk", wire_bulk.start(query))
        return Page((), wire_bulk.started(answer, job), None, answer.server_time())

    def _wait_for(self, job: Job) -> None:
        answer = self._ask("bulk", wire_bulk.state(job))
        if (wait := wire_bulk.wait(answer)) > 0:
            raise Retry(f"Salesforce: the bulk job {job.id} is not done yet", after=wait)
