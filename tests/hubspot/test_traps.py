"""HubSpot's traps, each against the sandbox over HTTP: what the contract's suite does not know of."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest

from connectors.contract import Absent, Assignment, Everything, Outcome, Verdict
from connectors.errors import Retry, Stop, Unusable
from connectors.hubspot.connector import HubSpotConnector
from connectors.sending import SENDINGS
from router.model import LeadRef, OwnerId
from sandbox.faults import PROXY, error_after, error_before
from sandbox.hubspot.desk import WORKFLOW
from sandbox.hubspot.settings import Behaviour, Limits
from tests.contract.reading import met, pages
from tests.contract.world import DAY
from tests.contract.writing import give, note, verdicts
from tests.hubspot.conftest import Open
from tests.hubspot.portal_world import PortalWorld

LAGGING = Behaviour(lag=(3.0, 3.0))


def told(outcomes: Sequence[Outcome]) -> list[str]:
    return sorted({outcome.detail for outcome in outcomes})


# --- reading ----------------------------------------------------------------------------------------------


def test_a_filter_by_a_stale_index_still_shows_the_owner_as_it_is_now(opened: Open) -> None:
    world = opened(behaviour=LAGGING)
    ref = world.add(DAY)
    world.tick(4)
    world.edit_owner(ref, world.people()[0])
    (change,) = world.connector.pages(world.walk, None).changes
    assert change.record.owner == world.people()[0]


def test_a_new_record_is_in_the_list_before_search_finds_it(opened: Open) -> None:
    world = opened(behaviour=LAGGING)
    ref = world.add(world.now)
    assert met(world.connector, world.walk) == set()
    assert met(world.connector, Everything()) == {ref}
    world.tick(4)
    assert met(world.connector, world.walk) == {ref}


def test_a_page_of_ghosts_does_not_end_a_walk(opened: Open) -> None:
    world = opened(behaviour=Behaviour(lag=(0.0, 0.0)))
    refs = [world.add(DAY) for _ in range(25)]
    world.portal.account.behaviour = LAGGING
    for ref in refs[:22]:
        world.delete(ref)
    walked = list(pages(world.connector, world.walk))
    assert [len(page.changes) for page in walked][:2] == [0, 0]
    assert {one.record.ref for page in walked for one in page.changes} == set(refs[22:])


def test_an_empty_portal_is_one_call_and_the_end(world: PortalWorld) -> None:
    page = world.connector.pages(world.walk, None)
    assert (page.changes, page.next, world.calls) == ([], None, 1)


def test_only_the_mapped_fields_are_asked_for(world: PortalWorld) -> None:
    world.add(DAY)
    (change,) = world.connector.pages(world.walk, None).changes
    shown = set(change.record.fields)
    assert {"firstname", "email", "country", "hubspot_owner_id", "hs_object_id", "createdate"} <= shown
    assert "lifecyclestage" not in shown


def test_fields_that_do_not_fit_into_a_search_are_read_behind_it(opened: Open) -> None:
    names = [f"a_property_with_quite_a_long_name_{number:03}" for number in range(80)]
    world = opened(fields=frozenset(names))
    for name in names:
        world.portal.define("contacts", name)
    refs = [
        world.add(DAY, owner=world.people()[0], a_property_with_quite_a_long_name_079=str(n))
        for n in range(3)
    ]
    page = world.connector.pages(world.walk, None)
    assert world.names == ["search", "read"]
    assert [change.record.ref for change in page.changes] == refs
    assert [change.record.fields[names[79]] for change in page.changes] == ["0", "1", "2"]
    assert {change.record.owner for change in page.changes} == {world.people()[0]}
    assert {change.stamp for change in page.changes} == {DAY}


def test_a_merge_makes_a_third_record_to_which_both_ids_lead(world: PortalWorld) -> None:
    one, other, apart = (world.add(DAY) for _ in range(3))
    third = world.portal.merge("contacts", one.record, other.record)
    looks = world.connector.read([one, other, apart])
    assert [(looks[ref].absent, looks[ref].survivor) for ref in (one, other)] == [(Absent.MERGED, third)] * 2
    assert looks[apart].record is not None
    assert third in {ref.record for ref in met(world.connector, Everything())}


def test_a_merged_record_that_names_no_survivor_is_followed_alone(world: PortalWorld) -> None:
    loser, survivor = world.add(DAY), world.add(DAY)
    world.merge(loser, survivor)
    record = world.portal.record("contacts", survivor.record)
    assert record is not None
    record.values = {**record.values, "hs_merged_object_ids": ""}
    looks = world.connector.read([loser])
    assert (looks[loser].absent, looks[loser].survivor) == (Absent.MERGED, survivor.record)
    assert world.names == ["read", "read"]


def test_ids_that_no_hubspot_record_has_are_not_asked_for(world: PortalWorld) -> None:
    strange = [world.ref("abc"), LeadRef(world.connection, "Lead", world.ref("1").record)]
    assert {look.absent for look in world.connector.read(strange).values()} == {Absent.MISSING}
    assert world.calls == 0


def test_an_owner_is_known_by_its_id_and_not_by_its_user_id(world: PortalWorld) -> None:
    shown = {user.id for user in world.connector.owners()}
    assert shown == {
        owner.id for archived in (False, True) for owner in world.portal.owners.listed(archived=archived)
    }
    assert not shown & {str(owner.user_id) for owner in world.portal.owners.listed(archived=False)}
    ref, user = world.add(DAY), world.portal.owners.listed(archived=False)[0].user_id
    (outcome,) = world.connector.assign([give(world, ref, OwnerId(str(user)))])
    assert outcome.verdict is Verdict.REFUSED
    assert str(user) in outcome.detail or "Property values were not valid" in outcome.detail


def test_more_owners_than_fit_on_a_page_are_all_told(world: PortalWorld) -> None:
    for number in range(510):
        world.portal.owners.add(f"rep{number}@example.com")
    assert len(world.connector.owners()) == 514
    assert world.names == ["owners"] * 3


# --- owners written ---------------------------------------------------------------------------------------


def test_results_in_another_order_find_their_records(opened: Open) -> None:
    world = opened(behaviour=Behaviour(lag=(0.0, 0.0), reorder_updated=1.0, reorder_created=1.0))
    refs = [world.add(DAY) for _ in range(20)]
    chosen = dict(zip(refs, world.people() * 10, strict=False))
    assert set(
        verdicts(world.connector.assign([give(world, ref, chosen[ref]) for ref in refs])).values()
    ) == {Verdict.DONE}
    assert {ref: world.owner(ref) for ref in refs} == chosen
    notes = [note(ref, number) for number, ref in enumerate(refs)]
    assert verdicts(world.connector.annotate(notes)) == dict.fromkeys(refs, Verdict.DONE)


def test_a_merged_away_record_is_left_out_of_the_answer_and_gone(world: PortalWorld) -> None:
    one, other, apart = (world.add(DAY) for _ in range(3))
    batch = [give(world, ref, world.people()[0]) for ref in (one, other, apart)]
    world.portal.merge("contacts", one.record, other.record)
    told = verdicts(world.connector.assign(batch))
    assert told == {one: Verdict.GONE, other: Verdict.GONE, apart: Verdict.DONE}


def test_a_record_named_twice_is_sent_once_since_hubspot_would_refuse_the_batch(world: PortalWorld) -> None:
    ref, other = world.add(DAY), world.add(DAY)
    first, last = world.people()[:2]
    batch = [give(world, ref, first), give(world, other, first), give(world, ref, last)]
    assert verdicts(world.connector.assign(batch)) == {ref: Verdict.DONE, other: Verdict.DONE}
    assert (world.owner(ref), world.owner(other)) == (last, first)


@pytest.mark.parametrize("api", ["v3", "2026-09"])
def test_an_owner_archived_meanwhile_is_refused_alone_in_two_calls(opened: Open, api: str) -> None:
    world = opened(api=api)
    refs = [world.add(DAY) for _ in range(100)]
    good, bad = world.people()[0], world.inactive()
    batch = [give(world, ref, good) for ref in refs[:97]] + [give(world, ref, bad) for ref in refs[97:]]
    before = world.calls
    told = verdicts(world.connector.assign(batch))
    assert told == dict.fromkeys(refs[:97], Verdict.DONE) | dict.fromkeys(refs[97:], Verdict.REFUSED)
    assert world.calls - before == 2


def test_a_validation_rule_that_names_nobody_refuses_one_of_a_hundred(opened: Open) -> None:
    world = opened(api="2026-09")
    refs = [world.add(DAY, name="Bad" if number == 61 else "Ada") for number in range(100)]
    world.portal.rule("contacts", "Leads named Bad stay", lambda values: values.get("firstname") == "Bad")
    batch = [give(world, ref, world.people()[0]) for ref in refs]
    before = world.calls
    outcomes = world.connector.assign(batch)
    assert verdicts(outcomes) == dict.fromkeys(refs, Verdict.DONE) | {refs[61]: Verdict.REFUSED}
    assert told(outcomes) == ["", "HubSpot: Leads named Bad stay (VALIDATION_RULE) (HTTP 400)"]
    assert world.calls - before <= SENDINGS


def test_a_rule_that_refuses_everybody_costs_a_bounded_number_of_calls(opened: Open) -> None:
    world = opened(api="2026-09")
    refs = [world.add(DAY) for _ in range(100)]
    world.portal.rule("contacts", "Nobody is assigned in May", lambda _: True)
    batch = [give(world, ref, world.people()[0]) for ref in refs]
    before = world.calls
    assert verdicts(world.connector.assign(batch)) == dict.fromkeys(refs, Verdict.REFUSED)
    assert world.calls - before <= SENDINGS
    assert {world.owner(ref) for ref in refs} == {None}


def test_a_rule_for_one_record_is_a_207_and_one_call(opened: Open) -> None:
    world = opened(api="2026-09")
    refs = [world.add(DAY, name="Bad" if number == 3 else "Ada") for number in range(5)]
    world.portal.rule("contacts", "No", lambda values: values.get("firstname") == "Bad", whole=False)
    batch = [give(world, ref, world.people()[0]) for ref in refs]
    before = world.calls
    told = verdicts(world.connector.assign(batch))
    assert told == dict.fromkeys(refs, Verdict.DONE) | {refs[3]: Verdict.REFUSED}
    assert world.calls - before == 1


def test_a_trace_property_that_is_not_there_stops_the_pass_and_is_named(world: PortalWorld) -> None:
    ref = world.add(DAY)
    with pytest.raises(Stop, match="no property lsw_rule here"):
        world.connector.assign([Assignment(world.seen(ref), world.people()[0], {"lsw_rule": "x"})])
    assert world.owner(ref) is None


def test_what_was_not_sent_after_a_part_was_applied_is_a_conflict_to_be_looked_at_again(
    world: PortalWorld,
) -> None:
    refs = [world.add(DAY) for _ in range(2)]
    batch = [
        give(world, ref, owner)
        for ref, owner in zip(refs, (world.people()[0], world.inactive()), strict=True)
    ]
    world.portal.faults.add("*.batch_update", error_before(423), skip=1, times=1)
    told = verdicts(world.connector.assign(batch))
    assert told == {refs[0]: Verdict.CONFLICT, refs[1]: Verdict.REFUSED}


@pytest.mark.parametrize(
    "fault", [error_after(502), error_before(500), error_after(504), PROXY], ids=lambda one: one.name
)
def test_an_answer_of_a_server_in_trouble_leaves_a_write_in_doubt(world: PortalWorld, fault: object) -> None:
    ref = world.add(DAY)
    assignment = give(world, ref, world.people()[0])
    world.portal.faults.add("*.batch_update", fault, times=1)  # type: ignore[arg-type]
    assert verdicts(world.connector.assign([assignment])) == {ref: Verdict.DOUBTFUL}
    assert world.portal.calls["contacts.batch_update"] == 1


# --- notes ------------------------------------------------------------------------------------------------


def test_one_note_that_cannot_be_written_does_not_fail_the_others(world: PortalWorld) -> None:
    refs = [world.add(DAY) for _ in range(4)]
    world.delete(refs[1])
    before = world.calls
    told = verdicts(world.connector.annotate([note(ref, number) for number, ref in enumerate(refs)]))
    assert told == dict.fromkeys(refs, Verdict.DONE) | {refs[1]: Verdict.GONE}
    assert world.calls - before == 1  # each has a trace id of its own


def test_a_note_is_looked_for_in_two_calls_however_many_records(world: PortalWorld) -> None:
    refs = [world.add(DAY) for _ in range(30)]
    notes = [note(ref, number) for number, ref in enumerate(refs)]
    world.connector.annotate(notes[:20])
    before = world.calls
    assert world.connector.noted(notes) == {one.key for one in notes[:20]}
    assert world.names[before:] == ["associations", "notes_read"]


def test_an_association_that_is_read_too_early_hides_a_note_which_nobody_can_help(opened: Open) -> None:
    """Known from nowhere: whether HubSpot's associations lag. The engine waits before it looks, for late writes."""
    world = opened(behaviour=Behaviour(lag=(0.0, 0.0), association_lag=(5.0, 5.0)))
    written = note(world.add(DAY))
    world.connector.annotate([written])
    assert world.connector.noted([written]) == frozenset()
    world.tick(6)
    assert world.connector.noted([written]) == {written.key}


