"""What goes wrong between the program and Salesforce: a clear message, an exit code, and nothing else lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sandbox.faults import error_before
from sandbox.salesforce import Org
from tests.journeys.org import CREATE, QUERY, READ, SECRET, UPDATE, OrgAccount

# --- the token ----------------------------------------------------------------------------------------------


def test_a_wrong_secret_is_told_and_nothing_is_written(
    sales: OrgAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales.lead()
    monkeypatch.setenv(SECRET, "no-secret-of-this-app")
    for arguments in (["check", "--live"], ["sync", "--dry-run"], ["sync"]):
        told = sales.run(*arguments)
        assert told.code == 3
        assert "client_secret" in told.err
        assert "no-secret-of-this-app" not in told.out + told.err
    monkeypatch.setenv(SECRET, sales.org.client_secret)
    assert sales.counts()["assigned"] == 1


def test_access_that_is_withdrawn_in_the_middle_ends_the_pass_and_the_next_one_does_the_rest(
    sales: OrgAccount,
) -> None:
    secret = sales.org.client_secret

    def withdraw(org: Org) -> None:
        org.access.client_secret = "rotated"
        org.access.revoke()

    for _ in range(3):
        sales.lead()
    sales.before(UPDATE, withdraw)
    told = sales.run("sync", "--json")
    assert told.code == 3
    assert "client_secret" in told.object["connections"]["sf"]["unreachable"]
    assert sales.owners() == ["inbound"] * 3
    sales.org.access.client_secret = secret
    sales.clock.pass_by(minutes=2)
    again = sales.run("sync", "--json")
    assert (again.code, again.object["assigned"]) == (0, 3)


@pytest.mark.parametrize("calls", [READ, CREATE])
def test_a_session_that_ends_at_any_call_costs_a_login_and_nothing_else(
    sales: OrgAccount, calls: str
) -> None:
    leads = [sales.lead() for _ in range(3)]
    sales.before(calls, lambda org: org.access.revoke())
    told = sales.run("sync", "--json")
    assert (told.code, told.object["assigned"]) == (0, 3)
    assert [len(sales.org.tasks(lead)) for lead in leads] == [1, 1, 1]
    assert sales.org.access.logins == 2


def test_a_session_that_ends_before_it_was_ever_used_ends_the_pass_and_no_login_is_tried_again_and_again(
    sales: OrgAccount,
) -> None:
    sales.lead()
    sales.before(QUERY, lambda org: org.access.revoke())
    told = sales.run("sync")
    assert told.code == 3
    assert "does not accept the token that it gave a moment ago" in told.err
    assert sales.org.access.logins == 1
    sales.clock.pass_by(minutes=2)
    assert sales.counts()["assigned"] == 1


# --- rights -------------------------------------------------------------------------------------------------


def test_a_user_who_may_not_transfer_leads_is_told_per_lead_and_by_check(sales: OrgAccount) -> None:
    sales.org.permit(transfer=False)
    lead = sales.lead()
    checked = sales.run("check", "--live")
    assert checked.code == 2
    assert "Transfer Leads" in checked.err
    told = sales.run("sync")
    assert told.code == 1
    assert f"sf/Lead/{lead}: insufficient access rights" in told.err
    assert "Transfer Leads" in told.err
    sales.org.permit()
    sales.clock.pass_by(minutes=2)
    assert sales.counts()["assigned"] == 1


# --- people -------------------------------------------------------------------------------------------------


def test_a_rep_inactive_in_the_org_gets_no_lead_and_check_live_says_who(sales: OrgAccount) -> None:
    sales.org.deactivate(sales.people["ana"])
    checked = sales.run("check", "--live")
    assert checked.code == 2
    assert "rep ana: inactive in sf" in checked.err
    for _ in range(4):
        sales.lead()
    assert sales.run("sync").code == 0
    assert set(sales.owners()) == {"bo", "cy"}


def test_an_owner_deactivated_between_look_and_write_fails_its_own_leads_only(sales: OrgAccount) -> None:
    german, other = sales.lead(Country="Germany"), sales.lead()
    sales.before(UPDATE, lambda org: org.deactivate(sales.people["bo"]))
    told = sales.run("sync", "--json")
    assert (told.code, told.object["failed"], told.object["assigned"]) == (1, 1, 1)
    assert sales.whose(german) == "inbound"
    assert sales.whose(other) in {"ana", "cy"}
    assert "INACTIVE_OWNER_OR_USER" in sales.explained(german)["reason"]


def test_a_lead_of_a_queue_that_is_not_named_is_left_alone(sales: OrgAccount) -> None:
    theirs, ours = sales.lead(OwnerId=sales.elsewhere), sales.lead()
    told = sales.run("sync", "--json")
    assert (told.code, told.object["assigned"], told.object["skipped"]) == (0, 1, 1)
    assert (sales.whose(theirs), sales.whose(ours) in sales.people) == ("elsewhere", True)


def test_a_queue_that_may_not_own_leads_is_no_place_for_one(sales: OrgAccount) -> None:
    sales.org.add_queue("Cases", owns=("Case",))
    sales.office.change("teams.yaml", "reps:\n", "queues:\n  cases: {sf: Cases}\nreps:\n")
    sales.office.change("rules.yaml", "{owner: bo}", "{queue: cases}")
    german, other = sales.lead(Country="Germany"), sales.lead()
    live = sales.run("check", "--live")
    assert live.code == 2
    assert "cases" in live.err
    told = sales.run("sync", "--json")
    assert (told.code, told.object["parked"], told.object["assigned"]) == (0, 1, 1)
    assert sales.whose(german) == "inbound"
    assert sales.whose(other) in sales.people


def test_a_lead_that_somebody_takes_between_look_and_write_is_given_back_to_them(sales: OrgAccount) -> None:
    lead = sales.lead(Country="Germany")
    cy = sales.people["cy"]
    sales.before(UPDATE, lambda org: org.edit(lead, by=cy, OwnerId=cy))
    sales.run("sync")
    sales.clock.pass_by(minutes=2)
    told = sales.counts()
    assert told["conflicts"] == 1
    assert sales.whose(lead) == "cy"


def test_ids_of_15_characters_are_understood_wherever_the_configuration_has_one(sales: OrgAccount) -> None:
    def short(key: str) -> str:
        return key[:15]

    web = sales.org.add_user("Web Forms", "forms@example.com")
    sales.change("{queue: Inbound}", f"{{queue: {short(sales.inbound)}}}, {{user: {short(web)}}}")
    sales.office.change("teams.yaml", "email: bo@example.com", f"owner: {{sf: {short(sales.people['bo'])}}}")
    sales.office.change(
        "teams.yaml", "reps:\n", f"queues:\n  back: {{sf: {short(sales.elsewhere)}}}\nreps:\n"
    )
    sales.office.change("rules.yaml", "assign: keep", "assign: {queue: back}")
    german = sales.lead(Country="Germany", OwnerId=web)
    partner = sales.lead(LeadSource="Partner Referral")
    live = sales.run("check", "--live")
    assert live.code == 0, live.err
    assert sales.counts()["assigned"] == 2
    assert (sales.whose(german), sales.whose(partner)) == ("bo", "elsewhere")


# --- records ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("calls", [READ, UPDATE])
def test_leads_that_are_none_any_more_before_look_or_write_stop_no_other(
    sales: OrgAccount, calls: str
) -> None:
    deleted, converted, purged, other = (sales.lead() for _ in range(4))

    def go(org: Org) -> None:
        org.delete(deleted)
        org.convert(converted)
        org.purge(purged)

    sales.before(calls, go)
    sales.run("sync")
    sales.clock.pass_by(minutes=2)
    told = sales.run("sync", "--json")
    assert told.code == 0, told.err
    assert sales.whose(other) in sales.people
    for lead, reason in ((deleted, "delete"), (converted, "convert"), (purged, "")):
        entry = sales.explained(lead)
        assert entry["step"] == "gone"
        assert reason in entry["reason"].lower()


@pytest.mark.parametrize("calls", [READ, UPDATE])
def test_leads_merged_before_look_or_write_become_one_with_one_owner(sales: OrgAccount, calls: str) -> None:
    first, second, other = (sales.lead() for _ in range(3))
    sales.before(calls, lambda org: org.merge(first, second))
    sales.run("sync")
    sales.clock.pass_by(minutes=2)
    assert sales.run("sync").code == 0
    assert sales.org.leads() == (first, other)
    assert set(sales.owners()) <= sales.people.keys()
    assert len(sales.changes(first)) == 1
    assert sales.explained(second)["step"] == "gone"


def _no_princes(org: Org, odd: str) -> None:
    org.validation_rule("No princes please", lambda values: values.get("Title") == "Prince")


def _trigger(org: Org, odd: str) -> None:
    code, said = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: No princes please"
    org.trip(code, ids=[odd], message=said)


@pytest.mark.parametrize("refuse", [_no_princes, _trigger])
def test_one_row_of_200_that_the_org_refuses_stops_no_other(
    sales: OrgAccount, refuse: Callable[[Org, str], None]
) -> None:
    leads = [sales.lead() for _ in range(199)]
    odd = sales.lead(Title="Prince")
    refuse(sales.org, odd)
    told = sales.run("sync", "--json")
    assert told.code == 1
    assert (told.object["assigned"], told.object["failed"]) == (199, 1)
    assert [lead for lead in (*leads, odd) if sales.whose(lead) == "inbound"] == [odd]
    assert sales.org.counts[UPDATE] == 1
    entry = sales.explained(odd)
    assert entry["step"] == "failed"
    assert "No princes please" in entry["reason"]
    sales.org.automation.validations.clear()
    sales.org.automation.trips.clear()
    sales.clock.pass_by(minutes=2)
    assert sales.counts()["assigned"] == 1


def test_a_row_that_is_locked_is_written_when_it_is_free(sales: OrgAccount) -> None:
    locked, other = sales.lead(), sales.lead()
    sales.before(UPDATE, lambda org: org.lock_row(locked, 30))
    told = sales.run("sync")
    assert told.code == 1
    assert f"sf/Lead/{locked}: unable to obtain exclusive access" in told.err
    assert sales.whose(other) in sales.people
    sales.clock.pass_by(minutes=2)
    assert sales.run("sync").code == 0
    assert sales.whose(locked) in sales.people
    assert len(sales.org.tasks(locked)) == 1


def test_messages_in_another_language_change_nothing(sales: OrgAccount) -> None:
    sales.org.set(language="es")
    locked, gone, fine = (sales.lead() for _ in range(3))
    sales.before(UPDATE, lambda org: org.lock_row(locked, 30))
    sales.before(READ, lambda org: org.delete(gone))
    sales.org.usage.concurrent = 1
    sales.run("sync")
    sales.clock.pass_by(minutes=2)
    assert sales.run("sync").code == 0
    assert sales.explained(gone)["step"] == "gone"
    assert {sales.whose(locked), sales.whose(fine)} <= sales.people.keys()


# --- the org ------------------------------------------------------------------------------------------------


def test_a_day_whose_calls_are_spent_ends_the_pass_and_tomorrow_goes_on(sales: OrgAccount) -> None:
    leads = [sales.lead() for _ in range(3)]
    sales.org.usage.before = sales.org.usage.most
    told = sales.run("sync", "--json")
    assert told.code == 3
    assert "24 hours" in told.object["connections"]["sf"]["unreachable"]
    assert sales.run("check", "--live").code == 3
    sales.org.usage.before = 0
    sales.clock.pass_by(hours=1)
    assert sales.counts()["assigned"] == len(leads)


@pytest.mark.parametrize("calls", [UPDATE, CREATE])
def test_calls_that_are_spent_in_the_middle_lose_nothing(sales: OrgAccount, calls: str) -> None:
    leads = [sales.lead() for _ in range(3)]

    def spend(org: Org) -> None:
        org.usage.before = org.usage.most

    sales.before(calls, spend)
    told = sales.run("sync", "--json")
    assert told.code in (1, 3)
    sales.org.usage.before = 0
    for _ in range(2):
        sales.clock.pass_by(hours=1)
        told = sales.run("sync", "--json")
    assert told.code == 0
    assert [len(sales.changes(lead)) for lead in leads] == [1, 1, 1]
    assert [len(sales.org.tasks(lead)) for lead in leads] == [1, 1, 1]


def test_a_page_about_maintenance_is_told_as_such(sales: OrgAccount) -> None:
    sales.lead()
    sales.org.faults.add("*", error_before(503))
    for arguments in (["check", "--live"], ["sync"]):
        told = sales.run(*arguments)
        assert told.code == 3
        assert "an HTML page came instead of Salesforce's answer" in told.err
        assert "The web server reported an error" not in told.err
    sales.org.faults.clear()
    sales.clock.pass_by(minutes=2)
    assert sales.counts()["assigned"] == 1


@pytest.mark.parametrize("calls", [UPDATE, CREATE])
def test_maintenance_in_the_middle_leaves_doubt_and_no_second_owner_or_task(
    sales: OrgAccount, calls: str
) -> None:
    lead = sales.lead()
    sales.org.faults.add(calls, error_before(503))
    told = sales.run("sync", "--json")
    assert (told.code, told.object["doubtful"]) == (1, 1)
    sales.org.faults.clear()
    for _ in range(2):
        sales.clock.pass_by(minutes=2)
        told = sales.run("sync", "--json")
    assert told.code == 0
    assert (len(sales.changes(lead)), len(sales.org.tasks(lead))) == (1, 1)


def test_an_authority_that_is_not_known_is_told_with_the_way_out(sales: OrgAccount) -> None:
    sales.change("    client_id:", "    ca_file: nowhere.pem\n    client_id:")
    told = sales.run("check", "--live")
    assert told.code in (2, 3)
    assert "nowhere.pem" in told.err


def test_nobody_at_the_address_is_exit_code_3(sales: OrgAccount) -> None:
    sales.change(sales.url, "http://127.0.0.1:1")
    for arguments in (["check", "--live"], ["sync"]):
        told = sales.run(*arguments)
        assert told.code == 3
        assert "127.0.0.1:1" in told.err


def test_a_field_that_the_org_does_not_have_is_named(sales: OrgAccount) -> None:
    sales.office.write(
        "mapping/sf.yaml", "fields:\n  email: Email\n  country: Country\n  custom.plan: Plan__c\n"
    )
    sales.change("    audit: [task]\n", "    audit: [task]\n    mapping: mapping/sf.yaml\n")
    sales.lead()
    told = sales.run("check", "--live")
    assert told.code == 2
    assert "Plan__c" in told.err
    sync = sales.run("sync")
    assert sync.code in (2, 3)
    assert "Plan__c" in sync.err
    sales.org.define("Lead", "Plan__c string 40")
    sales.clock.pass_by(minutes=1)
    assert sales.counts()["assigned"] == 1


def test_a_lead_that_becomes_visible_late_with_an_old_stamp_is_assigned(sales: OrgAccount) -> None:
    sales.change("    take: all\n", "")
    sales.run("sync")
    sales.clock.pass_by(minutes=1)
    late = sales.lead(visible_in=timedelta(minutes=8).total_seconds())
    sales.clock.pass_by(minutes=1)
    sales.lead()
    sales.clock.pass_by(minutes=1)
    assert sales.counts()["assigned"] == 1
    sales.clock.pass_by(minutes=7)
    assert sales.counts()["assigned"] == 1
    assert sales.whose(late) in sales.people
