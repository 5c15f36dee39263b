"""More of HubSpot's traps: ends of walks, values that are not there, stamps that move, batches refused as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Assignment, Entered, Everything, Verdict
from connectors.days import end_of_day
from connectors.errors import Stop
from connectors.hubspot import wire, wire_write
from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.wire_limits import LIMITS
from connectors.pace import Pacer
from sandbox.messages import Answer as Served
from sandbox.messages import Request
from tests.contract.reading import met, pages
from tests.contract.world import DAY
from tests.contract.writing import give, note, verdicts
from tests.hubspot.conftest import Open
from tests.hubspot.portal_world import PortalWorld
from tests.hubspot.recorded import DATE, ref, samples
from tests.hubspot.test_wire import answer, given

# --- walks ------------------------------------------------------------------------------------------------


def test_more_than_ten_thousand_records_of_one_stamp_are_all_met_by_id(opened: Open) -> None:
    world = opened(fields=frozenset({"email"}))
    for _ in range(10_250):
        world.add(DAY)
    connector = HubSpotConnector(world.options(), world.account())
    seen, position = set(), None
    while True:
        page = connector.pages(world.walk, position)
        seen |= {change.record.ref for change in page.changes}
        position = page.next
        if position is None:
            break
    connector.close()
    assert len(seen) == 10_250
    assert len(world.names) <= 53


LINKS = (
    "https://api.hubapi.com/crm/v3/objects/contacts?limit=100&after=999",
    "https://api.hubapi.com/crm/objects/v3/contacts?offset_param=after&after=999",
)


@pytest.mark.parametrize("link", LINKS)
def test_the_next_page_is_where_after_says_and_not_where_the_link_leads(
    world: PortalWorld, link: str
) -> None:
    results = [{"id": "51", "properties": {}}]
    body = {"results": results, "paging": {"next": {"after": "52", "link": link}}}
    world.server._listener.answer = lambda _: Served(200, json.dumps(body).encode(), {"date": DATE})
    assert world.connector.pages(Everything(), None).next == "52"
    assert world.connector.pages(world.walk, None).next == "51"


def test_the_after_of_the_list_need_not_be_an_id_that_exists(world: PortalWorld) -> None:
    refs = [world.add(DAY) for _ in range(25)]
    page = world.connector.pages(Everything(), None)
    assert page.next == str(int(refs[9].record) + 1)
    world.delete(refs[10])
    assert met(world.connector, Everything()) == {*refs} - {refs[10]}


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("properties", [{"hubspot_owner_id": None}, {"hubspot_owner_id": ""}, {}])
def test_nobody_owns_a_record_whose_owner_is_null_blank_or_not_there(properties: Any) -> None:
    looks = wire.looks(answer(200, {"results": [{"id": "1", "properties": properties}]}), [ref("1")])
    record = looks[ref("1")].record
    assert record is not None
    assert record.owner is None


def test_what_was_asked_for_and_is_empty_is_none_and_what_is_there_is_text(world: PortalWorld) -> None:
    fields = world.seen(world.add(DAY, name="Ada")).fields
    assert (fields["country"], fields["firstname"]) == (None, "Ada")
    assert {type(value) for value in fields.values()} <= {str, type(None)}


def test_an_update_may_answer_only_what_changed_and_is_done_all_the_same() -> None:
    body = {"results": [{"id": "1", "properties": {"lastmodifieddate": "2026-03-01T12:00:00Z"}}, {"id": "2"}]}
    assert [one.verdict for one in wire_write.updated(answer(200, body), given("1", "2"))] == [
        Verdict.DONE
    ] * 2


def test_an_owner_that_was_taken_away_is_echoed_as_nothing() -> None:
    body = {"results": [{"id": "1", "properties": {"hubspot_owner_id": ""}}]}
    (outcome,) = wire_write.updated(answer(200, body), given("1", owner=""))
    assert outcome.verdict is Verdict.DONE


def test_numbers_of_an_error_count_objects_and_one_of_them_may_name_many_records() -> None:
    missing = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["1", "2", "3"]}}
    outcomes = wire_write.updated(
        answer(207, {"results": [], "numErrors": 1, "errors": [missing]}), given(*"123")
    )
    assert [one.verdict for one in outcomes] == [Verdict.GONE] * 3


# --- no compare-and-swap ----------------------------------------------------------------------------------


def test_a_record_has_no_version_since_hubspot_moves_its_stamp_itself(world: PortalWorld) -> None:
    record = world.seen(world.add(DAY))
    assert record.version is None
    assert not world.connector.features.conditional_write


def test_an_owner_written_by_somebody_else_since_is_overwritten_and_only_the_history_shows_it(
    world: PortalWorld,
) -> None:
    ref = world.add(DAY)
    ours, theirs = world.people()[:2]
    assignment = give(world, ref, ours)
    world.edit_owner(ref, theirs)
    world.tick()
    assert verdicts(world.connector.assign([assignment])) == {ref: Verdict.DONE}
    told = world.connector.history([ref])[ref]
    assert [(change.owner, change.ours) for change in told] == [(theirs, False), (ours, True)]


def test_a_trace_id_prevents_no_second_note_so_nothing_is_sent_twice(world: PortalWorld) -> None:
    written = note(world.add(DAY))
    world.connector.annotate([written])
    world.connector.annotate([written])
    assert len(world.notes(written.ref)) == 2
    assert not world.connector.features.idempotent_notes


# --- dates without a time ---------------------------------------------------------------------------------

NIGHT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""In Los Angeles it is the afternoon of the first."""


