"""Rounds of life and death: leads come in, each worker runs one pass and mostly does not survive it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sync.store import open_store
from tests.kill9.account import Account, Moment
from tests.kill9.checker import violations
from tests.kill9.clock import SharedClock
from tests.kill9.office import KILLED, Ended, Office

_SETTLING = 40
_EXPECTED = {0, 1, 3}
"""What a pass that was not killed may end with: well, leads left over, a CRM that fails too often."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard a campaign is. `faults` is the rate of each kind of fault, `people` that of people who interfere."""

    seed: int
    kills: int
    accounts: int = 2
    most_leads: int = 40
    longest: int = 8
    faults: float = 0.02
    people: float = 0.4


@dataclass(slots=True)
class Report:
    """What came of a campaign."""

    kills: int = 0
    passes: int = 0
    leads: int = 0
    taken: int = 0
    calls: int = 0
    seconds: float = 0.0
    notes: int = 0
    places: int = 0
    violations: list[str] = field(default_factory=list)


def run(plan: Plan, store: str, folder: Path, *, module: str = "tests.kill9.program") -> Report:
    """Run a campaign to its end; the store at `store` must be new."""
    began, draw = time.monotonic(), random.Random(plan.seed)
    clock = SharedClock.in_file(folder / "clock")
    accounts = [
        Account.empty(f"hs{number}", clock, plan.seed * 10 + number) for number in range(plan.accounts)
    ]
    with ExitStack() as stack:
        urls = {each.name: stack.enter_context(each.serve()).url for each in accounts}
        office = Office(folder, store, accounts, clock, urls, module)
        office.write()
        report = Report()
        _rounds(plan, office, draw, report)
        _settled(office, report)
        opened = open_store(store, create=False)
        report.violations += violations(accounts, opened.engine)
        opened.close()
    report.leads = sum(len(each.portal.ids()) for each in accounts)
    report.notes = sum(len(each.portal.notes(record)) for each in accounts for record in each.portal.ids())
    report.taken = sum(len(each.taken) for each in accounts)
    report.calls = sum(sum(each.portal.calls.values()) for each in accounts)
    report.places = len({place for each in accounts for place in each.deaths})
    report.seconds = time.monotonic() - began
    return report


def _rounds(plan: Plan, office: Office, draw: random.Random, report: Report) -> None:
    for account in office.accounts:
        account.trouble(plan.faults)
        account.people = plan.people
    person = 0
    with ThreadPoolExecutor(len(office.accounts)) as pool:
        while report.kills < plan.kills and not report.violations:
            for _ in range(draw.randint(0, plan.most_leads)):
                person += 1
                for account in draw.choice([*([each] for each in office.accounts), office.accounts]):
                    account.lead(person)
            dooms = [_doom(plan, draw) for _ in office.accounts]
            for ended in pool.map(office.sync, office.accounts, dooms):
                _take_down(ended, report)
            office.clock.move(draw.choice([0.0, 0.0, 5.0, 20.0, 61.0]))


def _doom(plan: Plan, draw: random.Random) -> tuple[int, Moment, float]:
    return draw.randint(1, plan.longest), draw.choice(list(Moment)), draw.uniform(0.1, 30.0)


def _settled(office: Office, report: Report) -> None:
    """Let nobody die and nothing fail any more, until every worker has nothing left to do."""
    for account in office.accounts:
        account.calm()
    for account in office.accounts:
        _until(lambda account=account: _is_done(office, account, report), office.clock)  # type: ignore[misc]


def _until(done: Callable[[], bool], clock: SharedClock) -> None:
    for _ in range(_SETTLING):
        if done():
            return
        clock.move(61.0)


def _is_done(office: Office, account: Account, report: Report) -> bool:
    ended = office.sync(account)
    _take_down(ended, report)
    if ended.code:
        return False
    counts = ended.object
    return not (counts["unverified"] or counts["waiting"] or counts["doubtful"] or counts["assigned"])


def _take_down(ended: Ended, report: Report) -> None:
    report.passes += 1
    report.kills += ended.code == KILLED
    if ended.code != KILLED and (ended.code not in _EXPECTED or "Traceback" in ended.err):
        report.violations.append(f"a pass ended with {ended.code}: {ended.err[-2000:]}")
