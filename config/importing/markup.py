"""XML as a small tree that knows its lines; documents with a DOCTYPE, and so with entities, are refused.

Written on expat itself: the standard library's tree has no line numbers, which every message here needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from config.problems import Refusal, shown

LARGEST = 20_000_000
"""Bytes of a document. 151 entries, the most seen in one file, are 85 kilobytes."""
_DEEPEST = 20
_SEPARATOR = " "


@dataclass(slots=True)
class Element:
    """One element: its namespace and name, the line it starts on, its own text, its children."""

    namespace: str
    name: str
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """Yield the children of this name."""
        return (child for child in self.children if child.name == name)

    def get(self, name: str) -> str | None:
        """Return the text of the first child of this name, trimmed; None where there is none or it is empty."""
        first = next(self.all(name), None)
        return (first.text.strip() or None) if first is not None else None


def document(raw: bytes) -> Element:
    """Return the root of a document. Raises `Refusal`, with the line where there is one."""
    if len(raw) > LARGEST:
        raise Refusal(f"larger than {LARGEST // 1_000_000} MB", "give the file of the assignment rules alone")
    if not raw.strip():
        raise Refusal("the file is empty")
    reader = _Reader()
    try:
        reader.parser.Parse(raw, True)  # noqa: FBT003 - expat takes it by place
    except Refusal:  # a ValueError, too
        raise
    except expat.ExpatError as error:
        message = f"line {error.lineno}: no XML: {expat.ErrorString(error.code)}"
        raise Refusal(message, "" if _is_utf8(raw) else "save the file as UTF-8") from error
    except (LookupError, ValueError) as error:  # an encoding that Python does not know, or cannot use here
        raise Refusal(f"no XML: {error}", "save the file as UTF-8") from error
    return reader.root


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw


class _Reader:
    """Builds the tree while expat reads."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._top = Element("", "", 0)
        self._open = [self._top]

    @property
    def root(self) -> Element:
        return self._top.children[0]

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        if len(self._open) > _DEEPEST:
            hint = "give the file as Salesforce wrote it"
            raise Refusal(f"line {line}: elements nested deeper than {_DEEPEST}", hint)
        namespace, _, local = name.rpartition(_SEPARATOR)
        element = Element(namespace, local, line)
        self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].text += text

    def _doctype(self, name: str, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        raise Refusal(
            f"line {line}: a DOCTYPE ({shown(name)})", "metadata has none; entities are not read here"
        )
