"""The leads of a file, normalised: with headings of its own, or read by the mapping of a connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from config.settings import Configuration
from connectors.contract import Record
from connectors.normalise.mapping import FieldMapping, compile_mapping, left_over
from connectors.normalise.standard import HEADINGS
from router.model import ConnectionName, Lead
from router.rules import Rulebook
from sync.offline import records
from sync.screen import Screen
from sync.trouble import Refused
from sync.wiring import field_mapping

_NAMED = 10
_NO_CRM = ConnectionName("file")


def leads_of(screen: Screen, found: Configuration, file: Path, mapping: str | None) -> Iterator[Lead]:
    """Yield the leads, streaming; `Refused` names the file and line of what cannot be read.

    `mapping` names the connection whose columns they are.
    """
    fields = _mapping(found, mapping)
    normalise = compile_mapping(fields, zone=found.timezone)
    source = records(file, connection=mapping or _connection(found), object_type="leads")
    return (normalise(record) for record in _understood(source, fields, screen, file))


def _connection(found: Configuration) -> str:
    """Leads of a file belong to the only connection there is: rules of it then apply."""
    return found.connections[0].name if len(found.connections) == 1 else _NO_CRM


def rules_for_files(book: Rulebook) -> Rulebook:
    """Return the rules with which leads are routed that may be of no CRM: a queue of any has a place for them."""
    queues = {
        name: replace(queue, targets={_NO_CRM: "", **queue.targets}) if queue.targets else queue
        for name, queue in book.queues.items()
    }
    return replace(book, queues=queues)


def _mapping(found: Configuration, name: str | None) -> FieldMapping:
    if name is None:
        return HEADINGS
    settings = next((each for each in found.connections if each.name == name), None)
    if settings is None:
        known = ", ".join(each.name for each in found.connections)
        raise Refused(f"--mapping: there is no connection {name}; known: {known or 'none'}")
    return field_mapping(settings)


def _understood(
    source: Iterator[Record], mapping: FieldMapping, screen: Screen, file: Path
) -> Iterator[Record]:
    """Name the columns that fill no field of a lead, as the first record has them; `Refused` if none does."""
    for first in source:
        unused = left_over(first.fields, mapping)
        told = ", ".join(unused[:_NAMED]) + (f" and {len(unused) - _NAMED:,} more" * (len(unused) > _NAMED))
        if unused and len(unused) == len(first.fields):
            raise Refused(
                f"{file}: no column fills a field of a lead: {told}; "
                "name them email, company, country, ..., or give a connection's mapping with --mapping"
            )
        if unused:
            screen.tell(f"{file}: not read, as no field of a lead: {told}")
        yield first
        yield from source
