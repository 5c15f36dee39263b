"""What a write does beside storing values: checks, computed properties, side effects of owners, merges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sandbox.hubspot.account import Account, Call
from sandbox.hubspot.fields import STAGES, Wrong, accepted, text_of
from sandbox.hubspot.records import Record, Source, Table
from sandbox.hubspot.refusals import Refused, bad_request, conflict, error
from sandbox.timeline import iso

_LONGEST_NOTE = 65_536
_MOST_MERGES = 250
_PREVIEW = 200
_REQUIRED = {"notes": ("hs_timestamp",), "tasks": ("hs_timestamp",), "leads": ("hs_lead_name",)}
_BODIES = {"notes": "hs_note_body", "tasks": "hs_task_body", "meetings": "hs_meeting_body"}


# --- checks -----------------------------------------------------------------------------------------------


def checked(account: Account, table: Table, properties: object) -> tuple[dict[str, str], list[Wrong]]:
    """Return the values as they would be stored, and what is wrong with the others."""
    if not isinstance(properties, Mapping):
        raise bad_request("properties must be an object", None)
    values: dict[str, str] = {}
    wrong: list[Wrong] = []
    for name, raw in properties.items():
        if raw is None:
            continue
        found = _checked(account, table, name, text_of(raw))
        if isinstance(found, Wrong):
            wrong.append(found)
        else:
            values[name] = found
    return values, wrong


def _checked(account: Account, table: Table, name: str, value: str) -> str | Wrong:
    if name == "hubspot_owner_id" and value:
        return _owner(account, value)
    if name == "email" and value:
        value = value.strip().lower()
        if "@" not in value:
            return Wrong(f"Email address {value} is invalid", "INVALID_EMAIL", name)
    if name == "hs_note_body" and len(value) > _LONGEST_NOTE:
        return Wrong(f"The note body may not exceed {_LONGEST_NOTE} characters", "PROPERTY_TOO_LONG", name)
    return accepted(table.properties, name, value, where=account.where(table.kind))


def _owner(account: Account, value: str) -> str | Wrong:
    """Refuse a user id, an archived owner and a stranger. The live body is not established."""
    owner = account.owners.get(value)
    if owner is not None and not owner.archived:
        return value
    return Wrong(f"{value} was not one of the allowed options: owner", "INVALID_OWNER_ID", "hubspot_owner_id")


def require(table: Table, values: Mapping[str, str]) -> None:
    """Refuse a new record without the properties its kind must have."""
    missing = [name for name in _REQUIRED.get(table.kind.name, ()) if not values.get(name)]
    if missing:
        names = ", ".join(missing)
        message = f"Error creating {table.kind.upper}. Some required properties were not set."
        raise bad_request(message, context={"properties": [names]})


def require_seat(account: Account, table: Table, values: Mapping[str, str]) -> None:
    """Refuse a lead whose owner holds no sales seat (documented, never recorded)."""
    owner = account.owners.get(values.get("hubspot_owner_id", ""))
    if table.kind.name == "leads" and owner is not None and not owner.seat:
        raise bad_request("Lead owner must have a Sales Hub seat")


def refused_by_rule(call: Call, table: Table, values: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the error of the admin's rule that refuses these values; raises where it refuses the whole call."""
    if not call.ruled:
        return None
    for rule in call.account.rules:
        if rule.kind == table.kind.name and rule.refuses(values):
            body = error(rule.message, "VALIDATION_ERROR", subCategory="crm.properties.VALIDATION_RULE")
            if rule.whole:
                raise Refused(400, body)
            return body
    return None


# --- changing ---------------------------------------------------------------------------------------------


def create(
    account: Account,
    table: Table,
    values: dict[str, str],
    source: Source,
    *,
    id: str | None = None,  # noqa: A002 - the API's own word
    created: int | None = None,
    hidden: float = 0.0,
) -> Record:
    """Store a new record with what HubSpot computes; raises 409 for an e-mail that is taken."""
    for name in values:
        if table.is_unique(name) and (existing := table.by_unique(name, values[name])):
            raise conflict(existing.id)
    key = id or table.new_id()
    at = account.timeline.millis if created is None else created
    full = {**values, **_computed(table, values, key, at), **owned(account, values, at), **_origin(source)}
    record = table.insert(full, id=key, created=at, source=source)
    record.hidden = hidden
    since = account.timeline.now if created is None else created / 1000
    account.reveal(table, record, full, since=since)
    if table.kind.name == "contacts":
        account.bump_later(table, record, since=since)
    flag = {"changeFlag": "CREATED", "changeSource": source.type}
    account.hooks.tell(table.kind.singular, "creation", record.number, at, **flag)
    return record


@cache
def _origin(source: Source) -> Mapping[str, str]:
    found = {"hs_object_source": source.type, "hs_object_source_label": source.type}
    return found | ({"hs_object_source_id": source.id} if source.id else {})


def _computed(table: Table, values: Mapping[str, str], key: str, at: int) -> dict[str, str]:
    kind = table.kind.name
    found = _preview(values.get(_BODIES.get(kind, ""), ""))
    if kind == "contacts":
        found = {"hs_all_contact_vids": key, "hs_is_contact": "true", "hs_is_unworked": "true"}
        found |= domain_of(values)
    if kind == "companies" and values.get("domain") and "website" not in values:
        found["website"] = values["domain"]
    if kind in ("contacts", "companies"):
        found["hs_pipeline"] = f"{kind}-lifecycle-pipeline"
        stage = found["lifecyclestage"] = values.get("lifecyclestage") or "lead"
        if kind == "contacts" and stage == "lead":
            found["hs_lifecyclestage_lead_date"] = iso(at)
    if kind in _BODIES:
        found["hs_obj_coords"] = f"{table.kind.type_id}-{key}"
    return found


