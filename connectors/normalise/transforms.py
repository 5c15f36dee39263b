"""The named transforms a mapping may use: how a raw value becomes one of the model, or blank, or unreadable."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from connectors.normalise.band import counted, number_or_band
from connectors.normalise.country import country
from connectors.normalise.dates import Order, day, instant
from connectors.normalise.domain import domain
from connectors.normalise.mail import email
from connectors.normalise.money import money
from connectors.normalise.number import ANY, Marks, Style, number, of_float
from connectors.normalise.phone import phone
from connectors.normalise.reading import (
    CHOOSE,
    INVISIBLE,
    NOTHING,
    UNSAID,
    UNSAID_COMPANY,
    Context,
    Unreadable,
    as_text,
    storable,
    tidy,
)
from connectors.normalise.region import region
from connectors.normalise.words import boolean, language
from connectors.normalise.zone import zone
from router.model import Kind, Money, Number, Value

Reader = Callable[[object, Context], Value | None]
"""Reads a raw value; None is blank. Raises `Unreadable` and nothing else, whatever the value."""

_LONGEST_PLACEHOLDER = 20
_FEW_DIGITS = 15
_CHOICES = 1024
_ENDS = INVISIBLE + " \t\r\n\v\f\x00\u00a0\u3000"
_SEPARATORS = re.compile(r"[;|\n]|,")
_WHOLE = Style(whole=True)


@dataclass(frozen=True, slots=True)
class Transform:
    """One named way of reading: what it yields, in one line what it does, and the reader itself."""

    kind: Kind
    about: str
    read: Reader


def _text(read: Callable[[str, Context], Value | None], blank: frozenset[str] = UNSAID) -> Reader:
    """Make a reader of text, for which the placeholders in `blank` are no value."""

    def reader(raw: object, context: Context) -> Value | None:
        text = (raw if type(raw) is str else as_text(raw)).strip(_ENDS)
        if not text or (len(text) <= _LONGEST_PLACEHOLDER and text.casefold() in blank):
            return None
        return read(text, context)

    return reader


def _numeric(read: Callable[[str], Value], wrap: Callable[[Decimal], Value], style: Style = ANY) -> Reader:
    """Make a reader of numbers: those of JSON are taken as they are, text as `read` reads it."""
    of_text = _text(lambda text, _: wrap(Decimal(int(text))) if _is_count(text) else read(text))

    def reader(raw: object, context: Context) -> Value | None:
        if isinstance(raw, bool):
            raise Unreadable("yes or no, where a number is needed")
        if not isinstance(raw, int | float | Decimal):
            return of_text(raw, context)
        found = _of_number(raw)
        if style.whole and found != found.to_integral_value():
            raise Unreadable("not a whole number")
        return wrap(found)

    return reader


def _is_count(text: str) -> bool:
    """Whether the text is digits alone: every style reads them alike."""
    return text.isascii() and text.isdigit() and len(text) <= _FEW_DIGITS


def _of_number(raw: float | Decimal) -> Decimal:
    if isinstance(raw, int) and raw.bit_length() > 100:
        raise Unreadable("too big or too small for a number of things or an amount")
    return of_float(raw) if isinstance(raw, float) else number(str(raw), Style(Marks.POINT))


def _same(found: Decimal) -> Number:
    return found


def _number(style: Style) -> Reader:
    return _numeric(lambda text: number(text, style), _same, style)


def _band(style: Style) -> Reader:
    # Bands are the choices of a list, which come again and again and take long to read.
    remembered = lru_cache(maxsize=_CHOICES)(lambda text: number_or_band(text, style))
    return _numeric(remembered, _same, style)


def _money(style: Style) -> Reader:
    return _numeric(lambda text: money(text, style), Money)


def _first(text: str, _: Context) -> str | None:
    """Return the first entry of a list: HubSpot and Salesforce join the choices of a multi-select with `;`."""
    return next(filter(None, (tidy(part) for part in _SEPARATORS.split(text))), None)


def _line(text: str, _: Context) -> str | None:
    return tidy(text) or None


TRANSFORMS: Mapping[str, Transform] = {
    "text": Transform(
        Kind.TEXT, 'text on one line, trimmed; "Select" and the like are blank', _text(_line, CHOOSE)
    ),
    "verbatim": Transform(
        Kind.TEXT,
        "text as it is stored, only trimmed: blanks inside count, and no word stands for nothing",
        _text(lambda text, _: storable(text), frozenset()),
    ),
    "lower": Transform(
        Kind.TEXT, "text in lower case", _text(lambda text, _: tidy(text).lower() or None, CHOOSE)
    ),
    "upper": Transform(
        Kind.TEXT, "text in upper case", _text(lambda text, _: tidy(text).upper() or None, CHOOSE)
    ),
    "list_first": Transform(Kind.TEXT, "the first entry of a list (`a;b` or `a, b`)", _text(_first, CHOOSE)),
    "name": Transform(
        Kind.TEXT, 'a person\'s name: text, of which only signs like "n/a" are blank', _text(_line, NOTHING)
    ),
    "company": Transform(
        Kind.TEXT,
        'a company\'s name: text, of which "unknown", "n/a" and the like are blank',
        _text(_line, UNSAID_COMPANY),
    ),
    "email": Transform(
        Kind.TEXT, "one e-mail address, its domain in lower-case ASCII", _text(lambda text, _: email(text))
    ),
    "phone": Transform(
        Kind.TEXT,
        "a telephone number in E.164; without country code, one of the lead's country",
        _text(lambda text, context: phone(text, context.country)),
    ),
    "domain": Transform(
        Kind.TEXT,
        "the registrable domain of a website, a domain or an e-mail address",
        _text(lambda text, _: domain(text)),
    ),
    "zone": Transform(Kind.TEXT, "the IANA name of a time zone", _text(lambda text, _: zone(text))),
    "country": Transform(
        Kind.COUNTRY,
        "ISO 3166-1 alpha-2, from codes and names in 78 languages",
        _text(lambda text, _: country(text)),
    ),
    "region": Transform(
        Kind.REGION,
        "ISO 3166-2, from codes, names and abbreviations in the lead's country",
        _text(lambda text, context: region(text, context.country)),
    ),
    "language": Transform(
        Kind.LANGUAGE, "a BCP 47 tag, from tags, locales and names", _text(lambda text, _: language(text))
    ),
    "number": Transform(Kind.NUMBER, 'a number; "1,234" is 1234, "1.234" is unreadable', _number(ANY)),
    "number_point": Transform(
        Kind.NUMBER, "a number whose decimals follow a point", _number(Style(Marks.POINT))
    ),
    "number_comma": Transform(
        Kind.NUMBER, "a number whose decimals follow a comma", _number(Style(Marks.COMMA))
    ),
    "integer": Transform(
        Kind.NUMBER,
        "a whole number, with or without the word for what is counted",
        _numeric(lambda text: counted(text, _WHOLE), _same, _WHOLE),
    ),
    "band": Transform(Kind.NUMBER, "a number or a range of numbers (`0.5-1.5`, `10+`)", _band(ANY)),
    "integer_band": Transform(
        Kind.NUMBER, "a whole number or a range of them (`51-200`, `10,001+`)", _band(_WHOLE)
    ),
    "money": Transform(
        Kind.MONEY, "an amount or a range of amounts, with its currency where it says one", _money(ANY)
    ),
    "money_point": Transform(
        Kind.MONEY, "an amount whose decimals follow a point", _money(Style(Marks.POINT))
    ),
    "money_comma": Transform(
        Kind.MONEY, "an amount whose decimals follow a comma", _money(Style(Marks.COMMA))
    ),
    "boolean": Transform(Kind.BOOLEAN, "yes or no", _text(lambda text, _: boolean(text))),
    "datetime": Transform(
        Kind.TIME,
        "a moment; without an offset, and as a plain date, in the connection's zone",
        _text(lambda text, context: instant(text, context.zone)),
    ),
    "datetime_day_first": Transform(
        Kind.TIME,
        'a moment, "03/04/2024" in April',
        _text(lambda text, context: instant(text, context.zone, Order.DAY)),
    ),
    "datetime_month_first": Transform(
        Kind.TIME,
        'a moment, "03/04/2024" in March',
        _text(lambda text, context: instant(text, context.zone, Order.MONTH)),
    ),
    "date": Transform(
        Kind.TIME,
        "a day, as its beginning in the connection's zone",
        _text(lambda text, context: day(text, context.zone)),
    ),
    "date_day_first": Transform(
        Kind.TIME,
        'a day, "03/04/2024" in April',
        _text(lambda text, context: day(text, context.zone, Order.DAY)),
    ),
    "date_month_first": Transform(
        Kind.TIME,
        'a day, "03/04/2024" in March',
        _text(lambda text, context: day(text, context.zone, Order.MONTH)),
    ),
}

DEFAULT_TRANSFORM: Mapping[str, str] = {
    **dict.fromkeys(
        ["title", "industry", "city", "postcode", "source", "campaign", "page", "product"], "text"
    ),
    **dict.fromkeys(["customer_type", "lifecycle_stage", "status"], "text"),
    **dict.fromkeys(("first_name", "last_name", "name"), "name"),
    **{
        name: name
        for name in ("email", "phone", "company", "domain", "zone", "country", "region", "language")
    },
    **dict.fromkeys(("revenue", "deal_value", "budget"), "money"),
    **dict.fromkeys(("created", "modified"), "datetime"),
    "employees": "integer_band",
    "score": "number",
}
"""The transform of a lead field where the mapping names none; a custom field's is `text`."""
