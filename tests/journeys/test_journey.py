"""A user's way with HubSpot, from the first look to the second pass: the program over HTTP, nothing in between."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import connectors.hubspot
from sandbox.faults import CUT_AFTER
from tests.journeys.account import ANA, BO, Account

MAPPING = Path(connectors.hubspot.__file__).with_name("mapping.yaml")


def test_check_live_finds_everybody_and_writes_nothing(account: Account) -> None:
    account.lead()
    told = account.run("check", "--live")
    assert told.out == "1 connection, 4 rules, 1 team, 3 reps: the configuration is good\n"
    assert told.code == 0
    assert account.writes == []


def test_a_dry_run_shows_who_would_get_what_and_no_write_reaches_the_server(account: Account) -> None:
    german = account.lead(country="Germany")
    account.lead()
    told = account.run("sync", "--dry-run", "--json")
    assert told.code == 0
    assert f"hs/contacts/{german}" in {
        each["lead"] for each in told.object["leads"] if each["goes_to"] == "bo"
    }
    assert told.object["assigned"] == 2
    assert account.writes == []
    assert account.owners() == [None, None]
    assert not (account.office.directory / "leadswitch.db").exists()


def test_sync_does_what_the_dry_run_said(account: Account) -> None:
    for country in ("Germany", "France", "Spain", "Italy", "Austria"):
        account.lead(country=country)
    said = {
        lead["lead"]: lead["goes_to"] for lead in account.run("sync", "--dry-run", "--json").object["leads"]
    }
    told = account.run("sync", "--json")
    assert told.code == 0
    assert told.object["assigned"] == 5
    done = {f"hs/contacts/{record}": account.portal.owner_of(record) for record in account.portal.ids()}
    assert done == {lead: {"ana": "511", "bo": "512", "cy": "513"}[rep] for lead, rep in said.items()}


def test_each_lead_gets_one_note_that_says_why_and_has_its_key_last(account: Account) -> None:
    record = account.lead(country="Germany")
    account.run("sync")
    [note] = account.portal.notes(record)
    assert "Bo Lind" in note
    assert "Rule: German-speaking" in note
    assert note.rpartition("\n")[2].startswith("lsw:")


def test_a_second_sync_assigns_nothing_and_is_one_call_when_all_is_verified(account: Account) -> None:
    account.lead()
    assert account.counts()["assigned"] == 1
    account.clock.pass_by(minutes=2)
    again = account.counts()
    assert (again["assigned"], again["unverified"]) == (0, 0)
    account.clock.pass_by(minutes=2)
    idle = account.counts()
    assert (idle["assigned"], idle["api_calls"]) == (0, 1)


def test_a_lead_that_comes_later_is_assigned_by_the_next_pass(account: Account) -> None:
    account.lead()
    account.run("sync")
    account.clock.pass_by(minutes=2)
    account.lead()
    told = account.run("sync")
    assert " 1 assigned" in told.out
    assert None not in account.owners()


def test_with_take_new_what_was_there_before_is_nobodys_business(account: Account) -> None:
    old = account.lead()
    account.clock.pass_by(minutes=1)
    account.office.change("leadswitch.yaml", "    take: all\n", "")
    assert account.counts()["assigned"] == 0
    account.clock.pass_by(minutes=1)
    new = account.lead()
    account.clock.pass_by(minutes=1)
    assert account.counts()["assigned"] == 1
    assert account.portal.owner_of(old) is None
    assert account.portal.owner_of(new) is not None


def test_explain_tells_rule_value_and_why_not_the_others(account: Account) -> None:
    record = account.lead(country="Germany")
    account.run("sync")
    told = account.run("explain", f"hs/contacts/{record}")
    assert told.code == 0
    assert "to Bo Lind (bo), named by the rule; rule German-speaking" in told.out
    assert "country is DE, AT or CH; seen: DE" in told.out


def test_parked_lists_whom_nobody_may_take_with_reason_and_deadline(account: Account) -> None:
    record = account.lead(country="Finland", hs_language="fi")
    told = account.run("sync", "--json")
    assert (told.code, told.object["parked"] + told.object["held"]) == (0, 1)
    parked = account.run("parked", "--json").object
    assert parked["lead"] == f"hs/contacts/{record}"
    assert parked["reason"]
    assert parked["until"].startswith("20")
    assert account.owners() == [None]


def test_the_configuration_may_name_a_copy_of_the_standard_mapping_with_companies(account: Account) -> None:
    account.office.write("mapping/hubspot.yaml", MAPPING.read_text(encoding="utf-8"))
    account.connection("mapping: mapping/hubspot.yaml")
    account.office.change(
        "rules.yaml",
        "rules:\n",
        "rules:\n  - {name: Big, when: {employees: {gte: 1000}}, assign: {owner: ana}}\n",
    )
    big, small = account.lead(country="Germany"), account.lead(country="Germany")
    company = account.portal.add("companies", {"name": "Big Ltd", "numberofemployees": "5000"})
    account.portal.associate(("contacts", big), ("companies", company))
    assert account.run("sync").code == 0
    assert account.portal.owner_of(big) == ANA
    assert account.portal.owner_of(small) == BO


def test_the_trace_may_go_into_properties_in_the_same_call(account: Account) -> None:
    for name in ("rule", "team", "by", "why", "at", "key"):
        account.portal.define("contacts", f"leadswitch_{name}")
    account.connection("audit: [properties]")
    record = account.lead(country="Germany")
    assert account.run("sync").code == 0
    values = account.portal.values("contacts", record)
    assert (values["hubspot_owner_id"], values["leadswitch_rule"]) == (BO, "German-speaking")
    assert values["leadswitch_key"].startswith("lsw:")
    assert account.portal.notes(record) == ()


def test_the_dated_paths_do_the_same(account: Account) -> None:
    account.connection("api: 2026-09")
    record = account.lead(country="Germany")
    assert account.run("sync").code == 0
    assert account.portal.owner_of(record) == BO
    assert len(account.portal.notes(record)) == 1
    assert all("/v3/objects" not in request.path for request in account.requests)


def test_an_oauth_app_does_the_same_and_its_secrets_are_in_no_output(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = account.portal.access.oauth("1234-an-app", "very-secret")
    monkeypatch.setenv("HUBSPOT_REFRESH", refresh)
    monkeypatch.setenv("HUBSPOT_SECRET", "very-secret")
    account.office.change(
        "leadswitch.yaml",
        "    token: ${HUBSPOT_TOKEN}\n",
        "    client_id: 1234-an-app\n    client_secret: ${HUBSPOT_SECRET}\n    refresh_token: ${HUBSPOT_REFRESH}\n",
    )
    account.lead()
    said = [account.run("check", "--live"), account.run("sync", "--json")]
    assert [each.code for each in said] == [0, 0]
    text = json.dumps([(each.out, each.err) for each in said])
    assert "very-secret" not in text
    assert refresh not in text
    assert "oauth-access" not in text


def test_the_token_and_the_leads_are_in_no_output_and_the_token_in_no_file(account: Account) -> None:
    token = account.portal.token
    account.lead(email="canary@example.com", firstname="Canaria")
    said = [
        account.run(*line.split())
        for line in ("check --live", "sync", "sync --json", "parked", "sync --dry-run")
    ]
    account.portal.access.revoke(token)
    said += [account.run("sync"), account.run("check", "--live", "--json")]
    told = "".join(each.out + each.err for each in said)
    assert not [secret for secret in (token, "canary@", "Canaria") if secret in told]
    assert not [name for name, held in account.office.files().items() if token.encode() in held]


def test_the_program_as_a_process_of_its_own_does_the_same(account: Account) -> None:
    leads = [account.lead(country="Germany") for _ in range(120)]
    process = account.office.start("sync", "--json", HUBSPOT_TOKEN=account.portal.token)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["assigned"] == 120
    assert set(account.owners()) == {BO}
    assert {len(account.portal.notes(record)) for record in leads} == {1}


def test_owners_whose_answers_are_cut_off_are_found_by_the_next_pass_and_noted_once(account: Account) -> None:
    records = [account.lead() for _ in range(3)]
    account.portal.faults.add("contacts.batch_update", CUT_AFTER, times=1)
    first = account.run("sync", "--json")
    assert (first.code, first.object["doubtful"]) == (1, 3)
    account.clock.pass_by(minutes=1)
    second = account.run("sync", "--json")
    assert (second.code, second.object["assigned"], second.object["doubtful"]) == (0, 3, 0)
    assert [len(account.portal.history("contacts", record, "hubspot_owner_id")) for record in records] == [
        1,
        1,
        1,
    ]
    assert [len(account.portal.notes(record)) for record in records] == [1, 1, 1]


def test_notes_whose_answers_are_cut_off_are_not_written_twice(account: Account) -> None:
    records = [account.lead() for _ in range(3)]
    account.portal.faults.add("notes.batch_create", CUT_AFTER, times=1)
    first = account.run("sync", "--json")
    assert (first.code, first.object["doubtful"]) == (1, 3)
    account.clock.pass_by(minutes=1)
    assert account.run("sync").code == 0
    assert [len(account.portal.notes(record)) for record in records] == [1, 1, 1]


def test_a_date_without_a_time_brings_the_leads_of_the_first_day_and_none_of_the_day_before(
    account: Account,
) -> None:
    account.portal.define("contacts", "qualified", "date")
    account.office.change("leadswitch.yaml", "    take: all\n", "    enters: [qualified]\n")
    today = account.clock.now().astimezone(ZoneInfo("Europe/London")).date()
    account.lead(qualified=str(today - timedelta(days=1)))
    assert account.run("sync", "--json").object["assigned"] == 0
    account.lead(qualified=str(today))
    assert account.run("sync", "--json").object["assigned"] == 1
    assert [owner is None for owner in account.owners()] == [True, False]
    account.clock.pass_by(hours=30)  # it shows late
    account.lead(qualified=str(today))
    assert account.run("sync", "--json").object["assigned"] == 1