def _preview(body: str) -> dict[str, str]:
    if not body:
        return {}
    return {
        "hs_body_preview": body[:_PREVIEW],
        "hs_body_preview_html": f"<html>\n <head></head>\n <body>\n {body[:_PREVIEW]}\n </body>\n</html>",
        "hs_body_preview_is_truncated": "true" if len(body) > _PREVIEW else "false",
    }


def domain_of(values: Mapping[str, str]) -> dict[str, str]:
    email = values.get("email")
    return {"hs_email_domain": email.rpartition("@")[2]} if email else {}


def owned(account: Account, values: Mapping[str, str], at: int) -> dict[str, str]:
    """Return what a written owner changes beside itself."""
    if "hubspot_owner_id" not in values:
        return {}
    owner = account.owners.get(values["hubspot_owner_id"])
    return {
        "hubspot_owner_assigneddate": iso(at),
        "hs_all_owner_ids": values["hubspot_owner_id"],
        "hs_user_ids_of_all_owners": str(owner.user_id) if owner else "",
    }


def update(
    account: Account, table: Table, record: Record, values: Mapping[str, str], source: Source
) -> Mapping[str, str]:
    """Change a record and return what the answer tells: the asked and the computed properties.

    The last write wins; the history keeps only values that differ.
    """
    at = account.timeline.millis
    old = record.values
    new = {name: value for name, value in values.items() if old.get(name, "") != value}
    if _backwards(old, new):
        del new["lifecyclestage"]
    computed = owned(account, new, at)
    if source.user is not None:
        computed["hs_updated_by_user_id"] = str(source.user)
    if "email" in new:
        computed |= domain_of(new)
    changes = new | computed
    table.write(record, changes, at=at, source=source)
    account.reveal(table, record, changes)
    account.hooks.changed(table.kind.singular, record.number, at, changes, source.type)
    return {**values, **changes, **domain_of(values)}


def _backwards(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Say whether a lifecycle stage would move back, which the account ignores unless it was cleared."""
    was, will = old.get("lifecyclestage"), new.get("lifecyclestage")
    if not was or not will or was not in STAGES or will not in STAGES:
        return False
    return STAGES.index(will) < STAGES.index(was)


def archive(account: Account, table: Table, record: Record) -> None:
    """Remove a record; search still counts it until the index follows."""
    table.remove(record)
    account.reveal(table, record)
    account.links.drop(table.kind.type_id, record.id)
    account.hooks.tell(table.kind.singular, "deletion", record.number, account.timeline.millis)


def merge(account: Account, table: Table, primary: Record, other: Record, source: Source) -> Record:
    """Make a third record of two, under a new id; both old ids lead to it from now on."""
    olds = [primary, other]
    merges = 1 + sum(table.merges[old.id] for old in olds)
    if merges > _MOST_MERGES:
        raise Refused(414, error("This record took part in too many merges", "VALIDATION_ERROR"))
    at = account.timeline.millis
    values = {**other.values, **{name: value for name, value in primary.values.items() if value}}
    values |= _merged(table, primary, other, at)
    created = min(old.created for old in olds)
    key = table.new_id()
    if table.kind.name == "contacts":
        values["hs_all_contact_vids"] = f"{key};{primary.id};{other.id}"
    new = table.insert(values, id=key, created=created, source=source)
    table.merges[key] = merges
    for old in olds:
        table.merge(old, new)
        account.reveal(table, old)
        account.links.move(table.kind.type_id, old.id, new.id)
    new.changes = [*sorted((*primary.changes, *other.changes), key=_at), *new.changes]
    table.write(new, {}, at=at, source=source)
    account.reveal(table, new, values)
    _tell_merge(account, table, new, olds)
    return new


def _tell_merge(account: Account, table: Table, new: Record, olds: list[Record]) -> None:
    """Tell a merge and one deletion; no property change is told of."""
    numbers = [old.number for old in olds]
    more = {
        "primaryObjectId": numbers[0],
        "mergedObjectIds": numbers,
        "newObjectId": new.number,
        "numberOfPropertiesMoved": len(new.values),
    }
    account.hooks.tell(table.kind.singular, "merge", new.number, new.updated, **more)
    account.hooks.tell(table.kind.singular, "deletion", numbers[1], new.updated)


def _merged(table: Table, primary: Record, other: Record, at: int) -> dict[str, str]:
    olds = f"{primary.id};{other.id}"
    earlier = [old.values.get("hs_merged_object_ids", "") for old in (primary, other)]
    found = {"hs_merged_object_ids": ";".join([text for text in earlier if text] + [olds])}
    emails = _also(other.values.get("email"), [primary.values.get("hs_additional_emails", "")])
    if table.kind.name == "contacts":
        found["hs_calculated_merged_vids"] = f"{primary.id}:{at};{other.id}:{at}"
        found["hs_additional_emails"] = emails
    return {name: value for name, value in found.items() if value}


def _also(email: str | None, known: Iterable[str]) -> str:
    return ";".join(text for text in [*known, email or ""] if text)


def _at(change: tuple[int, Mapping[str, str], Source]) -> int:
    return change[0]
