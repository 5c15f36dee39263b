"""Real processes that die while they work; `make kill9` is the same for longer and on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from sandbox.hubspot.desk import person
from sandbox.hubspot.records import Source
from tests.kill9.account import BOSS, BOSS_USER, REPS, Account, Looked, Sent, Started
from tests.kill9.campaign import Plan, Report, run
from tests.kill9.checker import violations
from tests.kill9.clock import SharedClock


def _campaign(folder: Path, *, seed: int, kills: int, module: str = "tests.kill9.program") -> Report:
    return run(Plan(seed, kills), f"sqlite:///{folder}/store.db", folder, module=module)


@pytest.mark.slow
def test_after_ten_deaths_every_lead_has_one_owner_and_one_note(tmp_path: Path) -> None:
    report = _campaign(tmp_path, seed=1, kills=10)
    assert report.kills >= 10
    assert report.leads > 50
    assert report.violations == []


@pytest.mark.slow
def test_a_program_that_sends_again_what_may_have_arrived_is_caught(tmp_path: Path) -> None:
    report = _campaign(tmp_path, seed=3, kills=14, module="tests.kill9.blind")
    kinds = Counter(line.split(": ", 1)[1] for line in report.violations)
    several = {f"{notes} notes" for notes in range(2, 20)}
    assert several & kinds.keys(), report.violations


# --- the checker can see ----------------------------------------------------------------------------------

OURS = Source("INTEGRATION", "app")


def _owned(account: Account, *owners: tuple[str, Source]) -> str:
    """Return a contact that these became owner of, one after the other, with its note."""
    record = account.lead(1)
    for owner, source in owners:
        account.portal.edit("contacts", record, {"hubspot_owner_id": owner}, by=source)
    _noted(account, record)
    return record


def _noted(account: Account, record: str) -> None:
    note = account.portal.add("notes", {"hs_note_body": "lsw:0123456789abcdef", "hs_timestamp": "0"})
    account.portal.associate(("notes", note), ("contacts", record))


def _looked_and_sent(account: Account, record: str, owner: str | None) -> None:
    account.journal += [Looked(record, owner), Sent(record, REPS["ana"])]


def _forgotten(account: Account) -> str:
    _noted(account, account.lead(1))
    return "forgotten, it has no owner"


def _two_owners(account: Account) -> str:
    _owned(account, (REPS["ana"], OURS), (REPS["bo"], OURS))
    return "2 automatic owners"


def _overwritten(account: Account) -> str:
    _owned(account, (BOSS, person(BOSS_USER)), (REPS["ana"], OURS))
    return f"a person chose {BOSS}, and {REPS['ana']} stands"


def _two_notes(account: Account) -> str:
    _noted(account, _owned(account, (REPS["ana"], OURS)))
    return "2 notes"


def _no_note(account: Account) -> str:
    account.portal.edit("contacts", account.lead(1), {"hubspot_owner_id": REPS["ana"]}, by=OURS)
    return "no note"


def _sent_blindly(account: Account) -> str:
    record = _owned(account, (REPS["ana"], OURS))
    _looked_and_sent(account, record, None)
    account.journal += [Sent(record, REPS["ana"])]
    return f"{REPS['ana']} was sent without a fresh look"


def _looked_in_another_life(account: Account) -> str:
    record = _owned(account, (REPS["ana"], OURS))
    account.journal += [Looked(record, None), Started(), Sent(record, REPS["ana"])]
    return f"{REPS['ana']} was sent without a fresh look"


def _sent_over_a_person(account: Account) -> str:
    _looked_and_sent(account, _owned(account, (REPS["ana"], OURS)), BOSS)
    return f"{REPS['ana']} was sent over {BOSS}, who was seen"


BROKEN = (
    _forgotten,
    _two_owners,
    _overwritten,
    _two_notes,
    _no_note,
    _sent_blindly,
    _looked_in_another_life,
    _sent_over_a_person,
)


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account.empty("hs0", SharedClock.in_file(tmp_path / "clock"), 1)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__.strip("_"))
def test_the_checker_sees_a_broken_promise(
    broken: Callable[[Account], str], account: Account, sqlite_url: str
) -> None:
    expected, engine = broken(account), sa.create_engine(sqlite_url)
    [found] = violations([account], engine)
    assert found.endswith(expected)
    engine.dispose()


def test_the_checker_has_nothing_to_say_where_all_is_well(account: Account, sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url)
    _looked_and_sent(account, _owned(account, (REPS["ana"], OURS)), None)
    assert violations([account], engine) == []
    engine.dispose()


def test_the_checker_sees_one_person_with_two_owners(tmp_path: Path, sqlite_url: str) -> None:
    clock, engine = SharedClock.in_file(tmp_path / "clock"), sa.create_engine(sqlite_url)
    here, there = (Account.empty(name, clock, 1) for name in ("hs0", "hs1"))
    _owned(here, (REPS["ana"], OURS))
    _owned(there, (REPS["bo"], OURS))
    assert violations([here, there], engine) == ["p1@leads.example: 2 owners in all accounts together"]
    engine.dispose()


def test_a_clock_in_a_file_moves_for_all_who_opened_it(tmp_path: Path) -> None:
    first = SharedClock.in_file(tmp_path / "clock")
    second = SharedClock(tmp_path / "clock")
    before = second.seconds()
    first.move(3600.0)
    assert 3600.0 <= second.seconds() - before < 3610.0
