"""From nothing to routed leads, as a new user goes; and what scripts may rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync.cli import COMMANDS
from tests.cli.program import Office, run

COUNTS = {
    *("seen", "assigned", "skipped", "parked", "held", "conflicts", "failed", "doubtful", "unverified"),
    *("duplicates", "api_calls"),
}
"""What the design promises of `sync --json`."""

ROUTED = {"lead", "owner", "team", "rule", "by", "reasons", "parked"}
"""What the design promises of `route --json`."""

JOURNAL = "leads.state.json.journal"
"""The memory CRM's own; to the program it is the CRM's server."""


def test_init_check_sync_and_sync_again(tmp_path: Path) -> None:
    office = Office(tmp_path / "new")
    made = run("init", str(office.directory))
    assert made.code == 0
    assert f"leadswitch check --config {office.directory}" in made.out
    assert office.run("check").out == "1 connection, 5 rules, 2 teams, 3 reps: the configuration is good\n"
    assert office.run("sync").out == "sample: 6 seen, 5 assigned, 1 skipped, 5 unverified\n"
    again = office.run("sync")
    assert again.code == 0
    assert " 0 assigned, " in again.out


def test_init_overwrites_nothing(office: Office) -> None:
    office.write("rules.yaml", "mine\n")
    before = office.files()
    again = run("init", str(office.directory))
    assert again.code == 2
    assert "rules.yaml: is there already" in again.err
    assert office.files() == before


def test_explain_says_rule_condition_and_who_could_have_it(synced: Office) -> None:
    told = synced.run("explain", "1")
    assert told.code == 0
    assert "to Bo Lind (bo), in turn, turn 1 of team smb; rule German-speaking countries" in told.out
    assert "country is DE, AT or CH; seen: DE" in told.out
    assert "Ana Ruiz (ana)" in told.out
    assert synced.run("explain", "sample/leads/1").out == told.out


def test_explain_as_json_holds_the_trace_of_the_stored_decision(synced: Office) -> None:
    [decision] = synced.run("explain", "3", "--json").object["decisions"]
    assert (decision["owner"], decision["rule"], decision["same"]) == ("cy", "Named accounts", True)
    assert decision["trace"]["rules"][0]["holds"] is True


def test_parked_lists_reason_and_deadline(synced: Office) -> None:
    told = synced.run("parked")
    assert told.code == 0
    assert "1 lead waiting" in told.out
    assert "sample/leads/5" in told.out
    parked = synced.run("parked", "--json").object
    assert parked["reason"] == "kept by Partner leads stay, without a person"
    assert parked["until"].startswith("20")


def test_route_gives_what_sync_gave_and_touches_nothing(office: Office) -> None:
    file = str(office.directory / "leads.csv")
    before = office.files()
    routed = office.run("route", file, "--mapping", "sample", "--json").objects
    assert office.files() == before
    assert [each["owner"] for each in routed] == ["bo", "ana", "cy", "ana", None, "bo"]
    office.run("sync")
    synced = [office.run("explain", each["lead"], "--json").object["decisions"][0] for each in routed]
    assert [(each["owner"], each["rule"]) for each in synced] == [(r["owner"], r["rule"]) for r in routed]


# --- what scripts rely on ---------------------------------------------------------------------------------


def test_the_object_of_sync_has_every_count_of_the_design(office: Office) -> None:
    told = office.run("sync", "--json").object
    assert told.keys() >= COUNTS | {"stopped"}
    assert all(isinstance(told[name], int) for name in COUNTS)
    assert told["stopped"] is False
    assert (told["seen"], told["assigned"], told["skipped"]) == (6, 5, 1)
    assert told["connections"]["sample"].keys() >= COUNTS


def test_the_docs_show_every_key_of_sync(office: Office) -> None:
    page = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    told = office.run("sync", "--json").object
    assert shown.keys() == told.keys()
    assert {name: shown[name] for name in COUNTS} == {name: told[name] for name in COUNTS}
    for name in shown.keys() - COUNTS:
        assert f"`{name}`" in page or name in {"stopped", "connections"}


def test_the_object_of_a_rehearsal_has_the_counts_and_the_leads(office: Office) -> None:
    told = office.run("sync", "--dry-run", "--json").object
    assert told.keys() >= COUNTS | {"stopped", "leads"}
    assert [lead["goes_to"] for lead in told["leads"]] == ["bo", "ana", "cy", "ana", None, "bo"]


def test_each_line_of_route_has_every_key_of_the_design(office: Office) -> None:
    office.write("odd.csv", "id,email,country,source\n1,a@firm.de,DE,\n2,,,partner\n")
    assigned, kept = office.run("route", str(office.directory / "odd.csv"), "--json").objects
    assert assigned.keys() >= ROUTED
    assert kept.keys() >= ROUTED
    assert isinstance(assigned["reasons"], list)
    assert (assigned["owner"], assigned["team"], assigned["by"]) == ("bo", "smb", "round_robin")
    assert (kept["owner"], kept["by"]) == (None, "keep")


def test_a_lead_nobody_may_take_is_parked_with_reason_and_deadline(office: Office) -> None:
    office.change(
        "rules.yaml", "    assign: {team: smb}\n", "    assign: {team: smb, require: {language: fi}}\n"
    )
    office.write("one.csv", "id,email\n1,a@firm.fi\n")
    [routed] = office.run(
        "route", str(office.directory / "one.csv"), "--at", "2026-11-21T10:00Z", "--json"
    ).objects
    assert routed["owner"] is None
    assert routed["parked"].keys() == {"reason", "until"}
    assert routed["parked"]["until"] == "2026-11-22T10:00:00+00:00"


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in {"demo", "retry", "sandbox"}])
def test_errors_of_every_command_are_json_too(command: str, tmp_path: Path) -> None:
    arguments = {
        "explain": ["1"],
        "route": [str(tmp_path / "no.csv")],
        "init": [str(tmp_path / "no")],
        "forget": ["nobody@nowhere.example"],
        "import-rules salesforce": [str(tmp_path / "no.xml")],
        "store copy": ["sqlite:///from.db", "sqlite:///to.db"],
    }
    (tmp_path / "no").write_text("a file where a directory is wanted")
    told = run("--config", str(tmp_path / "no"), "--json", *command.split(), *arguments.get(command, []))
    if command == "config schema":
        assert told.code == 0
        return
    assert told.code == 2
    assert told.object["exit"] == 2
    assert told.object["error"]


def test_options_for_all_commands_stand_before_or_behind_the_command(office: Office) -> None:
    directory = str(office.directory)
    before = run("--config", directory, "--json", "check")
    behind = run("check", "--config", directory, "--json")
    assert before == behind
    assert before.object["problems"] == []


def test_quiet_leaves_results_and_errors(office: Office) -> None:
    told = office.run("sync", "--quiet")
    assert told.out == "sample: 6 seen, 5 assigned, 1 skipped, 5 unverified\n"
    assert told.err == ""
    assert office.run("--quiet", "sync", "--connection", "no").err


def test_the_configuration_may_come_from_the_environment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSWITCH_CONFIG", str(office.directory))
    assert run("check").code == 0


def test_config_schema_is_json_with_and_without_json() -> None:
    plain, compact = run("config", "schema"), run("config", "schema", "--json")
    assert json.loads(plain.out) == compact.object


def test_help_names_every_command_and_the_exit_codes() -> None:
    told = run("--help")
    assert told.code == 0
    for command in COMMANDS:
        assert f"\n  {command.partition(' ')[0]} " in told.out
    assert "0 all well; 1 some leads failed; 2 configuration wrong" in told.out


# --- rehearsal --------------------------------------------------------------------------------------------


def test_a_dry_run_makes_no_store_and_writes_no_file(office: Office) -> None:
    before = office.files()
    told = office.run("sync", "--dry-run")
    assert told.code == 0
    assert "Nothing was written." in told.out
    after = office.files()
    assert after.keys() - before.keys() <= {JOURNAL}
    assert {name: after[name] for name in before} == before


def test_a_dry_run_leaves_not_even_a_trace_in_a_crm_that_is_a_file(office: Office) -> None:
    office.run("sync", "--dry-run")
    assert JOURNAL not in office.files()


def test_a_dry_run_over_a_store_leaves_its_bytes(synced: Office) -> None:
    synced.write("leads.csv", (synced.directory / "leads.csv").read_text() + "7,,,x@new.com,,,,,,,\n")
    before = synced.files()
    told = synced.run("sync", "--dry-run")
    assert "1 assigned" in told.out
    after = synced.files()
    assert {name: after[name] for name in before if not name.endswith((".lock", "-wal", "-shm"))} == {
        name: held for name, held in before.items() if not name.endswith((".lock", "-wal", "-shm"))
    }
    assert "1 assigned" in synced.run("sync").out


def test_looking_needs_no_secret_of_a_crm(synced: Office) -> None:
    synced.change(
        "leadswitch.yaml",
        "connections:",
        "connections:\n  - {name: hs, kind: hubspot, token: '${NOT_SET_HERE}'}",
    )
    for command in (["route", str(synced.directory / "leads.csv")], ["parked"], ["explain", "1"]):
        assert synced.run(*command).code == 0, command
    told = synced.run("sync")
    assert told.code == 2
    assert "NOT_SET_HERE is not set" in told.err
