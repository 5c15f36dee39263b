"""Telephone numbers as libphonenumber reads them, in a fourth of its time.

The usual writings are read here straight from its tables. Where more of its rules would be needed (a prefix for calls
abroad, a carrier, a country code without plus, letters), it is asked itself: the answers are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

_PLAIN = re.compile(r"\+?[\d ().\-/]+", re.ASCII)
_NO_DIGITS = str.maketrans("", "", "+ ().-/")
_FEWEST, _MOST = 5, 17

National = tuple[int, str]
"""A country code and the number behind it."""


def e164(number: str, country: str | None) -> str | None:
    """Return a number as E.164 where libphonenumber knows it as valid, else None; without plus it is of `country`."""
    found = _usual(number, country)
    if found is None:
        return _asked(number, country)
    return f"+{found[0]}{found[1]}" if _is_valid(*found) else None


def country_code(country: str) -> int:
    """Return the country's calling code, 0 where it has none."""
    code: int = library().country_code_for_region(country)
    return code


@cache
def library() -> ModuleType:
    import phonenumbers  # its tables load with it, so not before the first number

    return phonenumbers


def _asked(number: str, country: str | None) -> str | None:
    phonenumbers = library()
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


# --- the usual writings -----------------------------------------------------------------------------------


def _usual(number: str, country: str | None) -> National | None:
    """Return what a number is, None where libphonenumber has to say; whether it is valid is another question."""
    if not _PLAIN.fullmatch(number):
        return None
    digits = number.translate(_NO_DIGITS)
    if not _FEWEST <= len(digits) <= _MOST:
        return None
    return _international(digits) if number[0] == "+" else _of_country(digits, country)


def _international(digits: str) -> National | None:
    for length in range(1, 4):
        plan = _main_plan(digits[:length])
        if plan is not None:
            rest = _without_prefix(digits[length:], plan)
            return (plan.code, rest) if rest else None
    return None


def _of_country(digits: str, country: str | None) -> National | None:
    plan = _plan(country) if country else None
    if plan is None or digits.startswith(str(plan.code)) or plan.abroad.match(digits):
        return None
    rest = _without_prefix(digits, plan)
    return (plan.code, rest) if rest else None


def _without_prefix(digits: str, plan: _Plan) -> str | None:
    """Return the digits without what is dialled before them inside the country, None where that takes more rules."""
    prefix = plan.prefix.match(digits)
    if prefix is None:
        return digits
    rest = digits[prefix.end() :]
    return rest if not plan.rewrites and len(rest) in plan.every.lengths and plan.every.fits(rest) else None


# --- libphonenumber's tables ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of number, such as mobile: its form, and its lengths, where they are not those of all kinds."""

    form: re.Pattern[str]
    lengths: frozenset[int]

    def fits(self, national: str) -> bool:
        return (not self.lengths or len(national) in self.lengths) and bool(self.form.fullmatch(national))


@dataclass(frozen=True, slots=True)
class _Plan:
    """A region's numbers. `begins` is what they begin with, where that tells it from others with the same code."""

    code: int
    abroad: re.Pattern[str]
    prefix: re.Pattern[str]
    rewrites: bool
    begins: re.Pattern[str] | None
    every: _Kind
    kinds: Sequence[_Kind]

    def has(self, national: str) -> bool:
        return self.every.fits(national) and any(kind.fits(national) for kind in self.kinds)


_KINDS = (
    "mobile",
    "fixed_line",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
_NEVER = re.compile(r"(?!)")


def _is_valid(code: int, national: str) -> bool:
    """Return whether a region with this code has such numbers; the first that begins like it is the only one asked."""
    plans = _plans(code)
    if len(plans) == 1:
        return plans[0].has(national)
    for plan in plans:
        if plan.begins is None:
            if plan.has(national):
                return True
        elif plan.begins.match(national):
            return plan.has(national)
    return False


@cache
def _plans(code: int) -> Sequence[_Plan]:
    phonenumbers = library()
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    tables = [
        phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in regions
    ]
    return [_read(table) for table in tables if table is not None]


@cache
def _main_plan(code: str) -> _Plan | None:
    """Return the plan of the first region with a country code, None where there is no such code."""
    known = code[0] != "0" and int(code) in library().COUNTRY_CODE_TO_REGION_CODE
    return _plans(int(code))[0] if known else None


@cache
def _plan(country: str) -> _Plan | None:
    phonenumbers = library()
    if country not in phonenumbers.SUPPORTED_REGIONS:
        return None
    return _read(phonenumbers.PhoneMetadata.metadata_for_region(country, None))


def _read(table: Any) -> _Plan:
    return _Plan(
        code=table.country_code,
        abroad=_pattern(table.international_prefix),
        prefix=_pattern(table.national_prefix_for_parsing),
        rewrites=bool(table.national_prefix_transform_rule),
        begins=re.compile(table.leading_digits) if table.leading_digits is not None else None,
        every=_kind(table.general_desc),
        kinds=[_kind(described) for name in _KINDS if _is_used(described := getattr(table, name))],
    )


def _is_used(described: Any) -> bool:
    return described is not None and bool(described.national_number_pattern)


def _kind(described: Any) -> _Kind:
    return _Kind(_pattern(described.national_number_pattern), frozenset(described.possible_length))


def _pattern(text: str | None) -> re.Pattern[str]:
    return re.compile(text) if text else _NEVER
