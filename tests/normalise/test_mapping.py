"""From a record to a lead: order, preference, value maps, what follows from other values, what stays unread."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.contract import RawValue
from connectors.normalise.mapping import (
    DEFAULT_TRANSFORM,
    TRANSFORMS,
    BadMapping,
    FieldMap,
    FieldMapping,
    compile_mapping,
    normalise,
    problem,
)
from connectors.normalise.standard import HEADINGS
from router.model import FIELDS, Band, Kind, Lead, Money, Unread
from tests.normalise.leads import REF, lead, record


def test_a_record_of_hubspot_becomes_a_lead() -> None:
    found = lead(
        {
            "email": "Ann@Acme.COM",
            "firstname": " Ann ",
            "lastname": "Lee",
            "country": "Germany",
            "state": "Bayern",
            "phone": "089 123456",
            "numemployees": "51-200",
            "annualrevenue": "1500000",
            "hs_language": "de",
            "industry": "COMPUTER_SOFTWARE",
            "createdate": "2024-01-15T10:00:00.123Z",
            "vip": "true",
        },
        FieldMap("email", "email"),
        FieldMap("phone", "phone"),
        FieldMap("first_name", "firstname"),
        FieldMap("last_name", "lastname"),
        FieldMap("region", "state"),
        FieldMap("country", "country"),
        FieldMap("employees", "numemployees"),
        FieldMap("revenue", "annualrevenue", "money_point"),
        FieldMap("language", "hs_language"),
        FieldMap("industry", "industry", values={"computer_software": "software"}),
        FieldMap("created", "createdate"),
        FieldMap("custom.vip", "vip", "boolean"),
    )
    assert found == Lead(
        ref=REF,
        first_name="Ann",
        last_name="Lee",
        name="Ann Lee",
        email="Ann@acme.com",
        phone="+4989123456",
        language="de",
        domain="acme.com",
        industry="software",
        employees=Band(Decimal(51), Decimal(200)),
        revenue=Money(Decimal(1500000)),
        country="DE",
        region="DE-BY",
        zone="Europe/Berlin",
        created=datetime(2024, 1, 15, 10, 0, 0, 123000, tzinfo=UTC),
        custom={"vip": True},
    )


def test_a_value_that_is_not_understood_is_kept_with_its_place_and_the_reason() -> None:
    found = lead({"Country/Region": "Germny", "Email": "ann"})
    assert found.country is None
    assert found.unread == (
        Unread("country", "Country/Region", "Germny", "no country is called so"),
        Unread("email", "Email", "ann", "no @ in it"),
    )


def test_the_owner_is_the_record_s() -> None:
    assert normalise(record({}, owner="511"), HEADINGS, zone="UTC").owner == "511"


@pytest.mark.parametrize(
    ("first", "second", "city"),
    [
        ("Rome", "Oslo", "Rome"),
        ("", "Oslo", "Oslo"),
        (None, "Oslo", "Oslo"),
        ("n/a", "Oslo", "Oslo"),
        ("", " ", None),
    ],
)
def test_of_two_sources_the_first_that_is_not_blank_wins(
    first: RawValue, second: RawValue, city: str | None
) -> None:
    found = lead({"a": first, "b": second}, FieldMap("city", "a"), FieldMap("city", "b"))
    assert (found.city, found.unread) == (city, ())


def test_an_unreadable_source_is_listed_and_the_next_one_is_used() -> None:
    found = lead({"a": "Germny", "b": "DE"}, FieldMap("country", "a"), FieldMap("country", "b"))
    assert found.country == "DE"
    assert [unread.source for unread in found.unread] == ["a"]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Small", Band(Decimal(1), Decimal(50))),
        (" SMALL ", Band(Decimal(1), Decimal(50))),
        ("51-200", Band(Decimal(51), Decimal(200))),
    ],
)
def test_a_value_map_comes_before_the_transform_and_lets_other_values_pass(raw: str, value: Band) -> None:
    assert lead({"size": raw}, FieldMap("employees", "size", values={"small": "1-50"})).employees == value


def test_a_value_map_reads_values_that_are_no_text_by_their_text() -> None:
    assert lead({"x": 3}, FieldMap("industry", "x", values={"3": "software"})).industry == "software"


@pytest.mark.parametrize(
    ("fields", "country", "region"),
    [
        ({"State": "California"}, "US", "US-CA"),
        ({"State": "DE-BY"}, "DE", "DE-BY"),
        ({"State": "CA"}, None, None),
        ({"State": "California", "Country": "Atlantis"}, None, "US-CA"),
        ({"State": "California", "Country": "CA"}, "CA", None),
        ({"State": "CA", "Country": "USA"}, "US", "US-CA"),
    ],
)
def test_a_region_says_the_country_only_where_none_is_given(
    fields: dict[str, RawValue], country: str | None, region: str | None
) -> None:
    found = lead(fields)
    assert (found.country, found.region) == (country, region)


def test_a_national_number_waits_for_the_country_wherever_it_stands() -> None:
    assert lead({"Phone": "030 123456", "Country": "Deutschland"}).phone == "+4930123456"
    assert lead({"Phone": "(212) 555-0123", "State": "New York"}).phone == "+12125550123"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"First Name": "Ann", "Last Name": "Lee"}, "Ann Lee"),
        ({"Last Name": "Null"}, "Null"),
        ({"Name": "Dr Ann Lee", "First Name": "Ann"}, "Dr Ann Lee"),
        ({"First Name": "[not provided]"}, None),
        ({}, None),
    ],
)
def test_the_name_is_made_of_its_parts_where_it_is_blank(
    fields: dict[str, RawValue], name: str | None
) -> None:
    found = lead(fields)
    assert found.name == name
    assert found.first_name in {None, "Ann"}  # never guessed from the name


@pytest.mark.parametrize(
    ("fields", "domain"),
    [
        ({"Email": "a@mail.acme.com"}, "acme.com"),
        ({"Email": "a@gmail.com"}, None),
        ({"Email": "a@acme.com", "Website": "https://www.acme.de/"}, "acme.de"),
        ({"Email": "a@acme.com", "Website": "soon"}, "acme.com"),
        ({"Email": "a@acme.com", "Website": "n/a"}, "acme.com"),
    ],
)
def test_the_domain_is_the_website_s_or_the_mailbox_s_where_it_is_a_company(
    fields: dict[str, RawValue], domain: str | None
) -> None:
    assert lead(fields).domain == domain


@pytest.mark.parametrize(
    ("text", "company"),
    [
        *[
            (text, None)
            for text in (
                "n/a",
                "N/A",
                "-",
                "[not provided]",
                "[Not Provided]",
                "Select",
                "Unknown",
                "none",
                " ",
            )
        ],
        *[("Unknown Worlds", "Unknown Worlds"), (" Acme   Inc ", "Acme Inc"), ("3M", "3M")],
    ],
)
def test_a_placeholder_is_a_blank_company(text: str, company: str | None) -> None:
    found = lead({"Company": text})
    assert (found.company, found.unread) == (company, ())


def test_a_number_of_json_is_no_puzzle() -> None:
    found = lead({"Score": 1.234, "Employees": 1234, "Annual Revenue": 1234.5})
    assert (found.score, found.employees) == (Decimal("1.234"), Decimal(1234))
    assert found.revenue == Money(Decimal("1234.5"))
    assert [unread.field for unread in lead({"Score": True, "Employees": 1.5}).unread] == [
        "employees",
        "score",
    ]


def test_a_plain_date_begins_in_the_zone_of_the_connection() -> None:
    found = lead({"Created": "2024-01-15"}, zone="America/New_York")
    assert found.created == datetime(2024, 1, 15, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("each", "what"),
    [
        (FieldMap("colour", "x"), "colour is not a field of a lead"),
        (FieldMap("custom.", "x"), "custom. is not a field of a lead"),
        (FieldMap("owner", "x"), "owner is read from the record and cannot be mapped"),
        (FieldMap("email", "x", "telepathy"), "email: there is no transform telepathy"),
        (FieldMap("custom.x", "x", "telepathy"), "custom.x: there is no transform telepathy"),
        (FieldMap("employees", "x", "text"), "employees is number, and text gives text"),
        (FieldMap("city", "x", "lower"), None),
        (FieldMap("custom.x", "x", "money"), None),
    ],
)
def test_a_map_that_cannot_work_is_told_before_any_lead(each: FieldMap, what: str | None) -> None:
    assert problem(each) == what


def test_a_bad_mapping_names_every_problem() -> None:
    mapping = FieldMapping((FieldMap("colour", "x"), FieldMap("city", "y"), FieldMap("owner", "z")))
    with pytest.raises(BadMapping, match="colour is not a field of a lead; owner is read"):
        compile_mapping(mapping, zone="UTC")


def test_a_mapping_is_compiled_once() -> None:
    same = [FieldMapping((FieldMap("city", "x", values={"a": "b"}),)) for _ in range(2)]
    assert compile_mapping(same[0], zone="UTC") is compile_mapping(same[1], zone="UTC")


def test_mappings_that_differ_in_a_value_map_alone_are_two() -> None:
    one, two = (FieldMapping((FieldMap("city", "x", values={"a": value}),)) for value in "bc")
    assert [normalise(record({"x": "a"}), each, zone="UTC").city for each in (one, two)] == ["b", "c"]


def test_every_field_has_a_default_transform_of_its_kind() -> None:
    assert DEFAULT_TRANSFORM.keys() == FIELDS.keys() - {"owner"}
    assert all(TRANSFORMS[name].kind is FIELDS[field] for field, name in DEFAULT_TRANSFORM.items())
    assert {each.kind for each in TRANSFORMS.values()} == set(Kind)


def test_every_field_of_a_lead_can_be_filled() -> None:
    fields = {each.name for each in dataclasses.fields(Lead)} - {"ref", "custom", "unread"}
    assert fields == FIELDS.keys()