# --- history ----------------------------------------------------------------------------------------------


def test_histories_are_asked_for_fifty_at_a_time(world: PortalWorld) -> None:
    refs = [world.add(DAY) for _ in range(100)]
    assert set(world.connector.history(refs)) == set(refs)
    assert world.names == ["history", "history"]


def test_a_workflow_is_not_us_and_with_an_app_id_no_other_app_is(world: PortalWorld) -> None:
    ref, owner = world.add(DAY), world.people()[0]
    world.connector.assign([give(world, ref, owner)])
    world.tick()
    world.portal.edit("contacts", ref.record, {"hubspot_owner_id": world.people()[1]}, by=WORKFLOW)
    assert [change.ours for change in world.connector.history([ref])[ref]] == [True, False]
    other = HubSpotConnector(world.options(app_id="1"), world.account())
    assert [change.ours for change in other.history([ref])[ref]] == [False, False]
    other.close()


# --- the way there ----------------------------------------------------------------------------------------


def test_all_calls_of_a_thread_share_one_connection(world: PortalWorld) -> None:
    ref = world.add(DAY)
    for _ in range(5):
        world.connector.read([ref])
        world.connector.pages(world.walk, None)
    assert len(world.server._listener.open) == 1


def test_a_question_without_an_answer_is_sent_once_by_us_and_by_the_sdk(world: PortalWorld) -> None:
    ref = world.add(DAY)
    world.portal.faults.add("*", error_before(503), times=1)
    with pytest.raises(Retry):
        world.connector.read([ref])
    assert world.portal.calls.total() == 1


