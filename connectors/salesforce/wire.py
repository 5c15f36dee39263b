"""What is asked of Salesforce about leads, and what it answers, as values of the contract (pure).

Times are text such as 2026-05-01T07:25:37.000+0000, in whole seconds; a field of a related record stands in an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property, partial
from typing import Any, NamedTuple

from connectors.calls import batches
from connectors.contract import Absent, Change, Entered, Everything, Look, Page, RawValue, Record
from connectors.errors import Doubt, Stop
from connectors.http import Answer
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire_dates import moment, stamp
from connectors.salesforce.wire_ids import full, is_id
from connectors.salesforce.wire_paths import below_host
from router.model import ConnectionName, LeadRef, OwnerId, RecordId

ID, OWNER = "Id", "OwnerId"
CONVERTED, DELETED, MASTER = "IsConverted", "IsDeleted", "MasterRecordId"
MERGED = frozenset({"lead", "contact", "account", "case"})
"""The objects whose records can be merged."""

PAGE = 2000
FEWER = {"Sforce-Query-Options": "batchSize=1000"}
"""Asks for half of what a page usually holds: in a walk by date several wait in memory until they are routed."""

MANY = 20_000
"""With more records than this, a walk is read as a bulk job: page by page it would take much of the day's calls."""

LOST_CURSOR = frozenset({"INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT", "NOT_FOUND"})

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Table:
    """The object that holds the leads, and which of its fields are read, each as the mapping writes it."""

    connection: ConnectionName
    object: str
    fields: frozenset[str]
    zone: tzinfo = UTC

    @property
    def leads(self) -> bool:
        """Whether it is the standard object of leads, which alone can be converted."""
        return self.object.lower() == "lead"

    @property
    def there(self) -> tuple[str, ...]:
        """The condition for records that are ours to see."""
        return (f"{CONVERTED} = false",) if self.leads else ()

    @cached_property
    def core(self) -> tuple[str, ...]:
        return (ID, OWNER, *((CONVERTED,) if self.leads else ()))

    def ref(self, record: str) -> LeadRef:
        return LeadRef(self.connection, self.object, RecordId(record))

    def is_ours(self, ref: LeadRef) -> bool:
        """Return whether the org may have this record; an odd id would make it refuse the whole query."""
        return (ref.connection, ref.object) == (self.connection, self.object) and is_id(ref.record)

    def named(self, *also: str) -> tuple[str, ...]:
        """Return all fields to read, in every case in which they are written."""
        return tuple(dict.fromkeys([*also, *sorted(self.fields), *self.core]))

    def asked(self, *also: str) -> tuple[str, ...]:
        """Return all fields to read, each once: Salesforce refuses one that is there twice."""
        return tuple({name.lower(): name for name in self.named(*also)}.values())

    def room(self, *also: str) -> tuple[tuple[str, ...], bool]:
        """Return the fields for which a walk's query has room, and whether they are all of them."""
        every = self.asked(*also)
        return (every, True) if soql.fits(",".join(every), beside=1_000) else ((*also, *self.core), False)


# --- walks ------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a walk by date stands: behind a record of that date, and where the server's own cursor goes on.

    `date` is as a query writes it. Without a `record` it is the place before all of that date.
    """

    date: str
    record: str = ""
    cursor: str = ""

    def __str__(self) -> str:
        return " ".join([self.date, self.record or "-", *([self.cursor] if self.cursor else [])])


def place(position: str) -> Place:
    """Return the place that a position names."""
    date, record, cursor, *more = [*position.split(" "), "", ""]
    record = "" if record == "-" else record
    sound = moment(date) and (not record or is_id(record)) and (not cursor or cursor.startswith("/services/"))
    if any(more) or not sound:
        raise lost(position)
    return Place(date, record, cursor)


def lost(position: str) -> Stop:
    return Stop(f"{position!r} is no position of this connector: begin the walk again")


def entered(table: Table, walk: Entered, at: Place, fields: Iterable[str]) -> str:
    """Return the query for the records of a walk behind a place."""
    later = soql.behind(walk.field, at.date, at.record) if at.record else f"{walk.field} >= {at.date}"
    return soql.select(fields, table.object, [later, *table.there], f"ORDER BY {walk.field}, {ID}")


def swept(table: Table, position: str | None, fields: Iterable[str]) -> str:
    """Return the query for a page of all records, which goes by id."""
    if position is not None and not is_id(position):
        raise lost(position)
    later = [f"{ID} > {soql.text(position)}"] if position else []
    return soql.select(fields, table.object, [*later, *table.there], f"ORDER BY {ID} LIMIT {PAGE}")


def walked(answer: Answer, body: Any, table: Table, walk: Entered, at: Place) -> Page:
    """Return a page of a walk by date. Its end is `done` and nothing else: the server chooses how long a page is."""
    changes = [change(one, table, walk) for one in _records(body, table, walk.field)]
    return _page(answer, changes, _following(body, changes, walk, at))


def change(found: Record, table: Table, walk: Entered) -> Change:
    """Return a record as it is met on a walk by date."""
    return Change(found, stamp(found.fields.get(walk.field), table.zone))


def swept_page(answer: Answer, body: Any, table: Table, walk: Everything) -> Page:
    """Return a page of the sweep; a full one may be the last, which the next one tells."""
    changes = [
        Change(one, _newest(one, walk.dates, table.zone)) for one in _records(body, table, *walk.dates)
    ]
    goes_on = changes and (not _done(body) or len(rows(body)) >= PAGE)
    return _page(answer, changes, changes[-1].record.ref.record if goes_on else None)


def _page(answer: Answer, changes: Sequence[Change], position: str | None) -> Page:
    stamps = [change.stamp for change in changes if change.stamp is not None]
    return Page(changes, position, max(stamps, default=None), answer.server_time())


def _following(body: Any, changes: Sequence[Change], walk: Entered, at: Place) -> str | None:
    further = cursor(body)
    if further is None:
        return None
    dates = ((one.record, moment(one.record.fields.get(walk.field))) for one in reversed(changes))
    last, date = next(((record, date) for record, date in dates if date is not None), (None, None))
    if last is not None and date is not None:
        new = further if further != at.cursor else ""  # one that stands still leads nowhere
        return str(Place(soql.like(at.date, date), last.ref.record, new))
    if further in ("", at.cursor):
        raise Doubt("Salesforce says that there is more, and not where")
    return str(at._replace(cursor=further))


def _done(body: Any) -> bool:
    return body.get("done") is not False


def _newest(record: Record, dates: Iterable[str], zone: tzinfo) -> datetime | None:
    return max((at for name in dates if (at := stamp(record.fields.get(name), zone))), default=None)


# --- records ----------------------------------------------------------------------------------------------


def rows(body: Any) -> Rows:
    """Return the rows of a query's answer; raises `Doubt` where it is none: no rows would mean no records."""
    found = body.get("records") if isinstance(body, Mapping) else None
    if not isinstance(found, list):
        raise Doubt("Salesforce's answer to a query has no records")
    return [one for one in found if isinstance(one, Mapping)]


