"""Companies by domain and by name, as Salesforce's accounts have them (pure).

An account has a website and no domain: `https://www.Acme.com/uk` is acme.com. On text, case does not count in a query.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from connectors.contract import Company
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.wire import ID, OWNER, Rows, record_id
from connectors.salesforce.wire_dates import moment
from connectors.salesforce.wire_ids import full
from router.model import OwnerId, RecordId

NAME, WEBSITE, CHANGED = "Name", "Website", "LastModifiedDate"
MOST = 100
"""Names or domains in one query; more patterns than that make it slow."""

_FIELDS = (ID, NAME, WEBSITE, OWNER, CHANGED)
_LONGEST = 255
_SCHEME, _END = re.compile(r"^[a-z][a-z0-9+.-]*://"), re.compile(r"[/?#\\\s]")


def queries(domains: Collection[str], names: Collection[str]) -> Iterator[str]:
    """Yield the queries that find every account with one of the domains or names, and some others."""
    yield from soql.filled(_asked(domains), _by_website, MOST)
    yield from soql.filled(_asked(names), _by_name, MOST)


def _asked(values: Collection[str]) -> list[str]:
    return sorted({value.lower() for value in values if value.strip() and len(value) <= _LONGEST})


def _by_website(domains: Sequence[str]) -> str:
    patterns = " OR ".join(f"{WEBSITE} LIKE {soql.containing(domain)}" for domain in domains)
    return soql.select(_FIELDS, "Account", [f"({patterns})"])


def _by_name(names: Sequence[str]) -> str:
    return soql.select(_FIELDS, "Account", [f"{NAME} IN {soql.texts(names)}"])


def companies(rows: Rows, domains: Collection[str], names: Collection[str]) -> list[Company]:
    """Return those accounts that were asked for, each once."""
    found = {one.id: one for one in map(_company, rows)}
    wanted, named = set(_asked(domains)), set(_asked(names))
    return [one for one in found.values() if one.domain in wanted or (one.name or "").lower() in named]


def _company(row: Mapping[str, Any]) -> Company:
    owner, name = row.get(OWNER), row.get(NAME)
    return Company(
        RecordId(record_id(row)),
        str(name) if name else None,
        host(str(row.get(WEBSITE) or "")),
        OwnerId(full(str(owner))) if owner else None,
        moment(row.get(CHANGED)),
    )


def host(website: str) -> str | None:
    """Return the name of a website's server, in lower case and without its www."""
    address = _SCHEME.sub("", website.strip().lower())
    name = _END.split(address, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    return name.removeprefix("www.").strip(".") or None
