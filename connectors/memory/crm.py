"""A small CRM in memory: what the server would be for any other connector."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.contract import NOBODY, Clock, Company, RawValue, User, Verdict
from connectors.memory.events import Added, Arrived, Deleted, Edited, Event, Merged, Noted, Owned, next_row
from connectors.memory.rows import FIRST, Row, stamp_of
from router.model import OwnerId, RecordId

Key = tuple[datetime, RecordId]
"""A place in a walk: the date walked over, and among equals the id."""

Recorder = Callable[[Sequence[Event]], None]
"""Makes events durable before they count, or raises."""


@dataclass(frozen=True, slots=True)
class OwnerWrite:
    """An owner to write; `version` None writes whatever the record has become."""

    record: RecordId
    owner: OwnerId
    fields: Mapping[str, RawValue] = field(default_factory=dict)
    version: str | None = None


@dataclass(frozen=True, slots=True)
class NoteWrite:
    """A note to write; `once`: not where the record has one with this key."""

    record: RecordId
    key: str
    body: str
    once: bool = True


Answer = tuple[Verdict, str]


class MemoryCrm:
    """Records, owners, their history, notes, deletes and merges, behind one lock.

    `users` None is a CRM without a list of users: every owner is accepted. `companies` None: it knows of none. `record`
    is given the events of each write before they count. The clock is never asked with the lock held: it may switch
    threads.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        users: Iterable[User] | None = None,
        companies: Iterable[Company] | None = None,
        record: Recorder | None = None,
    ) -> None:
        self.companies = None if companies is None else {one.id: one for one in companies}
        self._clock = clock
        self._users = None if users is None else {user.id: user for user in users}
        self._record = record
        self._rows: dict[RecordId, Row] = {}
        self._gone: dict[RecordId, RecordId | None] = {}
        self._walks: dict[str | None, list[Key]] = {}
        self._unrecorded: list[Event] = []
        self._number = 0
        self._lock = threading.Lock()

    # --- the hands of others: people, forms, integrations ---

    def add(
        self,
        fields: Mapping[str, RawValue],
        *,
        record: RecordId | None = None,
        owner: OwnerId | None = None,
    ) -> RecordId:
        """Create a record and return its id; with an old date in its fields it is one that shows late."""
        now = self._clock()
        with self._lock:
            chosen = record or self._free_id()
            if chosen in self._rows or chosen in self._gone:
                raise ValueError(f"there is a record {chosen!r} already")
            self._happen([Added(chosen, now, dict(fields), owner)])
        return chosen

    def edit(self, record: RecordId, fields: Mapping[str, RawValue]) -> None:
        """Change fields as a person would."""
        now = self._clock()
        with self._lock:
            self._happen([Edited(record, now, dict(fields), self._rows[record].version + 1)])

    def edit_owner(self, record: RecordId, owner: OwnerId | None) -> None:
        """Change the owner as a person would."""
        now = self._clock()
        with self._lock:
            self._happen([Owned(record, now, owner, {}, self._rows[record].version + 1, ours=False)])

    def delete(self, record: RecordId) -> None:
        """Delete a record; its id is never used again."""
        now = self._clock()
        with self._lock:
            self._happen([Deleted(self._rows[record].id, now)])

    def merge(self, loser: RecordId, survivor: RecordId) -> None:
        """Merge `loser` into `survivor`, which stays as it is."""
        now = self._clock()
        with self._lock:
            self._happen([Merged(self._rows[loser].id, now, self._rows[survivor].id)])

    # --- what the connector calls ---

    def now(self) -> datetime:
        return self._clock()

    def page(self, date: str | None, after: Key, size: int) -> tuple[Sequence[tuple[Key, Row]], bool]:
        """Return at most `size` records behind `after`, and whether there are more; `date` None is by id."""
        with self._lock:
            self._happen([])
            keys = self._walk(date)
            start = bisect_right(keys, after)
            found = [(key, self._rows[key[1]]) for key in keys[start : start + size]]
            return found, start + size < len(keys)

    def look(self, records: Iterable[RecordId]) -> list[Row | None]:
        """Return each record as it is now, None where there is none (any more)."""
        with self._lock:
            return [self._rows.get(record) for record in records]

    def gone(self, record: RecordId) -> tuple[bool, RecordId | None]:
        """Return whether a record was deleted or merged, and into which one."""
        with self._lock:
            return record in self._gone, self._gone.get(record)

    def write_owners(self, writes: Sequence[OwnerWrite]) -> list[Answer]:
        """Write owners for the connector's credentials; one answer per write, in order."""
        now = self._clock()
        with self._lock:
            named: set[RecordId] = set()
            answers: list[Answer] = []
            events: list[Event] = []
            for write in writes:
                answer = self._judge(write, named)
                named.add(write.record)
                answers.append(answer)
                if answer[0] is Verdict.DONE:
                    version = self._rows[write.record].version + 1
                    events.append(
                        Owned(write.record, now, write.owner or None, dict(write.fields), version, ours=True)
                    )
            self._happen(events)
            return answers

    def write_notes(self, writes: Sequence[NoteWrite]) -> list[Answer]:
        """Write notes; one answer per write, in order."""
        now = self._clock()
        with self._lock:
            answers: list[Answer] = []
            events: list[Event] = []
            places: dict[RecordId, list[str]] = {}
            for write in writes:
                row = self._rows.get(write.record)
                if row is None:
                    answers.append((Verdict.GONE, "there is no such record"))
                    continue
                answers.append((Verdict.DONE, ""))
                keys = places.setdefault(write.record, [note.key for note in row.notes])
                if not (write.once and write.key in keys):
                    events.append(Noted(write.record, now, write.key, write.body, len(keys)))
                    keys.append(write.key)
            self._happen(events)
            return answers

    def users(self) -> list[User] | None:
        """Return the users and queues, None where the CRM keeps no list."""
        return None if self._users is None else list(self._users.values())

    def owners_seen(self) -> list[OwnerId]:
        """Return every owner that stands on a record, each once."""
        with self._lock:
            return sorted({row.owner for row in self._rows.values() if row.owner is not None})

    # --- for the files behind it ---

    def rows(self) -> list[Row]:
        """Return every record, in the order in which they came."""
        with self._lock:
            return list(self._rows.values())

    def all_gone(self) -> dict[RecordId, RecordId | None]:
        """Return the deleted (None) and merged records, with the survivors."""
        with self._lock:
            return dict(self._gone)

    def load(self, rows: Iterable[Row], gone: Mapping[RecordId, RecordId | None]) -> None:
        """Take over records as they are, without a history of how they came."""
        with self._lock:
            self._gone.update(gone)
            self._rows.update((row.id, row) for row in rows if row.id not in self._gone)
            self._walks.clear()

    def replay(self, event: Event) -> None:
        """Apply an event of a journal; one that is in the records already changes nothing.

        Raises ValueError for an event that does not follow on the record.
        """
        with self._lock:
            self._apply(event)

    def later(self, events: Iterable[Event]) -> None:
        """Record these with the first page read or the next write; they are in the records already."""
        with self._lock:
            self._unrecorded.extend(events)

    # --- inside, with the lock held ---

    def _free_id(self) -> RecordId:
        self._number = max(self._number, len(self._rows) + len(self._gone)) + 1
        while RecordId(str(self._number)) in self._rows or RecordId(str(self._number)) in self._gone:
            self._number += 1
        return RecordId(str(self._number))

    def _judge(self, write: OwnerWrite, named: set[RecordId]) -> Answer:
        row = self._rows.get(write.record)
        if row is None:
            return Verdict.GONE, "there is no such record"
        if write.record in named:
            return Verdict.REFUSED, "the record is named twice in one call"
        if self._users is not None and write.owner != NOBODY:
            user = self._users.get(write.owner)
            if user is None:
                return Verdict.REFUSED, "the new owner is no user of this CRM"
            if not user.active:
                return Verdict.REFUSED, "the new owner is inactive in this CRM"
        if write.version is not None and write.version != str(row.version):
            return Verdict.CONFLICT, "the record was changed since it was seen"
        return Verdict.DONE, ""

    def _happen(self, events: Sequence[Event]) -> None:
        # Durable first: what cannot be recorded must not be seen by anybody.
        unrecorded = [*self._unrecorded, *events]
        if unrecorded and self._record is not None:
            self._record(unrecorded)
        self._unrecorded = []
        for event in events:
            self._apply(event)

    def _apply(self, event: Event) -> None:
        old = self._rows.get(event.record)
        match event:
            case Deleted() | Merged():
                if old is not None:
                    self._put(old, None)
                self._gone[event.record] = event.survivor if isinstance(event, Merged) else None
            case Arrived() | Edited() | Owned() | Noted() | Added():
                # A journal may speak of a record that has been taken out of the file since.
                if event.record not in self._gone and (old is not None or isinstance(event, Added)):
                    self._put(old, next_row(old, event))

    def _put(self, old: Row | None, new: Row | None) -> None:
        for date, keys in self._walks.items():
            _move(keys, _key(old, date), _key(new, date))
        if new is not None:
            self._rows[new.id] = new
        elif old is not None:
            del self._rows[old.id]

    def _walk(self, date: str | None) -> list[Key]:
        if date not in self._walks:
            keys = (_key(row, date) for row in self._rows.values())
            self._walks[date] = sorted(key for key in keys if key is not None)
        return self._walks[date]


def _key(row: Row | None, date: str | None) -> Key | None:
    if row is None:
        return None
    if date is None:
        return FIRST, row.id
    stamp = stamp_of(row, date)
    return None if stamp is None else (stamp, row.id)


def _move(keys: list[Key], old: Key | None, new: Key | None) -> None:
    if old == new:
        return
    if old is not None:
        del keys[bisect_left(keys, old)]
    if new is not None:
        insort(keys, new)
