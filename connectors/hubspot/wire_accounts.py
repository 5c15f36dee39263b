"""Companies by domain and by name: which searches ask for them, and what they answer (pure).

A search names as many values as its 3,000 characters hold, and at most 100 of them: that more are taken is not
established. It has one group of filters, for domains or for names: on how many there may be the documents disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.contract import Company, RawValue
from connectors.http import Answer
from connectors.hubspot.wire import OWNER, results
from connectors.hubspot.wire_dates import moment
from connectors.hubspot.wire_errors import content
from connectors.hubspot.wire_walks import by_id, fits, following
from connectors.hubspot.wire_words import part
from router.model import OwnerId, RecordId

DOMAIN, NAME, CHANGED = "domain", "name", "hs_lastmodifieddate"
PROPERTIES = (DOMAIN, NAME, OWNER, CHANGED)
MOST = 100

_FARTHEST_PLACE = f"{'9' * 19}+9800"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, and where it goes on."""

    companies: Sequence[Company]
    next: str | None


Ask = Callable[[Mapping[str, object], str | None], Found]
"""Sends a search that begins at a position, and reads its answer."""


def companies(domains: Collection[str], names: Collection[str], ask: Ask, *, size: int) -> list[Company]:
    """Return the companies with one of the domains or names, each once.

    The index that the filter reads may be behind: what is returned is compared with what was asked for.
    """
    wanted = {DOMAIN: _lower(domains), NAME: _lower(names)}
    there: dict[RecordId, Company] = {}
    for name, values in wanted.items():
        for some in together(name, sorted(values)):
            for company in _walked(name, some, ask, size=size):
                there[company.id] = company
    return [
        company
        for company in there.values()
        if (company.domain or "").lower() in wanted[DOMAIN] or (company.name or "").lower() in wanted[NAME]
    ]


def together(name: str, values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the values that fit into one search, in order; one that fits into none is no company's."""
    batch: list[str] = []
    for value in values:
        if not _fits(name, [value]):
            continue
        if len(batch) == MOST or not _fits(name, [*batch, value]):
            yield batch
            batch = []
        batch.append(value)
    if batch:
        yield batch


def search(name: str, values: Sequence[str], position: str | None, *, size: int) -> Mapping[str, object]:
    """Return the body of a search; on text IN finds values in lower case only."""
    wanted = {"propertyName": name, "operator": "IN", "values": list(values)}
    return by_id([wanted], position, PROPERTIES, size=size)


def found(answer: Answer, position: str | None) -> Found:
    """Return one page of a search for companies; only the lack of a `next` is its end."""
    body = content(answer)
    there = [(record, part(one, "properties")) for record, one in results(body) if record.isdecimal()]
    return Found(
        [_company(record, values) for record, values in there],
        following(body, [record for record, _ in there], position),
    )


def _walked(name: str, values: Sequence[str], ask: Ask, *, size: int) -> Iterator[Company]:
    position: str | None = None
    while True:
        page = ask(search(name, values, position, size=size), position)
        yield from page.companies
        position = page.next
        if position is None:
            return


def _company(record: str, values: Mapping[str, RawValue]) -> Company:
    owner = values.get(OWNER)
    return Company(
        RecordId(record),
        _text(values.get(NAME)),
        _text(values.get(DOMAIN)),
        OwnerId(str(owner)) if owner else None,
        moment(values.get(CHANGED)),
    )


def _fits(name: str, values: Sequence[str]) -> bool:
    return fits(search(name, values, _FARTHEST_PLACE, size=MOST))


def _lower(values: Collection[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values if value.strip())


def _text(raw: RawValue) -> str | None:
    return None if raw is None or raw == "" else str(raw)