def test_bodies_do_not_reach_the_debug_log(world: PortalWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ref = world.add(DAY, name="Canary", email="canary@example.com")
    world.connector.pages(world.walk, None)
    world.connector.read([ref])
    world.connector.annotate([note(ref)])
    assert "anary" not in caplog.text
    assert world.portal.token not in caplog.text


def test_the_limits_of_an_account_ask_for_patience(opened: Open) -> None:
    world = opened(limits=Limits(burst=2, searches=1, daily=None))
    ref = world.add(DAY)
    world.connector.pages(world.walk, None)
    with pytest.raises(Retry, match="searches") as caught:
        world.connector.pages(world.walk, None)
    assert caught.value.after == 1.0
    world.connector.read([ref])
    world.connector.read([ref])
    with pytest.raises(Retry, match="ten seconds") as caught:
        world.connector.read([ref])
    assert caught.value.after == 10.0


def test_a_spent_day_stops_the_pass(opened: Open) -> None:
    world = opened(limits=Limits(burst=None, searches=None, daily=1))
    world.connector.pages(world.walk, None)
    with pytest.raises(Stop, match="given anew at midnight in the portal's time zone"):
        world.connector.pages(world.walk, None)


def test_a_scope_that_is_missing_is_named(world: PortalWorld) -> None:
    world.portal.access.limit_to(world.portal.token, frozenset({"crm.objects.owners.read"}))
    with pytest.raises(Stop, match=r"a scope is missing, one of: .*crm\.objects\.contacts\.read"):
        world.connector.pages(world.walk, None)


def test_an_object_that_holds_no_leads_here_is_refused_at_once(world: PortalWorld) -> None:
    world.object_type = "invoices"
    with pytest.raises(Unusable, match="write contacts, companies, deals or tickets"):
        world.another()


def test_a_poll_with_nothing_new_is_one_call(world: PortalWorld) -> None:
    for _ in range(30):
        world.add(DAY - timedelta(days=2))
    before = world.calls
    assert list(pages(world.connector, world.walk))[-1].changes == []
    assert world.calls - before == 1
