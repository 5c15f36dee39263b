"""Paths of the data API."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.salesforce import bulk, collection, composite, describing, ingest, queries, replication, rows
from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.refusals import Problem, no_resource
from sandbox.salesforce.usage import Usage, record_count

_RESOURCES = (
    "sobjects",
    "query",
    "queryAll",
    "composite",
    "limits",
    "jobs",
    "search",
    "actions",
    "parameterizedSearch",
)
Endpoint = Callable[[Account, Ask], Told]


class Api:
    """Answers calls of one org, parts of composites included."""

    def __init__(self, account: Account, usage: Usage, jobs: bulk.Jobs, loads: ingest.Loads) -> None:
        self._account = account
        self._usage = usage
        self._jobs = jobs
        self._loads = loads

    def run(self, ask: Ask) -> Told:
        """Answer a call; what a call is refused with is an answer, too."""
        try:
            return self._routed(ask)
        except Problem as problem:
            return Told(problem.status, [problem.alone(self._account.language)])

    def _routed(self, ask: Ask) -> Told:
        account = self._account
        match ask.parts:
            case []:
                return Told(200, {name: f"{ask.root}/{name}" for name in _RESOURCES})
            case ["query" | "queryAll"] | ["query" | "queryAll", _] if ask.method == "GET":
                return queries.query(account, ask)
            case ["sobjects", *_]:
                return self._sobjects(ask)
            case ["composite", *_]:
                return self._composite(ask)
            case ["limits"]:
                return Told(200, self._usage.limits())
            case ["limits", "recordCount"]:
                return Told(200, record_count(account.store, ask.query.get("sObjects")))
            case ["jobs", "query", *rest]:
                return self._jobs.answer(account, ask, rest)
            case ["jobs", "ingest", *rest]:
                return self._loads.answer(account, ask, rest)
        raise no_resource()

    def _sobjects(self, ask: Ask) -> Told:
        account = self._account
        if len(ask.parts) == 1:
            return describing.describe_global(account, ask)
        table = account.store.table(ask.parts[1])
        match (ask.method, ask.parts[2:]):
            case ("GET", []):
                return describing.basic(account, ask, table)
            case ("POST", []):
                return rows.create(account, ask, table)
            case ("GET", ["describe"]):
                return describing.describe(account, ask, table)
            case ("GET", ["updated" | "deleted" as which]):
                return replication.replicated(account, ask, table, which)
            case ("GET", [key]):
                return rows.get(account, ask, table, key)
            case ("PATCH", [key]):
                return rows.update(account, ask, table, key)
            case ("DELETE", [key]):
                return rows.delete(account, ask, table, key)
            case ("GET" | "PATCH" | "DELETE", [name, value]):
                return rows.of_external(account, ask, table, name, value)
        raise _not_allowed(ask)

    def _composite(self, ask: Ask) -> Told:
        account = self._account
        match (ask.method, ask.parts[1:]):
            case ("POST", []):
                return composite.composite(account, ask, self.run)
            case ("POST", ["batch"]):
                return composite.batch(account, ask, self._counted)
            case ("POST", ["graph"]):
                return composite.graph(account, ask, self.run)
            case ("POST", ["sobjects"]):
                return collection.create(account, ask)
            case ("PATCH", ["sobjects"]):
                return collection.update(account, ask)
            case ("DELETE", ["sobjects"]):
                return collection.delete(account, ask)
            case ("GET" | "POST", ["sobjects", name]):
                return collection.retrieve(account, ask, name)
            case ("PATCH", ["sobjects", name, external]):
                return collection.upsert(account, ask, name, external)
        raise _not_allowed(ask)

    def _counted(self, ask: Ask) -> Told:
        """Answer a part that counts as a call of its own."""
        self._usage.count()
        return self.run(ask)


def _not_allowed(ask: Ask) -> Problem:
    text = f"HTTP Method '{ask.method}' not allowed. Allowed are GET, POST, PATCH, DELETE"
    return Problem("METHOD_NOT_ALLOWED", "said", status=405, message=text)
