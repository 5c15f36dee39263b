"""CRMs with running servers, the program's clock tied to theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest

from sync.seams import Seams, production
from tests.journeys import org
from tests.journeys.account import Account, Clock, configured, serve
from tests.journeys.both import Both, served
from tests.journeys.org import OrgAccount

STORE = "leadswitch.db"


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the developer's own shell says about terminals, configurations and accounts."""
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        "LEADSWITCH_CONFIG",
        "TERM",
        "HTTP_PROXY",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


def _tie(monkeypatch: pytest.MonkeyPatch, now: Callable[[], datetime], clock: Clock) -> None:
    """Let the program take its time from a test."""

    def seams(pool: ThreadPoolExecutor, stop: Event) -> Seams:
        return replace(production(pool, stop), clock=now, sleep=clock.sleep)

    for module in ("sync.commands.sync", "sync.commands.undo", "sync.live", "sync.preview"):
        monkeypatch.setattr(f"{module}.production", seams)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Return an account without contacts, its token in the environment, and a configuration for it."""
    account = configured(tmp_path / "office", Clock())
    monkeypatch.setenv("HUBSPOT_TOKEN", account.portal.token)
    _tie(monkeypatch, account.now, account.clock)
    with serve(account):
        yield account


@pytest.fixture
def sales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes) -> Iterator[OrgAccount]:
    """Return an org without leads, its secret in the environment, and a configuration for it with an empty store."""
    account = org.configured(tmp_path / "office", Clock())
    monkeypatch.setenv(org.SECRET, account.org.client_secret)
    _tie(monkeypatch, account.clock.now, account.clock)
    with org.serve(account):
        (account.office.directory / STORE).write_bytes(sqlite_template)
        yield account


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes) -> Iterator[Both]:
    """Return both CRMs without leads, their credentials in the environment, and one configuration for them."""
    clock = Clock()
    with served(tmp_path / "office", clock) as made:
        monkeypatch.setenv("HUBSPOT_TOKEN", made.hs.portal.token)
        monkeypatch.setenv(org.SECRET, made.sf.org.client_secret)
        _tie(monkeypatch, clock.now, clock)
        (made.office.directory / STORE).write_bytes(sqlite_template)
        yield made