def total(body: Any) -> int:
    """Return how many rows a query has found, which stands on each of its pages."""
    found = body.get("totalSize")
    return found if isinstance(found, int) else 0


def cursor(body: Any) -> str | None:
    """Return where the answer to a query goes on, None at its end, "" where it does not say."""
    return None if _done(body) else below_host(str(body.get("nextRecordsUrl") or ""))


def record_id(row: Mapping[str, Any]) -> str:
    """Return a row's id: a query that did not ask for it tells it by the address of the record."""
    return full(str(row.get(ID) or str((row.get("attributes") or {}).get("url") or "").rpartition("/")[2]))


def _records(body: Any, table: Table, *also: str) -> Iterator[Record]:
    names = table.named(*also)
    for row in rows(body):
        if is_id(record_id(row)):
            yield record(row, table, names)


def record(row: Mapping[str, Any], table: Table, names: Iterable[str]) -> Record:
    """Return a row as a record; Salesforce answers with its own spelling of names, we with that of the mapping."""
    # Most values stand there as they are; to look for each with care would take a third of the connector's time.
    fields = {
        name: found if type(found := row.get(name, row)) in _AS_THEY_ARE else value(row, name)
        for name in names
    }
    owner = fields.get(OWNER)
    return Record(table.ref(record_id(row)), fields, OwnerId(full(str(owner))) if owner else None)


_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def value(row: Mapping[str, Any], name: str) -> RawValue:
    """Return a field, or by a path one of a related record, whatever the case in which its name is written."""
    found: Any = row
    for part in (name,) if name in row else name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found[part] if part in found else _spelt(found, part)
    return _plain(found)


def _spelt(row: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in row.items() if key.lower() == name.lower()), None)


def _plain(found: Any) -> RawValue:
    if found is None or isinstance(found, str | int | float):
        return found
    return json.dumps(found, ensure_ascii=False)


# --- looks ------------------------------------------------------------------------------------------------


def looked(table: Table) -> tuple[str, ...]:
    """Return the fields of a look besides those of the mapping."""
    return (DELETED, *((MASTER,) if table.object.lower() in MERGED else ()))


def by_ids(table: Table, ids: Sequence[str], fields: Sequence[str]) -> Iterator[str]:
    """Yield queries for the records by id; fields for which one has no room are asked for by another one."""
    core = (*table.core, *looked(table))
    more = [name for name in fields if name not in core]
    for some in batches(ids, soql.TOGETHER):
        query = partial(_by_id, table.object, core, f"{ID} IN {soql.texts(some)}")
        yield from soql.filled(more, query, len(more)) if more else [query(())]


def _by_id(kind: str, core: Sequence[str], condition: str, fields: Sequence[str]) -> str:
    return soql.select([*core, *fields], kind, [condition])


def looks(found: Rows, table: Table, refs: Iterable[LeadRef]) -> dict[LeadRef, Look]:
    """Return what the rows say of each ref; rows of one record complete each other."""
    names = (*table.named(), *looked(table))
    there: dict[str, Mapping[str, Any]] = {}
    for row in found:
        key = record_id(row)
        there[key] = {**there[key], **row} if key in there else row
    looks = {ref: _look(there.get(full(ref.record)), table, names) for ref in refs}
    return {ref: _as_asked(ref, look) for ref, look in looks.items()}


def _look(row: Mapping[str, Any] | None, table: Table, names: Sequence[str]) -> Look:
    if row is None:
        return Look(None, Absent.MISSING)
    if row.get(DELETED) is True:
        survivor = row.get(MASTER)
        return Look(None, Absent.MERGED, RecordId(full(survivor))) if survivor else Look(None, Absent.DELETED)
    if row.get(CONVERTED) is True:
        return Look(None, Absent.CONVERTED)
    return Look(record(row, table, names))


def _as_asked(ref: LeadRef, look: Look) -> Look:
    """A ref may hold the short form of an id: the record comes back under the ref that was asked for."""
    found = look.record
    if found is None or found.ref == ref:
        return look
    return Look(Record(ref, found.fields, found.owner))
