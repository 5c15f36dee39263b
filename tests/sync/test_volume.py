"""Whether capacities suffice: asked of the ledger only where there is a ledger and a limit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Configuration
from router.route import Router
from sync.passes import Order, run_pass
from sync.volume import too_much
from sync.wiring import stored_configuration
from tests.sync.office import Office

TEAMS = """
reps:
  - {id: ana, name: Ana, email: ana@reps.example, capacity: {month: 3, open: 90}}
  - {id: bo, name: Bo, email: bo@reps.example, hours: {mon-fri: "09:00-17:00"}, capacity: {day: 2}}
  - {id: cy, name: Cy, email: cy@reps.example}
teams:
  - {name: smb, members: [ana, bo]}
"""
FILES = {
    "leadswitch.yaml": "timezone: UTC\nconnections:\n  - {name: crm, kind: memory, file: leads.json, take: all}\n",
    "teams.yaml": TEAMS,
    "rules.yaml": "rules:\n  - {name: Everyone, assign: {team: smb}, otherwise: [{owner: cy}]}\n",
}
CARRIED = 3 + 42  # of a month; two on each of some 21.4 days


def configured(office: Office, teams: str = TEAMS) -> Configuration:
    found = stored_configuration({**FILES, "teams.yaml": teams})
    return replace(found, store=office.url)


def sync(office: Office, leads: int) -> None:
    for _ in range(leads):
        office.lead()
    found = configured(office)
    wired = replace(office.wired(), files=found.files, config=found.hash, router=Router(found.rulebook))
    run_pass(wired, office.store, office.seams(), Order())


def said(office: Office, found: Configuration) -> list[str]:
    return list(too_much(found, office.clock.now))


def test_more_leads_than_a_team_may_get_in_thirty_days_are_said(office: Office) -> None:
    sync(office, CARRIED)
    assert said(office, configured(office)) == []
    sync(office, 1)
    (found,) = said(office, configured(office))
    assert found.startswith(
        "teams.yaml: 46 leads came for team 'smb' in the last 30 days, and its members may get 45"
    )
    office.clock.pass_by(days=31)
    assert said(office, configured(office)) == []


@pytest.mark.parametrize(
    ("limited", "not_limited"), [("capacity: {day: 2}", "weight: 1"), ("{day: 2}", "{open: 2}")]
)
def test_a_team_with_a_member_without_a_limit_in_time_carries_any_number(
    office: Office, limited: str, not_limited: str
) -> None:
    sync(office, CARRIED + 1)
    assert said(office, configured(office, TEAMS.replace(limited, not_limited))) == []


def test_without_a_store_nothing_is_asked(office: Office, tmp_path: Path) -> None:
    assert said(office, replace(configured(office), store=f"sqlite:///{tmp_path}/none.db")) == []
    assert not (tmp_path / "none.db").exists()


def test_a_store_that_cannot_be_read_is_said_and_is_no_failure(office: Office, tmp_path: Path) -> None:
    (tmp_path / "odd.db").write_bytes(b"no database")
    (found,) = said(office, replace(configured(office), store=f"sqlite:///{tmp_path}/odd.db"))
    assert found.startswith("whether capacities suffice cannot be told: ")
