"""An account with a running server, the program's clock tied to the account's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from sync.seams import Seams, production
from tests.journeys.account import Account, Clock, configured, serve


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


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Return an account without contacts, its token in the environment, and a configuration for it."""
    account = configured(tmp_path / "office", Clock())
    monkeypatch.setenv("HUBSPOT_TOKEN", account.portal.token)

    def seams(pool: ThreadPoolExecutor, stop: Event) -> Seams:
        return replace(production(pool, stop), clock=account.now, sleep=account.clock.sleep)

    for module in ("sync.commands.sync", "sync.commands.undo", "sync.live", "sync.preview"):
        monkeypatch.setattr(f"{module}.production", seams)
    with serve(account):
        yield account
