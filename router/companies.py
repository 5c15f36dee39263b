"""What is left of a company's name when spelling, legal form and filler are taken away."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from router.legalforms import FILLER, FORMS, FORMS_IN_FRONT, LONGEST, NOBODY, UNSPACED

_LONGEST_NAME = 300
_SHORTEST = 2
_APOSTROPHES = re.compile(r"['`´‘’ʼ]")
_INITIALS = re.compile(r"\b(?:[a-z]\.){1,8}(?:[a-z]\b)?")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A company's name as it is compared: words without the legal form, `loose` without filler too.

    `loose` is in the order of the alphabet. A name of nobody ("n/a", "self-employed") has no words.
    """

    words: tuple[str, ...]
    loose: tuple[str, ...]

    @property
    def key(self) -> str:
        """The words as one text: equal keys are the same name."""
        return " ".join(self.words)


@lru_cache(maxsize=8192)
def read(text: str) -> Name:
    """Read a name as it was typed, in any script."""
    left = without_form(words(text))
    if left in NOBODY or left in FORMS or len("".join(left)) < _SHORTEST:
        return Name((), ())
    loose = tuple(sorted(word for word in left if word not in FILLER)) or tuple(sorted(left))
    return Name(left, loose)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a name in lower-case ASCII: "L'Oréal S.A." is loreal, sa."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST_NAME]).casefold()
    for form in UNSPACED:
        text = text.replace(form, " ")
    text = _APOSTROPHES.sub("", anyascii(text)).lower()
    text = _INITIALS.sub(lambda found: found[0].replace(".", ""), text)
    return tuple(_WORD.findall(text.replace("&", " and ").replace("+", " and ")))


def without_form(found: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without legal forms at the end and in front; something is always left."""
    if found[:1] == ("the",) and len(found) > 1:
        found = found[1:]
    while size := _form_at_end(found):
        found = found[:-size]
    while len(found) > 1 and found[:1] in FORMS_IN_FRONT:
        found = found[1:]
    return found


def _form_at_end(found: tuple[str, ...]) -> int:
    """Return how many words at the end are a legal form, 0 for none."""
    sizes = range(min(LONGEST, len(found) - 1), 0, -1)
    return next((size for size in sizes if found[-size:] in FORMS), 0)


def spellings(text: str) -> tuple[str, ...]:
    """Return how a CRM may have the name: as it is, and as it was typed but for the legal form."""
    whole = " ".join(text.split())
    parts, name = whole.split(), read(whole)
    shorter = [" ".join(parts[:size]).rstrip(" ,;&+") for size in range(1, len(parts))]
    short = next((each for each in shorter if read(each) == name), whole)
    return (whole, short) if short != whole else (whole,)
