"""Bulk 2.0 queries: the records of a first import as one job and a few large answers (pure).

What a job brings is CSV: all values are text, and a blank one is none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from connectors.contract import Entered, Page, RawValue
from connectors.errors import Doubt
from connectors.http import Answer
from connectors.salesforce.wire import ID, Table, change, lost, record
from connectors.salesforce.wire_dates import moment
from connectors.salesforce.wire_errors import Refused, error_of, whole
from connectors.salesforce.wire_ids import is_id
from connectors.salesforce.wire_paths import Request

JOBS = "jobs/query"
WORD = "bulk"
ROWS = 1_000
"""Records of one answer: large enough for few calls, small enough for little memory."""

DONE, FAILED = "JobComplete", frozenset({"Failed", "Aborted"})
_SHORTEST, _LONGEST = 5.0, 60.0
_LAST = "null"


class Job(NamedTuple):
    """Where a walk by a job stands. `date` is where the walk began; without an `id` there is no job yet."""

    date: str
    id: str = ""
    locator: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (WORD, *self) if part)


def job(position: str) -> Job | None:
    """Return the job that a position names, None where it names none."""
    word, *rest = position.split(" ")
    if word != WORD:
        return None
    found = Job(*rest) if 1 <= len(rest) <= len(Job._fields) else Job("")
    if moment(found.date) is None or (found.id and not is_id(found.id)):
        raise lost(position)
    return found


def start(soql: str) -> Request:
    return Request("POST", JOBS, {"operation": "query", "query": soql})


def started(answer: Answer, before: Job) -> str:
    """Return the position at which the job is waited for."""
    made = str(whole(answer).get("id") or "")
    if not is_id(made):
        raise Doubt("Salesforce does not tell the id of the bulk job")
    return str(before._replace(id=made))


def state(found: Job) -> Request:
    return Request("GET", f"{JOBS}/{found.id}")


def wait(answer: Answer) -> float:
    """Return how many seconds to wait for a job: half as long again as it has taken, 0 when it is done.

    Raises `Refused` where it has failed.
    """
    body = whole(answer)
    reached = str(body.get("state"))
    if reached in FAILED:
        raise Refused(f"Salesforce: the bulk job has ended as {reached}", reached)
    if reached == DONE:
        return 0.0
    begun = moment(body.get("createdDate"))
    age = (answer.server_time() - begun).total_seconds() if begun else 0.0
    return min(max(age / 2, _SHORTEST), _LONGEST)


def results(found: Job) -> Request:
    query = [("maxRecords", str(ROWS)), *([("locator", found.locator)] if found.locator else [])]
    return Request("GET", f"{JOBS}/{found.id}/results", query=query, headers={"Accept": "text/csv"})


def page(answer: Answer, table: Table, walk: Entered, found: Job) -> Page:
    """Return one page of what a job found; a locator of `null` is the last one's.

    Raises `Doubt` where the page is not whole: nothing else would tell that records are missing.
    """
    if not 200 <= answer.status < 300:
        raise error_of(answer)
    names = table.named(walk.field)
    rows = csv.DictReader(io.StringIO(answer.body.decode("utf-8", "replace"), newline=""))
    there = [record(_row(row), table, names) for row in rows if is_id(row.get(ID) or "")]
    _check_whole(answer, rows.fieldnames or (), len(there))
    changes = [change(one, table, walk) for one in there]
    stamps = [change.stamp for change in changes if change.stamp is not None]
    locator = answer.headers.get("sforce-locator", _LAST)
    position = None if locator == _LAST else str(found._replace(locator=locator))
    return Page(changes, position, max(stamps, default=None), answer.server_time())


def _check_whole(answer: Answer, columns: Collection[str], count: int) -> None:
    said = answer.headers.get("sforce-numberofrecords")
    if said not in (None, str(count)) or (ID not in columns and said != "0"):
        raise Doubt(f"Salesforce: a page of the bulk job holds {count} records, and not {said or 'any'}")


def _row(row: Mapping[str, Any]) -> Mapping[str, RawValue]:
    """A related record's field is a column named by its path."""
    return {str(name): value or None for name, value in row.items() if isinstance(value, str)}
