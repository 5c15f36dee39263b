"""Values that look like another, and values that no lead ever has."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from config.lint.places import asked
from config.lint.subject import Subject
from config.lint.words import some
from config.operands import warn_of_spaces
from config.problems import Findings, Place, shown
from config.yamltext import Node, Text
from router.model import FIELDS, Kind

_SHORTEST = 6  # a letter more or less makes another word of a shorter one
_LIKE = 0.9
_EQUAL = ("is", "not_in")
_AS_IT_IS = ("email", "phone", "domain", "zone", "postcode", "owner", "page", "connection", "object")


def look(subject: Subject, findings: Findings) -> None:
    """Note values that look alike or cannot be typed, and domains that no lead has."""
    _signs(subject, findings)
    _spellings(subject, findings)
    _free_mail(subject, findings)


def _conditions(subject: Subject) -> Iterator[Node | None]:
    yield from (entry.when for entry in subject.rules.rules)
    yield from subject.rules.territories.values()
    yield from (one.when for one in subject.connections)


def _asked(subject: Subject) -> Iterator[tuple[str, str, Text]]:
    return (found for node in _conditions(subject) for found in asked(node))


# --- signs ------------------------------------------------------------------------------------------------


def _signs(subject: Subject, findings: Findings) -> None:
    given = [value for rep in subject.teams.reps for values in rep.attributes.values() for value in values]
    for one in given:
        warn_of_spaces(one, findings)
    written = [text for _, _, text in _asked(subject)]
    for said in (*given, *written):
        if not said.isascii():
            _unseen(said, said.place, findings)
    for name in subject.rules.lists:
        for value in subject.book.lists[str(name)].owners:
            if not value.isascii():
                _unseen(value, name.place, findings)


def _unseen(value: str, place: Place, findings: Findings) -> None:
    """Note a word of two alphabets, such as a Latin one with a Cyrillic letter: it equals nothing that is typed."""
    if any(not sign.isprintable() for sign in value):
        message = "the value has stray spaces or invisible characters"
        findings.notice(place, message, "write it again by hand")
    for word in value.split():
        alphabets = {unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign.isalpha()}
        if "LATIN" in alphabets and alphabets & {"CYRILLIC", "GREEK"}:
            strange = next(sign for sign in word if not unicodedata.name(sign, "LATIN").startswith("LATIN"))
            message = f"'{shown(value)}' mixes two alphabets: U+{ord(strange):04X} only looks Latin"
            findings.notice(place, message, "write it again by hand")


# --- spellings --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standard:
    """The standard values of one field: without case, and by what is left of them without spaces and signs."""

    exact: set[str] = field(default_factory=set)
    bare: dict[str, str] = field(default_factory=dict)

    def add(self, value: str) -> None:
        self.exact.add(value.casefold())
        self.bare.setdefault(_bare(value), value)

    def meant(self, text: str) -> str | None:
        """Return the value that a text nearly is; None where it is one, or is like none."""
        bare = _bare(text)
        if text.strip().casefold() in self.exact:
            return None
        if bare in self.bare or len(bare) < _SHORTEST:
            return self.bare.get(bare)
        close = get_close_matches(bare, self.bare, n=1, cutoff=_LIKE)
        # One and many of a thing are often two values.
        return self.bare[close[0]] if close and close[0].rstrip("s") != bare.rstrip("s") else None


def _spellings(subject: Subject, findings: Findings) -> None:
    """Note values that differ in spaces and signs from one of another rule, or a little from a standard value.

    A rule that lists both spellings means both.
    """
    known = _Known(subject)
    first: dict[tuple[str, str], Text] = {}
    for node in _conditions(subject):
        texts = [(name, text) for name, word, text in asked(node) if _is_word(name, word, text)]
        listed = {(name, text.casefold()) for name, text in texts}
        for name, text in texts:
            other = first.setdefault((name, _bare(text)), text)
            meant = known.meant(name, text)
            if (name, other.casefold()) not in listed:
                message = f"{name} '{shown(text)}' is not '{shown(other)}' of line {other.place.line}"
                findings.notice(text.place, message, "write it as the CRM does; only case does not matter")
            elif meant and (name, meant.casefold()) not in listed:
                message = f"{name} '{shown(text)}' looks like the standard value '{meant}'"
                findings.notice(text.place, message, "write it as the CRM does")


def _is_word(name: str, word: str, text: Text) -> bool:
    """Whether it is a value of a pick list, and typed well: what is not has its own notice."""
    listed = FIELDS.get(name) is Kind.TEXT and name not in _AS_IT_IS and word in _EQUAL
    return listed and text.isprintable() and text == text.strip()


def _bare(text: str) -> str:
    """Return a text without case, spaces and signs."""
    bare = "".join(sign for sign in text.casefold().replace("&", "and") if sign.isalnum())
    return bare or text


@dataclass(slots=True)
class _Known:
    """The standard values of the CRMs that are connected, a field when it is asked for; without one of all, labels too.

    Fields whose values a mapping changes have words of their own.
    """

    subject: Subject
    fields: dict[str, _Standard] = field(default_factory=dict)

    def meant(self, name: str, text: str) -> str | None:
        """Return the standard value that a text of a field nearly is."""
        if name not in self.fields:
            self.fields[name] = self._field(name)
        return self.fields[name].meant(text)

    def _field(self, name: str) -> _Standard:
        kinds = {str(one.kind) for one in self.subject.connections}
        rows = [row for row in _vocabulary() if row[1] == name]
        if any(one.field == name and one.values for one in self.subject.mapped):
            rows = []
        connected = [value for kind, _, value, _ in rows if kind in kinds]
        every = [text for *_, value, label in rows for text in (value, label)]
        found = _Standard()
        for value in every if kinds.isdisjoint(kind for kind, *_ in _vocabulary()) else connected:
            found.add(value)
        return found


@cache
def _vocabulary() -> Sequence[tuple[str, str, str, str]]:
    """Return kind of CRM, field of a lead, value and label of each standard value."""
    lines = Path(__file__).with_name("vocabulary.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cells = [line.split("\t") for line in lines]
    return [(kind, name, value, label[0] if label else value) for kind, name, value, *label in cells]


# --- domains ----------------------------------------------------------------------------------------------


def _free_mail(subject: Subject, findings: Findings) -> None:
    """Note domains that no lead has, since anyone gets a mailbox there."""
    free = subject.vocabulary.free_mail
    hint = "leave it out, or ask {email: {ends_with: '@gmail.com'}} for such addresses"
    for name, word, text in _asked(subject):
        if name == "domain" and word in _EQUAL and free(text.casefold()):
            findings.notice(text.place, f"no company is known by the free-mail domain {shown(text)}", hint)
    for name in subject.rules.lists:
        values = subject.book.lists[str(name)]
        found = [value for value in values.owners if values.field == "domain" and free(value)]
        if found:
            message = (
                f"the list {shown(name)} has free-mail domains, by which no company is known: {some(found)}"
            )
            findings.notice(name.place, message, "leave them out")
