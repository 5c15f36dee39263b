"""A user's way with Salesforce, from the first look to the second pass: the program over HTTP, nothing in between."""

from __future__ import annotations

import pytest

from sandbox.faults import CUT_AFTER
from tests.journeys.org import CREATE, UPDATE, OrgAccount


def test_check_live_finds_everybody_and_writes_nothing(sales: OrgAccount) -> None:
    sales.lead()
    told = sales.run("check", "--live")
    assert told.code == 0, told.err
    assert told.out == "1 connection, 4 rules, 1 team, 3 reps: the configuration is good\n"
    assert sales.writes == 0


def test_a_connection_that_does_not_say_whose_leads_it_may_take_is_refused_and_shown_who_has_them(
    sales: OrgAccount,
) -> None:
    sales.change("    replaces: [{queue: Inbound}]\n", "")
    sales.lead()
    checked, live = sales.run("check"), sales.run("check", "--live")
    assert checked.code == live.code == 2
    assert "replaces" in checked.err
    assert "Inbound" in live.err + live.out
    assert sales.run("sync").code == 2
    assert sales.owners() == ["inbound"]


def test_sync_does_what_the_dry_run_said(sales: OrgAccount) -> None:
    leads = [sales.lead(Country=country) for country in ("Germany", "France", "Spain", "Italy", "Austria")]
    tried = sales.run("sync", "--dry-run", "--json").object
    assert (tried["assigned"], sales.writes) == (5, 0)
    told = sales.run("sync", "--json")
    assert (told.code, told.object["assigned"]) == (0, 5)
    done = {f"sf/Lead/{lead}": sales.whose(lead) for lead in leads}
    assert done == {lead["lead"]: lead["goes_to"] for lead in tried["leads"]}
    assert all(len(sales.changes(lead)) == 1 for lead in leads)


def test_each_lead_gets_one_task_that_says_why_with_its_key_at_the_end(sales: OrgAccount) -> None:
    lead = sales.lead(Country="Germany")
    sales.run("sync")
    [task] = sales.org.tasks(lead)
    assert "Bo Lind" in str(task["Description"])
    assert "Rule: German-speaking" in str(task["Description"])
    assert str(task["Subject"]).rpartition(" ")[2].startswith("lsw:")
    assert (task["Status"], task["WhoId"]) == ("Completed", lead)


def test_a_second_sync_assigns_nothing_and_is_one_call_when_all_is_verified(sales: OrgAccount) -> None:
    sales.lead()
    assert sales.counts()["assigned"] == 1
    sales.clock.pass_by(minutes=2)
    again = sales.counts()
    assert (again["assigned"], again["unverified"]) == (0, 0)
    sales.clock.pass_by(minutes=15)
    before = sales.org.usage.used
    assert sales.counts()["assigned"] == 0
    assert sales.org.usage.used - before == 1


def test_explain_parked_and_report_tell_of_its_leads(sales: OrgAccount) -> None:
    german, finnish = sales.lead(Country="Germany"), sales.lead(Country="Finland")
    assert sales.run("sync").code == 0
    told = sales.run("explain", german)
    assert all(word in told.out for word in ("Bo Lind", "German-speaking", "seen: DE"))
    assert sales.run("parked", "--json").object["lead"] == f"sf/Lead/{finnish}"
    report = sales.run("report", "--json").object["connections"]["sf"]
    assert (report["assigned"], report["reps"]["bo"]["all"]) == (1, 1)


def test_the_trace_may_go_into_fields_of_the_lead(sales: OrgAccount) -> None:
    for name in ("rule", "team", "by", "why", "at", "key"):
        sales.org.define("Lead", f"leadswitch_{name}__c string 255")
    sales.change("audit: [task]", "audit: [properties]")
    lead = sales.lead(Country="Germany")
    assert sales.run("sync").code == 0
    values = sales.org.lead(lead)
    assert (sales.whose(lead), values["leadswitch_rule__c"]) == ("bo", "German-speaking")
    assert str(values["leadswitch_key__c"]).startswith("lsw:")
    assert sales.org.tasks(lead) == ()


def test_the_audit_may_be_a_record_that_stands_once_whatever_happens(sales: OrgAccount) -> None:
    fields = ("Key__c string 20 x", "Lead__c reference Lead Lead__r", "Body__c textarea 32768")
    sales.org.define_object("Leadswitch_Note__c", fields)
    sales.change("audit: [task]", "audit: [record]")
    sales.lead()
    sales.org.faults.add("composite.up*", CUT_AFTER, skip=1, times=1)
    assert sales.run("sync").code == 1
    sales.clock.pass_by(minutes=2)
    assert sales.run("sync").code == 0
    assert len(sales.org.ids("Leadswitch_Note__c")) == 1


@pytest.mark.parametrize("calls", [UPDATE, CREATE])
def test_a_write_whose_answer_is_cut_off_is_looked_up_and_not_repeated(sales: OrgAccount, calls: str) -> None:
    leads = [sales.lead() for _ in range(3)]
    sales.org.faults.add(calls, CUT_AFTER, times=1)
    first = sales.run("sync", "--json")
    assert (first.code, first.object["doubtful"]) == (1, 3)
    sales.clock.pass_by(minutes=2)
    assert sales.run("sync").code == 0
    assert [len(sales.changes(lead)) for lead in leads] == [1, 1, 1]
    assert [len(sales.org.tasks(lead)) for lead in leads] == [1, 1, 1]


def test_a_write_that_straddles_the_end_of_a_token_keeps_its_owner(sales: OrgAccount) -> None:
    leads = [sales.lead() for _ in range(3)]
    sales.before(UPDATE, lambda org: org.access.revoke())
    told = sales.run("sync", "--json")
    assert (told.code, told.object["assigned"]) == (0, 3)
    assert sales.org.counts["token"] == 2
    assert "elsewhere" not in sales.owners()
    assert [len(sales.changes(lead)) for lead in leads] == [1, 1, 1]


def test_the_secret_and_the_leads_are_in_no_output_and_the_secret_in_no_file(sales: OrgAccount) -> None:
    secrets = (sales.org.client_secret, sales.org.token)
    sales.lead(Email="canary@example.com", FirstName="Canaria")
    said = [
        sales.run(*line.split())
        for line in ("check --live", "sync --dry-run", "sync", "sync --json", "parked", "report")
    ]
    sales.org.access.client_secret = "changed"
    sales.org.access.revoke()
    said += [sales.run("sync"), sales.run("check", "--live", "--json")]
    told = "".join(each.out + each.err for each in said)
    assert not [each for each in (*secrets, "canary@", "Canaria") if each in told]
    kept = b"".join(sales.office.files().values())
    assert not [secret for secret in secrets if secret.encode() in kept]
