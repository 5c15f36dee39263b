"""What goes wrong between the program and HubSpot: each time a clear message, an exit code, and nothing else lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.hubspot import Portal
from sandbox.hubspot.access import ALL_SCOPES
from sandbox.hubspot.desk import person
from sandbox.messages import Answer
from tests.journeys.account import ANA, BO, CY, Account

PROXY = Answer(
    200, b"<html><body>Please sign in to the guest network</body></html>", {"content-type": "text/html"}
)
GHOSTS = Answer(200, b'{"total":1,"results":[]}', {"date": "Mon, 02 Mar 2026 09:00:00 GMT"})


# --- the token ----------------------------------------------------------------------------------------------


def test_a_wrong_token_is_told_and_nothing_is_written(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.lead()
    monkeypatch.setenv("HUBSPOT_TOKEN", "no-token-of-this-account")
    for arguments in (["check", "--live"], ["sync", "--dry-run"], ["sync"]):
        told = account.run(*arguments)
        assert told.code == 3
        assert "HubSpot does not accept the token" in told.err
        assert "no-token-of-this-account" not in told.out + told.err
    assert account.owners() == [None]
    monkeypatch.setenv("HUBSPOT_TOKEN", account.portal.token)
    assert account.counts()["assigned"] == 1


def test_a_token_that_is_not_in_the_environment_is_told_by_its_name(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUBSPOT_TOKEN")
    told = account.run("sync")
    assert told.code == 2
    assert "HUBSPOT_TOKEN" in told.err
    assert account.requests == []


def test_a_token_revoked_in_the_middle_ends_the_pass_and_the_next_one_does_the_rest(account: Account) -> None:
    for _ in range(3):
        account.lead()
    account.before("/batch/update", lambda portal: portal.access.revoke(portal.token))
    told = account.run("sync", "--json")
    assert told.code == 3
    assert "revoked" in told.object["connections"]["hs"]["unreachable"]
    assert account.owners() == [None, None, None]
    account.portal.access.private(account.portal.token)
    account.clock.pass_by(minutes=1)
    again = account.run("sync", "--json")
    assert (again.code, again.object["assigned"]) == (0, 3)


@pytest.mark.parametrize("scope", ["crm.objects.contacts.read", "crm.objects.owners.read"])
def test_a_scope_missing_for_reading_is_named_before_anything_is_written(
    account: Account, scope: str
) -> None:
    account.lead()
    account.portal.access.limit_to(account.portal.token, ALL_SCOPES - {scope})
    for arguments in (["check", "--live"], ["sync"]):
        told = account.run(*arguments)
        assert told.code == 3
        assert "a scope is missing" in told.err
        assert scope in told.err
    assert account.writes == []


def test_a_scope_missing_for_writing_is_named_and_the_lead_is_not_lost(account: Account) -> None:
    scope = "crm.objects.contacts.write"
    account.lead()
    account.portal.access.limit_to(account.portal.token, ALL_SCOPES - {scope})
    told = account.run("sync")
    assert told.code == 3
    assert scope in told.err
    account.portal.access.limit_to(account.portal.token, ALL_SCOPES)
    account.clock.pass_by(minutes=1)
    assert account.counts()["assigned"] == 1


def test_check_live_names_a_scope_missing_for_writing(account: Account) -> None:
    account.portal.access.limit_to(account.portal.token, ALL_SCOPES - {"crm.objects.contacts.write"})
    told = account.run("check", "--live")
    assert told.code != 0
    assert "crm.objects.contacts.write" in told.err


# --- people -------------------------------------------------------------------------------------------------


def test_a_rep_archived_in_the_crm_gets_no_lead_and_check_live_says_who(account: Account) -> None:
    account.portal.owners.archive(ANA)
    checked = account.run("check", "--live")
    assert checked.code == 2
    assert "rep ana: inactive in hs" in checked.err
    for _ in range(4):
        account.lead()
    assert account.run("sync").code == 0
    assert set(account.owners()) == {BO, CY}


def test_a_lead_whose_only_rep_is_archived_is_parked_with_that_reason(account: Account) -> None:
    account.portal.owners.archive(BO)
    account.lead(country="Germany")
    told = account.run("sync", "--json")
    assert (told.code, told.object["parked"] + told.object["held"]) == (0, 1)
    assert "bo" in account.run("parked", "--json").object["reason"]


def test_an_owner_archived_between_look_and_write_fails_its_own_leads_only(account: Account) -> None:
    german, other = account.lead(country="Germany"), account.lead()
    account.before("/batch/update", lambda portal: portal.owners.archive(BO))
    told = account.run("sync", "--json")
    assert (told.code, told.object["failed"], told.object["assigned"]) == (1, 1, 1)
    assert account.portal.owner_of(german) is None
    assert account.portal.owner_of(other) in {ANA, CY}


def test_an_owner_archived_between_look_and_write_is_named(account: Account) -> None:
    account.lead(country="Germany")
    account.before("/batch/update", lambda portal: portal.owners.archive(BO))
    assert BO in account.run("sync").err.partition("HubSpot")[2]


def test_a_lead_whose_owner_was_archived_in_between_goes_to_somebody_else_later(account: Account) -> None:
    record = account.lead()
    chosen: list[str] = []

    def archive_the_chosen(portal: Portal) -> None:
        chosen.append(account.sent_owners()[record])
        portal.owners.archive(chosen[0])

    account.before("/contacts/batch/update", archive_the_chosen)
    assert account.run("sync").code == 1
    for _ in range(3):
        account.clock.pass_by(hours=25)
        account.run("sync")
    assert account.portal.owner_of(record) in {ANA, BO, CY} - set(chosen)


def test_a_lead_that_somebody_takes_between_look_and_write_is_given_back_to_them(account: Account) -> None:
    record = account.lead(country="Germany")

    def choose(portal: Portal) -> None:
        portal.edit("contacts", record, {"hubspot_owner_id": CY}, by=person(2599))

    account.before("/batch/update", choose)
    account.run("sync")
    account.clock.pass_by(minutes=2)
    told = account.counts()
    assert told["conflicts"] == 1
    assert account.portal.owner_of(record) == CY


# --- records ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["/contacts/batch/read", "/contacts/batch/update"])
def test_a_contact_deleted_before_look_or_write_stops_no_other(account: Account, moment: str) -> None:
    gone, other = account.lead(), account.lead()
    account.before(moment, lambda portal: portal.archive("contacts", gone))
    told = account.run("sync", "--json")
    assert (told.code, told.object["assigned"]) == (0, 1)
    assert account.portal.owner_of(other) is not None
    [entry] = account.run("explain", f"hs/contacts/{gone}", "--json").objects
    assert entry["step"] == "gone"
    assert entry["reason"]


@pytest.mark.parametrize("moment", ["/contacts/batch/read", "/contacts/batch/update"])
def test_contacts_merged_before_look_or_write_become_one_lead_with_one_owner(
    account: Account, moment: str
) -> None:
    first, second, other = (account.lead() for _ in range(3))
    merged: list[str] = []
    account.before(moment, lambda portal: merged.append(portal.merge("contacts", first, second)))
    told = account.run("sync", "--json")
    assert (told.code, told.object["assigned"]) == (0, 1)
    for record in (first, second):
        [entry] = account.run("explain", f"hs/contacts/{record}", "--json").objects
        assert entry["step"] == "gone"
        assert "merged" in entry["reason"]
    account.clock.pass_by(minutes=2)
    assert account.counts()["assigned"] == 1
    assert account.portal.ids() == (other, merged[0])
    assert None not in account.owners()
    assert len(account.portal.notes(merged[0])) == 1


def test_a_validation_rule_that_refuses_one_of_a_hundred_stops_no_other(account: Account) -> None:
    account.connection("api: 2026-09")
    leads = [account.lead() for _ in range(99)]
    odd = account.lead(country="Germany", jobtitle="Prince")
    account.portal.rule("contacts", "No princes please", lambda values: values.get("jobtitle") == "Prince")
    told = account.run("sync", "--json")
    assert told.code == 1
    assert (told.object["assigned"], told.object["failed"]) == (99, 1)
    assert [record for record in (*leads, odd) if account.portal.owner_of(record) is None] == [odd]
    assert account.portal.calls["contacts.batch_update"] <= 16
    [entry] = account.run("explain", f"hs/contacts/{odd}", "--json").objects
    assert entry["step"] == "failed"
    assert "No princes please" in entry["reason"]


def test_the_refused_lead_is_listed_and_goes_through_when_the_rule_is_gone(account: Account) -> None:
    account.connection("api: 2026-09")
    odd = account.lead()
    account.portal.rule("contacts", "Not on Sundays", lambda values: True)
    told = account.run("sync")
    assert told.code == 1
    assert f"hs/contacts/{odd}: HubSpot: Not on Sundays" in told.err
    account.portal.account.rules.clear()
    account.clock.pass_by(minutes=2)
    assert account.counts()["assigned"] == 1


# --- the way there ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["check", "--live"], ["sync"]], ids=" ".join)
def test_a_page_of_a_proxy_instead_of_an_answer_is_told_as_such(
    account: Account, arguments: list[str]
) -> None:
    account.lead()
    account.replaced_by(PROXY)
    told = account.run(*arguments)
    assert told.code == 3
    assert "an HTML page came instead of HubSpot's answer: is a proxy in between?" in told.err
    assert "guest network" not in told.err
    account.replaced_by(None)
    assert account.counts()["assigned"] == 1


def test_a_proxy_that_comes_up_in_the_middle_of_a_pass_leaves_doubt_and_no_second_owner(
    account: Account,
) -> None:
    record = account.lead()
    account.before("/batch/update", lambda portal: account.replaced_by(PROXY))
    told = account.run("sync", "--json")
    assert (told.code, told.object["doubtful"]) == (1, 1)
    account.replaced_by(None)
    account.clock.pass_by(minutes=1)
    assert account.counts()["assigned"] == 1
    assert len(account.portal.history("contacts", record, "hubspot_owner_id")) == 1


def test_nobody_at_the_address_is_exit_code_3(account: Account) -> None:
    account.office.change("leadswitch.yaml", account.url, "http://127.0.0.1:1")
    for arguments in (["check", "--live"], ["sync"]):
        told = account.run(*arguments)
        assert told.code == 3
        assert "no connection to http://127.0.0.1:1" in told.err


# --- the account --------------------------------------------------------------------------------------------


def test_an_empty_portal_is_no_trouble(account: Account) -> None:
    assert account.run("check", "--live").code == 0
    assert account.run("sync", "--dry-run").code == 0
    told = account.run("sync", "--json")
    assert (told.code, told.object["seen"], told.object["api_calls"]) == (0, 0, 1)
    account.lead()
    assert account.counts()["assigned"] == 1


def test_a_property_that_the_portal_does_not_have_is_named(account: Account) -> None:
    account.office.write(
        "mapping/hubspot.yaml", "fields:\n  email: email\n  country: country\n  custom.plan: plan_teir\n"
    )
    account.connection("mapping: mapping/hubspot.yaml")
    account.lead()
    told = account.run("check", "--live")
    assert told.code == 2
    assert "plan_teir" in told.err


def test_a_date_that_the_portal_does_not_have_is_named_and_the_others_are_read(account: Account) -> None:
    account.office.write("mapping/hubspot.yaml", "fields:\n  email: email\n  custom.plan: plan_teir\n")
    account.connection("mapping: mapping/hubspot.yaml")
    account.connection("enters: [became_leed, createdate]")
    account.lead()
    told = account.run("check", "--live")
    assert told.code == 3
    assert "hs: `enters: became_leed`: HubSpot: " in told.err
    assert "the mapping reads plan_teir" in told.err


@pytest.mark.parametrize(
    "fast", [timedelta(days=-3), timedelta(minutes=-5), timedelta(minutes=5), timedelta(days=3)]
)
def test_a_clock_that_is_off_loses_no_lead_and_assigns_none_twice(account: Account, fast: timedelta) -> None:
    account.office.change("leadswitch.yaml", "    take: all\n", "")
    account.fast = fast
    old = account.lead()
    account.clock.pass_by(minutes=1)
    assert account.counts()["assigned"] == 0
    new = []
    for _ in range(3):
        account.clock.pass_by(minutes=5)
        new.append(account.lead())
        assert account.counts()["assigned"] == 1
    account.clock.pass_by(minutes=5)
    assert account.counts()["assigned"] == 0
    assert account.portal.owner_of(old) is None
    for record in new:
        assert len(account.portal.history("contacts", record, "hubspot_owner_id")) == 1
        assert len(account.portal.notes(record)) == 1


def test_a_parked_contact_that_search_no_longer_returns_is_read_by_its_id(account: Account) -> None:
    record = account.lead(country="Finland", hs_language="fi")
    assert account.run("sync").code == 0
    account.replaced_by(GHOSTS, "/search")
    account.office.change("teams.yaml", "[en, es]", "[en, fi]")
    account.clock.pass_by(minutes=2)
    assert account.counts()["assigned"] == 1
    assert account.portal.owner_of(record) == ANA


def test_a_contact_that_search_never_returns_is_found_by_the_sweep(account: Account) -> None:
    record = account.lead(visible_in=float("inf"))
    for _ in range(3):
        account.run("sync")
        account.clock.pass_by(hours=25)
    assert account.portal.owner_of(record) is not None