def test_a_day_that_has_begun_before_the_walk_is_met_and_not_over(world: PortalWorld) -> None:
    world.portal.define("contacts", "qualified", "date")
    days = ("2026-02-27", "2026-03-01", "2026-03-02", "2026-03-03")
    refs = [world.add(DAY, qualified=day) for day in days] + [world.add(DAY)]
    los_angeles = ZoneInfo("America/Los_Angeles")
    account = replace(world.account(), zone=los_angeles)
    connector = HubSpotConnector(world.options(), account, page_size=2)
    before = world.calls
    found = list(pages(connector, Entered("qualified", NIGHT)))
    stamps = {one.record.ref: one.stamp for page in found for one in page.changes}
    assert stamps == {ref: end_of_day(day, los_angeles) for ref, day in zip(refs[1:4], days[1:], strict=True)}
    assert all(stamp and stamp >= NIGHT for stamp in stamps.values())
    assert world.calls - before == len(found) == 2
    swept = [one for page in pages(connector, Everything(("qualified",))) for one in page.changes]
    assert {one.record.ref: one.stamp for one in swept if one.record.ref in stamps} == stamps
    connector.close()


def test_a_property_with_times_is_walked_by_them_also_where_it_is_not_that_of_creation(
    world: PortalWorld,
) -> None:
    world.portal.define("contacts", "became", "datetime")
    refs = [world.add(DAY, became=f"2026-03-02T{hour}:00:00Z") for hour in ("00", "01", "02")]
    (page,) = pages(world.connector, Entered("became", NIGHT))
    assert [one.record.ref for one in page.changes if one.stamp and one.stamp >= NIGHT] == refs[1:]
    assert page.newest == NIGHT.replace(hour=2)


# --- batches refused as a whole ---------------------------------------------------------------------------


NOT_SAYING = Served(400, b'{"status":"error","message":"Something was wrong","category":"VALIDATION_ERROR"}')
FIREWALL = Served(403, b"<html>Request blocked</html>", {"content-type": "text/html"})


def refusing(
    world: PortalWorld, path: str, bad: str, refusal: Served = NOT_SAYING
) -> Callable[[Request], Served]:
    """Return a server that refuses batches with a record in them as a whole, and does not say for which."""

    def answered(request: Request) -> Served:
        if request.path.endswith(path) and f'"{bad}"' in json.dumps(request.json()):
            return refusal
        return world._answer(request)

    return answered


def test_notes_refused_as_a_whole_are_sent_in_halves_and_each_is_written_once(world: PortalWorld) -> None:
    refs = [world.add(DAY) for _ in range(20)]
    world.server._listener.answer = refusing(world, "/notes/batch/create", refs[7].record)
    told = verdicts(world.connector.annotate([note(ref, number) for number, ref in enumerate(refs)]))
    assert told == dict.fromkeys(refs, Verdict.DONE) | {refs[7]: Verdict.REFUSED}
    assert [len(world.notes(ref)) for ref in refs] == [int(ref != refs[7]) for ref in refs]


