"""Connectors with one fault each in how they find companies: the suite must fail on all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from weakref import WeakKeyDictionary

from connectors.contract import Company
from connectors.memory.connector import MemoryConnector

KNOWN: WeakKeyDictionary[MemoryConnector, dict[object, Sequence[Company]]] = WeakKeyDictionary()


class AsksForAccountsTwice(MemoryConnector):
    """One question by domain, one by name, and what answers both is told twice."""

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        return [*super().accounts(domains, []), *super().accounts([], names)]


class ShowsTheFirstPageOfAccounts(MemoryConnector):
    """One page is enough, until a chain has a branch in every town."""

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        return super().accounts(domains, names)[:10]


class TakesAPieceForTheName(MemoryConnector):
    """A search by words: whoever is called something like it is taken for it."""

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        known = (self._crm.companies or {}).values()
        alike = {
            one.name
            for one in known
            if one.name
            for name in names
            if one.name.lower().startswith(name.lower())
        }
        return super().accounts(domains, [*names, *alike])


class KeepsAccounts(MemoryConnector):
    """Asked once is known for ever."""

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        asked = (tuple(domains), tuple(names))
        if asked not in KNOWN.setdefault(self, {}):
            KNOWN[self][asked] = super().accounts(domains, names)
        return KNOWN[self][asked]
