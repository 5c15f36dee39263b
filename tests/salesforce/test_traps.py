"""Salesforce's traps, each against the sandbox over HTTP: what the contract's suite does not know of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from connectors.contract import Absent, Assignment, Everything, Outcome, Verdict
from connectors.errors import Stop
from connectors.salesforce.wire_paths import FIXED
from router.model import LeadRef, OwnerId
from sandbox.faults import CUT_AFTER, error_before
from sandbox.salesforce import Settings
from tests.contract.reading import met, seed
from tests.contract.world import DAY
from tests.contract.writing import give, note, verdicts
from tests.salesforce.conftest import Open
from tests.salesforce.org_world import FIELDS, OrgWorld

SECOND = timedelta(seconds=1)


def told(outcomes: Sequence[Outcome]) -> list[str]:
    return sorted({outcome.detail for outcome in outcomes})


# --- owners -----------------------------------------------------------------------------------------------


def test_trap_1_the_org_s_assignment_rule_does_not_take_the_lead_from_its_new_owner(world: OrgWorld) -> None:
    ana, bo = world.people()
    world.org.assignment_rule((lambda _: True, bo))
    refs = seed(world, 3)
    assert verdicts(world.connector.assign([give(world, ref, ana) for ref in refs])) == dict.fromkeys(
        refs, Verdict.DONE
    )
    assert [world.owner(ref) for ref in refs] == [ana] * 3


@pytest.mark.parametrize("carrier", ["task", "record"])
def test_trap_1_every_write_within_a_composite_carries_the_headers_too(opened: Open, carrier: str) -> None:
    world = opened(carrier=carrier)
    ref = world.add(DAY)
    world.connector.assign([give(world, ref, world.people()[0])])
    world.connector.annotate([note(ref)])
    writes = [call for call in world.org.calls if call.kind.startswith("composite") and call.method == "POST"]
    inner = [one for call in writes for one in call.json()["compositeRequest"] if one["method"] != "GET"]
    assert [one["httpHeaders"] for one in inner] == [dict(FIXED)] * 2
    assert {call.headers["sforce-auto-assign"] for call in writes} == {"FALSE"}


def test_trap_2_a_row_that_failed_is_known_by_its_place_since_it_has_no_id(world: OrgWorld) -> None:
    refs, ana = seed(world, 7), world.people()[0]
    world.org.trip("FIELD_CUSTOM_VALIDATION_EXCEPTION", ids=[refs[3].record], message="Country is needed")
    outcomes = world.connector.assign([give(world, ref, ana) for ref in refs])
    assert verdicts(outcomes) == dict.fromkeys(refs, Verdict.DONE) | {refs[3]: Verdict.REFUSED}
    assert told(outcomes) == ["", "Country is needed (FIELD_CUSTOM_VALIDATION_EXCEPTION)"]
    assert [world.owner(ref) for ref in refs] == [ana] * 3 + [world.unowned] + [ana] * 3


def test_trap_4_messages_in_another_language_mean_the_same(opened: Open) -> None:
    world = opened(settings=Settings(page=10, language="es"))
    refs, ana = seed(world, 3), world.people()[0]
    batch = [give(world, ref, ana) for ref in refs]
    world.delete(refs[0])
    world.org.convert(refs[1].record)
    batch[2] = Assignment(batch[2].record, world.inactive())
    assert verdicts(world.connector.assign(batch)) == {
        refs[0]: Verdict.GONE,
        refs[1]: Verdict.GONE,
        refs[2]: Verdict.REFUSED,
    }


def test_trap_12_a_person_s_choice_between_look_and_write_is_overrun_and_told_by_the_history(
    world: OrgWorld,
) -> None:
    ana, bo = world.people()
    ref = world.add(DAY)
    seen = give(world, ref, ana)
    world.edit_owner(ref, bo)
    world.tick()
    assert not world.connector.features.conditional_write
    assert verdicts(world.connector.assign([seen])) == {ref: Verdict.DONE}
    history = world.another().history([ref])[ref]
    assert [(change.owner, change.ours) for change in history] == [(bo, False), (ana, True)]


def test_trap_13_a_write_without_an_answer_may_have_landed_and_is_not_sent_again(world: OrgWorld) -> None:
    ref, ana = world.add(DAY), world.people()[0]
    seen = give(world, ref, ana)
    for fault, owner in ((error_before(502), world.unowned), (CUT_AFTER, ana)):
        world.org.faults.add("composite.update", fault, times=1)
        before = world.calls
        assert verdicts(world.connector.assign([seen])) == {ref: Verdict.DOUBTFUL}
        assert (world.owner(ref), world.calls) == (owner, before + 1)


def test_trap_16_a_queue_owns_and_is_owner_only_where_it_may_have_leads(opened: Open) -> None:
    world = opened(fields=FIELDS | {"Owner.Name", "owner.type"})
    cases = world.org.add_queue("Cases", owns=["Case"])
    known = {user.id: user.queue for user in world.connector.owners()}
    assert known[world.queue] is True
    assert cases not in known
    ref = world.add(DAY, owner=world.queue)
    assert world.seen(ref).owner == world.queue
    assert {world.seen(ref).fields[name] for name in ("Owner.Name", "owner.type")} == {"Inbound", "Queue"}
    assert verdicts(world.connector.assign([give(world, ref, world.people()[0])])) == {ref: Verdict.DONE}
    assert verdicts(world.connector.assign([give(world, ref, OwnerId(cases))])) != {ref: Verdict.DONE}
    assert world.seen(ref).fields["Owner.Name"] == "Ana Ruiz"


def test_trap_17_a_converted_lead_is_nowhere_to_be_assigned(world: OrgWorld) -> None:
    ref, other = seed(world, 2)
    seen = give(world, ref, world.people()[0])
    world.org.convert(ref.record)
    assert met(world.connector, world.walk) == met(world.connector, Everything()) == {other}
    assert world.connector.read([ref])[ref].absent is Absent.CONVERTED
    (outcome,) = world.connector.assign([seen])
    assert (outcome.ref, outcome.verdict) == (ref, Verdict.GONE)


def test_trap_17_a_note_on_a_lead_that_was_merged_or_purged_meanwhile_is_gone(world: OrgWorld) -> None:
    survivor, merged, purged = seed(world, 3)
    world.merge(merged, survivor)
    world.org.purge(purged.record)
    looks = world.connector.read([survivor, merged, purged])
    assert (looks[merged].absent, looks[merged].survivor) == (Absent.MERGED, survivor.record)
    assert looks[purged].absent is Absent.MISSING
    outcomes = verdicts(world.connector.annotate([note(merged, 1), note(purged, 2), note(survivor, 3)]))
    assert outcomes == {merged: Verdict.GONE, purged: Verdict.GONE, survivor: Verdict.DONE}


def test_trap_18_a_duplicate_rule_lets_an_owner_be_written_where_it_lets_anything(world: OrgWorld) -> None:
    world.org.duplicate_rule("Email", allow=True)
    twins = [world.add(DAY, Email="ada@example.com") for _ in range(2)]
    ana = world.people()[0]
    assert verdicts(world.connector.assign([give(world, ref, ana) for ref in twins])) == dict.fromkeys(
        twins, Verdict.DONE
    )


def test_trap_18_a_duplicate_rule_that_lets_nothing_refuses_without_telling_of_the_other_lead(
    world: OrgWorld,
) -> None:
    twins = [world.add(DAY, Email="ada@example.com") for _ in range(2)]
    world.org.duplicate_rule("Email", allow=False)
    (outcome,) = world.connector.assign([give(world, twins[0], world.people()[0])])
    assert outcome.verdict is Verdict.REFUSED
    assert "DUPLICATES_DETECTED" in outcome.detail
    assert not {"ada@example.com", twins[1].record} & set(outcome.detail.replace(",", " ").split())


def test_trap_19_short_ids_are_the_same_records_and_owners(world: OrgWorld) -> None:
    ref = world.add(DAY)
    short = LeadRef(ref.connection, ref.object, type(ref.record)(ref.record[:15]))
    record = world.connector.read([short])[short].record
    assert record is not None
    assert record.ref == short
    bo = world.people()[1]
    assert verdicts(world.connector.assign([Assignment(record, OwnerId(bo[:15]))])) == {short: Verdict.DONE}
    assert world.owner(ref) == bo
    assert verdicts(world.connector.annotate([note(short)])) == {short: Verdict.DONE}
    assert world.connector.noted([note(short)]) == {note(short).key}
    assert [change.owner for change in world.connector.history([short])[short]] == [bo]
    aliases = {user.id: user.aliases for user in world.connector.owners()}
    assert aliases[bo] == (bo[:15],)


def test_trap_28_programs_that_are_active_users_are_told_from_people(world: OrgWorld) -> None:
    told = {user.name: user for user in world.connector.owners()}
    assert told["Automated Process"].active
    assert told["Automated Process"].integration
    assert not told["Ana Ruiz"].integration


def test_trap_28_of_users_with_one_e_mail_the_active_person_counts(world: OrgWorld) -> None:
    world.org.add_user("Ana Ruiz (old)", "ana@example.com", active=False)
    alike = [user for user in world.connector.owners() if user.email == "ana@example.com"]
    assert [user.active for user in alike] == [False, True]


def test_a_row_that_another_transaction_holds_is_looked_at_again(world: OrgWorld) -> None:
    held, free = seed(world, 2)
    ana = world.people()[0]
    batch = [give(world, ref, ana) for ref in (held, free)]
    world.org.lock_row(held.record, 30.0)
    assert verdicts(world.connector.assign(batch)) == {held: Verdict.CONFLICT, free: Verdict.DONE}
    world.tick(60)
    assert verdicts(world.connector.assign(batch[:1])) == {held: Verdict.DONE}


def test_a_user_who_may_not_transfer_leads_is_refused_row_by_row(world: OrgWorld) -> None:
    (ref,) = seed(world, 1)
    world.edit_owner(ref, world.people()[1])
    seen = give(world, ref, world.people()[0])
    world.org.permit(transfer=False)
    (outcome,) = world.connector.assign([seen])
    assert outcome.verdict is Verdict.REFUSED
    assert "INSUFFICIENT_ACCESS" in outcome.detail
    assert world.owner(ref) == world.people()[1]


def test_a_trace_field_that_is_not_there_stops_the_pass_and_is_named(world: OrgWorld) -> None:
    ref = world.add(DAY)
    stamped = Assignment(world.seen(ref), world.people()[0], {"leadswitch_rule": "Everyone"})
    with pytest.raises(Stop, match="leadswitch_rule__c"):
        world.connector.assign([stamped])
    assert world.owner(ref) == world.unowned
