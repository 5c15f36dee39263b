"""Conditions under a name: territories and bands. Each is read when it is first named, so their order means nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config.problems import Findings, Refusal, shown
from config.yamltext import Blank, Map, Node, Text
from router.rules import ALWAYS, Condition

DEEPEST_NAMES = 5
_HINT = "write one of them out"

Key = tuple[str, str]
"""`territory` or `band`, and the name."""


@dataclass(slots=True)
class Parts:
    """The named conditions of a file, `written` by kind and name. `read` reads one of them, which may name others."""

    read: Callable[[Node], Condition]
    written: Mapping[str, Mapping[Text, Node]]
    _known: dict[Key, tuple[Condition, int]] = field(default_factory=dict)  # and how deep names are in it
    _open: dict[Key, int] = field(default_factory=dict)

    def all_of(self, what: str, findings: Findings) -> dict[str, Condition]:
        """Return all of one kind by name; one that says nothing is a problem."""
        found: dict[str, Condition] = {}
        for name, node in self.written[what].items():
            try:
                found[str(name)] = self.part(what, name)
            except Refusal as refusal:
                findings.refused(refusal, name.place)
                found[str(name)] = ALWAYS
            if isinstance(node, Blank) or (isinstance(node, Map) and not node):
                message = f"{what} '{shown(name)}' says nothing"
                findings.add(name.place, message, "write a condition, such as {country: US}")
        return found

    def part(self, what: str, name: Text) -> Condition:
        """Return what a name stands for, ALWAYS for one that nothing has; raises `Refusal`."""
        key = what, str(name)
        node = self.written[what].get(name)
        if node is None:
            return ALWAYS
        if key in self._open:
            raise Refusal(f"{what} '{shown(name)}' is made of itself", _HINT, place=name.place)
        if key not in self._known:
            self._known[key] = self._read(key, node, name)
        part, deep = self._known[key]
        if self._open:
            outer = next(reversed(self._open))
            self._open[outer] = max(self._open[outer], deep)
        return part

    def _read(self, key: Key, node: Node, name: Text) -> tuple[Condition, int]:
        if len(self._open) >= DEEPEST_NAMES:
            raise _too_deep(name)
        self._open[key] = 0
        part = self.read(node)
        deep = self._open.pop(key) + 1
        if deep > DEEPEST_NAMES:
            raise _too_deep(name)
        return part, deep


def _too_deep(name: Text) -> Refusal:
    return Refusal(f"names of names, more than {DEEPEST_NAMES} deep", _HINT, place=name.place)
