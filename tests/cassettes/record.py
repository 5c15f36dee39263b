"""`make record`: play the scenarios against the sandbox and write what travels into cassettes/.

With HUBSPOT_TOKEN or SALESFORCE_CLIENT_ID in the environment it visits real accounts instead: docs/recording.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.server import Server
from sync.store import open_store
from tests.cassettes.hubspot import visit as to_hubspot
from tests.cassettes.salesforce import visit as to_salesforce
from tests.cassettes.scenarios import SCENARIOS
from tests.cassettes.scrub import vcr
from tests.cassettes.stage import Scenario, Stage, Standing
from tests.cassettes.visits import Guest, record_visit

FOLDER = Path(__file__).parents[2] / "cassettes"
Environment = Mapping[str, str]
VISITS: Mapping[str, tuple[str, Callable[[Environment], Callable[[], Guest]]]] = {
    "hubspot_account/visit.yaml": (
        to_hubspot.SWITCH,
        lambda environment: partial(to_hubspot.arrive, to_hubspot.options(environment)),
    ),
    "salesforce_org/visit.yaml": (
        to_salesforce.SWITCH,
        lambda environment: partial(to_salesforce.arrive, to_salesforce.options(environment)),
    ),
}
"""Where a visit is written -> the variable that says there is to be one, and how it begins."""


def main() -> None:
    """Record everything, or the scenarios named on the command line; a CRM's name is all of its scenarios."""
    visits = visits_of(os.environ)
    for file, arrive in visits.items():
        print(f"Visiting a real account for {file}, with one lead that is deleted at the end ...")
        _tell(record_visit(arrive, FOLDER / file, time.sleep, {}))
    if not visits:
        _record_scenarios(sys.argv[1:])


def visits_of(environment: Environment) -> Mapping[str, Callable[[], Guest]]:
    """Return the visits that the environment asks for. Raises SystemExit where their credentials are not whole."""
    try:
        return {
            file: begun(environment) for file, (switch, begun) in VISITS.items() if environment.get(switch)
        }
    except ValueError as error:
        raise SystemExit(f"a variable is missing or wrong: {error}") from None


def _record_scenarios(asked: list[str]) -> None:
    wanted = [name for name in SCENARIOS if not asked or any(_is_meant(name, one) for one in asked)]
    unknown = [one for one in asked if not any(_is_meant(name, one) for name in SCENARIOS)]
    if unknown:
        raise SystemExit(f"no such scenario: {', '.join(unknown)}; known: {', '.join(SCENARIOS)}")
    known = {FOLDER / scenario.cassette for scenario in SCENARIOS.values()}
    for folder in {file.parent for file in known}:
        for old in set(folder.glob("*.yaml")) - known:
            old.unlink()
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="leadswitch-record-") as home:
            url = f"sqlite:///{home}/store.db"
            open_store(url, create=True).close()
            _tell(record(SCENARIOS[name], url, FOLDER))


def _is_meant(name: str, asked: str) -> bool:
    return asked == name or asked in name.split("/")


def _tell(file: Path) -> None:
    print(f"{file.relative_to(FOLDER.parent)}: {file.stat().st_size:,} bytes")


def record(scenario: Scenario[Any], store_url: str, folder: Path) -> Path:
    """Play a scenario against an account of its own, with a store that is empty, and write its cassette."""
    clock = Standing()
    crm = scenario.opened(lambda: clock().timestamp())
    file = folder / scenario.cassette
    file.unlink(missing_ok=True)
    with ExitStack() as opened:
        urls = {name: opened.enter_context(Server(crm.answer)).url for name in scenario.hosts}
        store = open_store(store_url, create=False)
        opened.callback(store.close)
        names = {url: name for name, url in urls.items()}
        with vcr(mode="all", names=names).use_cassette(file):
            scenario.play(Stage(store, scenario.program, urls, crm, clock))
    return file


if __name__ == "__main__":
    main()
