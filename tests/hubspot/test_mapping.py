"""The mappings that are shipped: every name is one that a recorded portal has, every line is understood."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import yaml

import connectors.hubspot
from connectors.contract import Record
from connectors.hubspot.standard import STANDARD
from connectors.normalise.mapping import FieldMap, FieldMapping, normalise, problem
from router.model import Money
from tests.hubspot.recorded import ref, samples

FILE = Path(connectors.hubspot.__file__).parent / "mapping.yaml"


def shipped() -> FieldMapping:
    """Return what `mapping.yaml` says."""
    fields = yaml.safe_load(FILE.read_text())["fields"]
    entries = {name: one if isinstance(one, dict) else {"from": one} for name, one in fields.items()}
    return FieldMapping(tuple(FieldMap(name, one["from"], one.get("as")) for name, one in entries.items()))


def test_every_line_can_be_used() -> None:
    assert [problem(each) for each in (*STANDARD.fields, *shipped().fields) if problem(each)] == []


def test_every_property_of_a_contact_is_one_that_recorded_portals_have() -> None:
    known = {
        one["name"]
        for sample in samples("object_schemas_200", "properties_list_200")
        for one in sample.body.get("properties", sample.body.get("results", ()))
    }
    asked = {each.source for each in (*STANDARD.fields, *shipped().fields)}
    assert {name for name in asked if not name.startswith("company.")} <= known


def test_the_file_is_the_standard_mapping_but_for_the_company() -> None:
    plain = {each for each in shipped().fields if not each.source.startswith("company.")}
    assert plain <= set(STANDARD.fields)
    assert {each.field for each in shipped().fields} == {each.field for each in STANDARD.fields}


def test_a_contact_becomes_a_lead() -> None:
    fields = {
        "firstname": "Ana",
        "lastname": "Ruiz",
        "email": "Ana@Example.com",
        "numemployees": "100-500",
        "annualrevenue": "2,500,000",
        "country": "Spain",
        "hubspotscore": "17.125",
        "createdate": "2026-03-01T12:00:00Z",
        "lifecyclestage": "lead",
    }
    lead = normalise(Record(ref("1"), fields, None), STANDARD, zone="UTC")
    assert (lead.name, lead.country, lead.lifecycle_stage) == ("Ana Ruiz", "ES", "lead")
    assert lead.score == Decimal("17.125")
    assert lead.revenue == Money(Decimal(2500000))
    assert lead.created == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert lead.unread == ()


def test_numbers_of_a_company_have_their_decimals_behind_a_point() -> None:
    fields = {"company.numberofemployees": "1.500", "company.annualrevenue": "1234.567"}
    lead = normalise(Record(ref("1"), fields, None), shipped(), zone="UTC")
    assert (lead.employees, lead.revenue) == (Decimal("1.5"), Money(Decimal("1234.567")))
