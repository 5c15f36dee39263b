"""The filter of an entry, `1 AND (2 OR 3)`: how its numbered criteria are combined."""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.importing.logic import Logic, Untranslated, both, either, opposite
from config.problems import shown

_TOKEN = re.compile(r"\s*(?:(\d{1,6}\b)|(AND|OR|NOT)\b|([()]))", re.IGNORECASE)
_INNERMOST = re.compile(r"\([^()]*\)")
_OR_THEN_AND = re.compile(r"\bOR\b.*\bAND\b", re.IGNORECASE | re.DOTALL)
_DEEPEST = 50


def combined(text: str, criteria: Sequence[Logic]) -> Logic:
    """Combine criteria as a filter says: NOT binds first, then AND. Raises `Untranslated`."""
    reader = _Filter(text, criteria)
    found = reader.either()
    if reader.peek():
        raise Untranslated(f"the filter {shown(text)} cannot be read from '{reader.peek()}' on")
    return found


def numbers(text: str) -> frozenset[int]:
    """Return the numbers of the criteria that a filter names."""
    return frozenset(int(number) for number in re.findall(r"\d{1,9}", text))


def is_doubtful(text: str) -> bool:
    """Tell whether it matters that AND binds before OR: Salesforce wants parentheses around such a mixture."""
    while (inner := _INNERMOST.search(text)) is not None:
        if _OR_THEN_AND.search(inner[0]):
            return True
        text = text[: inner.start()] + "0" + text[inner.end() :]
    return _OR_THEN_AND.search(text) is not None


class _Filter:
    """A recursive descent over the words of one filter."""

    def __init__(self, text: str, criteria: Sequence[Logic]) -> None:
        self._text, self._criteria = shown(text), criteria
        self._words = _words(text)
        self._at = self._depth = 0

    def peek(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def either(self) -> Logic:
        parts = [self._both()]
        while self._took("OR"):
            parts.append(self._both())
        return either(parts)

    def _both(self) -> Logic:
        parts = [self._one()]
        while self._took("AND"):
            parts.append(self._one())
        return both(parts)

    def _one(self) -> Logic:
        negative = False
        while self._took("NOT"):
            negative = not negative
        found = self._inside() if self._took("(") else self._criterion()
        return opposite(found) if negative else found

    def _inside(self) -> Logic:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Untranslated(f"the filter is nested deeper than {_DEEPEST} levels")
        found = self.either()
        self._depth -= 1
        if not self._took(")"):
            raise Untranslated(f"the filter {self._text} lacks a closing parenthesis")
        return found

    def _criterion(self) -> Logic:
        word = self.peek()
        if not word.isdigit():
            raise Untranslated(f"the filter {self._text} cannot be read at '{word or 'its end'}'")
        self._at += 1
        number = int(word)
        if not 1 <= number <= len(self._criteria):
            raise Untranslated(f"the filter names criterion {number}, and there are {len(self._criteria)}")
        return self._criteria[number - 1]

    def _took(self, word: str) -> bool:
        found = self.peek() == word
        self._at += found
        return found


def _words(text: str) -> list[str]:
    words, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Untranslated(f"the filter cannot be read at '{text[at : at + 10].strip()}'")
        words.append(match[0].strip().upper())
        at = match.end()
    return words
