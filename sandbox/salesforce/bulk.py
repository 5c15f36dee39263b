"""Bulk 2.0 query jobs: a query that runs aside, its rows fetched as CSV by locator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce import sheets
from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.grammar import Name, query_problem
from sandbox.salesforce.parser import parse
from sandbox.salesforce.plans import Plan
from sandbox.salesforce.refusals import Problem, no_resource
from sandbox.salesforce.tables import Row

_LOCATORS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class Job:
    """A query job. It is complete `ready` seconds since 1970; `state` is set where it ended otherwise."""

    id: str
    operation: str
    object: str
    by: str
    created: str
    ready: float
    header: list[str]
    columns: list[Any]
    rows: Sequence[Row]
    version: str
    state: str = ""
    locators: dict[str, int] = field(default_factory=dict)


class Jobs:
    """The query jobs of an org."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def answer(self, account: Account, ask: Ask, rest: Sequence[str]) -> Told:
        match (ask.method, rest):
            case ("POST", []):
                return Told(200, self._info(account, self._open(account, ask)))
            case ("GET", []):
                records = [self._info(account, job) for job in self._jobs.values()]
                return Told(200, {"done": True, "records": records, "nextRecordsUrl": None})
            case ("GET", [key]):
                return Told(200, self._info(account, self._job(key)))
            case ("PATCH", [key]):
                job = self._job(key)
                job.state = str(ask.record().get("state"))
                return Told(200, self._info(account, job))
            case ("DELETE", [key]):
                del self._jobs[self._job(key).id]
                return Told(204)
            case ("GET", [key, "results"]):
                return self._results(account, ask, self._job(key))
        raise no_resource()

    def lose(self) -> None:
        """Forget all jobs, as after seven days."""
        self._jobs.clear()

    def _job(self, key: str) -> Job:
        if key not in self._jobs:
            raise no_resource()
        return self._jobs[key]

    def _open(self, account: Account, ask: Ask) -> Job:
        body, store = ask.record(), account.store
        operation = str(body.get("operation"))
        if operation not in ("query", "queryAll"):
            raise Problem("INVALIDJOB", "said", message="Operation must be query or queryAll")
        query = parse(str(body.get("query", "")))
        for one in query.selected:
            if not isinstance(one, Name):
                raise query_problem(
                    "API_ERROR", query.text, 0, "Bulk queries know neither aggregates nor TYPEOF"
                )
        plan = Plan(store, query, ask.version, deleted=operation == "queryAll")
        found, columns = plan.run(), [plan.column(one) for one in query.selected if isinstance(one, Name)]
        job = Job(
            store.new_id("750"),
            operation,
            plan.name,
            ask.access.user,
            store.now,
            store.timeline.now + store.settings.bulk_seconds,
            [str(one) for one in query.selected],
            [column.get for column in columns],
            found.rows,
            ask.version,
        )
        self._jobs[job.id] = job
        return job

    def _state(self, account: Account, job: Job) -> str:
        if job.state:
            return job.state
        left = job.ready - account.store.timeline.now
        if left <= 0:
            return "JobComplete"
        return "InProgress" if left < account.store.settings.bulk_seconds else "UploadComplete"

    def _info(self, account: Account, job: Job) -> dict[str, Any]:
        state = self._state(account, job)
        body = {
            "id": job.id,
            "operation": job.operation,
            "object": job.object,
            "createdById": job.by,
            "createdDate": job.created,
            "systemModstamp": job.created,
            "state": state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(job.version),
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }
        if state == "JobComplete":
            body |= {"numberRecordsProcessed": len(job.rows), "retries": 0, "totalProcessingTime": 1000}
        return body

    def _results(self, account: Account, ask: Ask, job: Job) -> Told:
        """Answer rows as CSV; `Sforce-Locator: null` says that there are no more."""
        if self._state(account, job) != "JobComplete":
            raise Problem("INVALIDJOBSTATE", "said", message="The job is not complete")
        locator, most = ask.query.get("locator", ""), ask.query.get("maxRecords", "50000")
        if (locator and locator not in job.locators) or not most.isdecimal() or int(most) == 0:
            raise Problem("INVALID_QUERY_LOCATOR")
        start = job.locators.get(locator, 0)
        end = start + int(most)
        following = "null"
        if end < len(job.rows):
            following = "".join(account.store.draw.choices(_LOCATORS, k=6))
            job.locators[following] = end
        rows = job.rows[start:end]
        body = sheets.written(job.header, ([get(row) for get in job.columns] for row in rows))
        return Told(200, body, {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(len(rows))})
