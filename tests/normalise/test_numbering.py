"""Telephone numbers are read as libphonenumber reads them, and the usual writings without asking it."""

from __future__ import annotations

from collections.abc import Iterator

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.normalise import numbering
from connectors.normalise.numbering import e164

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = range(11)
FORMS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
)


def library(number: str, country: str | None) -> str | None:
    """Return what libphonenumber says of a number."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if valid else None


def writings(region: str) -> Iterator[str]:
    """Return the example numbers of a region, as they are written there and abroad, right and nearly right."""
    for kind in KINDS:
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            continue
        plain, *others = (phonenumbers.format_number(number, form) for form in FORMS)
        yield from (plain, *others, plain[1:], f"00{plain[1:]}", f"{plain}0", plain[:-1], f"0{plain[1:]}")
        yield f"+{number.country_code} (0){phonenumbers.national_significant_number(number)}"


@pytest.mark.parametrize("region", REGIONS)
def test_every_example_number_is_read_as_by_libphonenumber(region: str) -> None:
    written = sorted(set(writings(region)))
    assert len(written) >= 4
    told = [(one, e164(one, country)) for one in written for country in (region, None)]
    assert told == [(one, library(one, country)) for one in written for country in (region, None)]


ODD = [
    "+", "++49301234567", "+1", "+12", "123", "1234", "+0", "000", "00000", "011", "+999123456",
    "+80012345678", "٠٣٠١٢٣٤٥٦", "+４９３０１２３４５６７", "030‑123456", "(030)1234567", "+(49)301234567",
    "+49-30-1234567", "+49(0)30123456", "1-800-FLOWERS", "()()()", ".....", "1/2/3/4/5",
    "+390612345678", "+39312345678", "0612345678", "+4407911123456", "011-15-1234-5678",
    "9-11-1234-5678", "0-15-11-98765-4321", "+5215512345678", "8-912-345-67-89", "14155550132",
    "00000000000000000", "99999999999999999", "111111111111111111", "+11111111111111111", "91123-45678",
    "+19012345678", "+2909290929092909",
]  # fmt: skip


@pytest.mark.parametrize(
    "country", ["US", "DE", "IT", "AR", "BR", "MX", "RU", "IN", "AQ", "XX", "us", "001", "", None]
)
def test_odd_numbers_are_read_as_by_libphonenumber(country: str | None) -> None:
    assert [e164(one, country) for one in ODD] == [library(one, country) for one in ODD]


@given(
    st.from_regex(r"\+?[0-9][0-9 ().\-/]{0,18}", fullmatch=True),
    st.sampled_from(
        [None, "US", "CA", "GB", "DE", "IT", "KZ", "RU", "AU", "SM", "JM", "HU", "MX", "CI", "SG"]
    ),
)
def test_anything_written_like_a_number_is_read_as_by_libphonenumber(
    number: str, country: str | None
) -> None:
    assert e164(number, country) == library(number, country)


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("(415) 555-0132", "US"),
        ("4155550132", "CA"),
        ("+1 415-555-0132", None),
        ("+49 (0)30 1234567", None),
        ("030/1234567", "DE"),
        ("020 7183 8750", "GB"),
        ("01 42 68 53 00", "FR"),
        ("06 1234 5678", "IT"),
        ("98765 43210", "IN"),
        ("+61 2 9374 4000", None),
    ],
)
def test_the_usual_writings_are_not_asked_about(
    number: str, country: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = library(number, country)
    monkeypatch.setattr(numbering, "_asked", lambda *_: pytest.fail("asked"))
    assert expected is not None
    assert e164(number, country) == expected
