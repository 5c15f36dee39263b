"""Formulas of Salesforce as a tree; what they mean is for `meaning`.

https://help.salesforce.com/s/articleView?id=platform.customize_functions.htm
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from config.importing.logic import Untranslated
from config.problems import shown

_DEEPEST = 60
_LONGEST = 50_000
_SPACE = re.compile(r"(?:[\s\ufeff\u200b]+|/\*.*?\*/)+", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"|(?P<number>\d{1,18}(?:\.\d{1,12})?|\.\d{1,12})"
    r"|(?P<name>\$?[^\W\d]\w*(?:[.:]\w+)*)"
    r"|(?P<sign>&&|\|\||<>|!=|==|<=|>=|[-+*/^&=<>!(),])",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_BINDS = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), 2),
    **dict.fromkeys(("=", "==", "<>", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("&", "+", "-"), 5),
    **dict.fromkeys(("*", "/"), 6),
    "^": 7,
}


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Field:
    """A field, with its path: `Country`, `Owner:User.Id`, `$User.Id`."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function in upper case, or an operator (`=`, `<>`, `&&`, `+`, ...) with its operands."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Field | Call


def parsed(text: str) -> Node:
    """Return the tree of a formula. Raises `Untranslated`."""
    if len(text) > _LONGEST:
        raise Untranslated("the formula is too long")
    reader = _Formula(_tokens(text))
    found = reader.expression(0)
    if reader.sign:
        raise Untranslated(f"the formula cannot be read from '{shown(reader.sign)}' on")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Untranslated(f"the formula cannot be read at '{shown(text[at : at + 12])}'")
        found.append((match.lastgroup, match[0]))
        at = match.end()
    return found


class _Formula:
    """A parser by precedence."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = self._depth = 0

    @property
    def sign(self) -> str:
        """The token that comes next, "" at the end."""
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def expression(self, least: int) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Untranslated(f"the formula is nested deeper than {_DEEPEST} levels")
        left = self._operand()
        while (binds := _BINDS.get(self.sign, 0)) > least:
            sign = self._next()[1]
            right = self.expression(binds)
            left = Call({"==": "=", "!=": "<>"}.get(sign, sign), (left, right))
        self._depth -= 1
        return left

    def _operand(self) -> Node:
        kind, written = self._next()
        if written in ("!", "-", "+"):
            inner = self.expression(_BINDS["^"])
            return _signed(written, inner)
        if written == "(":
            inner = self.expression(0)
            self._expect(")")
            return inner
        if kind == "text":
            return Literal(_unescaped(written[1:-1]))
        if kind == "number":
            return Literal(Decimal(written))
        if kind == "name":
            return self._call(written) if self.sign == "(" else _named(written)
        raise Untranslated(f"the formula cannot be read at '{shown(written)}'")

    def _call(self, name: str) -> Call:
        self._expect("(")
        arguments: list[Node] = []
        while self.sign != ")":
            if arguments:
                self._expect(",")
            arguments.append(self.expression(0))
        self._expect(")")
        return Call(name.upper(), tuple(arguments))

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise Untranslated("the formula ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        if self.sign != sign:
            raise Untranslated(f"the formula lacks '{sign}' before '{shown(self.sign) or 'its end'}'")
        self._at += 1


def _signed(sign: str, node: Node) -> Node:
    if sign == "!":
        return Call("NOT", (node,))
    if isinstance(node, Literal) and isinstance(node.value, Decimal):
        return Literal(-node.value if sign == "-" else node.value)
    return Call(sign, (node,))


def _named(token: str) -> Node:
    known: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}
    return Literal(known[token.upper()]) if token.upper() in known else Field(token)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)
