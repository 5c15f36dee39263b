"""What every reader of raw values needs: the error, the context, and text made safe to store and compare."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple


class Unreadable(ValueError):
    """The text is there and means nothing certain; `why` is for people and quotes no personal value."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Context(NamedTuple):
    """What a reader may know besides the value: the lead's country (alpha-2), and the zone of plain dates."""

    country: str | None = None
    zone: tzinfo = UTC


# Byte-order mark, zero-width characters, soft hyphen, directional marks: seen by no reader, kept inside a text
# (Persian needs them), taken out of everything that is no text, where they come along with a copied value.
INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_UNSEEN = dict.fromkeys(map(ord, INVISIBLE))
_ENDS = INVISIBLE + " "
_CONTROL = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " "),
    0x202D: None,
    0x202E: None,
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_NUMBER = 4000  # decimal digits that Python converts without a limit of its own

# Ways to say "no answer". Names of people get only the first set: someone is called Null.
NOTHING = frozenset(
    {
        *("-", "--", "---", "–", "—", ".", "..", "...", "?", "??", "n/a", "n.a.", "n.a", "#n/a", "(n/a)"),
        *("not provided", "[not provided]", "(not provided)", "(not set)", "(blank)", "[blank]"),
        *("<null>", "(null)", "[null]", "(none)", "[none]", "-none-", "--none--", "- none -", "-- none --"),
    }
)
CHOOSE = NOTHING | {"select", "select one", "please select", "please choose", "choose one", "-- select --"}
UNSAID = CHOOSE | {
    *("none", "null", "nil", "undefined", "unknown", "tbd", "tba", "not applicable", "not available"),
    *("not specified", "unspecified", "not set", "no answer", "prefer not to say"),
}
UNSAID_COMPANY = UNSAID | {"na", "no company"}


def as_text(raw: object) -> str:
    """Return any raw value as one text; nested values as JSON, whole floats without their `.0`."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw) if raw.bit_length() < 3 * _LONGEST_NUMBER else hex(raw)
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, bytes):
        return raw.decode("utf-8", "replace")
    return _nested(raw)


def _nested(raw: object) -> str:
    if isinstance(raw, Decimal):
        return str(raw)
    try:
        return json.dumps(raw, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        return f"<a value of type {type(raw).__name__} that cannot be written as JSON>"


def storable(text: str) -> str:
    """Return the text with what no database takes (NUL, lone surrogates) shown as U+FFFD, the rest as it is."""
    return _SURROGATE.sub("\ufffd", text).replace("\x00", "\ufffd")


def tidy(text: str) -> str:
    """Return the text on one line: NFC, white space collapsed, no control or invisible characters at the ends.

    Directional overrides are taken out everywhere, since they show a reader another text than the one stored.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    text = _SURROGATE.sub("\ufffd", text).translate(_CONTROL)
    return " ".join(unicodedata.normalize("NFC", text).split()).strip(_ENDS)


def plain(text: str) -> str:
    """Return what is no prose in compatibility form: full-width becomes ASCII, what nobody sees is taken out."""
    if text.isascii():
        return tidy(text)
    return tidy(unicodedata.normalize("NFKC", tidy(text).translate(_UNSEEN)))


# Letters that stay when accents are taken off, as people type them on a keyboard without them.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ə": "e"}
)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return the text for comparing names: no case, no punctuation, apostrophes closed up, accents kept."""
    text = unicodedata.normalize("NFKC", text.replace("\u0307", "")).casefold().replace("i\u0307", "i")
    return " ".join("".join(map(_sign, text)).split())


def _sign(char: str) -> str:
    if char.isalnum() or unicodedata.category(char) in {"Mn", "Mc", "Me"}:
        return char
    return "" if char in "'’‘ʼʻ`´" or unicodedata.category(char) == "Cf" else " "


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """Return folded text without the accents of Latin, Greek and Cyrillic; other scripts need their marks."""
    marks = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(c for c in marks if not 0x300 <= ord(c) < 0x370))


_APART = re.compile(r"[()\[\],;/|:]|(?:^|\s)[-–](?:\s|$)")


def parts(text: str) -> list[str]:
    """Return what stands between brackets, commas, slashes and lone dashes: "DE - Germany" is two spellings."""
    return [part.strip() for part in _APART.split(text) if part.strip()]
