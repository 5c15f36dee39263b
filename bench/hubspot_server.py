"""The process of a HubSpot account's server."""

from __future__ import annotations

import json
import sys
from collections import Counter

from bench.forms import LAST
from bench.hubspot import DEFINED, TRACE, Account, contacts
from bench.leads import NOW, rulebook
from bench.served import Looked
from bench.server import Clock, serve
from sandbox.hubspot import Limits, Portal

_BEFORE = 7 * 86_400.0
"""The account is filled so many seconds before it is used: its index has followed, its stamps have settled."""


def main() -> None:
    account = Account(**json.loads(sys.argv[1]))
    clock = Clock(float(sys.argv[2]) - _BEFORE)
    limits = Limits(burst=account.burst, searches=account.searches, daily=1_000_000_000)
    portal = Portal(clock=clock, latency=account.latency, limits=limits)
    _fill(portal, account)
    clock.shift += _BEFORE
    portal.ids()
    serve(portal.answer, lambda url: {"base_url": url, "token": portal.token}, lambda: _look(portal))


def _fill(portal: Portal, account: Account) -> None:
    for rep in rulebook(60).reps:
        portal.owners.add(f"{rep}@reps.example", name=f"Rep {rep}")
    for name in (*DEFINED, *TRACE):
        portal.define("contacts", name)
    now = NOW.timestamp()
    ids = [
        portal.add("contacts", values, created=now - (LAST if account.at_once else age))
        for values, age in contacts(account.leads)
    ]
    companies = [_company(portal, number) for number in range(account.companies)]
    if companies:
        for number, contact in enumerate(ids):
            portal.associate(("contacts", contact), ("companies", companies[number % len(companies)]))


def _company(portal: Portal, number: int) -> str:
    values = {
        "name": f"Company {number}",
        "domain": f"company{number}.example",
        "industry": f"industry {number % 32}",
    }
    return portal.add("companies", values | {"numberofemployees": str(number % 900 + 1)})


def _look(portal: Portal) -> Looked:
    ids = portal.ids()
    owned = sum(portal.owner_of(contact) is not None for contact in ids)
    noted = Counter(str(len(portal.notes(contact))) for contact in ids)
    statuses = {str(status): times for status, times in portal.statuses.items()}
    return Looked(dict(portal.calls), statuses, owned, dict(noted))


if __name__ == "__main__":
    main()
