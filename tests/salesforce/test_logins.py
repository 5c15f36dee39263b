"""Logins and ends of sessions in a whole org, where its rules run: each flow over TLS, and what a write then leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.contract import Assignment, Secret, Verdict
from connectors.errors import Retry, Stop
from connectors.salesforce import Options
from connectors.salesforce.client import Client
from connectors.salesforce.wire_errors import content
from connectors.salesforce.wire_paths import Request
from router.model import OwnerId
from sandbox.certificates import Authority
from sandbox.server import Server
from tests.contract.world import DAY
from tests.contract.writing import give, verdicts
from tests.salesforce.org_world import OrgWorld

LOOK = Request("GET", "query", query=[("q", "SELECT Id FROM Lead")])


@pytest.fixture
def world() -> Iterator[OrgWorld]:
    made = OrgWorld()
    yield made
    made.close()


def flows(world: OrgWorld, key: Path, url: str) -> dict[str, Options]:
    """Return options for each flow; the org knows these credentials."""
    org, ca = world.org, key.parent / "ca.pem"
    app, secret = org.client_id, Secret(org.client_secret)
    user, word, mark = org.username, Secret(org.password), Secret(org.security_token)
    return {
        "client credentials": Options(client_id=app, client_secret=secret, login_url=url, ca_file=ca),
        "jwt": Options(client_id=app, username=user, private_key_file=key, login_url=url, ca_file=ca),
        "password": Options(
            client_id=app,
            client_secret=secret,
            username=user,
            password=word,
            security_token=mark,
            login_url=url,
            ca_file=ca,
        ),
        "soap": Options(username=user, password=word, security_token=mark, login_url=url, ca_file=ca),
        "session": Options(token=Secret(org.token), instance_url=url, ca_file=ca),
    }


def test_every_flow_gets_into_an_org_over_tls_as_the_same_user(world: OrgWorld, tmp_path: Path) -> None:
    authority, key = Authority(), tmp_path / "key.pem"
    key.write_text(world.org.private_key)
    (tmp_path / "ca.pem").write_bytes(authority.ca)
    with Server(world.org.answer, tls=authority.context()) as server:
        for name, options in flows(world, key, server.url).items():
            client = Client(options, world.account())
            assert content(client.ask("query", LOOK))["totalSize"] == 0, name
            assert client.user()[:15] == world.org.integration.id[:15], name
            client.close()


def test_an_assignment_rule_does_not_get_a_lead_whose_write_straddles_the_end_of_a_session(
    world: OrgWorld,
) -> None:
    """The org's rule runs on every update that does not forbid it, and the answer is the same either way."""
    ana, bo = world.people()
    world.org.assignment_rule((lambda _: True, bo))
    refs = [world.add(DAY), world.add(DAY)]
    batch = [give(world, ref, ana) for ref in refs]
    with Server(world.org.answer) as elsewhere:
        world.org.access.revoke()
        world.org.access.instance_url = elsewhere.url
        with pytest.raises(Retry):
            world.connector.assign(batch)
        assert [world.owner(ref) for ref in refs] == [world.unowned] * 2
        assert verdicts(world.connector.assign(batch)) == dict.fromkeys(refs, Verdict.DONE)
    assert [world.owner(ref) for ref in refs] == [ana] * 2


def test_a_user_who_lost_the_api_in_mid_pass_stops_it_and_costs_one_login(world: OrgWorld) -> None:
    ref = world.add(DAY)
    batch: list[Assignment] = [give(world, ref, OwnerId(world.people()[0]))]
    logins = world.org.access.logins
    world.org.set(session_seconds=0.0)
    world.tick()
    with pytest.raises(Retry):
        world.connector.assign(batch)
    with pytest.raises(Stop, match="does not accept the token that it gave a moment ago"):
        world.connector.assign(batch)
    assert (world.org.access.logins - logins, world.owner(ref)) == (1, world.unowned)
