"""The server's process: an account filled with leads; each line on stdin asks what it has seen, the end ends it."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import asdict

from bench.hubspot import DEFINED, LAST, TRACE, Account, Looked, contacts
from bench.leads import NOW, rulebook
from sandbox.hubspot import Limits, Portal
from sandbox.serve import keep_garbage_rare
from sandbox.server import Server

_BEFORE = 7 * 86_400.0
"""The account is filled so many seconds before it is used: its index has followed, its stamps have settled."""


class _Clock:
    def __init__(self, shift: float) -> None:
        self.shift = shift

    def __call__(self) -> float:
        return time.time() + self.shift


def main() -> None:
    account = Account(**json.loads(sys.argv[1]))
    clock = _Clock(float(sys.argv[2]) - _BEFORE)
    limits = Limits(burst=account.burst, searches=account.searches, daily=1_000_000_000)
    portal = Portal(clock=clock, latency=account.latency, limits=limits)
    _fill(portal, account)
    clock.shift += _BEFORE
    portal.ids()
    keep_garbage_rare()
    with Server(portal.answer) as server:
        _say({"url": server.url, "token": portal.token})
        for _ in sys.stdin:
            _say(asdict(_look(portal)))


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


def _say(found: object) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
