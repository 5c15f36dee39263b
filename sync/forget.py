"""A person is forgotten: nothing personal stays in the store, and a tombstone keeps it from coming back."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.model import ConnectionName, Lead, LeadRef, RecordId
from sync import schema
from sync.bulk import Lookup
from sync.codec import dumps, lead_from_text, lead_to_text
from sync.decide import person_hashes
from sync.ledger import rows_of
from sync.steps import UNDECIDED, Row, Step

FORGOTTEN = "forgotten"
_PERSONS = Lookup(schema.persons, "hash", ("hash", "lead"))
_BODIES = Lookup(schema.lead_values, "record", ("record", "body"))


@dataclass(slots=True)
class Person:
    """What the store has of one person. `records` are keys of records, `hashes` of the person's keys.

    `mentions` are values of other people's leads in which the address stands, by id, with the address taken out;
    `configurations` the same of stored configurations, by hash.
    """

    records: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)
    mentions: dict[str, str] = field(default_factory=dict)
    configurations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was removed of a person; `leads` are the records, `stopped` those that still waited for an owner."""

    leads: tuple[str, ...]
    values: int
    persons: int
    mentions: int
    configurations: int
    stopped: int


class Address:
    """An e-mail address, and how it is found and taken out of texts."""

    def __init__(self, email: str) -> None:
        self.email = email.casefold()
        self._found = re.compile(rf"(?<![\w.+-]){re.escape(email)}(?![\w-]|\.\w)", re.IGNORECASE)
        self._instead = f"forgotten-{secrets.token_hex(4)}@forgotten.invalid"

    def is_in(self, text: str) -> bool:
        return self._found.search(text) is not None

    def without(self, text: str) -> str:
        """Return the text with another address, of nobody, in its place: lists stay lists."""
        return self._found.sub(self._instead, text)

    def within(self, value: Any) -> Any:
        """Return a value of JSON without the address."""
        match value:
            case str():
                return self.without(value)
            case list():
                return [self.within(item) for item in value]
            case dict():
                return {key: self.within(item) for key, item in value.items()}
        return value

    def is_of(self, lead: Lead) -> bool:
        """Say whether it is this lead's own address, understood or not."""
        if lead.email and lead.email.casefold() == self.email:
            return True
        return any(unread.field == "email" and self.is_in(unread.raw) for unread in lead.unread)


def find(tx: sa.Connection, address: Address, key: bytes) -> Person:
    """Find every record of the person: by the address, and by what the found ones are known under otherwise."""
    person = Person(hashes={*person_hashes(key, _only(address.email)).values()})
    wanted, asked = {address.email}, set[str]()
    fresh = _by_hash(tx, person.hashes)
    while wanted or fresh:
        found = _holding(tx, wanted)
        fresh |= {record for _, record, lead in found if address.is_of(lead) or _known(person, key, lead)}
        fresh -= person.records
        person.records |= fresh
        leads = _values(tx, fresh)
        hashes = {hashed for lead in leads for hashed in person_hashes(key, lead).values()} - person.hashes
        person.hashes |= hashes
        asked |= wanted
        wanted = {text for lead in leads for text in _needles(lead)} - asked
        fresh = _by_hash(tx, hashes)
    person.mentions = dict(_mentions(tx, address, person.records))
    person.configurations = dict(_configurations(tx, address))
    return person


def _only(email: str) -> Lead:
    return Lead(ref=LeadRef(ConnectionName(""), "", RecordId("")), email=email)


def _known(person: Person, key: bytes, lead: Lead) -> bool:
    return not person.hashes.isdisjoint(person_hashes(key, lead).values())


def _needles(lead: Lead) -> Iterator[str]:
    """Yield what another record of the same person would hold, too."""
    if lead.email:
        yield lead.email.casefold()
    if lead.phone and lead.name:
        yield lead.phone


def _by_hash(tx: sa.Connection, hashes: set[str]) -> set[str]:
    return {str(lead).rpartition("#")[0] for _, lead in _PERSONS(tx, hashes)}


def _values(tx: sa.Connection, records: set[str]) -> list[Lead]:
    return [lead_from_text(body) for _, body in _BODIES(tx, records) if body is not None]