@pytest.mark.parametrize("refusal", [FIREWALL, Served(413, b"Request Entity Too Large")])
def test_what_a_firewall_turns_away_is_refused_alone_and_ends_no_pass(
    world: PortalWorld, refusal: Served
) -> None:
    refs = [world.add(DAY) for _ in range(20)]
    ana = world.people()[0]
    batch = [give(world, ref, ana) for ref in refs]
    world.server._listener.answer = refusing(world, "/batch/update", refs[7].record, refusal)
    outcomes = world.connector.assign(batch)
    assert verdicts(outcomes) == dict.fromkeys(refs, Verdict.DONE) | {refs[7]: Verdict.REFUSED}
    assert {ref for ref in refs if world.owner(ref) != ana} == {refs[7]}
    (why,) = {one.detail for one in outcomes if one.verdict is Verdict.REFUSED}
    assert f"(HTTP {refusal.status})" in why
    assert verdicts(world.connector.assign([batch[7]])) == {refs[7]: Verdict.REFUSED}
    world.server._listener.answer = refusing(world, "/notes/batch/create", refs[7].record, refusal)
    told = verdicts(world.connector.annotate([note(ref, number) for number, ref in enumerate(refs)]))
    assert told == dict.fromkeys(refs, Verdict.DONE) | {refs[7]: Verdict.REFUSED}
    assert sum(len(world.notes(ref)) for ref in refs) == 19


def test_a_question_that_a_firewall_turns_away_stops_the_pass(world: PortalWorld) -> None:
    ref = world.add(DAY)
    world.server._listener.answer = refusing(world, "/batch/read", ref.record, FIREWALL)
    with pytest.raises(Stop, match="an HTML page came instead"):
        world.connector.read([ref])


# --- names and headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["CONTACT", "Contacts", "contact", "0-1"])
def test_an_object_may_be_called_by_any_of_its_names(opened: Open, name: str) -> None:
    world = opened()
    made = world.add(DAY)
    world.object_type = name
    connector, seen = world.another(), world.ref(made.record)
    assert met(connector, world.walk) == met(connector, Everything()) == {seen}
    record = connector.read([seen])[seen].record
    assert record is not None
    (outcome,) = connector.assign([Assignment(record, world.people()[0])])
    (noted,) = connector.annotate([note(seen)])
    assert (outcome.verdict, noted.verdict, world.owner(made)) == (
        Verdict.DONE,
        Verdict.DONE,
        world.people()[0],
    )
    assert connector.noted([note(seen)]) == {note(seen).key}


def test_a_search_tells_of_the_day_only_and_an_answer_without_headers_of_nothing() -> None:
    pacer = Pacer(LIMITS)
    pacer.told({"x-hubspot-ratelimit-daily": "1000000", "x-hubspot-ratelimit-daily-remaining": "5"}, 0.0)
    assert (pacer.day, pacer.wait("read", 0.0)) == (1_000_000, 0.0)
    for headers in ({}, {"x-hubspot-ratelimit-max": "many"}, {"x-hubspot-ratelimit-remaining": "0"}):
        pacer.told(headers, 0.0)
    assert (pacer.day, pacer.wait("read", 0.0)) == (1_000_000, 0.0)


def test_no_recorded_429_says_when_to_come_again_and_ours_waits_all_the_same() -> None:
    limited = samples("rate_limited_429")
    assert limited
    assert all(one.answer().retry_after() is None for one in limited)


@pytest.mark.parametrize(
    ("name", "number"), [("contacts", 202), ("companies", 190), ("deals", 214), ("tickets", 228)]
)
def test_a_note_is_tied_from_the_note_to_its_record_and_not_the_other_way(name: str, number: int) -> None:
    target = ref("1")._replace(object=name)
    body: Any = wire_write.notes([note(target)], DAY)
    (kind,) = body["inputs"][0]["associations"][0]["types"]
    assert kind == {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}


def test_an_unexpected_success_without_a_body_leaves_a_write_in_doubt(world: PortalWorld) -> None:
    assignment = give(world, world.add(DAY), world.people()[0])
    world.server._listener.answer = lambda _: Served(202, headers={"date": DATE})
    (outcome,) = world.connector.assign([assignment])
    assert outcome.verdict is Verdict.DOUBTFUL


def test_the_release_of_urllib3_under_which_every_call_of_the_sdk_fails_is_not_installed() -> None:
    needed = Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8")
    assert '"urllib3!=2.6.0"' in needed
    assert version("urllib3") != "2.6.0"
