"""The program against an org: what a pass does, and how many calls it takes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sandbox.salesforce import Settings
from tests.cli.program import Office
from tests.salesforce.conftest import Open
from tests.salesforce.org_world import OrgWorld

CONNECTION = """connections:
  - name: sf
    kind: salesforce
    login_url: {url}
    client_id: {client}
    client_secret: ${{SECRET}}
    replaces: [{{queue: Inbound}}]
    take: all
"""
TEAMS = """reps:
  - {{id: ana, name: Ana Ruiz, email: ana@example.com}}
  - {{id: bo, name: Bo Lind, owner: {{sf: {bo}}}}}
teams:
  - {{name: smb, members: [ana, bo]}}
"""
RULES = "rules:\n  - {name: All, assign: {team: smb}}\n"


@pytest.fixture
def world(opened: Open) -> OrgWorld:
    """Return an org at the time of now, in which new leads are a queue's."""
    made = opened(settings=Settings())
    made.org.clock = time.time
    made.org.default_owner = made.queue
    return made


@pytest.fixture
def office(world: OrgWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("SECRET", world.org.client_secret)
    text = CONNECTION.format(url=world.server.url, client=world.org.client_id)
    (tmp_path / "leadswitch.yaml").write_text(text)
    (tmp_path / "teams.yaml").write_text(TEAMS.format(bo=world.people()[1][:15]))
    (tmp_path / "rules.yaml").write_text(RULES)
    return Office(tmp_path)


def kinds(world: OrgWorld) -> list[str]:
    """Return the calls since the last time, in their order, without logins."""
    made = [call.kind for call in world.org.calls if call.kind != "token"]
    world.org.calls.clear()
    return made


def test_leads_of_the_queue_are_shared_out_and_noted_in_five_calls(world: OrgWorld, office: Office) -> None:
    persons = world.org.add_lead(OwnerId=world.people()[1])
    ours = world.org.add_leads([{"LastName": f"L{number}", "Company": f"C{number}"} for number in range(40)])
    told = office.run("sync", "--json").object
    assert (told["seen"], told["assigned"], told["skipped"]) == (41, 40, 1)
    owners = [world.org.owner_of(lead) for lead in ours]
    assert [owners.count(owner) for owner in world.people()] == [20, 20]
    assert world.org.owner_of(persons) == world.people()[1]
    assert [len(world.org.tasks(lead)) for lead in ours] == [1] * 40
    assert sorted(kinds(world)) == [
        "composite.create",
        "composite.query",
        "composite.update",
        "query",
        "queryAll",
    ]


def test_a_poll_that_meets_only_what_it_did_before_is_one_call(world: OrgWorld, office: Office) -> None:
    world.org.add_leads([{"LastName": f"L{number}"} for number in range(3)])
    office.run("sync", "--json")
    kinds(world)
    told = office.run("sync", "--json").object
    assert (told["seen"], told["assigned"], kinds(world)) == (3, 0, ["query"])


def test_a_lead_that_comes_later_is_found_by_the_next_pass(world: OrgWorld, office: Office) -> None:
    world.org.add_lead()
    office.run("sync")
    later = world.org.add_lead()
    assert office.run("sync", "--json").object["assigned"] == 1
    assert world.org.owner_of(later) in world.people()


def test_no_secret_and_no_value_of_a_lead_is_in_any_output(world: OrgWorld, office: Office) -> None:
    world.org.add_lead(LastName="Canary", Email="canary@example.org")
    said = [office.run(*arguments) for arguments in (["check", "--live"], ["sync", "--json"], ["report"])]
    text = "".join(one.out + one.err for one in said)
    assert not any(word in text for word in ("Canary", "canary@", world.org.client_secret, world.org.token))
