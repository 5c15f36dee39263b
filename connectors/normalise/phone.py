"""Telephone numbers to E.164 with libphonenumber; extensions are read and left off.

A number is taken only if libphonenumber calls it valid. Text that reads as two different numbers (a national one
and one with a country code whose plus was lost) is unreadable.
"""

from __future__ import annotations

import re

from connectors.normalise.numbering import country_code, e164
from connectors.normalise.reading import Unreadable, plain

_LONGEST = 100
_LABEL = re.compile(
    r"^(?:tel|telephone|phone|ph|mobile|mob|cell|office|direct|work|home|t|m|p|w|o)\s*[.:]\s*", re.I
)
_EXTENSION = r"(?:\s*(?:;\s*ext=|ext(?:ension|n)?\.?:?|x\.?|#|durchwahl|poste|ramal|int\.?)\s*(\d{1,7}))?"
_NUMBER = re.compile(r"(\+?[\d\s().\-/‐‑‒–—−·]+)" + _EXTENSION, re.I)
# Words for digits only after a North American toll-free code; elsewhere "0123 456 HOME" would read as a number.
_VANITY = re.compile(
    r"(?:\+?1[\s.-]*)?\(?8(?:00|22|33|44|55|66|77|88)\)?[\s.-]*(?=[\d-]*[A-Z]{3})[\dA-Z.-]{7,9}", re.I
)
_FLOAT = re.compile(r"^(\d{7,15})\.0$")  # a number column that went through a spreadsheet
_SIGNS = re.compile(r"[^0-9A-Za-z]+")
_AMERICAN = re.compile(r"\(\d{3}\) ?\d{3}-\d{4}")


def phone(text: str, country: str | None) -> str:
    """Return the E.164 form; a number without country code is taken as one of `country` (alpha-2)."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for a telephone number")
    text = plain(text).lstrip("'")
    if text[:1].isalpha():
        text = _LABEL.sub("", text).removeprefix("tel:")
    if text.endswith(".0"):
        text = _FLOAT.sub(r"\1", text)
    match = _NUMBER.fullmatch(text)
    if match is not None:
        return _agreed(match[1].strip(), country)
    if _VANITY.fullmatch(text) and (text.startswith("+1") or (country and country_code(country) == 1)):
        return _agreed(text, country or "US")
    raise Unreadable("no telephone number, or other text beside it")


def _agreed(number: str, country: str | None) -> str:
    digits = _SIGNS.sub("", number)
    if number.startswith("+"):
        found = {e164(number, None)}
    elif country is None:
        found = {e164(f"+{digits[2:]}", None)} if digits.startswith("00") else set()
    else:
        found = _readings(number, digits, country)
    numbers = found - {None}
    if not found:
        raise Unreadable("no country code, and the lead's country is not known")
    if len(numbers) != 1:
        raise Unreadable("reads as more than one number" if numbers else _why(number, country))
    return str(numbers.pop())


def _readings(number: str, digits: str, country: str) -> set[str | None]:
    """Return what a number without plus may be: national, or international with its prefix or plus lost."""
    found = {e164(number, country)}
    if digits.startswith("00"):
        found.add(e164(f"+{digits[2:]}", None))
    elif digits.startswith("011"):
        found.add(e164(f"+{digits[3:]}", None))
    elif number == digits:
        if digits.startswith(str(country_code(country))):
            found |= {e164(f"+{digits}", None)} - {None}
    elif country != "US" and _AMERICAN.fullmatch(number):
        found.add(e164(number, "US"))
    return found


def _why(number: str, country: str | None) -> str:
    where = "its country code" if number.startswith("+") or country is None else country
    return f"not a valid number of {where}"
