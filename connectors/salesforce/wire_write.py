"""What is written to Salesforce, and what became of each row (pure): owners, tasks, records of the admin's own object.

A collection is answered with 200 whatever its rows did. A row that failed has no id: rows are joined by their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from connectors.contract import NOBODY, Assignment, Note, Outcome, RawValue, Verdict
from connectors.errors import Doubt, Retry, Stop, TurnedAway
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire import OWNER, Rows, Table, value
from connectors.salesforce.wire_composite import Told
from connectors.salesforce.wire_errors import Refused, row_verdict
from connectors.salesforce.wire_ids import full, is_id
from connectors.salesforce.wire_paths import Request
from router.model import LeadRef

ROWS = 200
"""Rows of one collection."""

LONGEST_SUBJECT, LONGEST_BODY = 255, 32_000
CUSTOM = "__c"

_SETTINGS = frozenset({"INVALID_FIELD", "INVALID_TYPE"})
"""Codes for a field or an object that is written and is not there: no row can pass."""

_NO_ADDRESS = frozenset({"NOT_FOUND", "METHOD_NOT_ALLOWED"})
"""Codes for a collection as a whole that cannot be sent there; a row that is not found has a result of its own."""

Row = Mapping[str, object]


# --- collections ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Write:
    """One row to write, and whose outcome it is."""

    ref: LeadRef
    row: Row


def collection(method: str, path: str, writes: Sequence[Write]) -> Request:
    """Return the call that writes the rows, each on its own."""
    return Request(method, path, {"allOrNone": False, "records": [one.row for one in writes]})


def outcomes(part: Told, writes: Sequence[Write]) -> list[Outcome]:
    """Return one outcome per row. Raises what the call asks for as a whole; `Doubt` where rows are missing in it."""
    try:
        told = part.content()
    except Refused as refusal:
        hopeless = refusal.code in _SETTINGS | _NO_ADDRESS
        raise (Stop(refusal.words) if hopeless else refusal) from refusal
    if not isinstance(told, list) or len(told) != len(writes):
        raise Doubt("Salesforce's answer does not tell of every row")
    found = [_outcome(one, row) for one, row in zip(writes, told, strict=True)]
    if told and all(_of_settings(row) for row in told):
        raise Stop(f"Salesforce: {found[0].detail}")
    return found


def _of_settings(row: Any) -> bool:
    """Return whether a row failed for what is in every row, a field that is written and is not there."""
    failed = isinstance(row, Mapping) and row.get("success") is False
    return failed and any(str(one.get("statusCode")) in _SETTINGS for one in _errors(row))


def _errors(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = row.get("errors")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _outcome(one: Write, told: Any) -> Outcome:
    if not isinstance(told, Mapping) or told.get("success") not in (True, False):
        return Outcome(one.ref, Verdict.DOUBTFUL, "Salesforce's answer does not say what became of it")
    if told["success"]:
        written, there = one.row.get("id"), told.get("id")
        if written and there and full(str(there)) != written:
            return Outcome(
                one.ref, Verdict.DOUBTFUL, "Salesforce answered with another record than the one written"
            )
        return Outcome(one.ref, Verdict.DONE)
    return Outcome(one.ref, *row_verdict(_errors(told)))


def each(writes: Sequence[Write], error: Exception) -> list[Outcome]:
    """Return the outcome of rows whose call ended like this; what was not applied is looked at and sent again."""
    if isinstance(error, Refused | TurnedAway):
        verdict, detail = Verdict.REFUSED, str(error)
    elif isinstance(error, Retry | Stop):
        verdict, detail = Verdict.CONFLICT, f"not sent: {error}"
    else:
        verdict, detail = Verdict.DOUBTFUL, str(error) or "the answer did not arrive"
    return [Outcome(one.ref, verdict, detail) for one in writes]


def joined(parts: Sequence[Told], batches: Sequence[Sequence[Write]]) -> list[Outcome]:
    """Return the outcome of every row. Raises `Retry` or `Stop` where no part of the call was applied."""
    done: list[Outcome] = []
    failed: list[tuple[Sequence[Write], Exception]] = []
    for part, writes in zip(parts, batches, strict=True):
        try:
            done += outcomes(part, writes)
        except (Doubt, Refused, Retry, Stop) as error:
            failed.append((writes, error))
    if failed and not done and all(isinstance(why, Retry | Stop) for _, why in failed):
        raise failed[0][1]
    return done + [outcome for writes, why in failed for outcome in each(writes, why)]


# --- owners -----------------------------------------------------------------------------------------------


def owners(batch: Sequence[Assignment], table: Table) -> Iterator[Write | Outcome]:
    """Yield the row that writes each owner, or why none is sent."""
    sent: set[str] = set()
    for one in batch:
        ref, owner = one.record.ref, full(one.owner)
        record = full(ref.record)
        if not table.is_ours(ref):
            yield Outcome(ref, Verdict.GONE, "there is no such record in this org")
        elif one.owner == NOBODY:
            yield Outcome(ref, Verdict.REFUSED, "in Salesforce every record has an owner")
        elif not is_id(owner):
            yield Outcome(ref, Verdict.REFUSED, "the owner is not the id of a user or queue")
        elif record not in sent:
            sent.add(record)
            yield Write(ref, _row(table.object, record) | {OWNER: owner, **_custom(one.stamp)})


def _row(kind: str, record: str | None = None) -> dict[str, object]:
    return {"attributes": {"type": kind}, **({"id": record} if record else {})}


def _custom(stamp: Mapping[str, RawValue]) -> dict[str, RawValue]:
    """Return trace fields by the names that Salesforce gives to fields of one's own."""
    return {custom(name): value for name, value in stamp.items()}


