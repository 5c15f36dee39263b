"""A configuration over one or more accounts, and the program as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kill9.account import REPS, Account, Doom, Moment
from tests.kill9.clock import SharedClock

ROOT = Path(__file__).parents[2]
KILLED = -9

_CONNECTION = """\
  - name: {name}
    kind: hubspot
    base_url: {url}
    token: ${{TOKEN_{name}}}
    take: all
    max_per_pass: 100000
"""
_TEAMS = "reps:\n{}teams: [{{name: smb, members: [{}]}}]\n".format(
    "".join(f"  - {{id: {rep}, email: {rep}@example.com}}\n" for rep in REPS), ", ".join(REPS)
)
_RULES = "rules: [{name: Everyone, assign: {team: smb}}]\n"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (-9 where it was killed) and what it said."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


@dataclass
class Office:
    """A directory with a configuration, its store's URL, and the accounts that it names."""

    directory: Path
    store: str
    accounts: Sequence[Account]
    clock: SharedClock
    urls: dict[str, str] = field(default_factory=dict)
    module: str = "tests.kill9.program"

    def write(self) -> None:
        """Write the configuration."""
        connections = "".join(
            _CONNECTION.format(name=each.name, url=self.urls[each.name]) for each in self.accounts
        )
        main = f"timezone: Europe/London\nstore: {self.store}\nconnections:\n{connections}"
        for name, text in (("leadswitch", main), ("teams", _TEAMS), ("rules", _RULES)):
            (self.directory / f"{name}.yaml").write_text(text, encoding="utf-8")

    def start(self, *arguments: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """Start the program; `before` is called in its process, to limit it."""
        tokens = {f"TOKEN_{each.name}": each.portal.token for each in self.accounts}
        command = [sys.executable, "-m", self.module, str(self.directory / "clock"), *arguments]
        return subprocess.Popen(
            [*command, "--config", str(self.directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, **tokens},
            preexec_fn=before,
        )

    def sync(self, account: Account, doom: tuple[int, Moment, float] | None = None) -> Ended:
        """Run one pass over an account, killed at (its nth call, the moment, milliseconds) if it comes so far."""
        process = self.start("sync", "--json", "--connection", account.name)
        account.begins(None if doom is None else Doom(*doom, kill=_killer(process)))
        out, err = process.communicate(timeout=120)
        return Ended(process.returncode, out, err)


def _killer(process: subprocess.Popen[str]) -> Callable[[float], None]:
    """Return what kills a process, at once or some seconds later."""

    def kill(seconds: float) -> None:
        if seconds:
            threading.Timer(seconds, process.kill).start()
            return
        process.kill()
        process.wait()

    return kill