def _holding(tx: sa.Connection, texts: set[str]) -> list[tuple[str, str, Lead]]:
    """Return the values in which one of the texts stands: id, record, lead."""
    if not texts:
        return []
    values = schema.lead_values
    asked = sa.or_(*(_has(values.c.body, text) for text in texts))
    found = tx.execute(sa.select(values.c.id, values.c.record, values.c.body).where(asked))
    return [(row.id, row.record, lead_from_text(row.body)) for row in found]


def _has(column: sa.Column[Any], text: str) -> sa.ColumnElement[bool]:
    """Say whether a JSON text has it; letters beyond ASCII are written as they are, or as earlier versions did."""
    written = {form[1:-1].lower() for form in (dumps(text), json.dumps(text))}
    return sa.or_(*(sa.func.lower(column).contains(form, autoescape=True) for form in sorted(written)))


def _mentions(tx: sa.Connection, address: Address, own: set[str]) -> Iterator[tuple[str, str]]:
    for i, record, lead in _holding(tx, {address.email}):
        text = lead_to_text(lead)
        changed = dumps(address.within(json.loads(text)))
        if record not in own and changed != text:
            yield i, changed


def _configurations(tx: sa.Connection, address: Address) -> Iterator[tuple[str, str]]:
    table = schema.configurations
    query = sa.select(table).where(_has(table.c.files, address.email))
    for row in tx.execute(query):
        changed = dumps(address.within(json.loads(row.files)))
        if changed != row.files:
            yield row.hash, changed


def line_without(address: Address, line: str) -> str:
    """Return a line of the archive without the address."""
    if address.email not in line.lower():
        return line
    entry = json.loads(line)
    if "files" in entry:
        entry["files"] = dumps(address.within(json.loads(entry["files"])))
    return dumps(address.within(entry)) + "\n"


# --- removing ---------------------------------------------------------------------------------------------


def remove(tx: sa.Connection, person: Person, now: datetime) -> Removed:
    """Empty what is the person's and leave a tombstone on each of their records."""
    rows = [row for record in sorted(person.records) for row in _rows(tx, record)]
    keys = [row.key for row in rows]
    removed = Removed(
        leads=tuple(sorted({str(row.ref) for row in rows})),
        values=_empty_values(tx, person.records),
        persons=_forget_keys(tx, person.hashes, keys),
        mentions=len(person.mentions),
        configurations=len(person.configurations),
        stopped=sum(row.step in UNDECIDED for row in rows),
    )
    for row in rows:
        _bury(tx, row, now)
    for i, body in person.mentions.items():
        _update(tx, schema.lead_values, "id", i, body=body)
    for config, files in person.configurations.items():
        _update(tx, schema.configurations, "hash", config, files=files)
    return removed


def _rows(tx: sa.Connection, record: str) -> list[Row]:
    return list(rows_of(tx, sa.select(schema.leads).where(schema.leads.c.record == record)))


def _empty_values(tx: sa.Connection, records: set[str]) -> int:
    values = schema.lead_values
    return sum(
        tx.execute(
            values.update().where(values.c.record == record, values.c.body.is_not(None)).values(body=None)
        ).rowcount
        for record in records
    )


def _forget_keys(tx: sa.Connection, hashes: set[str], leads: Sequence[str]) -> int:
    persons = schema.persons
    by_hash = [persons.c.hash == hashed for hashed in hashes]
    by_lead = [persons.c.lead == lead for lead in leads]
    return sum(tx.execute(persons.delete().where(each)).rowcount for each in (*by_hash, *by_lead))


def _bury(tx: sa.Connection, row: Row, now: datetime) -> None:
    """What waits for an owner is left alone from now on; what is on its way is finished, by its id alone."""
    ends = {"step": Step.SKIPPED, "due": None} if row.step in UNDECIDED else {}
    _update(tx, schema.leads, "key", row.key, reason=FORGOTTEN, forgotten=now, **ends)
    _update(tx, schema.decisions, "lead", row.key, reasons=dumps([FORGOTTEN]))


def _update(tx: sa.Connection, table: sa.Table, by: str, key: str, **values: object) -> None:
    tx.execute(table.update().where(table.c[by] == key).values(**values))
