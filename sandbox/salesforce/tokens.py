"""SOQL cut into words, and a reader that goes along them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.salesforce.grammar import query_problem
from sandbox.salesforce.refusals import Problem

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<datetime>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d))
      | (?P<date>\d{4}-\d\d-\d\d(?![\dT]))
      | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w:]))
      | (?P<name>[A-Za-z_]\w*(?:\.\w+)*(?::\d+)?)
      | (?P<sign><=|>=|!=|<>|[=<>(),:])
    )""",
    re.VERBOSE | re.ASCII,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
MALFORMED = "MALFORMED_QUERY"


@dataclass(frozen=True, slots=True)
class Token:
    type: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The token in lower case, if it is a name."""
        return self.text.lower() if self.type == "name" else ""


def unquoted(text: str) -> str:
    """Return what a quoted string says."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1], flags=re.DOTALL)


def like_text(text: str) -> str:
    """Return a quoted string of a LIKE: escaped wildcards stay escaped."""
    return re.sub(
        r"\\(.)",
        lambda found: found[0] if found[1] in "%_\\" else _ESCAPES.get(found[1], found[1]),
        text[1:-1],
        flags=re.DOTALL,
    )


def cut(text: str) -> list[Token]:
    """Return the tokens of a query, the last of them its end; refuses what is no token."""
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            raise query_problem(MALFORMED, text, at, f"unexpected token: '{text[at]}'")
        found.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        place = match.end()
    return [*found, Token("end", "<EOF>", len(text))]


class Reader:
    """Goes along the tokens of one query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = cut(text)
        self._place = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._place]

    @property
    def following(self) -> Token:
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def next(self) -> Token:
        token = self.now
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def takes(self, *words: str) -> bool:
        """Go past these words if they stand here, in any case."""
        ahead = self._tokens[self._place : self._place + len(words)]
        if [token.word or token.text for token in ahead] != list(words):
            return False
        self._place += len(words)
        return True

    def must(self, word: str) -> Token:
        token = self.now
        if not self.takes(word):
            raise self.unexpected()
        return token

    def name(self) -> Token:
        if self.now.type != "name":
            raise self.unexpected()
        return self.next()

    def unexpected(self) -> Problem:
        return query_problem(MALFORMED, self.text, self.now.at, f"unexpected token: '{self.now.text}'")
