"""Companies found by domain and name: one kind of filter a search, as many values as fit, pages by id."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connectors.contract import Company
from connectors.errors import Stop
from connectors.http import Answer
from connectors.hubspot import wire_accounts
from connectors.hubspot.wire_accounts import MOST, search, together
from connectors.hubspot.wire_walks import LONGEST_SEARCH
from router.model import OwnerId, RecordId
from sandbox.hubspot.settings import Behaviour
from tests.hubspot.conftest import Open
from tests.hubspot.portal_world import PortalWorld
from tests.hubspot.recorded import samples


def test_a_search_names_its_values_in_lower_case_and_goes_on_by_id(world: PortalWorld) -> None:
    seen: list[object] = []
    world.server._listener.answer = lambda request: seen.append(request.json()) or world._answer(request)  # type: ignore[func-returns-value]
    world.connector.accounts(["ACME.example"], ["Acme Ltd"])
    assert seen == [
        {
            "filterGroups": [{"filters": [{"propertyName": name, "operator": "IN", "values": [value]}]}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": ["domain", "hs_lastmodifieddate", "hubspot_owner_id", "name"],
            "limit": 10,
        }
        for name, value in (("domain", "acme.example"), ("name", "acme ltd"))
    ]
    assert world.names == ["search", "search"]


def test_a_hundred_short_domains_are_one_call_and_the_next_is_another(world: PortalWorld) -> None:
    domains = [f"a{number}.io" for number in range(MOST)]
    world.connector.accounts(domains, [])
    assert world.names == ["search"]
    world.connector.accounts([*domains, "b.io"], [])
    assert world.names == ["search"] * 3


@pytest.mark.parametrize("length", [5, 60, 700, 2500])
@pytest.mark.parametrize("letter", ["a", "ü"])
def test_no_search_is_longer_than_hubspot_takes_wherever_it_goes_on(length: int, letter: str) -> None:
    values = [f"{number:03}{letter * (length // (1 if letter == 'a' else 6))}" for number in range(120)]
    batches = list(together("name", values))
    assert [one for batch in batches for one in batch] == values
    for batch in batches:
        assert len(json.dumps(search("name", batch, "9" * 15 + "+9800", size=200))) <= LONGEST_SEARCH


def test_a_value_that_no_search_has_room_for_and_a_blank_one_are_not_asked_for(world: PortalWorld) -> None:
    company = world.add_company("Short")
    told = world.connector.accounts(["", " "], ["x" * 3000, "short"])
    assert [one.id for one in told] == [company]
    assert world.names == ["search"]


def test_a_company_that_the_stale_index_still_finds_under_its_old_name_is_not_told(opened: Open) -> None:
    world = opened(behaviour=Behaviour(lag=(3.0, 3.0)))
    company = world.add_company("Before", "same.example")
    world.tick(4)
    world.rename_company(company, "After")
    assert list(world.connector.accounts([], ["before"])) == []
    assert [one.name for one in world.connector.accounts(["same.example"], [])] == ["After"]
    assert list(world.connector.accounts([], ["after"])) == []  # the index has not seen it yet
    world.tick(4)
    assert [one.id for one in world.connector.accounts([], ["after"])] == [company]


def test_a_page_of_ghosts_hides_no_company(opened: Open) -> None:
    world = opened(behaviour=Behaviour(lag=(0.0, 0.0)))
    companies = [world.add_company(domain="chain.example") for _ in range(25)]
    world.portal.account.behaviour = Behaviour(lag=(3.0, 3.0))
    for company in companies[:22]:
        world.portal.archive("companies", company)
    assert {one.id for one in world.connector.accounts(["chain.example"], [])} == set(companies[22:])


def test_the_change_of_a_company_is_the_one_that_companies_have(world: PortalWorld) -> None:
    owner = world.people()[0]
    company = world.add_company("Acme", owner=owner)
    (told,) = world.connector.accounts([], ["acme"])
    assert told == Company(company, "Acme", None, owner, told.changed)
    assert told.changed is not None
    assert told.changed.tzinfo is UTC


def test_without_the_scope_of_companies_the_refusal_names_it(world: PortalWorld) -> None:
    world.portal.access.limit_to(world.portal.token, frozenset({"crm.objects.contacts.read"}))
    with pytest.raises(Stop, match=r"crm\.objects\.companies\.read"):
        world.connector.accounts(["acme.example"], [])


def test_recorded_companies_are_read_with_domain_and_time() -> None:
    """Recorded by domain EQ, one group each; that IN finds the same is documented."""
    recorded = [
        one
        for one in samples("search_multi", "search_hit")
        if '"domain", "operator"' in json.dumps(one.asked)
    ]
    assert len(recorded) >= 6
    for sample in recorded:
        page = wire_accounts.found(sample.answer(), None)
        assert [one.id for one in page.companies] == [one["id"] for one in sample.body["results"]]
        assert all(one.domain and one.changed for one in page.companies)
    told = {
        one.id: one for sample in recorded for one in wire_accounts.found(sample.answer(), None).companies
    }
    assert told[RecordId("7945104973")] == Company(
        RecordId("7945104973"),
        "Fist Name 32",
        "user32.demo.example.com",
        None,
        datetime(2022, 2, 17, 19, 20, 41, 915_000, tzinfo=UTC),
    )


def test_a_company_has_what_is_there_and_nothing_for_what_is_not() -> None:
    body = {
        "results": [
            {"id": "7", "properties": {"name": "A", "domain": "", "hubspot_owner_id": None}},
            {
                "id": "8",
                "properties": {"hubspot_owner_id": "5", "hs_lastmodifieddate": "2026-03-01T12:00:00Z"},
            },
            {"id": "x", "properties": {"name": "A"}},
        ]
    }
    page = wire_accounts.found(Answer(200, {}, json.dumps(body).encode()), None)
    assert page.companies == [
        Company(RecordId("7"), "A", None, None, None),
        Company(RecordId("8"), None, None, OwnerId("5"), datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ]
    assert page.next is None
