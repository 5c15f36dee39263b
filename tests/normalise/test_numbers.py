"""Numbers, bands and amounts."""

from decimal import Decimal

import pytest

from connectors.normalise.band import counted, number_or_band
from connectors.normalise.money import money
from connectors.normalise.number import ANY, Marks, Style, number, of_float
from connectors.normalise.reading import Unreadable
from router.model import Band, Money

WHOLE = Style(whole=True)
POINT, COMMA = Style(Marks.POINT), Style(Marks.COMMA)


def band(low: int, high: int | None = None) -> Band:
    return Band(Decimal(low), None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            (text, "1234.5")
            for text in ("1.234,50", "1,234.50", "1'234.50", "1 234,5", "1\u202f234,50", "１２３４．５")
        ],
        *[(text, "1234567") for text in ("1.234.567", "1,234,567", "1 234 567", "12,34,567", "1’234’567")],
        *[(text, "1234") for text in ("1234", "1,234", "1 234", "1'234", "+1234", "1,234.00")],
        *[
            (text, "1500000")
            for text in ("1.5M", "1,5 Mio", "1.5 million", "1500k", "1.5e6", "15 lakh", "0.15 crore")
        ],
        *[
            ("12k", "12000"),
            ("2 Mrd.", "2000000000"),
            ("1E+06", "1000000"),
            ("1 Tsd", "1000"),
            ("3bn", "3000000000"),
        ],
        *[
            ("0.125", "0.125"),
            ("0,5", "0.5"),
            (".5", "0.5"),
            ("1,5", "1.5"),
            ("1234.567", "1234.567"),
            ("007", "7"),
        ],
        *[
            ("-5", "-5"),
            ("−5", "-5"),
            ("(1,234)", "-1234"),
            ("٣٫١٤", "3.14"),
            ("١٬٢٣٤", "1234"),
            ("0,000", "0"),
        ],
    ],
)
def test_a_number_is_read_in_the_styles_of_the_world(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1.234", ANY, None),
        ("1.234", WHOLE, "1234"),
        ("1.234", POINT, "1.234"),
        ("1.234", COMMA, "1234"),
        ("1,234", ANY, "1234"),
        ("1,234", POINT, "1234"),
        ("1,234", COMMA, "1.234"),
        ("1.000", WHOLE, None),  # 1 in a column with three decimals
        ("1.234k", ANY, None),
        ("1,234k", ANY, None),
        ("1.234k", POINT, "1234"),
        ("1.5", COMMA, None),
        ("1,5", POINT, None),
    ],
)
def test_a_single_mark_before_three_digits_follows_the_rule_of_its_column(
    text: str, style: Style, value: str | None
) -> None:
    if value is None:
        with pytest.raises(Unreadable):
            number(text, style)
    else:
        assert number(text, style) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            ",",
            "5.",
            "1.2.3",
            "1,2,3",
            "12 34",
            "1 2345",
            "1 234.567,8",
            "1..2",
            "1_000",
            "0x10",
            "50%",
        ),
        *(
            "inf",
            "nan",
            "1e400",
            "1e-400",
            "1e",
            "12 34k",
            "10 mil",
            "5 apples",
            "12.34.567",
            "1" * 61,
            "1" * 32,
        ),
    ],
)
def test_what_is_no_number_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        number(text)


@pytest.mark.parametrize("raw", [float("nan"), float("inf"), 1e300, 5e-324])
def test_a_json_number_out_of_reach_is_unreadable(raw: float) -> None:
    with pytest.raises(Unreadable):
        of_float(raw)


def test_a_json_number_keeps_its_shortest_decimals() -> None:
    assert str(of_float(0.1)) == "0.1"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            (text, band(51, 200))
            for text in ("51-200", "51–200 employees", "51 to 200", "SIZE_51_TO_200", "51 — 200")
        ],
        *[
            (text, band(10001))
            for text in ("10,001+", "10.001+", "> 10,000", "more than 10k", "10001 or more", "≥ 10 001")
        ],
        *[(text, band(0, 49)) for text in ("<50", "under 50", "less than 50 people", "Fewer than 50")],
        *[(text, band(0, 50)) for text in ("<= 50", "up to 50", "max. 50", "50 or less", "0-50")],
        *[
            ("1k-5k", band(1000, 5000)),
            ("5,001-10,000", band(5001, 10000)),
            ("1.000-5.000", band(1000, 5000)),
        ],
        *[
            ("500+", band(500)),
            ("at least 500", band(500)),
            ("200+ Mitarbeiter", band(200)),
            ("1-1", band(1, 1)),
        ],
    ],
)
def test_a_band_is_read_with_both_ends_included(text: str, value: Band) -> None:
    assert number_or_band(text, WHOLE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1234", 1234), ("1,234 employees", 1234), ("Employees: 50", 50), ("Self-employed", 1), ("-5", -5)],
)
def test_one_number_stays_one_number(text: str, value: int) -> None:
    assert number_or_band(text, WHOLE) == value == counted(text, WHOLE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1-5k", "the first number has no unit: does it count in the unit of the second?"),
        ("200-51", "the first number is bigger than the second"),
        ("10-Nov", "a spreadsheet has turned this band into a date"),
        ("Nov-50", "a spreadsheet has turned this band into a date"),
        ("Enterprise", "no number in it: a value map can say what it means"),
        ("<0", "less than nothing"),
        ("12.5", "not a whole number"),
        ("1-10-100", "not a number"),
        ("about 50", "not a number"),
        ("9" * 101, "too long for a number"),
    ],
)
def test_an_unclear_band_is_unreadable(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        number_or_band(text, WHOLE)
    assert caught.value.why == why


def test_a_band_where_one_number_is_needed_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        counted("51-200", WHOLE)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        *[
            ("$1.5M", 1500000, None),
            ("US$5", 5, "USD"),
            ("€ 2 Mio", 2000000, "EUR"),
            ("1.234,50 €", "1234.5", "EUR"),
        ],
        *[
            ("USD 1,000", 1000, "USD"),
            ("1000usd", 1000, "USD"),
            ("R$ 1.234,50", "1234.5", "BRL"),
            ("kr 500", 500, None),
        ],
        *[
            ("¥1000", 1000, None),
            ("CHF 1'234.50", "1234.5", "CHF"),
            ("50 000 zł", 50000, "PLN"),
            ("AU$ 5.5k", 5500, "AUD"),
        ],
        *[
            ("-$500", -500, None),
            ("($500)", -500, None),
            ("£1m ARR", 1000000, "GBP"),
            ("$5 USD", 5, "USD"),
            ("1e6", 10**6, None),
        ],
    ],
)
def test_an_amount_has_a_currency_only_where_it_says_which(
    text: str, amount: int | str, currency: str | None
) -> None:
    assert money(text) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1M - $5M", Money(band(10**6, 5 * 10**6))),
        ("100 USD to 200 USD", Money(band(100, 200), "USD")),
        ("<$1M", Money(band(0, 10**6))),
        ("EUR 10M+", Money(band(10**7), "EUR")),
    ],
)
def test_an_amount_may_be_a_band(text: str, value: Money) -> None:
    assert money(text) == value


@pytest.mark.parametrize("text", ["5 EUR 6 USD", "$1.234", "$", "TOP", "abc", "10 bananas", "1" * 101])
def test_an_unclear_amount_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        money(text)


@pytest.mark.parametrize("digits", [1, 10, 27, 28, 29])
def test_a_whole_number_is_read_to_its_last_digit(digits: int) -> None:
    text = "1" + "0" * (digits - 1)
    assert str(number(text)) == text
