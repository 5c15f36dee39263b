"""Bulk 2.0 ingest: a sheet of rows that is written aside. `JobComplete` does not say that every row was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce import sheets
from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.automation import Orders
from sandbox.salesforce.fields import Kind
from sandbox.salesforce.refusals import Problem, no_resource
from sandbox.salesforce.tables import Table

Row = dict[str, str]


@dataclass(slots=True)
class Load:
    """An ingest job with what became of its rows: written, failed with the error, never looked at."""

    id: str
    body: Mapping[str, Any]
    by: str
    created: str
    version: str
    table: Table
    state: str = "Open"
    rows: list[Row] = field(default_factory=list)
    written: list[tuple[str, bool, Row]] = field(default_factory=list)
    failed: list[tuple[str, Row]] = field(default_factory=list)
    unprocessed: list[Row] = field(default_factory=list)


class Loads:
    """The ingest jobs of an org."""

    def __init__(self) -> None:
        self._loads: dict[str, Load] = {}

    def answer(self, account: Account, ask: Ask, rest: Sequence[str]) -> Told:
        match (ask.method, rest):
            case ("POST", []):
                return Told(200, _info(self._open(account, ask)))
            case ("GET", [key]):
                return Told(200, _info(self._load(key)))
            case ("PUT", [key, "batches"]):
                return self._take(ask, self._load(key))
            case ("PATCH", [key]):
                return Told(200, _info(self._close(account, ask, self._load(key))))
            case ("GET", [key, which]) if which in _SHEETS:
                return Told(200, _SHEETS[which](self._load(key)))
        raise no_resource()

    def _load(self, key: str) -> Load:
        if key not in self._loads:
            raise no_resource()
        return self._loads[key]

    def _open(self, account: Account, ask: Ask) -> Load:
        body = ask.record()
        if body.get("operation") not in ("insert", "update", "delete"):
            raise Problem("INVALIDJOB", "said", message="Operation must be insert, update or delete here")
        table = account.store.tables.get(str(body.get("object", "")).lower())
        if table is None:
            raise Problem("INVALIDENTITY", "said", message="Unsupported entity")
        store = account.store
        load = Load(store.new_id("750"), body, ask.access.user, store.now, ask.version, table)
        self._loads[load.id] = load
        return load

    def _take(self, ask: Ask, load: Load) -> Told:
        try:
            load.rows += sheets.read(ask.body if isinstance(ask.body, bytes) else b"")
        except ValueError as wrong:
            raise Problem("INVALIDBATCH", "said", message=str(wrong)) from wrong
        return Told(201)

    def _close(self, account: Account, ask: Ask, load: Load) -> Load:
        """Write the rows, in an order of the server's; the assignment rule runs by the job's, not by a header."""
        state = str(ask.record().get("state"))
        if state != "UploadComplete" or load.state != "Open":
            load.state = state if state == "Aborted" else load.state
            return load
        rows = list(load.rows)
        account.store.draw.shuffle(rows)
        left = int(len(rows) * account.store.settings.bulk_failures)
        rows, load.unprocessed = rows[left:], rows[:left]
        for row in rows:
            self._one(account, ask, load, row)
        load.state = "Failed" if left else "JobComplete"
        return load

    def _one(self, account: Account, ask: Ask, load: Load, row: Row) -> None:
        writing, table = account.writing, load.table
        orders = Orders(str(load.body.get("assignmentRuleId") or "FALSE"), allow_save=False)
        sent = {name: _typed(table.kind, name, value) for name, value in row.items()}
        try:
            match load.body["operation"]:
                case "insert":
                    done = writing.create(table.kind, sent, orders, ask.access)
                case "update":
                    done = writing.update(table, row.get("Id", ""), sent, orders, ask.access)
                case _:
                    done = writing.delete(table, row.get("Id", ""), ask.access)
        except Problem as problem:
            names = ",".join(problem.fields) or "--"
            load.failed.append((f"{problem.code}:{problem.message(account.language)}:{names}", row))
        else:
            load.written.append((done.id, load.body["operation"] == "insert", row))


def _typed(kind: Kind, name: str, text: str) -> object:
    """Return a cell as the JSON endpoints would get it; `#N/A` empties a field."""
    one = kind.names.get(name.lower())
    if text in ("#N/A", "") or one is None:
        return None if text == "#N/A" else text
    if one.type == "boolean":
        return text.lower() == "true"
    return float(text) if one.type in ("int", "double", "currency", "percent") else text


def _info(load: Load) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": load.id,
        "operation": load.body["operation"],
        "object": load.table.kind.name,
        "createdById": load.by,
        "createdDate": load.created,
        "systemModstamp": load.created,
        "state": load.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(load.version),
    }
    if load.state == "Open":
        body["contentUrl"] = f"services/data/v{load.version}/jobs/ingest/{load.id}/batches"
    body |= {"lineEnding": "LF", "columnDelimiter": "COMMA"}
    if load.state in ("JobComplete", "Failed"):
        done = len(load.written) + len(load.failed)
        body |= {"numberRecordsProcessed": done, "numberRecordsFailed": len(load.failed), "retries": 0}
    return body


def _names(load: Load) -> list[str]:
    return list(load.rows[0]) if load.rows else []


def _successful(load: Load) -> bytes:
    rows = ([key, created, *row.values()] for key, created, row in load.written)
    return sheets.written(["sf__Id", "sf__Created", *_names(load)], rows)


def _failed(load: Load) -> bytes:
    rows = ([row.get("Id", ""), error, *row.values()] for error, row in load.failed)
    return sheets.written(["sf__Id", "sf__Error", *_names(load)], rows)


def _unprocessed(load: Load) -> bytes:
    return sheets.written(_names(load), (list(row.values()) for row in load.unprocessed))


_SHEETS: Mapping[str, Callable[[Load], bytes]] = {
    "successfulResults": _successful,
    "failedResults": _failed,
    "unprocessedrecords": _unprocessed,
}
