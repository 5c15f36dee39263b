"""Yes and no, and the tags of languages (BCP 47)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from connectors.normalise.country import country, is_code
from connectors.normalise.packaged import rows
from connectors.normalise.reading import Unreadable, bare, folded, plain

_LONGEST = 100
_YES = frozenset(
    {
        *("true", "yes", "y", "1", "on", "t", "x", "checked", "✓", "✔"),
        *("ja", "oui", "si", "sì", "sí", "sim", "да", "はい", "是"),
    }
)
_NO = frozenset(
    {
        *("false", "no", "n", "0", "off", "f", "unchecked", "✗", "✘"),
        *("nein", "non", "não", "nao", "nee", "nej", "нет", "いいえ", "否"),
    }
)


def boolean(text: str) -> bool:
    """Return what a text says in one of several languages; raises `Unreadable`."""
    word = plain(text[:_LONGEST]).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable("neither yes nor no")


_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:\.(?:utf-?8|[a-z0-9-]+))?(?:@[a-z]+)?", re.I
)
_BRACKETS = re.compile(r"([^(),/-]+?) *(?:\(([^()]+)\)|[,/-] *([^(),/-]+))")
_SCRIPTS = {"simplified": "Hans", "traditional": "Hant", "cyrillic": "Cyrl", "latin": "Latn", "latn": "Latn"}
_WIDE = frozenset({"001", "003", "005", "013", "019", "021", "029", "150", "151", "154", "155", "419"})
_OLD = {"iw": "he", "in": "id", "ji": "yi", "mo": "ro"}


@lru_cache(maxsize=4096)
def language(text: str) -> str:
    """Return the BCP 47 tag of a tag, locale or name: `en_US` is `en-US`, `Deutsch` is `de`."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for a language")
    text = plain(text)
    match = _TAG.fullmatch(text)
    if match is not None:
        found = _tag(match[1].lower(), match[2], match[3])
        if found is not None:
            return found
    return _named(text)


def _tag(primary: str, script: str | None, place: str | None) -> str | None:
    primary = _OLD.get(primary, primary)
    code = primary if primary in _codes() else _three().get(primary)
    if code is None:
        return None
    if place and not (is_code(place.upper()) or place in _WIDE):
        raise Unreadable("the part after the language is no country")
    return "-".join(filter(None, (code, script and script.title(), place and place.upper())))


def _named(text: str) -> str:
    known = _names().get(folded(text)) or _names().get(bare(folded(text)))
    if known is not None:
        return known
    match = _BRACKETS.fullmatch(text)
    if match is None:
        raise Unreadable("no language is called so")
    tag, part = language(match[1]), (match[2] or match[3]).strip()
    if "-" in tag:
        raise Unreadable("more than one language or country")
    return f"{tag}-{_SCRIPTS.get(part.casefold()) or country(part)}"


@cache
def _codes() -> frozenset[str]:
    return frozenset(row[0] for row in rows("languages.tsv"))


@cache
def _three() -> dict[str, str]:
    """Map the three-letter codes of languages that have a shorter one."""
    return {code: row[0] for row in rows("languages.tsv") for code in row[1].split()}


@cache
def _names() -> dict[str, str]:
    names = {folded(name): row[0] for row in rows("languages.tsv") for name in row[2].split("|")}
    return {bare(name): code for name, code in names.items()} | names
