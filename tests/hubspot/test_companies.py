"""Companies of contacts: their values join the records, each company is read once a pass."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.contract import Entered, Everything
from connectors.hubspot.connector import HubSpotConnector
from sandbox.messages import Answer, Request
from tests.contract.reading import pages
from tests.contract.world import DAY
from tests.hubspot.conftest import Open
from tests.hubspot.portal_world import FIELDS, PortalWorld

WITH_COMPANY = FIELDS | {"company.name", "company.numberofemployees"}


def employed(world: PortalWorld, count: int, *, companies: int) -> None:
    """Add contacts who work for one of so many companies."""
    ids = [
        world.portal.add("companies", {"name": f"Company {number}", "numberofemployees": 100 + number})
        for number in range(companies)
    ]
    for number in range(count):
        contact = world.add(DAY)
        world.portal.associate(("contacts", contact.record), ("companies", ids[number % companies]))


def test_a_contact_has_its_companys_values_and_one_without_has_none(opened: Open) -> None:
    world = opened(fields=WITH_COMPANY)
    employed(world, 1, companies=1)
    alone = world.add(DAY)
    first, second = (change.record for change in world.connector.pages(world.walk, None).changes)
    assert (first.fields["company.name"], first.fields["company.numberofemployees"]) == ("Company 0", "100")
    assert first.fields["firstname"] == "Ada"
    assert second.ref == alone
    assert "company.name" not in second.fields
    assert world.names == ["search", "associations", "companies"]


def test_a_sweep_and_a_read_have_them_too(opened: Open) -> None:
    world = opened(fields=WITH_COMPANY)
    employed(world, 2, companies=1)
    (page,) = pages(world.connector, Everything())
    assert {change.record.fields["company.name"] for change in page.changes} == {"Company 0"}
    looks = world.another().read([change.record.ref for change in page.changes])
    assert {look.record.fields["company.name"] for look in looks.values() if look.record} == {"Company 0"}


def test_of_several_companies_the_primary_one_counts(opened: Open) -> None:
    world = opened(fields=WITH_COMPANY)
    contact = world.add(DAY)
    for name, types in (("Other", [279]), ("Main", [1, 279])):
        company = world.portal.add("companies", {"name": name})
        world.portal.associate(("contacts", contact.record), ("companies", company), types)
    assert world.seen(contact).fields["company.name"] == "Main"


def test_a_thousand_contacts_of_150_companies_cost_three_calls_more(opened: Open) -> None:
    world = opened(fields=WITH_COMPANY)
    employed(world, 1000, companies=150)
    connector = HubSpotConnector(world.options(), world.account())
    page = connector.pages(Entered("createdate", DAY), None)
    assert len(page.changes) == 1000
    assert world.names == ["search"] * 5 + ["associations"] + ["companies"] * 2
    refs = [change.record.ref for change in page.changes]
    connector.read(refs[:100])
    assert world.names[8:] == ["read"]  # whose companies are known from the walk
    connector.close()


def test_two_parts_of_a_walk_that_meet_one_company_at_once_read_it_once(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = opened(fields=WITH_COMPANY)
    employed(world, 20, companies=1)
    connector = HubSpotConnector(world.options(), world.account(), page_size=10)
    first = connector.pages(world.walk, None)
    connector._companies.forget()  # type: ignore[union-attr]  # as if the walk began with both
    world.names.clear()
    both, answer = threading.Barrier(2, timeout=10), world.portal.answer

    def together(request: Request) -> Answer:
        if "/companies/batch/read" in request.target and "associations" in request.target:
            both.wait()
        return answer(request)

    monkeypatch.setattr(world.portal, "answer", together)
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda at: connector.pages(world.walk, at), ("0", first.next)))
    names = {change.record.fields["company.name"] for page in found for change in page.changes}
    assert (names, world.names.count("companies")) == ({"Company 0"}, 1)
    connector.close()


def test_a_new_walk_reads_the_companies_anew(opened: Open) -> None:
    world = opened(fields=WITH_COMPANY)
    employed(world, 1, companies=1)
    list(pages(world.connector, world.walk))
    (company,) = world.portal.ids("companies")
    world.portal.edit("companies", company, {"name": "Renamed"})
    (change,) = world.connector.pages(world.walk, None).changes
    assert change.record.fields["company.name"] == "Renamed"


def test_without_a_company_in_the_mapping_nobody_asks_for_one(world: PortalWorld) -> None:
    employed(world, 3, companies=1)
    list(pages(world.connector, world.walk))
    assert set(world.names) == {"search"}
