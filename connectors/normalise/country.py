"""Country text to ISO 3166-1 alpha-2, from names in 78 languages, codes and abbreviations.

A text that names two countries ("Congo"), a place in a country or a state that is no more is unreadable: a lead
without a country is seen and sorted out, a lead with a wrong one goes to the wrong team.
"""

from __future__ import annotations

from functools import cache, lru_cache

from connectors.normalise.packaged import rows
from connectors.normalise.reading import Unreadable, bare, folded, parts

_LONGEST = 200
_LITTLE = frozenset({"the", "of", "and", "s"})
_SHORT = {"st": "saint", "is": "islands", "isl": "islands", "rep": "republic", "dem": "democratic"}


def country(text: str) -> str:
    """Return the alpha-2 code a text stands for; raises `Unreadable`."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for a country")
    found = _found(text)
    if found is None:
        found = _agreed(text)
    if found is None:
        raise Unreadable(_why(folded(text)))
    if len(found) > 1:
        raise Unreadable(f"may be {' or '.join(found)}: use the code")
    return found[0]


def is_code(code: str) -> bool:
    """Whether the text is an alpha-2 code as it is written in a lead: two capitals."""
    return len(code) == 2 and code.isupper() and code in _codes()


@lru_cache(maxsize=8192)
def _found(text: str) -> tuple[str, ...] | None:
    """Return the countries a text may be, None where it is no country at all."""
    key = folded(text)
    code = _codes().get(text.strip().upper()) if len(key) <= 3 else None
    if code is not None and text.isupper():
        return (code,)  # most accounts hold codes alone: the names take a hundred times the memory
    names = _names()
    if code is not None:
        return tuple(sorted({code, *names.get(key, ())}))
    return names.get(key) or names.get(bare(key)) or _shuffled().get(_words(key))


def _agreed(text: str) -> tuple[str, ...] | None:
    """Read "Germany (DE)" and "Netherlands (the)": all parts say the same, or nothing of their own."""
    telling = [part for part in parts(text) if part.casefold() not in _LITTLE]
    said = {_found(part) for part in telling}
    return said.pop() if len(said) == 1 else None


def _words(key: str) -> str:
    """Return the telling words of a name in one order: "Korea, Republic of" is "Republic of Korea"."""
    words = {_SHORT.get(word, word) for word in bare(key).split()}
    return " ".join(sorted(words - _LITTLE))


def _why(key: str) -> str:
    return _reasons().get(bare(key), "no country is called so")


@cache
def _codes() -> dict[str, str]:
    """Map alpha-2, alpha-3 and three-digit codes to alpha-2."""
    return {code: row[0] for row in rows("country_codes.tsv") for code in row}


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Map folded names, with and without accents, to the countries called so: mostly one."""
    shared: dict[str, tuple[str, ...]] = {}
    names = {key: shared.setdefault(codes, tuple(codes.split())) for key, codes in rows("country_names.tsv")}
    names.update((folded(name), tuple(codes.split())) for name, codes in rows("country_aliases.tsv"))
    return names


@cache
def _shuffled() -> dict[str, tuple[str, ...]]:
    """Map the telling words of English names, in one order, to the countries with these words."""
    found: dict[str, set[str]] = {}
    for name, codes in rows("country_english.tsv"):
        found.setdefault(_words(folded(name)), set()).update(codes.split())
    for name, codes in rows("country_aliases.tsv"):
        found[_words(folded(name))] = set(codes.split())
    return {words: tuple(sorted(codes)) for words, codes in found.items() if words}


@cache
def _reasons() -> dict[str, str]:
    """Map texts often found in country fields that are none to the reason."""
    return {bare(folded(name)): why for name, why in rows("country_not.tsv")}
