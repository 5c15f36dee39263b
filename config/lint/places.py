"""Where in a rule a value stands."""

from __future__ import annotations

from collections.abc import Iterator

from config.files.rules import RuleEntry
from config.problems import Place
from config.yamltext import Map, Node, Seq, Text
from router.rules import Named


def place_of(entry: RuleEntry, field: str, value: str, named: Named | None = None) -> Place:
    """Return the place of a value, or of the list or territory that holds it; else that of the rule's name."""
    key, wanted = (named.kind, named.name) if named else (field, value)
    found = (text.place for text in _under(entry.when, key) if _alike(text, wanted))
    return next(found, entry.name.place)


def _under(node: Node | None, key: str) -> Iterator[Text]:
    """Yield the texts behind a key, wherever it stands in a condition."""
    if isinstance(node, Seq):
        for item in node:
            yield from _under(item, key)
    elif isinstance(node, Map):
        for name, value in node.items():
            yield from _texts(value) if name == key else _under(value, key)


def _texts(node: Node) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Seq):
        for item in node:
            yield from _texts(item)


def _alike(text: Text, wanted: str) -> bool:
    return text.strip().casefold().replace("_", "-") == wanted.strip().casefold().replace("_", "-")
