"""Country, region and time zone text."""

import pytest

from connectors.normalise.country import country, is_code
from connectors.normalise.reading import Unreadable
from connectors.normalise.region import region
from connectors.normalise.zone import only_zone, zone


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[
            (text, "US")
            for text in ("USA", "U.S.A.", "us", "U.S.", "United States of America", "840", "美国", "America")
        ],
        *[(text, "GB") for text in ("UK", "England", "Great Britain", "N. Ireland", "Scotland", "GBR")],
        *[(text, "NL") for text in ("Holland", "The Netherlands", "Netherlands (the)", "NEDERLAND")],
        *[(text, "KR") for text in ("Korea", "Korea, Republic of", "Republic of Korea", "S. Korea", "한국")],
        *[(text, "CI") for text in ("Ivory Coast", "Côte d'Ivoire", "COTE D IVOIRE", "Côte d’Ivoire")],
        *[
            (text, "DE")
            for text in (
                "Germany",
                "  deutschland ",
                "Germany (DE)",
                "DE - Germany",
                "Germany / Deutschland",
                "Federal Republic of Germany",
                "deu",
            )
        ],
        *[(text, "CD") for text in ("DRC", "Congo (Kinshasa)", "Congo, the Democratic Republic of the")],
        *[
            ("UAE", "AE"),
            ("U.A.E.", "AE"),
            ("PRC", "CN"),
            ("CDN", "CA"),
            ("Czech Republic", "CZ"),
            ("BVI", "VG"),
        ],
        *[
            ("Oesterreich", "AT"),
            ("Turkiye", "TR"),
            ("TÜRKİYE", "TR"),
            ("Viet  Nam", "VN"),
            ("St. Lucia", "LC"),
        ],
        *[
            ("St Kitts & Nevis", "KN"),
            ("Georgia", "GE"),
            ("\ufeffNorway\u200b", "NO"),
            ("no", "NO"),
            ("NA", "NA"),
        ],
    ],
)
def test_a_country_is_read_in_the_spellings_that_people_use(text: str, code: str) -> None:
    assert country(text) == code


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Congo", "may be CD or CG: use the code"),
        ("Virgin Islands", "may be VG or VI: use the code"),
        ("Nga", "may be NG or RU: use the code"),
        ("London", "a city, not a country"),
        ("California", "a part of a country, not a country"),
        ("EMEA", "more than one country"),
        ("Yugoslavia", "a state that is no more"),
        ("Germny", "no country is called so"),
        ("Germany (AT)", "no country is called so"),
        ("Germany, Austria", "no country is called so"),
        ("12 Main Street / Pune / India", "no country is called so"),
        ("of the", "no country is called so"),
        ("x" * 1000, "too long for a country"),
    ],
)
def test_a_text_that_is_no_certain_country_is_unreadable(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        country(text)
    assert caught.value.why == why


def test_a_code_wins_over_an_accentless_name_and_the_accent_makes_the_name() -> None:
    assert (country("MY"), country("my"), country("Mỹ")) == ("MY", "MY", "US")


@pytest.mark.parametrize(
    ("text", "known"), [("DE", True), ("de", False), ("ZZ", False), ("DEU", False), ("84", False)]
)
def test_only_two_capitals_are_a_code(text: str, known: bool) -> None:
    assert is_code(text) is known


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        *[
            (text, "US", "US-CA")
            for text in (
                "California",
                "CA",
                "Calif.",
                "ca",
                "US-CA",
                "us-ca",
                "CA - California",
                "California (CA)",
            )
        ],
        *[(text, "DE", "DE-BY") for text in ("Bayern", "Bavaria", "BY", "DE-BY")],
        *[(text, "CA", "CA-QC") for text in ("Québec", "Quebec", "QC", "Qué.", "PQ")],
        *[(text, "US", "US-DC") for text in ("D.C.", "Washington, D.C.", "District of Columbia")],
        *[
            ("NSW", "AU", "AU-NSW"),
            ("N.S.W.", "AU", "AU-NSW"),
            ("Georgia", "US", "US-GA"),
            ("CA", "IT", "IT-CA"),
        ],
        *[
            ("DF", "MX", "MX-CMX"),
            ("11", "CN", "CN-BJ"),
            ("Orissa", "IN", "IN-OD"),
            ("大阪府", "JP", "JP-27"),
        ],
        *[
            ("Zürich", "CH", "CH-ZH"),
            ("Zuerich", "CH", "CH-ZH"),
            ("Lombardy", "IT", "IT-25"),
            ("England", "GB", "GB-ENG"),
        ],
        *[("California", None, "US-CA"), ("Quebec", None, "CA-QC"), ("Queensland", None, "AU-QLD")],
        *[("DE-BY", None, "DE-BY"), ("TW-TPE", "TW", "TW-TPE"), ("FR-75", "FR", "FR-75")],
    ],
)
def test_a_region_is_read_in_its_country(text: str, place: str | None, code: str) -> None:
    assert region(text, place) == code


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("CA", None, "a region needs its country to be understood"),
        ("Georgia", None, "a region needs its country to be understood"),
        ("Washington", None, "a region needs its country to be understood"),
        ("Bavaria", None, "a region needs its country to be understood"),
        ("California, Nevada", "US", "no region of US is called so"),
        ("Bavaria", "US", "no region of US is called so"),
        ("US-CA", "CA", "a region of US, but the country is CA"),
        ("US-XX", "US", "US has no region XX"),
        ("Taipei", "TW", "the regions of TW are not known here: give the ISO 3166-2 code"),
        ("x" * 1000, "US", "too long for a region"),
    ],
)
def test_a_region_without_certainty_is_unreadable(text: str, place: str | None, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        region(text, place)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("place", "part", "name"),
    [
        *[
            ("DE", None, "Europe/Berlin"),
            ("JP", None, "Asia/Tokyo"),
            ("AR", None, "America/Argentina/Buenos_Aires"),
        ],
        *[
            ("US", "US-CA", "America/Los_Angeles"),
            ("AU", "AU-QLD", "Australia/Brisbane"),
            ("CA", "CA-AB", "America/Edmonton"),
        ],
        *[
            ("US", None, None),
            ("US", "US-TX", None),
            ("ES", None, None),
            ("AU", "AU-NSW", None),
            (None, None, None),
        ],
    ],
)
def test_a_zone_follows_from_a_place_only_where_there_is_one(
    place: str | None, part: str | None, name: str | None
) -> None:
    assert only_zone(place, part) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *[("Europe/Berlin", "Europe/Berlin"), ("america/new york", "America/New_York")],
        *[("us_slash_eastern", "US/Eastern"), ("UTC", "UTC")],
    ],
)
def test_a_zone_is_read_by_its_iana_name(text: str, name: str) -> None:
    assert zone(text) == name


@pytest.mark.parametrize("text", ["EST", "Pacific Time", "Europe/Atlantis", "GMT+2", ""])
def test_an_abbreviation_of_a_zone_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        zone(text)
