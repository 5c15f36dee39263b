"""Everything wrong with a configuration, each with its place and a way out; collected, never thrown one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

MOST_SUGGESTIONS = (
    200  # a closest-match search costs up to a millisecond, and ten thousand problems must stay quick
)
MOST_CANDIDATES = 300
_QUICKLY_SEARCHED = 8
_MOST_LISTED = 20


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a file of the configuration; lines and columns count from 1, line 0 is the file as a whole."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, or worth knowing. `hint` says what to write instead."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class ConfigError(Exception):
    """The configuration cannot be used; `problems` are all of its problems, in the order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Refusal(ValueError):
    """A value that cannot be read; the reader of the value above it knows the place if this one does not.

    `meant` is a word and the words it may have been meant as; they are searched only when it is reported.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        place: Place | None = None,
        meant: tuple[str, Collection[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.hint, self.place, self.meant = message, hint, place, meant


@dataclass(slots=True)
class Findings:
    """The problems and notices met so far; one met twice, through an anchor for example, counts once."""

    _problems: dict[tuple[Place, str], Problem] = field(default_factory=dict)
    _notices: dict[tuple[Place, str], Problem] = field(default_factory=dict)
    _suggested: int = 0

    @property
    def problems(self) -> list[Problem]:
        """What makes the configuration unusable, in the order of the places."""
        return sorted(self._problems.values())

    @property
    def notices(self) -> list[Problem]:
        """What is allowed, but should be known, in the order of the places."""
        return sorted(self._notices.values())

    def copy(self) -> Findings:
        """Return these findings, to add to them."""
        return Findings(dict(self._problems), dict(self._notices), self._suggested)

    def add(self, place: Place, message: str, hint: str = "") -> None:
        """Note a problem."""
        self._problems.setdefault((place, message), _problem(place, message, hint))

    def notice(self, place: Place, message: str, hint: str = "") -> None:
        """Note something that is allowed, but that the reader should know."""
        self._notices.setdefault((place, message), _problem(place, message, hint))

    def refused(self, refusal: Refusal, place: Place) -> None:
        """Note a value that could not be read, at its own place if it knows one."""
        at = refusal.place or place
        if (at, refusal.message) not in self._problems:
            close = self._suggestion(*refusal.meant) if refusal.meant else ""
            self.add(at, refusal.message, close or refusal.hint)

    def unknown(self, what: str, word: str, known: Collection[str], *, place: Place, hint: str = "") -> None:
        """Note a name that nothing has, with the closest one that something has, else with the hint."""
        self.refused(Refusal(f"unknown {what} '{shown(word)}'", hint, meant=(word, known)), place)

    def unused(self, what: str, word: str, known: Collection[str], *, place: Place) -> None:
        """Note a name that nothing has yet, where it may be there before what it names."""
        self.notice(place, f"there is no {what} '{shown(word)}'", self._suggestion(word, known))

    def _suggestion(self, word: str, known: Collection[str]) -> str:
        self._suggested += len(known) > _QUICKLY_SEARCHED
        if self._suggested <= MOST_SUGGESTIONS and (close := closest(word, known)):
            return f"did you mean '{close}'?"
        return "known: " + ", ".join(sorted(known)) if 0 < len(known) <= _MOST_LISTED else ""


def _problem(place: Place, message: str, hint: str) -> Problem:
    return Problem(place.file, place.line, place.column, message, hint)


def closest(word: str, known: Collection[str]) -> str | None:
    """Return the known word most like this one, whatever the case; None where none is alike."""
    folded = {name.casefold(): name for name in known}
    near = list(folded)
    if len(near) > MOST_CANDIDATES:
        near = [name for name in near if name[:1] == word[:1].casefold()][:MOST_CANDIDATES]
    found = get_close_matches(word.casefold(), near, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def shown(word: str) -> str:
    """Return a word as a message shows it: short, and with nothing invisible in it."""
    short = word if len(word) <= 60 else word[:57] + "..."
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)
