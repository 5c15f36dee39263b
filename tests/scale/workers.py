"""Two worker processes at once, an account each, one store, one set of turns; some persons are in both accounts."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import sqlalchemy as sa

from sync import schema
from sync.store import open_store
from tests.kill9.account import REPS, Account
from tests.kill9.checker import violations
from tests.kill9.clock import SharedClock
from tests.kill9.office import Ended, Office

LEAD = 10**12
"""The units of one lead in the stored credits."""

_SHARED = 10
"""One in so many persons is in both accounts."""


@dataclass(frozen=True, slots=True)
class Report:
    """`furthest` is the most that a rep was away from the sum of their shares, in leads; `bound` what is promised."""

    leads: int
    shared: int
    seconds: float
    furthest: Fraction
    bound: Fraction
    violations: Sequence[str]


def run(leads: int, store: str, folder: Path) -> Report:
    """Let two workers assign `leads` leads together, and verify them."""
    clock = SharedClock.in_file(folder / "clock")
    accounts = [Account.empty(f"hs{number}", clock, number) for number in range(2)]
    shared = _fill(accounts, leads)
    with ExitStack() as stack, ThreadPoolExecutor(len(accounts)) as pool:
        urls = {each.name: stack.enter_context(each.serve()).url for each in accounts}
        office = Office(folder, store, accounts, clock, urls)
        office.write()
        clock.move(60.0)  # search finds all of them
        began = time.monotonic()
        ended = list(pool.map(office.sync, accounts))
        seconds = time.monotonic() - began
        clock.move(61.0)
        ended += pool.map(office.sync, accounts)
    opened = open_store(store, create=False)
    with opened.engine.connect() as tx:
        furthest = furthest_credit(tx)
    found = [*_failed(ended), *violations(accounts, opened.engine)]
    opened.close()
    n = len(REPS)
    return Report(leads, shared, seconds, furthest, 1 - Fraction(1, 2 * n - 2), found)


def _fill(accounts: Sequence[Account], leads: int) -> int:
    """Add persons of whom one in `_SHARED` fills in a form in both accounts; return how many those are."""
    person, shared, left = 0, 0, leads
    while left:
        both = person % _SHARED == 0 and left >= len(accounts)
        for account in accounts if both else [accounts[person % len(accounts)]]:
            account.lead(person)
            left -= 1
        shared += both
        person += 1
    return shared


def furthest_credit(tx: sa.Connection) -> Fraction:
    """Return the most that a turn left a rep with, owed or overdrawn, in leads."""
    log = schema.log
    found = 0
    for (body,) in tx.execute(sa.select(log.c.body).where(log.c.kind == "turn")):
        found = max(found, *(abs(owed) for owed in json.loads(body)["after"]["credits"].values()))
    return Fraction(found, LEAD)


def _failed(ended: Sequence[Ended]) -> list[str]:
    return [f"a pass ended with {one.code}: {one.err[-500:]}" for one in ended if one.code]
