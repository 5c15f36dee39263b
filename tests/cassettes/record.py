"""`make record`: play the scenarios against the sandbox and write what travels into cassettes/.

With HUBSPOT_TOKEN in the environment it visits a real account instead: docs/recording.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from connectors.contract import Secret
from connectors.hubspot import Options
from sandbox.server import Server
from sync.store import open_store
from tests.cassettes.account import record_visit
from tests.cassettes.scenarios import SCENARIOS, Scenario
from tests.cassettes.scrub import vcr
from tests.cassettes.stage import Stage, Standing

FOLDER = Path(__file__).parents[2] / "cassettes" / "hubspot"
ACCOUNT = FOLDER.with_name("hubspot_account")


def main() -> None:
    """Record everything, or the scenarios named on the command line."""
    if token := os.environ.get("HUBSPOT_TOKEN"):
        print("HUBSPOT_TOKEN is set: visiting that account, with one contact that is deleted at the end ...")
        return _tell(record_visit(Options(token=Secret(token)), ACCOUNT, time.sleep))
    wanted = sys.argv[1:] or list(SCENARIOS)
    unknown = [name for name in wanted if name not in SCENARIOS]
    if unknown:
        raise SystemExit(f"no such scenario: {', '.join(unknown)}; known: {', '.join(SCENARIOS)}")
    for old in set(FOLDER.glob("*.yaml")) - {FOLDER / f"{name}.yaml" for name in SCENARIOS}:
        old.unlink()
    for name in wanted:
        _tell(record(SCENARIOS[name], FOLDER))
    return None


def _tell(file: Path) -> None:
    print(f"{file.relative_to(ACCOUNT.parent.parent)}: {file.stat().st_size:,} bytes")


def record(scenario: Scenario, folder: Path) -> Path:
    """Play a scenario against a portal of its own and write its cassette."""
    clock = Standing()
    portal = scenario.portal(lambda: clock().timestamp())
    file = folder / f"{scenario.name}.yaml"
    file.unlink(missing_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="leadswitch-record-") as home,
        Server(portal.answer) as server,
    ):
        store = open_store(f"sqlite:///{home}/store.db", create=True)
        options = _towards(scenario.options, server.url, portal.token)
        stage = Stage(store, portal, options, scenario.page_size, clock)
        try:
            with vcr(mode="all").use_cassette(file):
                scenario.play(stage)
        finally:
            store.close()
    return file


def _towards(options: Options, url: str, token: str) -> Options:
    known = replace(options, base_url=url)
    return known if known.token is None else replace(known, token=Secret(token))


if __name__ == "__main__":
    main()
