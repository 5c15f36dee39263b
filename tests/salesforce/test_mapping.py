"""The mappings that are shipped: every name is one that a recorded org has, every line is understood."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

import connectors.salesforce
import sandbox.salesforce
from connectors.contract import Record
from connectors.normalise.mapping import FieldMap, FieldMapping, normalise, problem
from connectors.salesforce.standard import STANDARD
from connectors.salesforce.wire_describe import described, unknown
from router.model import Money
from tests.salesforce.recorded import ref

FILE = Path(connectors.salesforce.__file__).parent / "mapping.yaml"
LEAD = Path(sandbox.salesforce.__file__).parent / "describes" / "lead.json"
"""The 54 fields of a recorded org's leads."""


def read(text: str) -> FieldMapping:
    fields = yaml.safe_load(text)["fields"]
    entries = {name: one if isinstance(one, dict) else {"from": one} for name, one in fields.items()}
    return FieldMapping(tuple(FieldMap(name, one["from"], one.get("as")) for name, one in entries.items()))


def shipped() -> FieldMapping:
    return read(FILE.read_text())


def of_some_orgs() -> FieldMapping:
    """Return the lines that stand in the file's comment."""
    lines = re.findall(r"^#( {3}[\w.]+: \S+)", FILE.read_text(), re.MULTILINE)
    return read("fields:\n" + "\n".join(lines))


def test_every_line_can_be_used() -> None:
    lines = (*STANDARD.fields, *shipped().fields, *of_some_orgs().fields)
    assert [problem(each) for each in lines if problem(each)] == []


def test_every_field_is_one_that_the_recorded_org_has() -> None:
    lead = described(json.loads(LEAD.read_bytes()))
    assert list(unknown(lead, {each.source for each in (*STANDARD.fields, *shipped().fields)})) == []
    assert len(list(unknown(lead, {each.source for each in of_some_orgs().fields}))) == 6


def test_the_file_is_the_standard_mapping_but_for_what_only_it_has() -> None:
    assert set(shipped().fields) - set(STANDARD.fields) == {FieldMap("custom.rating", "Rating")}
    assert {each.field for each in STANDARD.fields} <= {each.field for each in shipped().fields}


FIELDS: dict[str, str | int | float | None] = {
    "FirstName": "Ana",
    "LastName": "Ruiz",
    "Email": "Ana@Example.com",
    "Phone": "(650) 253-0000",
    "Title": None,
    "Company": "Acme",
    "Website": "http://www.acme.com/us",
    "NumberOfEmployees": 1500,
    "AnnualRevenue": 2500000.0,
    "Country": "United States",
    "State": "California",
    "CreatedDate": "2026-03-01T12:00:00.000+0000",
    "Rating": "Hot",
}


@pytest.mark.parametrize("as_text", [False, True], ids=["json", "csv"])
def test_a_record_becomes_a_lead_whether_it_came_as_json_or_from_a_bulk_job(as_text: bool) -> None:
    fields = {name: str(value) if as_text and value is not None else value for name, value in FIELDS.items()}
    lead = normalise(Record(ref("00Q"), fields, None), shipped(), zone="UTC")
    assert (lead.name, lead.email, lead.phone) == ("Ana Ruiz", "Ana@example.com", "+16502530000")
    assert (lead.country, lead.region, lead.domain) == ("US", "US-CA", "acme.com")
    assert (lead.employees, lead.revenue) == (Decimal(1500), Money(Decimal(2500000)))
    assert (lead.created, lead.custom) == (datetime(2026, 3, 1, 12, tzinfo=UTC), {"rating": "Hot"})
    assert lead.unread == ()


def test_codes_of_state_and_country_picklists_are_read() -> None:
    fields = {"CountryCode": "CA", "StateCode": "QC", "RecordType.DeveloperName": "Partner"}
    lead = normalise(Record(ref("00Q"), fields, None), of_some_orgs(), zone="UTC")
    assert (lead.country, lead.region, lead.custom) == ("CA", "CA-QC", {"record_type": "Partner"})
