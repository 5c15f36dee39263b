"""The names that one part of a configuration declares and another uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.problems import Findings, shown
from config.yamltext import Map, Seq, Text
from router.model import FIELDS, Kind

CUSTOM = "custom."
ALWAYS_THERE: Mapping[str, Kind] = {**FIELDS, "connection": Kind.TEXT, "object": Kind.TEXT}

WHERE: Mapping[str, str] = {
    "connection": "connections in leadswitch.yaml",
    "rep": "reps in teams.yaml",
    "team": "teams in teams.yaml",
    "queue": "queues in teams.yaml",
    "list": "lists in rules.yaml",
    "territory": "territories in rules.yaml",
    "band": "bands in rules.yaml",
}
"""Where each kind of name is declared."""

Declared = frozenset[str] | None
"""Names that something has; None where their file could not be read, and nothing can be said of them."""


@dataclass(slots=True)
class Names:
    """What is declared where. A name that is declared wrongly is known: its problem is reported there."""

    findings: Findings
    fields: Mapping[str, Kind] = field(default_factory=lambda: ALWAYS_THERE)
    every_custom: bool = True  # false where a mapping file could not be read
    connection: Declared = None
    rep: Declared = None
    team: Declared = None
    queue: Declared = None
    list: Declared = None
    territory: Declared = None
    band: Declared = None

    def known(self, what: str, name: str) -> bool:
        """Tell whether a rep, team, queue, list, territory, band or connection of this name is declared."""
        declared: Declared = getattr(self, what)
        return declared is None or name in declared

    def check(self, what: str, name: Text) -> bool:
        """As `known`, with a problem where it is not."""
        if self.known(what, name):
            return True
        hint = f"declare it under {WHERE[what]}"
        self.findings.unknown(what, name, getattr(self, what), place=name.place, hint=hint)
        return False

    def kind_of(self, name: Text) -> Kind | None:
        """Return how a field's values compare; None with a problem for a field that leads do not have."""
        if name in self.fields:
            return self.fields[name]
        if not name.startswith(CUSTOM):
            self.findings.unknown("field", name, self.fields, place=name.place, hint=own_field(name))
        elif self.every_custom:
            customs = [known for known in self.fields if known.startswith(CUSTOM)]
            if customs:
                self.findings.unknown("field", name, customs, place=name.place)
            else:
                hint = f"write {name}: FIELD_OF_THE_CRM under fields in a mapping file"
                self.findings.add(name.place, f"no mapping fills '{name}'", hint)
        return None


def own_field(name: str) -> str:
    """Return the hint for a field that leads do not have."""
    return f"a field of your own is '{CUSTOM}{shown(name)}'"


def named(tree: Map | None, key: str, *, by: str) -> Declared:
    """Return the names of a list of mappings, those with problems too; `by` is the key that names them."""
    if tree is None:
        return None
    items = tree.get(key)
    found = (item.get(by) for item in (items if isinstance(items, Seq) else ()) if isinstance(item, Map))
    return frozenset(str(name) for name in found if isinstance(name, Text))


def keys(tree: Map | None, key: str) -> Declared:
    """Return the names of a mapping of mappings."""
    if tree is None:
        return None
    value = tree.get(key)
    return frozenset(map(str, value)) if isinstance(value, Map) else frozenset()
