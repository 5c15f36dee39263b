"""Salesforce's traps, each against the sandbox over HTTP: walks, large answers, and what else is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Absent, Assignment, Entered, Everything, Verdict
from connectors.days import end_of_day
from connectors.errors import Retry, Stop
from connectors.salesforce.connector import SalesforceConnector
from router.model import LeadRef
from sandbox.faults import PROXY, error_before
from sandbox.salesforce import Settings
from tests.contract.reading import met, pages, seed
from tests.contract.world import DAY
from tests.contract.writing import give, note, verdicts
from tests.salesforce.conftest import Open
from tests.salesforce.org_world import FIELDS, OrgWorld

SECOND = timedelta(seconds=1)


def test_trap_5_the_server_chooses_how_long_a_page_is(opened: Open) -> None:
    world = opened(fields=FIELDS | {"Description"}, settings=Settings(page=8))
    refs = seed(world, 21)
    walked = list(pages(world.connector, world.walk))
    assert [len(page.changes) for page in walked] == [4, 4, 4, 4, 4, 1]
    assert {one.record.ref for page in walked for one in page.changes} == set(refs)


def test_a_walk_asks_for_pages_that_leave_memory_to_others(opened: Open) -> None:
    world = opened(settings=Settings(page=2000))
    for number in range(1001):
        world.add(DAY + number * SECOND)
    assert [len(page.changes) for page in pages(world.connector, world.walk)] == [1000, 1]


@pytest.mark.parametrize("walker", ["entered", "sweep"])
def test_trap_5_a_cursor_that_ended_or_was_pushed_out_costs_no_lead(opened: Open, walker: str) -> None:
    world = opened(settings=Settings(page=10, session_seconds=1e9))
    refs = [*seed(world, 12), *(world.add(DAY + 20 * SECOND) for _ in range(23))]
    walk = world.walk if walker == "entered" else Everything()
    seen: list[LeadRef] = []
    position: str | None = None
    for _ in range(10):
        page = world.connector.pages(walk, position)
        seen += [one.record.ref for one in page.changes]
        position = page.next
        if position is None:
            break
        world.tick(3 * 86_400)
    assert seen == refs


def test_trap_6_a_lead_that_shows_late_under_an_old_stamp_is_met_by_the_overlap(world: OrgWorld) -> None:
    now = world.now
    early = world.ref(world.org.add_lead(created=now.timestamp(), visible_in=60.0))
    later = world.add(now + 30 * SECOND)
    walk = Entered("SystemModstamp", now - timedelta(seconds=600))
    assert met(world.connector, walk) == {later}
    world.tick(61)
    (first, *_) = world.connector.pages(walk, None).changes
    assert (first.record.ref, first.stamp) == (early, now)


def test_trap_6_more_leads_on_one_second_than_fit_on_a_page_are_met_each_once(world: OrgWorld) -> None:
    refs = [world.add(DAY) for _ in range(33)]
    walked = [one.record.ref for page in pages(world.connector, world.walk) for one in page.changes]
    assert sorted(walked) == sorted(refs)


def test_trap_10_a_session_that_somebody_else_ended_is_opened_again_once(world: OrgWorld) -> None:
    ref = world.add(DAY)
    seen = give(world, ref, world.people()[0])
    world.org.access.revoke()
    with pytest.raises(Retry) as asked:
        world.connector.assign([seen])
    assert (asked.value.after, world.owner(ref)) == (0.0, world.unowned)
    assert verdicts(world.connector.assign([seen])) == {ref: Verdict.DONE}


def test_trap_15_a_thousand_leads_are_one_call_each_to_read_to_write_and_to_note(opened: Open) -> None:
    world = opened(settings=Settings())
    refs = [world.ref(record) for record in world.org.add_leads([{"LastName": "L"}] * 1000)]
    looks = world.connector.read(refs)
    records = [look.record for look in looks.values() if look.record]
    world.connector.assign([Assignment(record, world.people()[0]) for record in records])
    world.connector.annotate([note(ref, number) for number, ref in enumerate(refs)])
    world.connector.history(refs)
    assert world.names == ["read", "update", "notes", "history"]
    assert {world.owner(ref) for ref in refs} == {world.people()[0]}
    assert len(world.org.tasks()) == 1000


def test_trap_15_a_part_of_a_call_that_fails_leaves_the_others_as_they_are(world: OrgWorld) -> None:
    """A collection whose rows are refused together is told by its own status, within a call that succeeded."""
    refs = seed(world, 3)
    odd = LeadRef(world.connection, "Lead", type(refs[0].record)("00Q000000000000"))
    looks = world.connector.read([*refs, odd, world.nowhere()])
    assert [looks[ref].record is not None for ref in refs] == [True] * 3
    assert {looks[odd].absent, looks[world.nowhere()].absent} == {Absent.MISSING}


def test_trap_26_many_leads_come_as_a_bulk_job_that_is_waited_for(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.salesforce.wire.MANY", 20)
    monkeypatch.setattr("connectors.salesforce.wire_bulk.ROWS", 15)
    world = opened(
        fields=FIELDS | {"NumberOfEmployees", "Company"}, settings=Settings(page=10, bulk_seconds=8.0)
    )
    refs = [world.add(DAY + number * SECOND, Company='Ä "B", C\nD') for number in range(35)]
    first = world.connector.pages(world.walk, None)
    begun = world.connector.pages(world.walk, first.next)
    assert (len(first.changes), begun.changes) == (10, ())
    with pytest.raises(Retry) as asked:
        world.another().pages(world.walk, begun.next)
    assert asked.value.after == 5.0
    world.tick(10)
    rest = list(pages(world.another(), world.walk, begun.next))
    assert [len(page.changes) for page in rest] == [15, 15, 5]
    changes = [change for page in rest for change in page.changes]
    assert [change.record.ref for change in changes] == refs
    assert [change.stamp for change in changes] == [DAY + number * SECOND for number in range(35)]
    assert {change.record.owner for change in changes} == {world.unowned}
    assert {change.record.fields["Company"] for change in changes} == {'Ä "B", C\nD'}
    assert {change.record.fields["NumberOfEmployees"] for change in changes} == {None}


def test_trap_26_a_bulk_job_that_is_lost_is_walked_page_by_page_instead(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.salesforce.wire.MANY", 20)
    world = opened()
    refs = seed(world, 25)
    position = world.connector.pages(world.walk, None).next
    position = world.connector.pages(world.walk, position).next
    assert position is not None
    lost = position[:-6] + "9zzAAA"
    assert {
        one.record.ref for page in pages(world.connector, world.walk, lost) for one in page.changes
    } == set(refs)


def test_trap_30_a_date_without_a_time_is_walked_by_too(world: OrgWorld) -> None:
    world.org.define("Lead", "Qualified__c date")
    days = ("2026-02-27", "2026-03-01", "2026-03-02", None)
    refs = [world.add(DAY, Qualified__c=day) for day in days]
    walk = Entered("Qualified__c", DAY)
    found = list(pages(world.connector, walk))
    met = {one.record.ref: one.stamp for page in found for one in page.changes}
    assert set(met) == {refs[1], refs[2]}
    assert met[refs[2]] == end_of_day("2026-03-02", UTC)
    before = world.calls
    world.connector.pages(walk, None)
    assert world.calls == before + 1


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_pages_of_dates_without_a_time_lose_none_of_a_day_in_any_zone(opened: Open, zone: str) -> None:
    world = opened(settings=Settings(page=2, session_seconds=1e9))
    world.org.define("Lead", "Qualified__c date")
    refs = [world.add(DAY, Qualified__c=f"2026-03-0{day}") for day in (1, 2, 3) for _ in range(3)]
    connector = SalesforceConnector(world.options(), replace(world.account(), zone=ZoneInfo(zone)))
    position: str | None = None
    seen: list[LeadRef] = []
    for _ in range(9):
        page = connector.pages(Entered("Qualified__c", DAY), position)
        seen += [one.record.ref for one in page.changes]
        position = page.next
        if position is None:
            break
        world.tick(3 * 86_400)  # the cursor ends, the place holds
    assert seen == refs
    assert page.newest == end_of_day("2026-03-03", ZoneInfo(zone))
    connector.close()


def test_a_custom_moment_is_walked_by_at_the_cost_of_one_call(world: OrgWorld) -> None:
    world.org.define("Lead", "MQL__c datetime")
    refs = [world.add(DAY, MQL__c=f"2026-03-0{day}T12:00:00.000+0000") for day in (1, 2)]
    page = world.connector.pages(Entered("MQL__c", DAY + SECOND), None)
    assert [one.record.ref for one in page.changes] == refs[1:]
    assert (page.newest, world.calls) == (DAY + timedelta(days=1), 1)


def test_a_field_that_is_not_there_stops_the_pass_and_is_named(opened: Open) -> None:
    world = opened(fields=FIELDS | {"Plan__c"})
    with pytest.raises(Stop, match="Plan__c"):
        world.connector.pages(world.walk, None)
    with pytest.raises(Stop, match="Nowhere"):
        opened().connector.pages(Entered("Nowhere", DAY), None)


def test_names_in_any_case_are_read_as_the_mapping_writes_them(opened: Open) -> None:
    world = opened(fields=frozenset({"firstname", "COUNTRY", "Address"}))
    ref = world.add(DAY, name="Grace", Country="US")
    (change,) = world.connector.pages(Entered("createddate", DAY), None).changes
    for fields in (change.record.fields, world.seen(ref).fields):
        assert (fields["firstname"], fields["COUNTRY"]) == ("Grace", "US")
        assert '"country": "US"' in str(fields["Address"])


def test_fields_that_do_not_fit_into_a_query_are_read_behind_it(opened: Open) -> None:
    names = [f"A_field_with_quite_a_long_name_{number:03}__c" for number in range(320)]
    world = opened(fields=frozenset(names))
    for name in names:
        world.org.define("Lead", f"{name} string 40")
    ends: dict[str, Any] = {names[0]: "first", names[-1]: "last"}
    refs = [world.add(DAY, **ends) for _ in range(3)]
    (page,) = pages(world.connector, world.walk)
    assert [one.record.ref for one in page.changes] == refs
    assert [(one.record.fields[names[0]], one.record.fields[names[-1]]) for one in page.changes] == [
        ("first", "last")
    ] * 3


def test_maintenance_and_pages_of_a_proxy_are_waited_for(world: OrgWorld) -> None:
    for fault in (error_before(503), PROXY):
        world.org.faults.add("query", fault, times=1)
        with pytest.raises(Retry):
            world.connector.pages(world.walk, None)


# --- companies --------------------------------------------------------------------------------------------


def test_names_with_every_sign_of_the_query_language_are_found_and_nothing_else(world: OrgWorld) -> None:
    names = ["O'Hara & Söhne", 'The "100%" Co', "back\\slash", "under_score", "under-score"]
    made = {name: world.add_company(name, None) for name in names}
    for name in names:
        assert [one.id for one in world.connector.accounts([], [name])] == [made[name]]
    assert world.connector.accounts(["%"], ["' OR Name != '"]) == []


@pytest.mark.parametrize(
    "website",
    ["Acme.com", "http://www.acme.com", "https://acme.com/uk?x=1", "www.ACME.com:8080/", " acme.com "],
)
def test_an_account_is_found_by_its_website_however_it_is_written(world: OrgWorld, website: str) -> None:
    company = world.org.add_account(Name="Acme", Website=website)
    world.org.add_account(Name="Other", Website="notacme.com")
    world.org.add_account(Name="Third", Website="https://example.com/acme.com")
    assert [(one.id, one.domain) for one in world.connector.accounts(["acme.com"], [])] == [
        (company, "acme.com")
    ]


# --- history ----------------------------------------------------------------------------------------------


def test_an_org_that_keeps_no_history_has_none(opened: Open) -> None:
    world = opened(settings=Settings(tracked=frozenset()))
    ref = world.add(DAY)
    world.edit_owner(ref, world.people()[0])
    assert world.connector.history([ref]) == {ref: ()}
    del world.org.store.tables["leadhistory"]
    assert world.connector.history([ref]) == {ref: ()}