def custom(name: str) -> str:
    return name if name.endswith(CUSTOM) else f"{name}{CUSTOM}"


# --- notes ------------------------------------------------------------------------------------------------


class Carrier(Protocol):
    """What an audit note is in this org."""

    def writing(self, writes: Sequence[Write]) -> Request: ...

    def row(self, note: Note, day: date, /) -> Row: ...

    def asking(self, notes: Sequence[Note]) -> Iterator[str]: ...

    def keys(self, rows: Rows) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Tasks:
    """A note is a completed task of the lead; its key ends the subject, since the text of a task cannot be searched."""

    table: Table

    def writing(self, writes: Sequence[Write]) -> Request:
        return collection("POST", "composite/sobjects", writes)

    def row(self, note: Note, day: date, /) -> Row:
        return {
            **_row("Task"),
            self._to: full(note.ref.record),
            "Subject": _subject(note),
            "Description": shortened(note.body),
            "Status": "Completed",
            "ActivityDate": day.isoformat(),
        }

    def asking(self, notes: Sequence[Note]) -> Iterator[str]:
        def query(some: Sequence[str]) -> str:
            where = [f"{self._to} IN {soql.texts(some)}", f"Subject LIKE {soql.containing('lsw:')}"]
            return soql.select(("Subject", self._to), "Task", where)

        return soql.filled(sorted({full(note.ref.record) for note in notes}), query)

    def keys(self, rows: Rows) -> frozenset[str]:
        return frozenset(str(row.get("Subject") or "").rpartition(" ")[2] for row in rows)

    @property
    def _to(self) -> str:
        return "WhoId" if self.table.object.lower() in ("lead", "contact") else "WhatId"


@dataclass(frozen=True, slots=True)
class Records:
    """A note is a record of an object of the admin's own, found by its key, so that writing it twice leaves one."""

    object: str
    key: str
    lead: str
    body: str

    def writing(self, writes: Sequence[Write]) -> Request:
        return collection("PATCH", f"composite/sobjects/{self.object}/{self.key}", writes)

    def row(self, note: Note, _: date, /) -> Row:
        text = shortened(note.body)
        return {**_row(self.object), self.key: note.key, self.lead: full(note.ref.record), self.body: text}

    def asking(self, notes: Sequence[Note]) -> Iterator[str]:
        def query(some: Sequence[str]) -> str:
            return soql.select((self.key,), self.object, [f"{self.key} IN {soql.texts(some)}"])

        return soql.filled(sorted({note.key for note in notes}), query)

    def keys(self, rows: Rows) -> frozenset[str]:
        return frozenset(str(value(row, self.key) or "") for row in rows)


def notes(batch: Sequence[Note], carrier: Carrier, table: Table, day: date) -> Iterator[Write | Outcome]:
    """Yield the row of each note, which is of that day, or why none is sent."""
    for note in batch:
        if table.is_ours(note.ref):
            yield Write(note.ref, carrier.row(note, day))
        else:
            yield Outcome(note.ref, Verdict.GONE, "there is no such record in this org")


def _subject(note: Note) -> str:
    first = next(iter(note.body.splitlines()), "").strip()
    return f"{first[: LONGEST_SUBJECT - len(note.key) - 1]} {note.key}"


def shortened(body: str) -> str:
    """Return a note's text; of one that is too long the middle is left out, never its key."""
    if len(body) <= LONGEST_BODY:
        return body
    last = body.rpartition("\n")[2]
    return f"{body[: LONGEST_BODY - len(last) - 5]}\n...\n{last}"
