"""A CRM that benches measure against: what is in it, and its server in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from bench.leads import NOW


@dataclass(frozen=True, slots=True)
class Crm:
    """A kind of CRM and how it is run against.

    `bench.KIND` holds it, its server is `bench.KIND_server`, the loop over its `sdk` is in `bench.KIND_sdk`; `package`
    is what is imported of that SDK. `fields` are a field of a lead -> where it is read from, as a mapping file says it;
    `settings` lines of a connection's configuration.
    """

    kind: str
    sdk: str
    package: str
    audit: str
    fields: Mapping[str, str]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """What the server is asked to be: so many leads, seconds of latency a call."""

    crm: ClassVar[Crm]

    leads: int
    latency: float = 0.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What the server saw: calls by kind, answers by status, leads with a new owner, leads by number of notes."""

    calls: dict[str, int]
    statuses: dict[str, int]
    owned: int
    noted: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.calls.values())

    @property
    def refused(self) -> int:
        """Calls answered with 429."""
        return self.statuses.get("429", 0)


@dataclass(frozen=True, slots=True)
class Served:
    """A running server of an account. `access` is what a connection's configuration needs, by its keys; `shift` is what
    the server's clock is ahead of this machine's: the reps are at work.
    """

    access: Mapping[str, str]
    shift: float
    account: Account
    process: subprocess.Popen[str]

    def look(self) -> Looked:
        self._write("look")
        return Looked(**self._read())

    def all_assigned(self, *, notes: int = 1) -> Looked:
        """Look, and fail unless every lead has an owner and so many notes: else nothing was measured."""
        found, expected = self.look(), self.account.leads
        if found.owned != expected or found.noted != {str(notes): expected}:
            raise AssertionError(
                f"of {expected} leads {found.owned} have an owner, notes: {found.noted}: the measurement means nothing"
            )
        return found

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def serving(account: Account) -> Iterator[Served]:
    """Run an account's server until the block ends."""
    ahead = (NOW - datetime.now(UTC)).total_seconds()
    server = f"bench.{account.crm.kind}_server"
    command = [sys.executable, "-m", server, json.dumps(asdict(account)), str(ahead)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Served(json.loads(process.stdout.readline()), ahead, account, process)
        finally:
            process.terminate()
