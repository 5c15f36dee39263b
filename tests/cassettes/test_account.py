"""The visit to a real account, made to the sandbox: what it records is impersonal, and replays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connectors.contract import Secret, Verdict
from sandbox.hubspot import Portal
from sandbox.server import Server
from tests.cassettes.account import Visit, record_visit, visit
from tests.cassettes.record import ACCOUNT
from tests.cassettes.scenarios import SCENARIOS
from tests.cassettes.scrub import vcr
from tests.cassettes.stage import OPTIONS, Standing
from tests.cassettes.test_secrets import found_in


@dataclass(frozen=True, slots=True)
class Recorded:
    file: Path
    portal: Portal


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """Return what a visit to the sandbox recorded, and the portal as it was left."""
    clock = Standing()
    portal = SCENARIOS["first_sync_assigns_and_notes"].portal(lambda: clock().timestamp())
    with Server(portal.answer) as server:
        options = replace(OPTIONS, base_url=server.url, token=Secret(portal.token))
        file = record_visit(options, tmp_path, lambda seconds: clock.pass_by(seconds=seconds))
    return Recorded(file, portal)


def test_a_recorded_visit_replays_without_the_account(recorded: Recorded) -> None:
    for file in (recorded.file, *ACCOUNT.glob("*.yaml")):
        assert _replayed(file).history


def test_a_recorded_visit_holds_nothing_of_anybody(recorded: Recorded) -> None:
    text = recorded.file.read_text(encoding="utf-8")
    assert found_in(text) == []
    assert "Ana" not in text
    assert "Ruiz" not in text
    assert "2511" not in text


def test_a_visit_leaves_the_contacts_of_others_alone(recorded: Recorded) -> None:
    portal = recorded.portal
    assert portal.ids() == ("101", "102", "103")
    assert [portal.owner_of(record) for record in portal.ids()] == [None, None, None]


def _replayed(file: Path) -> Visit:
    with vcr(mode="none").use_cassette(file) as cassette:
        seen = visit(OPTIONS, lambda _: None)
    assert cassette.all_played
    assert seen.users > 0
    assert seen.found
    assert (seen.written, seen.noted) == (Verdict.DONE, Verdict.DONE)
    assert seen.note_stands
    assert seen.gone_afterwards
    assert seen.history[-1].ours
    return seen
