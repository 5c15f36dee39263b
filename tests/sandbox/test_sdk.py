"""The vendor's own client against the sandbox: wire quirks that a client of ours would not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hubspot  # type: ignore[import-untyped]
import pytest
from hubspot.crm.contacts import (  # type: ignore[import-untyped]
    BatchInputSimplePublicObjectBatchInput,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
)
from hubspot.crm.contacts.exceptions import ApiException, NotFoundException  # type: ignore[import-untyped]

from sandbox.hubspot import Limits, Portal
from sandbox.server import Server


@pytest.fixture
def portal() -> Portal:
    return Portal(limits=Limits.none())


@pytest.fixture
def client(portal: Portal) -> Iterator[Any]:
    with Server(portal.answer) as server:
        yield hubspot.HubSpot(access_token=portal.token, host=server.url)


def test_it_lists_searches_reads_and_writes(portal: Portal, client: Any) -> None:
    owner = portal.owners.add("ana@example.com")
    keys = portal.add_contacts([{"email": f"u{n}@example.com"} for n in range(3)], created=1_700_000_000)
    contacts = client.crm.contacts
    assert [one.id for one in contacts.get_all()] == keys
    found = contacts.search_api.do_search(PublicObjectSearchRequest(limit=200, properties=["email"]))
    assert found.total == 3
    inputs = [{"id": key, "properties": {"hubspot_owner_id": owner.id}} for key in [*keys, "999"]]
    done = contacts.batch_api.update(BatchInputSimplePublicObjectBatchInput(inputs=inputs))
    assert (len(done.results), done.num_errors) == (3, 1)
    asked = BatchReadInputSimplePublicObjectId(
        inputs=[SimplePublicObjectId(id=key) for key in keys],
        properties=["email"],
        properties_with_history=["hubspot_owner_id"],
    )
    read = contacts.batch_api.read(asked)
    assert {one.properties_with_history["hubspot_owner_id"][0].value for one in read.results} == {owner.id}
    assert client.crm.owners.owners_api.get_page(limit=500, archived=False).results[0].id == owner.id


def test_its_errors_are_told_by_their_status(portal: Portal, client: Any) -> None:
    with pytest.raises(NotFoundException) as missing:
        client.crm.contacts.basic_api.get_by_id("999")
    assert missing.value.body.startswith("<html>")
    portal.access.revoke(portal.token)
    with pytest.raises(ApiException) as refused:
        client.crm.contacts.basic_api.get_page()
    assert refused.value.status == 401


def test_it_refreshes_a_token(portal: Portal, client: Any) -> None:
    again = portal.access.oauth("app", "s3cret")
    made = client.oauth.tokens_api.create(
        grant_type="refresh_token", client_id="app", client_secret="s3cret", refresh_token=again
    )
    assert (made.access_token, made.expires_in) == ("oauth-access-1", 1800)
