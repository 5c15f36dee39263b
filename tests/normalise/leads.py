"""Records and mappings for the tests of normalising."""

from __future__ import annotations

from connectors.contract import RawValue, Record
from connectors.normalise.mapping import FieldMap, FieldMapping, normalise
from connectors.normalise.standard import HEADINGS
from router.model import ConnectionName, Lead, LeadRef, OwnerId, RecordId

REF = LeadRef(ConnectionName("crm"), "contacts", RecordId("1"))


def record(fields: dict[str, RawValue], owner: str | None = None) -> Record:
    return Record(REF, fields, None if owner is None else OwnerId(owner))


def lead(fields: dict[str, RawValue], *maps: FieldMap, zone: str = "UTC") -> Lead:
    """Normalise one record with the given maps, or with the standard mapping of tables."""
    return normalise(record(fields), FieldMapping(maps) if maps else HEADINGS, zone=zone)
