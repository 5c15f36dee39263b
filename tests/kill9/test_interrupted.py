"""Real processes that are frozen, stopped, shut out of their store or their CRM, and what they leave to the next."""

from __future__ import annotations

import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from sandbox.faults import error_before
from sync.store import open_store
from tests.databases import execute
from tests.kill9.account import Account, Doom, Moment
from tests.kill9.checker import violations
from tests.kill9.clock import SharedClock
from tests.kill9.office import Ended, Office

LEADS = 30
LOOK_AT_LEADS = 4
"""The call of a pass that is the fresh look: after the search and two pages of owners."""

ALL_CALLS = LOOK_AT_LEADS + 2
"""With the write of the owners and that of the notes."""

pytestmark = pytest.mark.slow


@dataclass
class Desk:
    """An office over one account with some leads, and a look at what came of them."""

    office: Office
    account: Account
    crm_clock: SharedClock

    def at_call(self, number: int, moment: Moment, deed: Callable[[float], object]) -> None:
        self.account.begins(Doom(number, moment, 0.0, deed))

    def sync(self) -> Ended:
        return self.office.sync(self.account)

    def start(self, *options: str) -> subprocess.Popen[str]:
        return self.office.start("sync", "--json", *options)

    def writes(self) -> int:
        return self.account.portal.calls["contacts.batch_update"]

    def time_passes(self, seconds: float = 61.0) -> None:
        self.office.clock.move(seconds)
        self.crm_clock.move(seconds)

    def settled(self) -> list[str]:
        """Let passes end what is open; return the promises that were broken."""
        for _ in range(8):
            self.time_passes()
            ended = self.sync()
            if ended.code == 0 and not ended.object["unverified"]:
                break
        store = open_store(self.office.store, create=False)
        found = violations([self.account], store.engine)
        store.close()
        return found


def _desk(url: str, folder: Path, stack: ExitStack) -> Desk:
    ours, theirs = SharedClock.in_file(folder / "clock"), SharedClock.in_file(folder / "crm")
    account = Account.empty("hs0", theirs, 1)
    for number in range(LEADS):
        account.lead(number)
    office = Office(folder, url, [account], ours, {"hs0": stack.enter_context(account.serve()).url})
    office.write()
    desk = Desk(office, account, theirs)
    desk.time_passes(60.0)  # search finds them
    return desk


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


@pytest.fixture
def desk(store_url: str, tmp_path: Path, stack: ExitStack) -> Desk:
    """On each database."""
    return _desk(store_url, tmp_path, stack)


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path, stack: ExitStack) -> Desk:
    return _desk(sqlite_url, tmp_path, stack)


@pytest.fixture
def on_postgresql(postgresql_url: str, tmp_path: Path, stack: ExitStack) -> Desk:
    return _desk(postgresql_url, tmp_path, stack)


def _done(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=60)
    return Ended(process.returncode, out, err)


# --- frozen -----------------------------------------------------------------------------------------------


def _frozen(desk: Desk, call: int) -> subprocess.Popen[str]:
    """Return a process that stands still: the answer of its nth call is on its way."""
    started: list[subprocess.Popen[str]] = []
    reached = Event()

    def freeze(_: float) -> None:
        started[0].send_signal(signal.SIGSTOP)
        reached.set()

    desk.at_call(call, Moment.APPLIED, freeze)
    started.append(desk.start())
    assert reached.wait(60)
    return started[0]


def test_a_frozen_worker_keeps_its_connection_and_goes_on(desk: Desk) -> None:
    frozen = _frozen(desk, LOOK_AT_LEADS)
    other = _done(desk.start())
    assert other.code == 4
    assert other.object["held_by_another"] == ["hs0"]
    frozen.send_signal(signal.SIGCONT)
    assert _done(frozen).object["assigned"] == LEADS
    assert desk.settled() == []


