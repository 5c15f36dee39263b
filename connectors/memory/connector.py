"""The reference connector, over a CRM in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.calls import LOST, asked
from connectors.contract import (
    Absent,
    Account,
    Assignment,
    Change,
    Company,
    Connector,
    Entered,
    Everything,
    Features,
    Look,
    Note,
    Outcome,
    OwnerChange,
    Page,
    Record,
    T,
    User,
    Verdict,
    Walk,
)
from connectors.errors import Stop
from connectors.memory import Options
from connectors.memory.companies import known_as
from connectors.memory.crm import Answer, Key, MemoryCrm, NoteWrite, OwnerWrite
from connectors.memory.files import Files
from connectors.memory.rows import FIRST, Row, stamp_of
from router.model import LeadRef, OwnerId, RecordId

ABILITIES = Features(conditional_write=True, history=True, idempotent_notes=True, accounts=True)


class MemoryConnector(Connector):
    """A connector over `crm`. `features` may take abilities away, to stand in for a CRM without them.

    `saved` is called on close: where the CRM is backed by files, it brings them up to date.
    """

    def __init__(
        self,
        crm: MemoryCrm,
        account: Account,
        *,
        features: Features = ABILITIES,
        page_size: int = 200,
        saved: Callable[[], None] | None = None,
    ) -> None:
        accounts = features.accounts and crm.companies is not None
        self.features = replace(features, any_owner=crm.users() is None, accounts=accounts)
        self._crm = crm
        self._account = account
        self._size = page_size
        self._saved = saved

    def pages(self, walk: Walk, position: str | None) -> Page:
        date = walk.field if isinstance(walk, Entered) else None
        start = walk.since if isinstance(walk, Entered) else FIRST
        after = (start, RecordId("")) if position is None else _key(position)

        def apply() -> Page:
            now = self._crm.now()  # before the look: what arrives between the two is newer
            found, more = self._crm.page(date, after, self._size)
            stamps = [key[0] if date else _newest(row, walk) for key, row in found]
            changes = [
                Change(self._record(row), stamp) for (_, row), stamp in zip(found, stamps, strict=True)
            ]
            newest = max((stamp for stamp in stamps if stamp is not None), default=None)
            return Page(changes, _position(found[-1][0]) if more else None, newest, now)

        return self._ask("pages", apply)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._each("read", refs, self._look)

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        writes = [self._owner_write(one) for one in batch]
        refs = [one.record.ref for one in batch]
        return self._send("assign", refs, lambda: self._crm.write_owners(writes))

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        once = self.features.idempotent_notes
        writes = [NoteWrite(self._id(note.ref), note.key, note.body, once) for note in batch]
        return self._send("annotate", [note.ref for note in batch], lambda: self._crm.write_notes(writes))

    def owners(self) -> Sequence[User]:
        return self._ask("owners", self._users)

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        def apply() -> frozenset[str]:
            rows = self._crm.look(self._id(note.ref) for note in notes)
            there = {(row.id, note.key) for row in rows if row is not None for note in row.notes}
            return frozenset(note.key for note in notes if (self._id(note.ref), note.key) in there)

        return self._ask("noted", apply) if notes else frozenset()

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        if not self.features.history:
            return super().history(refs)
        return self._each("history", refs, lambda _ref, row: row.history if row else ())

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        if not self.features.accounts:
            return super().accounts(domains, names)
        if not domains and not names:
            return []
        return self._ask("accounts", lambda: known_as((self._crm.companies or {}).values(), domains, names))

    def close(self) -> None:
        if self._saved is not None:
            self._saved()

    def _ask(self, call: str, apply: Callable[[], T]) -> T:
        return asked(lambda: self._account.transport(call, apply))

    def _send(
        self, call: str, refs: Sequence[LeadRef], apply: Callable[[], Sequence[Answer]]
    ) -> list[Outcome]:
        if not refs:
            return []
        try:
            answers = self._account.transport(call, apply)
        except LOST:
            return [Outcome(ref, Verdict.DOUBTFUL, f"{call}: no answer") for ref in refs]
        return [Outcome(ref, *answer) for ref, answer in zip(refs, answers, strict=True)]

    def _each(
        self, call: str, refs: Sequence[LeadRef], tell: Callable[[LeadRef, Row | None], T]
    ) -> dict[LeadRef, T]:
        def apply() -> dict[LeadRef, T]:
            rows = self._crm.look(self._id(ref) for ref in refs)
            return {ref: tell(ref, row) for ref, row in zip(refs, rows, strict=True)}

        return self._ask(call, apply) if refs else {}

    def _id(self, ref: LeadRef) -> RecordId:
        """Return the record's id; a lead of another account or object is one that this CRM does not have."""
        ours = (ref.connection, ref.object) == (self._account.connection, self._account.object)
        return ref.record if ours else RecordId("")

    def _look(self, ref: LeadRef, row: Row | None) -> Look:
        if row is not None:
            return Look(self._record(row))
        gone, survivor = self._crm.gone(self._id(ref))
        if survivor is not None:
            return Look(None, Absent.MERGED, survivor)
        return Look(None, Absent.DELETED if gone else Absent.MISSING)

    def _record(self, row: Row) -> Record:
        ref = LeadRef(self._account.connection, self._account.object, row.id)
        version = str(row.version) if self.features.conditional_write else None
        return Record(ref, row.fields, row.owner, version)

    def _owner_write(self, one: Assignment) -> OwnerWrite:
        version = one.record.version if self.features.conditional_write else None
        return OwnerWrite(self._id(one.record.ref), one.owner, one.stamp, version)

    def _users(self) -> list[User]:
        users = self._crm.users()
        if users is not None:
            return users
        return [_seen(owner) for owner in self._crm.owners_seen()]


def _seen(owner: OwnerId) -> User:
    return User(owner, owner, email=owner if "@" in owner else None)


def _newest(row: Row, walk: Walk) -> datetime | None:
    moments = [stamp_of(row, name) for name in walk.dates] if isinstance(walk, Everything) else []
    return max((found for found in moments if found is not None), default=None)


def _position(key: Key) -> str:
    return json.dumps([key[0].isoformat(), key[1]])


def _key(position: str) -> Key:
    try:
        stamp, record = json.loads(position)
        return datetime.fromisoformat(stamp), RecordId(record)
    except (TypeError, ValueError) as error:
        raise Stop(f"{position!r} is no position of this connector: begin the walk again") from error


def connect(options: Options, account: Account) -> MemoryConnector:
    """Open the files named in `options`. Raises `Unloadable`, a ValueError that names file and line."""
    files = Files(options)
    return MemoryConnector(files.open(account.clock, rehearsal=account.rehearsal), account, saved=files.save)
