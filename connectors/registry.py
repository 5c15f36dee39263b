"""The one table of CRM kinds. Nothing of a connector is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from connectors.contract import Account, Connector

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from connectors.normalise.mapping import FieldMapping

GROUP = "leadswitch.connectors"
"""The entry point group of third parties: the entry's name is the kind, its object a `Kind`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of CRM; paths are `module:name`.

    `options` is a frozen dataclass. `connect` takes such options and an `Account` and returns a `Connector`;
    None: connections of this kind can be configured and checked, and are not synced. `object` is polled where
    a connection names none, `enters` is the date that shows new records there, `standard` maps the fields where it
    brings no mapping. `carriers` are what an audit note can be in this CRM, the usual one first. With
    `every_record_owned` each record has an owner: `replaces` has no default. `full_id` is a pure function from an id
    of a record as people write it to the one that the CRM answers; None: there is one spelling.
    """

    name: str
    options: str
    connect: str | None = None
    object: str
    enters: str = "createdate"
    carriers: tuple[str, ...] = ("note",)
    every_record_owned: bool = False
    standard: str = "connectors.normalise.standard:HEADINGS"
    full_id: str | None = None

    def spelled(self, record: str) -> str:
        """Return a record's id as the CRM answers it; what is none stays as it is."""
        return record if self.full_id is None else str(_import(self.full_id)(record))

    def standard_mapping(self) -> FieldMapping:
        """Import and return the mapping of connections that bring none."""
        found: FieldMapping = _import(self.standard)
        return found

    def options_type(self) -> type[Any]:
        """Import and return the kind's `Options`."""
        found: type[Any] = _import(self.options)
        return found

    def open(self, options: Any, account: Account) -> Connector:
        """Build the connector. Raises ValueError where this version cannot sync the kind."""
        if self.connect is None:
            raise ValueError(f"this version checks {self.name} connections, but does not sync them")
        connector: Connector = _import(self.connect)(options, account)
        return connector


BUILT_IN: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="hubspot",
            options="connectors.hubspot:Options",
            connect="connectors.hubspot.connector:connect",
            object="contacts",
            standard="connectors.hubspot.standard:STANDARD",
        ),
        Kind(
            name="salesforce",
            options="connectors.salesforce:Options",
            connect="connectors.salesforce.connector:connect",
            object="Lead",
            enters="CreatedDate",
            carriers=("task", "record"),
            every_record_owned=True,
            standard="connectors.salesforce.standard:STANDARD",
            full_id="connectors.salesforce.wire_ids:full",
        ),
        Kind(
            name="leadsquared",
            options="connectors.leadsquared:Options",
            object="leads",
            enters="CreatedOn",
        ),
        Kind(
            name="memory",
            options="connectors.memory:Options",
            connect="connectors.memory.connector:connect",
            object="leads",
        ),
    )
}


def names() -> tuple[str, ...]:
    """Return the kinds there are, ours first, without importing any."""
    return (*BUILT_IN, *(name for name in _others() if name not in BUILT_IN))


def find(name: str) -> Kind:
    """Return the kind of this name. Raises ValueError with a suggestion; a third party's is imported now."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    entry = _others().get(name)
    if entry is None:
        from difflib import get_close_matches

        close = get_close_matches(name, names(), 1)
        hint = f", did you mean {close[0]!r}?" if close else f": it is one of {', '.join(names())}"
        raise ValueError(f"{name!r} is no kind of CRM{hint}")
    kind = entry.load()
    if not isinstance(kind, Kind):
        raise TypeError(f"the entry point {entry.value!r} of kind {name!r} is no connectors.registry.Kind")
    return kind


@cache
def _others() -> Mapping[str, EntryPoint]:
    from importlib.metadata import entry_points  # slow to load, and needed for no kind of ours

    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _import(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
