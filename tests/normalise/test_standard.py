"""The standard mapping of tables: headings in any case."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.normalise.standard import HEADINGS
from router.model import FIELDS, Money
from tests.normalise.leads import lead


@pytest.mark.parametrize("heading", ["FirstName", "first_name", "FIRST NAME", "First-Name", " first name "])
def test_headings_of_tables_are_compared_without_case_and_signs(heading: str) -> None:
    assert lead({heading: "Ann"}).first_name == "Ann"


def test_salesforce_s_names_are_standard_headings() -> None:
    found = lead(
        {
            "FirstName": "Ann",
            "LastName": "Lee",
            "NumberOfEmployees": 9000,
            "AnnualRevenue": 350000000.0,
            "LeadSource": "Web",
            "PostalCode": "94105",
            "State": "CA",
            "Country": "USA",
            "CreatedDate": "2024-01-15T10:00:00.000+0000",
        }
    )
    assert (found.name, found.employees, found.source) == ("Ann Lee", Decimal(9000), "Web")
    assert (found.revenue, found.postcode) == (Money(Decimal(350000000)), "94105")
    assert (found.region, found.created) == ("US-CA", datetime(2024, 1, 15, 10, tzinfo=UTC))


def test_every_lead_field_but_the_owner_is_a_standard_heading() -> None:
    headings = {each.source for each in HEADINGS.fields if each.source == each.field}
    assert headings == FIELDS.keys() - {"owner"}


def test_no_standard_heading_is_read_twice() -> None:
    sources = ["".join(filter(str.isalnum, each.source)) for each in HEADINGS.fields]
    assert len(sources) == len(set(sources))


def test_a_heading_can_fill_a_custom_field() -> None:
    assert lead({"custom.Plan tier": " gold ", "Custom.vip": "", "custom.": "x"}).custom == {
        "Plan tier": "gold"
    }
