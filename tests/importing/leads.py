"""Records aimed at the edges of a rule's own criteria, and how our router takes them."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from config.importing.salesforce import Translated, translated
from config.importing.written import files
from config.loader import parse
from connectors.contract import Record
from connectors.normalise.mapping import compile_mapping
from router.model import Action, ConnectionName, LeadRef, RecordId, State
from router.route import Router
from sync.wiring import field_mapping, vocabulary
from tests.importing.oracle import CHECKBOXES, NOW, NS, NUMERIC, Outcome

PICKED = {"CountryCode", "RecordTypeId", "CreatedById", "OwnerId"}
"""Fields that hold one of a list; nobody can store anything else in them."""
IN_FORMULAS: Mapping[str, tuple[str, ...]] = {
    "LeadSource": ("Webinar", "Content Download", "Newsletter", "Web", ""),
    "Desk__c": ("Europe", "Asia", ""),
    "Contact_Language__c": ("Dutch", "Spanish;Dutch", "Italian", "Swedish", "German", ""),
    "Country": ("Kenya", "Norway", "Iceland", "Peru", ""),
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A translated file, loaded as its user would load it."""

    translated: Translated
    texts: Mapping[str, str]

    @classmethod
    def of(cls, raw: bytes, *, wanted: str | None = None) -> Imported:
        found = translated(raw, wanted=wanted)
        return cls(found, files(found))

    def outcomes(self, records: list[dict[str, str]]) -> list[Outcome]:
        """Return where our router sends records, read with the mapping that was written."""
        configuration = parse(self.texts, vocabulary(), secrets=False)
        [settings] = configuration.connections
        normalise = compile_mapping(field_mapping(settings), zone="UTC")
        router = Router(configuration.rulebook)
        ref = LeadRef(ConnectionName("sf"), "Lead", RecordId("1"))
        found: list[Outcome] = []
        for record in records:
            decision = router.route(normalise(Record(ref, dict(record), None)), State(), NOW)
            if decision.rule == "No entry matches":
                found.append(("default", None))
            elif decision.action is Action.KEEP:
                found.append(("keep", None))
            else:
                found.append(("queue", decision.queue) if decision.queue else ("owner", decision.owner))
        return found


def aimed(rule: ElementTree.Element, count: int, seed: int) -> Iterator[dict[str, str]]:
    """Yield records: each field holds an edge of some criterion on it, most of them one of the same entry."""
    chance = random.Random(seed)
    entries = [_pools(entry) for entry in rule.findall(f"{NS}ruleEntry")]
    every = {name: pool for entry in entries for name, pool in entry.items()}
    if any(entry.find(f"{NS}formula") is not None for entry in rule.findall(f"{NS}ruleEntry")):
        every |= {name: list(pool) for name, pool in IN_FORMULAS.items()}
    for _ in range(count):
        aim = chance.choice(entries) if entries else {}
        record = {name: chance.choice(pool) for name, pool in every.items() if chance.random() < 0.6}
        record |= {name: chance.choice(pool) for name, pool in aim.items() if chance.random() < 0.95}
        yield {name: text for name, text in record.items() if text}


def _pools(entry: ElementTree.Element) -> dict[str, list[str]]:
    pools: dict[str, list[str]] = {}
    for item in entry.findall(f"{NS}criteriaItems"):
        name = (item.findtext(f"{NS}field") or "").removeprefix("Lead.")
        value = item.findtext(f"{NS}value") or ""
        [texts] = csv.reader([value], skipinitialspace=True) if value else [[""]]
        pools.setdefault(name, []).extend(_edges(name, texts, item.findtext(f"{NS}operation") or ""))
    return pools


def _edges(name: str, texts: list[str], operation: str) -> Iterator[str]:
    for text in map(str.strip, texts):
        if name in CHECKBOXES:
            yield from ("true", "False", "TRUE", "")
        elif name in NUMERIC:
            bare = text.removeprefix("USD ") or "7"
            yield from (bare, str(int(bare) - 1), str(int(bare) + 1), f"{bare}.5", "", "0")
        elif name == "CreatedDate":
            yield from ("2026-11-18T11:00:00Z", "2026-11-15T11:00:00Z", "")
        elif name in PICKED:
            yield from (text, text.lower(), "", "PL", text)
        else:
            yield from (text, text, text.upper(), text.lower(), "", "Zzyzx", f" {text}  ")
            yield from (f"{text}x", f"x{text}", text[:-1], f"{text};Other", f"Other;{text}", f"{text} Inc")
            yield from ("n/a", "-", "Select", "1", "06001", "60601-1234") if operation != "equals" else ()
