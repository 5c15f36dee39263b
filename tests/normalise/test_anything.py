"""Whatever a CRM holds: nothing raises, nothing is lost, and what is normal stays as it is."""

import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import RawValue
from connectors.normalise.mapping import TRANSFORMS, FieldMap
from connectors.normalise.reading import CHOOSE, UNSAID_COMPANY, Context, Unreadable, storable
from router.model import Band, Kind, Lead, Money, Value
from tests.normalise.build_tables import DATA
from tests.normalise.leads import lead

CONTEXT = Context("US", ZoneInfo("America/New_York"))
EVERY = tuple(FieldMap(f"custom.{name}", "raw", name) for name in TRANSFORMS)
KINDS: dict[Kind, tuple[type, ...]] = {
    **dict.fromkeys((Kind.TEXT, Kind.COUNTRY, Kind.REGION, Kind.LANGUAGE), (str,)),
    Kind.NUMBER: (Decimal, Band),
    Kind.MONEY: (Money,),
    Kind.TIME: (datetime,),
    Kind.BOOLEAN: (bool,),
}


@cache
def naughty() -> tuple[str, ...]:
    return tuple(json.loads((DATA / "naughty_strings" / "blns.json").read_text(encoding="utf-8")))


def check(raw: object) -> Lead:
    """Normalise a raw value through every transform; each gives a value of its kind, blank, or an unread one."""
    found = lead({"raw": raw}, *EVERY)  # type: ignore[dict-item]
    unread = {each.field for each in found.unread}
    for name, transform in TRANSFORMS.items():
        value = found.custom.get(name)
        assert value is None or isinstance(value, KINDS[transform.kind]), name
        assert not (value is not None and f"custom.{name}" in unread)
    return found


@pytest.mark.parametrize("at", range(0, 515, 103))
def test_no_naughty_string_is_lost_or_raises(at: int) -> None:
    for text in naughty()[at : at + 103]:
        found = check(text)
        assert all(each.raw == storable(text) and each.why for each in found.unread)
        if _says_something(text):
            assert {"text", "email", "integer"} <= _accounted(found), text


def _says_something(text: str) -> bool:
    """Whether the text has a sign that is seen and is no placeholder."""
    seen = any(unicodedata.category(char)[0] in "LNPS" for char in text)
    return seen and text.strip().casefold() not in UNSAID_COMPANY | CHOOSE


def _accounted(found: Lead) -> set[str]:
    return {*found.custom} | {each.field.removeprefix("custom.") for each in found.unread}


def test_every_naughty_string_in_every_field_makes_a_lead() -> None:
    for text in naughty():
        fields: dict[str, RawValue] = dict.fromkeys(
            ("email", "phone", "country", "state", "company", "zone"), text
        )
        found = lead({**fields, "last name": text, "employees": text, "created": text})
        assert all(each.raw == storable(text) for each in found.unread)


ODD: tuple[object, ...] = (
    *(None, True, False, 0, -1, 10**5000, -(10**40), 1e400, float("nan"), 1e-320, 0.1, "1e400", "9" * 5000),
    *(
        "\ud800",
        "\x00",
        "a\x00b",
        "\ufeff",
        "",
        " ",
        {"a": [1, {"b": None}]},
        [],
        {},
        b"\xff",
        object(),
        {1: 2},
    ),
    *(
        "a" * 10_000_000,
        "1" * 1_000_000,
        "@" * 100_000,
        "." * 100_000,
        "a@" + "b." * 100_000,
        "+" + "1" * 100_000,
    ),
)


@pytest.mark.parametrize("at", range(len(ODD)))
def test_no_odd_value_raises(at: int) -> None:
    check(ODD[at])


def test_a_value_nested_without_end_is_kept_as_unread() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "cannot be written" in check(loop).unread[0].raw


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
# Text that is nearly right reaches more of the readers than any text.
_SIGNS = st.text(alphabet="0123456789+-.,'() kKmM%$€@/:;<>~xXeEaAtTzZ\u00a0\u2013\u200b٣é", max_size=24)
_SURROGATES = st.text(alphabet=st.characters(), max_size=12)


@settings(max_examples=150, deadline=None)
@given(_JSON | _SIGNS | _SURROGATES)
def test_nothing_raises(raw: object) -> None:
    check(raw)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["country", "state", "phone", "email", "zone", "custom.a", "créé"]), _JSON | _SIGNS
    )
)
def test_no_record_raises(fields: dict[str, RawValue]) -> None:
    lead(fields)


def again(value: Value) -> RawValue:
    """Return a normalised value as a CRM would hold it."""
    if isinstance(value, Money):
        return f"{value.currency or ''} {_number(value.amount)}"
    if isinstance(value, Decimal | Band):
        return _number(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _number(value: Decimal | Band) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return f"{value.low:f}-{value.high:f}" if value.high is not None else f"{value.low:f}+"


# A mark before three digits is read by the hint of the column, so these three have no normal text of their own;
# a list's first entry may be a placeholder.
_WITHOUT_A_NORMAL_FORM = {"number", "number_comma", "money", "money_comma", "band", "list_first"}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(TRANSFORMS.keys() - _WITHOUT_A_NORMAL_FORM)), _SIGNS | st.text(max_size=20))
def test_a_normal_value_stays_as_it_is(name: str, text: str) -> None:
    read = TRANSFORMS[name].read
    try:
        value = read(text, CONTEXT)
    except Unreadable:
        return
    if value is not None:
        assert read(again(value), CONTEXT) == value


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("email", ["Ann Lee <Ann@Bücher.example>", "mailto:a@b.co.uk"]),
        ("phone", ["(212) 555-0123 ext. 9", "0049 30 123456", "1-800-FLOWERS"]),
        ("country", ["Deutschland", "S. Korea", "840"]),
        ("region", ["Calif.", "District of Columbia"]),
        ("language", ["Chinese (Simplified)", "pt_BR", "Deutsch"]),
        ("domain", ["https://www.Bücher.example/x", "foo.co.uk"]),
        ("zone", ["us_slash_eastern"]),
        ("integer_band", ["1k-5k", "10,001+", "<50", "1.000-5.000"]),
        ("money_point", ["$1.5M", "€ 2 Mio", "USD 1,000", "<$1M"]),
        ("datetime", ["2024-01-15", "1705312800000", "15 Jan 2024 3:45 PM"]),
        ("date", ["2024-01-15", "1705312800000"]),
        ("boolean", ["ja", "0"]),
    ],
)
def test_what_is_understood_stays_as_it_is(name: str, texts: list[str]) -> None:
    read = TRANSFORMS[name].read
    for text in texts:
        value = read(text, CONTEXT)
        assert value is not None
        assert read(again(value), CONTEXT) == value


def test_times_are_utc_whatever_the_zone() -> None:
    assert lead({"created": "2024-07-01"}, zone="Asia/Kolkata").created == datetime(
        2024, 6, 30, 18, 30, tzinfo=UTC
    )
