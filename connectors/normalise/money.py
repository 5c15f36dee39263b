"""Amounts with their currency. A sign that several currencies share ("$", "kr") says none of them."""

from __future__ import annotations

import re
from functools import cache

from connectors.normalise.band import number_or_band
from connectors.normalise.number import ANY, Style
from connectors.normalise.packaged import rows
from connectors.normalise.reading import Unreadable, plain
from router.model import Money

_LONGEST = 100
_UNCLEAR = frozenset({"$", "¥", "kr", "kr.", "rs", "rs.", "fr", "fr.", "dollar", "dollars", "₨"})
_TYPED_SMALL = frozenset({"usd", "eur", "gbp", "cad", "aud", "nzd", "chf", "jpy", "inr", "sek", "nok", "dkk"})
_WORD = re.compile(r"u\$s|[a-z]{0,3}\$|[^\W\d_]{2,}\.?|[^\w\s.,'()+<>=≤≥~-]", re.I)
_PER_YEAR = re.compile(r"(?:per year|a year|/ ?(?:yr|year|a)|p\.? ?a\.?|annually|arr)$", re.I)


def money(text: str, style: Style = ANY) -> Money:
    """Return the amount or band of amounts, and its ISO 4217 code where the text says one."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for an amount")
    text = _PER_YEAR.sub("", plain(text)).strip()
    signs = {match: _currency(match) for match in _WORD.findall(text)}
    found = {code for code in signs.values() if code}
    if len(found) > 1:
        raise Unreadable("two currencies in one amount")
    amount = _WORD.sub(lambda match: match[0] if signs[match[0]] is None else " ", text)
    return Money(number_or_band(" ".join(amount.split()), style), min(found, default=None))


def _currency(word: str) -> str | None:
    """Return the code a word stands for, "" where it is money of some kind, None where it is no currency."""
    sign = word.lower()
    if sign in _UNCLEAR:
        return ""
    code = sign.removesuffix("$").upper()
    known = code in _codes() and (word.isupper() or sign in _TYPED_SMALL)
    return _signs().get(sign) or (code if known else None)


@cache
def _codes() -> frozenset[str]:
    return frozenset(row[0] for row in rows("currencies.tsv"))


@cache
def _signs() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("currency_signs.tsv")}
