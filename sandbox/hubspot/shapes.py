"""Records as answers show them: every value a string or null, some stamps in one form, some in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.hubspot.account import Account
from sandbox.hubspot.records import Entry, Record, Table
from sandbox.timeline import iso, millis_of

_ECHOED = (
    "hs_is_contact",
    "hs_is_unworked",
    "hs_object_source",
    "hs_object_source_id",
    "hs_object_source_label",
    "hs_pipeline",
    "hs_pipeline_stage",
    "lifecyclestage",
)
"""What the answer to a single change shows beside it."""


def shown_names(table: Table, asked: Iterable[str]) -> tuple[str, ...]:
    """Return the properties of an answer: the asked ones that exist, with id and stamps; else the default."""
    known = [name for name in asked if name in table.properties]
    if not known:
        return table.kind.shown
    return tuple(sorted({*known, "hs_object_id", table.kind.created, table.kind.modified}))


def shown(account: Account, table: Table, record: Record, names: Sequence[str]) -> dict[str, Any]:
    """Return a record as it is read."""
    value = record.values.get
    return framed(account, table, record, {name: value(name) for name in names})


def framed(
    account: Account, table: Table, record: Record, properties: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return a record with exactly these properties."""
    shape: dict[str, Any] = {
        "id": record.id,
        "properties": properties,
        "createdAt": iso(record.created),
        "updatedAt": iso(record.updated),
        "archived": record.archived,
    }
    if account.behaviour.urls:
        kind = table.kind.type_id
        shape["url"] = f"https://app.hubspot.com/contacts/{account.id}/record/{kind}/{record.id}"
    return shape


def created_shape(account: Account, table: Table, record: Record) -> dict[str, Any]:
    """Return what a create answers: the given and computed properties, and no owner unless one was given."""
    values = {name: value for name in sorted(record.values) if (value := record.values[name])}
    lead_date = values.get("hs_lifecyclestage_lead_date")
    if lead_date and account.behaviour.late_dates:
        values["hs_lifecyclestage_lead_date"] = str(millis_of(lead_date))
    return framed(account, table, record, values)


def changed_shape(
    account: Account, table: Table, record: Record, told: Mapping[str, str], *, echo: bool
) -> dict[str, Any]:
    """Return what a change answers: changed and computed properties, never the whole record."""
    kind = table.kind
    names = [kind.modified] if kind.name == "contacts" and not echo else [kind.created, kind.modified]
    if kind.name != "contacts" or echo:
        names.append("hs_object_id")
    values = {**told, **{name: record.values[name] for name in names}}
    if echo:
        values |= {name: record.values[name] for name in _ECHOED if name in record.values}
    return framed(account, table, record, dict(sorted(values.items())))


def history_shape(record: Record, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the history of some properties, newest first."""
    return {name: [_entry(entry) for entry in record.history(name)] for name in names}


def _entry(entry: Entry) -> dict[str, Any]:
    source = entry.source
    shape: dict[str, Any] = {"value": entry.value, "timestamp": iso(entry.at), "sourceType": source.type}
    if source.id:
        shape["sourceId"] = source.id
    if source.label:
        shape["sourceLabel"] = source.label
    if source.user is not None:
        shape["updatedByUserId"] = source.user
    return shape
