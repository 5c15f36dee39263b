"""The companies of contacts: their properties join the contacts' records as `company.NAME`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from connectors.calls import batches
from connectors.contract import RawValue, Record
from connectors.http import Answer
from connectors.hubspot.wire import batch_read, results
from connectors.hubspot.wire_errors import content
from connectors.hubspot.wire_paths import Paths, Request
from connectors.hubspot.wire_words import part
from connectors.hubspot.wire_write import associated, associations

PREFIX = "company."
TOGETHER = 1000
"""How many records one call about associations takes."""

_BATCH = 100
_KEPT = 50_000

Values = Mapping[str, RawValue]
Ask = Callable[[str, Request], Answer]


class Companies:
    """Each company is read once, and each record's company too, until a walk begins anew (`forget`)."""

    def __init__(self, ask: Ask, paths: Paths, object_type: str, properties: Sequence[str]) -> None:
        self._ask = ask
        self._paths = paths
        self._object = object_type
        self._properties = properties
        self._company: dict[str, str | None] = {}
        self._values: dict[str, Values] = {}
        self._reading = threading.Lock()  # two parts of a walk may meet one company at the same time

    def forget(self) -> None:
        self._company, self._values = {}, {}

    def join(self, records: Sequence[Record]) -> list[Record]:
        """Return the records with their companies' values; without a company they are as they were."""
        company = self._companies([record.ref.record for record in records])
        with self._reading:
            values = self._read({one for one in company.values() if one is not None})
        return [
            replace(record, fields={**record.fields, **values.get(company[record.ref.record] or "", {})})
            for record in records
        ]

    def _companies(self, ids: Sequence[str]) -> Mapping[str, str | None]:
        known = self._company  # another thread may put an empty one in its place meanwhile
        found = {one: known[one] for one in ids if one in known}
        for batch in batches([one for one in ids if one not in found], TOGETHER):
            path = f"{self._paths.associations}/{self._object}/companies/batch/read"
            body = associations((one, None) for one in batch)
            to, _ = associated(self._ask("associations", Request("POST", path, body)))
            found |= {one: to[one][0] if to.get(one) else None for one in batch}
        if len(known) < _KEPT:
            known.update(found)
        return found

    def _read(self, ids: Iterable[str]) -> Mapping[str, Values]:
        known = self._values
        found = {one: known[one] for one in ids if one in known}
        for batch in batches(sorted(set(ids) - found.keys()), _BATCH):
            request = Request(
                "POST", f"{self._paths.objects}/companies/batch/read", batch_read(batch, self._properties)
            )
            there = dict(results(content(self._ask("companies", request))))
            found |= {one: self._prefixed(part(there.get(one, {}), "properties")) for one in batch}
        if len(known) < _KEPT:
            known.update(found)
        return found

    def _prefixed(self, properties: Mapping[str, RawValue]) -> Values:
        return {f"{PREFIX}{name}": properties.get(name) for name in self._properties}