def test_a_worker_that_lost_its_session_while_frozen_neither_writes_nor_sends(
    on_postgresql: Desk, postgres: sa.URL
) -> None:
    desk = on_postgresql
    frozen = _frozen(desk, LOOK_AT_LEADS)
    execute(postgres, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    assert desk.sync().object["doubtful"] == LEADS
    before, ledger = desk.writes(), _steps(desk)
    frozen.send_signal(signal.SIGCONT)
    ended = _done(frozen)
    assert (ended.code, desk.writes()) == (1, before)
    assert "session" in ended.object["refused"]["hs0"]
    assert _steps(desk) == ledger
    assert desk.settled() == []


def _steps(desk: Desk) -> list[tuple[object, ...]]:
    engine = sa.create_engine(desk.office.store, poolclass=sa.pool.NullPool)
    with engine.connect() as tx:
        return [
            tuple(row) for row in tx.exec_driver_sql("SELECT key, step, run, due FROM leads ORDER BY key")
        ]


# --- told to stop -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [1, LOOK_AT_LEADS, LOOK_AT_LEADS + 1, ALL_CALLS])
def test_a_worker_told_to_stop_ends_its_step_and_the_next_pass_goes_on(on_sqlite: Desk, call: int) -> None:
    desk, started = on_sqlite, list[subprocess.Popen[str]]()
    desk.at_call(call, Moment.APPLIED, lambda _: started[0].send_signal(signal.SIGTERM))
    started.append(desk.start())
    ended = _done(started[0])
    assert (ended.code, ended.object["stopped"]) == (0, True), ended.err
    assert desk.settled() == []


# --- the store --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 70_000])
def test_a_full_disk_is_a_clear_error_and_nothing_is_lost_when_there_is_room_again(
    on_sqlite: Desk, room: int
) -> None:
    """Files may grow by `room` bytes: the store is full at the first lead, or when owners are in the CRM already."""
    desk = on_sqlite
    full = (desk.office.directory / "store.db").stat().st_size + room

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))

    ended = _done(desk.office.start("sync", "--json", before=no_room))
    assert ended.code == 1, ended
    assert "the store refused" in ended.object["refused"]["hs0"]
    assert "Traceback" not in ended.err
    assert desk.settled() == []


def test_a_database_that_goes_away_in_a_pass_costs_the_pass_and_no_lead(
    on_postgresql: Desk, postgres: sa.URL
) -> None:
    desk = on_postgresql
    name = sa.make_url(desk.office.store).database

    def shut(_: float) -> None:
        execute(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        execute(postgres, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608

    desk.at_call(LOOK_AT_LEADS + 1, Moment.APPLIED, shut)
    ended = _done(desk.start())
    assert (ended.code, desk.writes()) == (1, 1), ended
    away = _done(desk.start())
    assert (away.code, "Traceback" in away.err) == (2, False)
    execute(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert desk.settled() == []


def test_a_loop_goes_on_when_its_database_is_back(on_postgresql: Desk, postgres: sa.URL) -> None:
    desk = on_postgresql
    name = sa.make_url(desk.office.store).database
    process = desk.start("--every", "1s")
    looped = iter(process.stdout or ())
    next(looped)
    execute(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    refused = next(looped)
    execute(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    again = next(looped)
    process.send_signal(signal.SIGTERM)
    assert _done(process).code == 0
    assert '"refused": {"hs0"' in refused
    assert '"refused": {}' in again


# --- the CRM ----------------------------------------------------------------------------------------------


def test_a_crm_that_is_down_for_hours_loses_no_lead(on_sqlite: Desk) -> None:
    desk = on_sqlite
    desk.account.portal.faults.add("*", error_before(503))
    for hour in range(3):
        desk.time_passes(3600.0)
        desk.account.lead(100 + hour)
        assert desk.sync().code == 3
    desk.account.calm()
    assert desk.settled() == []


@pytest.mark.parametrize("call", [1, LOOK_AT_LEADS, LOOK_AT_LEADS + 1])
def test_credentials_revoked_in_a_pass_end_it_and_new_ones_go_on(on_sqlite: Desk, call: int) -> None:
    desk = on_sqlite
    access = desk.account.portal.access
    desk.at_call(call, Moment.APPLIED, lambda _: access.revoke(access.token))
    ended = _done(desk.start())
    assert ended.code == 3, ended
    access.token = access.private("a-new-token")
    assert desk.settled() == []


# --- the clock --------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_by_a_day_back_and_forth_forgets_and_doubles_nothing(on_sqlite: Desk) -> None:
    desk = on_sqlite
    for number, jump in enumerate((86_400.0, -2 * 86_400.0, 86_400.0, -86_400.0, 86_400.0)):
        desk.account.lead(200 + number)
        desk.office.clock.move(jump)
        assert desk.sync().code in (0, 1)
        desk.crm_clock.move(20.0)
    desk.time_passes(2 * 86_400.0)  # what was put off while the clock was ahead waits until it is there again
    assert desk.settled() == []
