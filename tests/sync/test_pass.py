"""One pass after the other over a CRM in which people work too."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.settings import New, Nobody, QueueNamed, Since, UserNamed
from connectors.contract import Features, Record
from router.model import ConnectionName, Lead, OwnerId, Queue, QueueName, RecordId, Rep, RepId
from router.rules import ALWAYS, Comparison, Keep, Op, Rule, ToQueue
from sync import schema
from sync.directory import Unknown
from tests.sync.office import Office, book


def test_each_new_lead_gets_one_owner_and_one_note(office: Office) -> None:
    leads = [office.lead(email=f"p{n}@leads.example") for n in range(30)]
    summary = office.sync()
    assert (summary.counts.seen, summary.counts.assigned, summary.exit_code) == (30, 30, 0)
    assert Counter(office.owner(lead) for lead in leads) == {"u-ana": 10, "u-bo": 10, "u-cy": 10}
    assert all(len(office.row(lead).notes) == 1 for lead in leads)


def test_a_second_pass_assigns_nothing(office: Office) -> None:
    office.lead()
    office.sync()
    summary = office.sync()
    assert (summary.counts.assigned, summary.exit_code) == (0, 0)


def test_the_note_ends_in_its_key_and_says_the_rule(office: Office) -> None:
    lead = office.lead()
    office.sync()
    note = office.row(lead).notes[0]
    assert note.body.endswith(f"\n{note.key}")
    assert note.key.startswith("lsw:")
    assert len(note.key) == len("lsw:") + 16
    assert "Rule: everyone" in note.body


def test_an_idle_poll_is_one_call(office: Office) -> None:
    office.lead()
    office.sync()
    office.clock.pass_by(minutes=30)
    office.sync()  # reads the history of what was written
    office.clock.pass_by(minutes=30)
    assert office.sync().counts.api_calls == 1


def test_an_empty_crm_is_all_well(office: Office) -> None:
    summary = office.sync()
    assert (summary.counts.seen, summary.exit_code) == (0, 0)


# --- whose leads ------------------------------------------------------------------------------------------


def test_an_owner_that_can_be_seen_is_left_alone(office: Office) -> None:
    lead = office.lead(owner="u-boss")
    summary = office.sync()
    assert (office.owner(lead), summary.counts.skipped) == ("u-boss", 1)
    assert office.ledger()[lead]["reason"] == "owned by u-boss"


def test_leads_of_a_queue_or_an_integration_user_are_taken_where_replaces_names_them(office: Office) -> None:
    office.change(replaces=(Nobody(), QueueNamed("backup"), UserNamed("Web import")))
    queued, imported = office.lead(owner="q-backup"), office.lead(owner="u-robot")
    owned = office.lead(owner="u-boss")
    office.sync()
    assert {office.owner(queued), office.owner(imported)} <= {"u-ana", "u-bo", "u-cy"}
    assert office.owner(owned) == "u-boss"


def test_a_user_that_replaces_names_and_the_crm_lacks_ends_the_pass_with_its_name(office: Office) -> None:
    office.change(replaces=(UserNamed("Nobody Knows"),))
    office.lead()
    with pytest.raises(Unknown, match="Nobody Knows"):
        office.sync()


def test_a_lead_for_which_when_does_not_hold_is_skipped_until_it_does(office: Office) -> None:
    office.change(when=Comparison("status", Op.IS, ("Open",)))
    lead = office.lead(status="New")
    office.sync()
    assert office.step(lead) == "skipped"
    office.crm.edit(lead, {"status": "Open"})
    office.sync()
    assert office.owner(lead) is not None


# --- which leads the first pass takes ---------------------------------------------------------------------


def test_take_new_assigns_nothing_older_than_the_first_pass(office: Office) -> None:
    office.change(take=New())
    old = office.lead()
    assert office.sync().counts.assigned == 0
    office.clock.pass_by(minutes=1)
    new = office.lead()
    office.sync()
    assert office.owner(old) is None
    assert office.owner(new) is not None


def test_take_since_begins_at_midnight_in_the_configurations_zone(office: Office) -> None:
    office.change(take=Since(date(2026, 3, 1)))
    before = office.lead(created="2026-02-28T23:59:59Z")
    after = office.lead(created="2026-03-01T00:00:00Z")
    office.sync()
    assert (office.owner(before), office.owner(after) is not None) == (None, True)
    assert office.told == ["crm: 1 to assign, 1 in this pass"]


def test_a_pass_says_once_who_gets_no_leads_for_want_of_a_user(office: Office) -> None:
    strangers = {
        RepId(name): Rep(id=RepId(name), name=name, email=f"{name}@reps.example") for name in "defghijk"
    }
    office.rulebook = replace(office.rulebook, reps={**office.rulebook.reps, **strangers})
    office.lead()
    office.sync()
    told = next(line for line in office.told if "no leads go to" in line)
    assert told.startswith("crm: no leads go to d (no user with their e-mail in crm), e (")
    assert told.endswith(", h (no user with their e-mail in crm) and 3 more: see `leadswitch check --live`")
    office.told.clear()
    office.lead()
    office.sync()
    assert not any("no leads go to" in line for line in office.told)


def test_a_pass_claims_no_more_than_max_per_pass_and_says_so(office: Office) -> None:
    office.change(max_per_pass=4)
    leads = [office.lead() for _ in range(10)]
    summary = office.sync()
    assert (summary.counts.assigned, summary.excess, summary.exit_code) == (4, 6, 1)
    assert len(office.table(schema.claims)) == 4
    office.sync()
    office.sync()
    assert all(office.owner(lead) for lead in leads)


def test_leads_that_entered_first_come_first(office: Office) -> None:
    office.change(max_per_pass=1)
    later = office.lead(created="2026-03-01T12:00:00Z")
    earlier = office.lead(created="2026-03-01T11:00:00Z")
    office.sync()
    assert (office.owner(earlier) is not None, office.owner(later)) == (True, None)


# --- the cursor -------------------------------------------------------------------------------------------


def test_a_record_that_shows_late_is_met_within_the_overlap(office: Office) -> None:
    office.lead()
    office.sync()
    late = office.lead(created=(office.clock.now - timedelta(seconds=500)).isoformat())
    office.sync()
    assert office.owner(late) is not None


def test_a_walk_that_was_stopped_goes_on_at_its_page(office: Office) -> None:
    leads = [office.lead() for _ in range(120)]
    office.stopping = lambda: office.calls.count("pages") >= 2
    summary = office.sync()
    assert summary.stopped
    assert len(office.ledger()) == 100
    office.stopping = lambda: False
    office.sync()
    assert office.calls.count("pages") == 1
    assert all(office.owner(lead) for lead in leads)


def test_a_page_asks_for_the_next_one_before_its_leads_are_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(500):
        office.lead()
    asked: list[int] = []
    wired = office.wired()

    def normalise(record: Record) -> Lead:
        asked.append(office.calls.count("pages"))
        return wired.normalise(record)

    monkeypatch.setattr(office, "wired", lambda: replace(wired, normalise=normalise))
    office.sync()
    assert asked[-1] == 10, "of 50 each"
    assert asked[:50] == [4] * 50, "no more are at hand than are taken in soon"


def test_a_stamp_in_the_future_does_not_move_the_floor_past_the_crms_time(office: Office) -> None:
    office.lead(created=datetime(2030, 1, 1, tzinfo=UTC).isoformat())
    office.sync()
    office.clock.pass_by(minutes=5)
    lead = office.lead()
    office.sync()
    assert office.owner(lead) is not None


# --- rules that assign nobody -----------------------------------------------------------------------------


def test_a_kept_lead_without_a_person_is_listed_with_a_deadline(office: Office) -> None:
    office.rulebook = book(Rule("Partner leads stay", Comparison("source", Op.IS, ("partner",)), Keep()))
    lead = office.lead(source="Partner")
    summary = office.sync()
    row = office.ledger()[lead]
    assert (row["step"], summary.counts.parked, summary.counts.skipped, summary.exit_code) == (
        "kept",
        0,
        1,
        0,
    )
    assert row["reason"] == "kept by Partner leads stay, without a person"
    assert row["due"] - office.clock.now < timedelta(hours=24)


def test_a_user_named_by_id_stands_for_a_queue(office: Office) -> None:
    queue = Queue(QueueName("backup"), {ConnectionName("crm"): "u-robot"})
    office.rulebook = replace(
        book(Rule("all", ALWAYS, ToQueue(QueueName("backup")))), queues={queue.name: queue}
    )
    lead = office.lead()
    office.sync()
    assert office.owner(lead) == "u-robot"


def test_a_queue_is_written_as_owner(office: Office) -> None:
    office.rulebook = book(
        Rule("Students", Comparison("title", Op.IS, ("student",)), ToQueue(QueueName("backup")))
    )
    lead = office.lead(title="Student")
    office.sync()
    assert office.owner(lead) == "q-backup"
    assert len(office.row(lead).notes) == 1


# --- one person -------------------------------------------------------------------------------------------


def test_the_same_person_goes_to_the_owner_they_have(office: Office) -> None:
    first = office.lead(email="Pat@Leads.example")
    others = [office.lead(email=f"p{n}@leads.example") for n in range(2)]
    again = office.lead(email="pat@leads.example")
    summary = office.sync()
    assert office.owner(again) == office.owner(first)
    assert len({office.owner(lead) for lead in (first, *others)}) == 3
    assert summary.counts.duplicates == 1


def test_no_personal_value_is_outside_of_lead_values(office: Office) -> None:
    office.lead(email="canary-pat@leads.example", phone="+1 415 555 0132", **{"First Name": "Canaryfirst"})
    office.sync()
    for table in schema.metadata.sorted_tables:
        text = str(office.table(table)).casefold()
        assert ("canary" in text or "4155550132" in text) == (table is schema.lead_values), table.name


# --- people without a user --------------------------------------------------------------------------------


def test_a_rep_without_a_user_in_the_crm_gets_none_of_its_leads(office: Office) -> None:
    reps = dict(office.rulebook.reps)
    reps[next(iter(reps))] = type(reps[next(iter(reps))])(
        id=next(iter(reps)), name="Ana", email="gone@reps.example"
    )
    office.rulebook = type(office.rulebook)(
        rules=office.rulebook.rules, reps=reps, teams=office.rulebook.teams, queues=office.rulebook.queues
    )
    leads = [office.lead() for _ in range(6)]
    office.sync()
    assert Counter(office.owner(lead) for lead in leads) == {"u-bo": 3, "u-cy": 3}


def test_without_history_there_is_nothing_to_verify(office: Office) -> None:
    office.features = Features()
    lead = office.lead()
    assert office.sync().counts.unverified == 0
    assert office.step(lead) == "settled"


def test_a_written_lead_is_verified_by_the_next_pass_a_minute_later(office: Office) -> None:
    lead = office.lead()
    assert office.sync().counts.unverified == 1
    assert office.sync().counts.unverified == 1
    office.clock.pass_by(seconds=61)
    assert office.sync().counts.unverified == 0
    assert office.step(lead) == "settled"


def test_one_lead_that_the_router_fails_on_does_not_hold_up_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from router.route import Router

    poison, fine = office.lead(email="poison@leads.example"), office.lead()
    real = Router.choose

    def choose(router: Router, rule: object, lead: object, *rest: object) -> object:
        if getattr(lead, "email", None) == "poison@leads.example":
            raise ZeroDivisionError
        return real(router, rule, lead, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Router, "choose", choose)
    office.sync()
    assert (office.step(poison), office.owner(fine) is not None) == ("parked", True)
    assert "ZeroDivisionError" in office.ledger()[poison]["reason"]


def test_a_lead_that_a_person_takes_while_it_waits_is_theirs(office: Office) -> None:
    office.rulebook = book(Rule("Partner leads stay", Comparison("source", Op.IS, ("partner",)), Keep()))
    lead = office.lead(source="partner")
    office.sync()
    office.crm.edit_owner(lead, OwnerId("u-boss"))
    office.clock.pass_by(hours=25)
    office.sync()
    assert (office.step(lead), office.owner(lead)) == ("skipped", "u-boss")


def test_a_parked_lead_is_decided_anew_when_the_configuration_changed(office: Office) -> None:
    office.rulebook = book(Rule("Partner leads stay", Comparison("source", Op.IS, ("partner",)), Keep()))
    lead = office.lead(source="partner")
    office.sync()
    office.rulebook, office.config = book(), "config-2"
    office.sync()
    assert office.owner(lead) is not None


def test_records_are_known_by_their_id(office: Office) -> None:
    lead = office.lead()
    office.sync()
    assert list(office.ledger()) == [RecordId(lead)]


def test_a_kept_lead_alerts_after_its_deadline(office: Office) -> None:
    office.rulebook = book(Rule("Partner leads stay", Comparison("source", Op.IS, ("partner",)), Keep()))
    lead = office.lead(source="Partner")
    office.sync()
    assert office.sync().counts.skipped == 0, "counted once"
    office.clock.pass_by(hours=25)
    summary = office.sync()
    assert (office.step(lead), summary.counts.parked, summary.counts.skipped) == ("parked", 1, 0)


def test_the_trace_goes_into_fields_where_the_audit_says_so(office: Office) -> None:
    office.change(audit=("properties",))
    lead = office.lead()
    office.sync()
    row = office.row(lead)
    assert row.notes == ()
    assert row.fields["leadswitch_rule"] == "everyone"
    assert row.fields["leadswitch_team"] == "smb"
    assert str(row.fields["leadswitch_key"]).startswith("lsw:")
    assert office.calls == ["pages", "owners", "read", "assign"]


def test_the_trace_can_go_into_fields_and_a_note(office: Office) -> None:
    office.change(audit=("note", "properties"))
    lead = office.lead()
    office.sync()
    assert office.row(lead).fields["leadswitch_key"] == office.row(lead).notes[0].key
