"""The visits to real accounts, made to the sandbox: what they record is impersonal, and replays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from connectors.contract import Verdict
from connectors.salesforce import Flow
from sandbox.hubspot import Portal
from sandbox.messages import Answer, Request
from sandbox.salesforce import Org
from sandbox.server import Server
from tests.cassettes.hubspot import scenarios as hubspot
from tests.cassettes.hubspot import visit as to_hubspot
from tests.cassettes.record import FOLDER, VISITS, visits_of
from tests.cassettes.salesforce import scenarios as salesforce
from tests.cassettes.salesforce import visit as to_salesforce
from tests.cassettes.scrub import vcr
from tests.cassettes.stage import Standing
from tests.cassettes.test_secrets import found_in
from tests.cassettes.visits import Guest, Visit, record_visit, visit


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a visit recorded, how it is made once more, and what was there before and after."""

    file: Path
    again: Callable[[], Guest]
    before: object
    after: object


def _visited(
    answer: Callable[[Request], Answer],
    arrive: Callable[[str], Guest],
    clock: Standing,
    file: Path,
    host: str,
) -> Path:
    with Server(answer) as server:
        names = {server.url: host}
        return record_visit(
            partial(arrive, server.url), file, lambda seconds: clock.pass_by(seconds=seconds), names
        )


def _hubspot(folder: Path) -> Recorded:
    clock = Standing()
    portal = hubspot.portal(lambda: clock().timestamp())
    before = _contacts(portal)

    def arrive(url: str) -> Guest:
        return to_hubspot.arrive(replace(hubspot.OPTIONS, base_url=url))

    file = _visited(portal.answer, arrive, clock, folder / "hubspot.yaml", hubspot.HOST)
    return Recorded(file, partial(arrive, f"https://{hubspot.HOST}"), before, _contacts(portal))


def _contacts(portal: Portal) -> object:
    return {record: portal.owner_of(record) for record in portal.ids()}


def _salesforce(folder: Path) -> Recorded:
    clock = Standing()
    org = salesforce.org(lambda: clock().timestamp(), leads=3, settings=salesforce.PLAIN)
    org.add("Task", Subject="Call back", WhoId=salesforce.LEADS[0])
    before = _leads(org)

    def arrive(url: str) -> Guest:
        return to_salesforce.arrive(replace(salesforce.OPTIONS, login_url=url))

    file = _visited(org.answer, arrive, clock, folder / "salesforce.yaml", salesforce.HOST)
    return Recorded(file, partial(arrive, f"https://{salesforce.HOST}"), before, _leads(org))


def _leads(org: Org) -> object:
    return [dict(org.record(key)) for key in org.leads()], org.tasks()


@pytest.fixture(scope="module", params=[_hubspot, _salesforce])
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    made: Recorded = request.param(tmp_path_factory.mktemp("visit"))
    return made


def test_a_recorded_visit_replays_without_the_account_and_tells_nothing_of_it(recorded: Recorded) -> None:
    assert _replayed(recorded.file, recorded.again).history
    text = recorded.file.read_text(encoding="utf-8")
    assert found_in(text) == []
    assert not [name for name in ("Ana", "Ruiz", "Inbound", "2511") if name in text]


def test_a_visit_leaves_the_records_of_others_alone_and_none_of_its_own(recorded: Recorded) -> None:
    assert recorded.after == recorded.before


REAL: dict[str, Callable[[], Guest]] = {
    "hubspot_account/visit.yaml": partial(
        to_hubspot.arrive, replace(hubspot.OPTIONS, base_url=f"https://{hubspot.HOST}")
    ),
    "salesforce_org/visit.yaml": partial(
        to_salesforce.arrive, replace(salesforce.OPTIONS, login_url=f"https://{salesforce.HOST}")
    ),
}


def test_what_a_real_account_said_replays() -> None:
    """There may be no such cassette yet."""
    assert REAL.keys() == VISITS.keys()
    for file, arrive in REAL.items():
        if (FOLDER / file).exists():
            _replayed(FOLDER / file, arrive)


def _replayed(file: Path, arrive: Callable[[], Guest]) -> Visit:
    with vcr(mode="none", names={}).use_cassette(file) as cassette:
        seen = visit(arrive(), lambda _: None)
    assert cassette.all_played
    assert seen.users > 0
    assert seen.found
    assert (seen.written, seen.noted) == (Verdict.DONE, Verdict.DONE)
    assert seen.note_stands
    assert seen.gone_afterwards
    assert seen.history[-1].ours
    return seen


KEYS = {"LOGIN_URL": "https://a.my.salesforce.com", "CLIENT_ID": "x", "CLIENT_SECRET": "y"}
ORG = {f"SALESFORCE_{name}": value for name, value in KEYS.items()}


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({"HOME": "/"}, set()),
        ({"HUBSPOT_TOKEN": ""}, set()),
        ({"HUBSPOT_TOKEN": "x"}, {"hubspot_account/visit.yaml"}),
        (ORG, {"salesforce_org/visit.yaml"}),
        ({**ORG, "HUBSPOT_TOKEN": "x"}, {"hubspot_account/visit.yaml", "salesforce_org/visit.yaml"}),
    ],
)
def test_the_environment_says_whom_to_visit(environment: dict[str, str], asked: set[str]) -> None:
    assert set(visits_of(environment)) == asked


def test_an_org_is_named_with_the_keys_of_a_connection() -> None:
    found = to_salesforce.options(ORG)
    assert (found.login_url, found.client_id, found.flow) == (
        ORG["SALESFORCE_LOGIN_URL"],
        "x",
        Flow.CLIENT_CREDENTIALS,
    )


def test_credentials_that_are_not_whole_are_said_before_anything_is_sent() -> None:
    with pytest.raises(SystemExit, match="'client_id' and 'client_secret'"):
        visits_of({"SALESFORCE_CLIENT_ID": "x"})
