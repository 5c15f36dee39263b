"""Where in a rule a value stands."""

from __future__ import annotations

from collections.abc import Iterator

from config.files.rules import RuleEntry
from config.problems import Place
from config.yamltext import Map, Node, Seq, Text
from router.rules import Named

_GROUPS = ("all", "any", "not")


def place_of(entry: RuleEntry, field: str, value: str, named: Named | None = None) -> Place:
    """Return the place of a value, or of the list or territory that holds it; else that of the rule's name."""
    key, wanted = (named.kind, named.name) if named else (field, value)
    found = (text.place for name, _, text in asked(entry.when) if name == key and _alike(text, wanted))
    return next(found, entry.name.place)


def asked(node: Node | None) -> Iterator[tuple[str, str, Text]]:
    """Yield what a condition as it is written asks for: field (or `territory`, `list`), operator, value."""
    if isinstance(node, Seq):
        for item in node:
            yield from asked(item)
    elif isinstance(node, Map):
        for key, value in node.items():
            if key in _GROUPS:
                yield from asked(value)
            elif isinstance(value, Map):
                yield from ((key, word, text) for word, below in value.items() for text in _texts(below))
            else:
                yield from ((key, "is", text) for text in _texts(value))


def _texts(node: Node) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Seq):
        for item in node:
            yield from _texts(item)


def _alike(text: Text, wanted: str) -> bool:
    return text.strip().casefold().replace("_", "-") == wanted.strip().casefold().replace("_", "-")
