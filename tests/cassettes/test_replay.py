"""Every cassette is played once more, without a socket: what was sent, counted and written into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]

from tests.cassettes.hubspot import outcomes as of_hubspot
from tests.cassettes.hubspot.scenarios import program
from tests.cassettes.outcome import Outcome, Sent
from tests.cassettes.record import FOLDER
from tests.cassettes.replay import replay
from tests.cassettes.salesforce import outcomes as of_salesforce
from tests.cassettes.scenarios import SCENARIOS
from tests.cassettes.stage import Stage

pytestmark = pytest.mark.disable_socket

OUTCOMES: Mapping[str, Outcome] = {
    **{f"hubspot/{name}": outcome for name, outcome in of_hubspot.OUTCOMES.items()},
    **{f"salesforce/{name}": outcome for name, outcome in of_salesforce.OUTCOMES.items()},
}
SENT: Mapping[str, Callable[[Sequence[Any]], Sent]] = {
    "hubspot": of_hubspot.sent,
    "salesforce": of_salesforce.sent,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_ends_as_it_did_when_it_was_recorded(name: str, sqlite_url: str) -> None:
    scenario, outcome = SCENARIOS[name], OUTCOMES[name]
    played = replay(scenario, sqlite_url)
    stage, sent = played.stage, SENT[scenario.crm](played.requests)
    assert [_not_zero(each.counts) for each in stage.passes] == outcome.passes
    assert [each.exit_code for each in stage.passes] == outcome.codes
    assert sent.owners == outcome.owners
    assert [record for record, _ in sent.notes] == outcome.notes
    assert stage.ledger() == outcome.ledger
    assert stage.slept == list(outcome.slept)
    for record, words in outcome.reasons.items():
        assert words in stage.reason(record)
    assert played.left == 0


def _not_zero(found: object) -> Mapping[str, int]:
    return {name: number for name, number in asdict(found).items() if number}  # type: ignore[call-overload]


@pytest.mark.parametrize("crm", SENT)
def test_a_note_says_to_whom_the_lead_went(crm: str, sqlite_url: str) -> None:
    played = replay(SCENARIOS[f"{crm}/first_sync_assigns_and_notes"], sqlite_url)
    assert [words for _, words in SENT[crm](played.requests).notes] == [
        "Leadswitch assigned this lead to Cy Moor.",
        "Leadswitch assigned this lead to Bo Lind.",
        "Leadswitch assigned this lead to Ana Ruiz.",
    ]


def test_each_write_of_salesforce_keeps_the_org_from_assigning_also_after_a_login_in_its_midst(
    sqlite_url: str,
) -> None:
    played = replay(SCENARIOS["salesforce/session_ends_and_the_org_has_moved"], sqlite_url)
    writes = [one for one in played.requests if b"OwnerId" in (one.body or b"") and one.method == "POST"]
    assert [one.host for one in writes] == ["salesforce.example", "moved.salesforce.example"]
    for write in writes:
        assert write.headers["Sforce-Auto-Assign"] == "FALSE"
        assert b'"Sforce-Auto-Assign": "FALSE"' in write.body  # of the part; it takes nothing from the whole


# --- the player can fail ----------------------------------------------------------------------------------


def test_a_request_that_was_not_recorded_gets_no_answer(sqlite_url: str) -> None:
    other = replace(SCENARIOS["hubspot/empty_portal"], program=program(page_size=7))
    with pytest.raises(CannotOverwriteExistingCassetteException, match='"limit"'):
        replay(other, sqlite_url)


def test_an_answer_that_nobody_asks_for_is_counted(sqlite_url: str) -> None:
    def second_sync_assigns_nothing(stage: Stage[Any]) -> None:
        stage.sync()

    cut = replace(SCENARIOS["hubspot/second_sync_assigns_nothing"], play=second_sync_assigns_nothing)
    assert replay(cut, sqlite_url).left == 3


def test_every_scenario_has_a_cassette_and_every_cassette_a_scenario() -> None:
    there = {str(file.relative_to(FOLDER)) for crm in SENT for file in (FOLDER / crm).iterdir()}
    assert there == {scenario.cassette for scenario in SCENARIOS.values()}
    assert OUTCOMES.keys() == SCENARIOS.keys()


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.yaml")), ids=lambda file: str(file.stem))
def test_a_cassette_is_small(file: Path) -> None:
    assert file.stat().st_size < 60_000
