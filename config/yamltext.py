"""YAML as it is written: every scalar stays text, every value knows its line, and nothing is guessed.

YAML's own typing reads `NO` as false, `01234` as 668 and `22:30` as 1350. Here the key decides, later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn, cast

import yaml

from config.problems import Findings, Place, Refusal, shown

DEEPEST = 100
MOST_VALUES = 1_000_000  # aliases of aliases grow eightfold a level


class Text(str):
    """A scalar. `plain` is false where it was quoted, so that `""` is not taken for nothing."""

    __slots__ = ("place", "plain")
    place: Place
    plain: bool

    def __new__(cls, value: str, place: Place, *, plain: bool = True) -> Text:
        text = super().__new__(cls, value)
        text.place, text.plain = place, plain
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return str, (str(self),)


class Blank:
    """A key with nothing behind it, or an explicit null."""

    __slots__ = ("place",)

    def __init__(self, place: Place) -> None:
        self.place = place


class Seq(list["Node"]):
    """A list and where it starts."""

    def __init__(self, place: Place, items: list[Node]) -> None:
        super().__init__(items)
        self.place = place


class Map(dict[str, "Node"]):
    """A mapping and where it starts; its keys are `Text` and know their places."""

    def __init__(self, place: Place, items: dict[str, Node]) -> None:
        super().__init__(items)
        self.place = place

    def texts(self) -> Iterator[tuple[Text, Node]]:
        """Yield keys with their places, and values."""
        for key, value in self.items():
            yield key if isinstance(key, Text) else Text(key, self.place), value

    def key_place(self, key: str) -> Place:
        """Return where a key stands."""
        return next((text.place for text, _ in self.texts() if text == key), self.place)


_BRACKET = re.compile(r"[\[\]{}]")
_DEEP_INDENT = re.compile(rf"^[ ?\-]{{{DEEPEST},}}", re.MULTILINE)

Node = Text | Blank | Seq | Map


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, list[tuple[str, object]]] = {}  # noqa: RUF012 - PyYAML's own attribute


def tree(file: str, text: str, findings: Findings) -> Map | None:
    """Return the mapping that a file holds; None where it cannot be read at all, which is then a problem."""
    try:
        _check_depth(file, text)
        root = _Loader(text.removeprefix("\ufeff")).get_single_node()
        read = _Reader(file, findings).root(root)
    except yaml.YAMLError as error:
        findings.refused(_syntax(file, text, error), Place(file, 1, 1))
    except Refusal as refusal:
        findings.refused(refusal, Place(file, 1, 1))
    else:
        if isinstance(read, Map):
            return read
        findings.add(read.place, "the file must be a mapping", "write key: value, one a line")
    return None


def _check_depth(file: str, text: str) -> None:
    """Refuse nesting before the parser composes it: written in C, it would end the process."""
    depth = deepest = 0
    for sign in _BRACKET.findall(text):
        depth = depth + 1 if sign in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    if deepest <= DEEPEST and not _DEEP_INDENT.search(text):
        return
    depth = 0
    for event in yaml.parse(text.removeprefix("\ufeff"), Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            hint = f"at most {DEEPEST} levels; of a condition, name parts as territories"
            raise Refusal("nested too deeply", hint, place=_place(file, cast(yaml.Mark, event.start_mark)))


class _Reader:
    """Turns nodes of the parser into ours, each once: an alias is the value it names, not a copy."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file, self._findings = file, findings
        self._done: dict[int, Node] = {}
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()

    def root(self, node: yaml.Node | None) -> Node:
        """Read a whole file. Raises `Refusal` where nothing can be made of it."""
        if node is None:
            raise Refusal("the file is empty", "`leadswitch init` writes one to start from")
        return self.node(node)

    def node(self, node: yaml.Node) -> Node:
        key = id(node)
        if key in self._open:
            self._refuse(node, "an anchor that contains itself", "write it out where it is needed")
        if key not in self._done:
            self._open.add(key)
            self._done[key] = self._read(node)
            self._open.discard(key)
            self._sizes[key] = 1 + sum(self._sizes.get(id(child), 1) for child in _children(node))
            if self._sizes[key] > MOST_VALUES:
                message = "the aliases here multiply to more than a million values"
                self._refuse(node, message, "write out what is meant")
        return self._done[key]

    def _read(self, node: yaml.Node) -> Node:
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag[18:] not in ("str", "seq", "map"):
            hint = "leave it out, or put quotes around text that starts with !"
            self._refuse(node, "tags such as !name are not used here", hint)
        place = self._place(node)
        if isinstance(node, yaml.ScalarNode):
            plain = not node.style
            if plain and node.value in ("", "~", "null", "Null", "NULL"):
                return Blank(place)
            return Text(node.value, place, plain=plain)
        if isinstance(node, yaml.SequenceNode):
            return Seq(place, [self.node(item) for item in node.value])
        return self._mapping(cast(yaml.MappingNode, node), place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Map:
        items: dict[str, Node] = {}
        first: dict[str, Place] = {}
        for key_node, value_node in node.value:
            value = self.node(value_node)
            key = self._key(key_node)
            if key is None:
                continue
            if key in first:
                there = first[key]
                self._findings.add(
                    key.place, f"'{shown(key)}' stands here twice", f"first on line {there.line}"
                )
                continue
            first[key] = key.place
            items[key] = value
        return Map(place, items)

    def _key(self, node: yaml.Node) -> Text | None:
        place = self._place(node)
        if not isinstance(node, yaml.ScalarNode):
            self._findings.add(place, "keys must be text", "put quotes around it if it is meant as text")
            return None
        if node.value == "<<" and not node.style:
            self._findings.add(
                place, "merge keys (<<) are not used here", "write the keys out, or use an alias"
            )
            return None
        return Text(node.value, place, plain=not node.style)

    def _place(self, node: yaml.Node) -> Place:
        return _place(self._file, node.start_mark)

    def _refuse(self, node: yaml.Node, message: str, hint: str) -> NoReturn:
        raise Refusal(message, hint, place=self._place(node))


def _place(file: str, mark: yaml.Mark) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _syntax(file: str, text: str, error: yaml.YAMLError) -> Refusal:
    """Say what the parser could not read, in words for people who never read YAML's grammar."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _unprintable(file, text)
    place = _place(file, mark)
    lines = text.removeprefix("\ufeff").splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    problem = str(getattr(error, "problem", None) or "cannot be read")
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Refusal(
            "a tab at the start of the line", "indent with spaces", place=Place(file, mark.line + 1, 1)
        )
    if "${" in line and "expected ',' or" in problem:
        return Refusal("'${...}' between { and }", 'put quotes around it: "${NAME}"', place=place)
    opened = getattr(error, "context_mark", None)
    if "unexpected end of stream" in problem and opened is not None:
        message, hint = (
            "a quote opens here and is never closed",
            "close it; within its own kind it is written twice",
        )
        return Refusal(message, hint, place=_place(file, opened))
    if "expected ',' or" in problem and opened is not None:
        hint = f"close what line {opened.line + 1} opens, or write a comma between two values"
        return Refusal("between brackets something is missing here", hint, place=place)
    for sign, message, hint in _SYNTAX:
        if sign in problem:
            return Refusal(message, hint, place=place)
    return Refusal(f"cannot be read as YAML: {problem}", "look at the line above, too", place=place)


_SYNTAX = (
    ("mapping values are not allowed", "a colon too many", "put quotes around text with ': ' in it"),
    ("cannot start any token", "a value cannot start with this character", "put quotes around the text"),
    ("another document", "another document", "only one a file"),
    ("undefined alias", "an alias without an anchor", "put quotes around text that starts with *"),
    ("escape char", "no such escape between double quotes", "use single quotes around text with a backslash"),
    ("Unicode character escape", "this escape stands for no character", "write the character itself"),
    (
        "could not find expected ':'",
        "a key without its colon",
        "write key: value, with a space after the colon",
    ),
    (
        "did not find expected key",
        "the indentation does not fit the lines above",
        "align the keys of one mapping",
    ),
    ("'-' indicator", "the indentation does not fit the lines above", "align the items of one list"),
    ("block end", "the indentation does not fit the lines above", "align the items of one list"),
)


def _unprintable(file: str, text: str) -> Refusal:
    for number, line in enumerate(text.split("\n"), 1):
        for column, char in enumerate(line, 1):
            if not (char.isprintable() or char in "\t\r\u2028\u2029\ufeff" or ord(char) >= 0xA0):
                message = f"a control character (U+{ord(char):04X})"
                return Refusal(message, "remove it", place=Place(file, number, column))
    return Refusal("cannot be read as YAML", place=Place(file, 1, 1))
