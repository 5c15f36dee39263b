"""What is wrong with a configuration or a store: each is a message with its place, exit 2, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import Office, run

Spoil = Callable[[Office], object]


def _without_catch_all(office: Office) -> None:
    rules = (office.directory / "rules.yaml").read_text(encoding="utf-8")
    office.write("rules.yaml", rules[: rules.index("  - name: Everyone else")])


WRONG: dict[str, tuple[Spoil, str]] = {
    "an unknown field in a mapping": (
        lambda office: office.change("mapping/sample.yaml", "  email: Email", "  emial: Email"),
        "mapping/sample.yaml:6:3: unknown lead field 'emial' (did you mean 'email'?)",
    ),
    "an unknown team in a rule": (
        lambda office: office.change("rules.yaml", "{team: enterprise}", "{team: enterprize}"),
        "rules.yaml:25:20: unknown team 'enterprize' (did you mean 'enterprise'?)",
    ),
    "no catch-all": (_without_catch_all, "no catch-all: a lead that no rule matches would be forgotten"),
    "two reps with one e-mail": (
        lambda office: office.change("teams.yaml", "bo@example.com", "Ana@Example.com"),
        "is there twice (first on line 10)",
    ),
    "a value of the wrong type": (
        lambda office: office.change("teams.yaml", "{cy: 0.5}", "{cy: half}"),
        "teams.yaml:21:41: 'half' is no number",
    ),
    "duplicate keys": (
        lambda office: office.change("leadswitch.yaml", "timezone:", "timezone: UTC\ntimezone:"),
        "leadswitch.yaml:6:1: 'timezone' stands here twice (first on line 5)",
    ),
    "tabs": (
        lambda office: office.change("teams.yaml", "  - id: ana", "\t- id: ana"),
        "teams.yaml:8:1: a tab at the start of the line (indent with spaces)",
    ),
    "an empty file": (
        lambda office: office.write("teams.yaml", ""),
        "teams.yaml:1:1: the file is empty (`leadswitch init` writes one to start from)",
    ),
    "a file that is not there": (
        lambda office: (office.directory / "rules.yaml").unlink(),
        "rules.yaml: there is no file rules.yaml",
    ),
    "a file that is no text": (
        lambda office: (office.directory / "rules.yaml").write_bytes(b"\x80\x81"),
        "rules.yaml",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("command", ["check", "sync"])
def test_what_is_wrong_is_named_with_its_place(wrong: str, command: str, office: Office) -> None:
    spoil, message = WRONG[wrong]
    spoil(office)
    before = office.files()
    told = office.run(command)
    assert told.code == 2
    assert message in told.err
    assert told.err.endswith("1 problem\n")
    assert told.out == ""
    assert office.files() == before


def test_all_problems_are_told_at_once_in_the_order_of_their_places(office: Office) -> None:
    office.change("rules.yaml", "{team: enterprise}", "{team: enterprize}")
    office.change("teams.yaml", "{cy: 0.5}", "{cy: half}")
    office.change("mapping/sample.yaml", "  email: Email", "  emial: Email")
    told = office.run("check")
    assert [line.partition(":")[0] for line in told.err.splitlines()] == [
        "mapping/sample.yaml",
        "rules.yaml",
        "teams.yaml",
        "3 problems",
    ]
    assert len(office.run("check", "--json").object["problems"]) == 3


@pytest.mark.parametrize("command", ["check", "sync", "route x.csv", "parked", "explain 1", "retry"])
def test_a_directory_that_is_not_there_is_named(command: str, tmp_path: Path) -> None:
    told = run("--config", str(tmp_path / "nowhere"), *command.split())
    assert told.code == 2
    assert f"{tmp_path / 'nowhere'}: there is no such directory (`leadswitch init DIR`" in told.err


def test_a_file_in_place_of_the_directory_is_named(office: Office) -> None:
    told = run("--config", str(office.directory / "teams.yaml"), "check")
    assert told.code == 2
    assert "teams.yaml: is not a directory" in told.err


def test_of_many_notices_some_are_shown_and_how_many_more_there_are(office: Office) -> None:
    rows = "".join(f"acme{number}.com,\n" for number in range(80))
    office.write("named.csv", f"domain,rep\nglobex.com,cy\n{rows}")
    told = office.run("check")
    assert (told.code, told.err.count("has no owner")) == (0, 50)
    assert told.err.endswith("note: ... and 30 more; --json lists all of them\n")
    assert len(office.run("--json", "check").object["notices"]) == 80


def test_ten_thousand_problems_are_counted_and_the_list_is_short(office: Office) -> None:
    rules = "".join(f"  - {{name: r{n}, when: {{emial{n}: x}}, assign: keep}}\n" for n in range(10_000))
    office.write("rules.yaml", "rules:\n" + rules)
    told = office.run("check")
    assert told.code == 2
    assert len(told.err.splitlines()) < 60
    assert "more; `leadswitch check --json` lists all of them" in told.err
    assert told.err.splitlines()[-1] == "10,000 problems"
    assert len(office.run("check", "--json").object["problems"]) == 10_000


# --- the store --------------------------------------------------------------------------------------------

STORES = {
    "under a file": ("sqlite:///teams.yaml/leads.db", "there is no directory"),
    "a directory": ("sqlite:///mapping", "cannot be opened"),
    "in a directory that is not there": ("sqlite:///no/leads.db", "there is no directory"),
    "a file of another kind": ("sqlite:///teams.yaml", "file is not a database"),
    "in memory": ("sqlite:///:memory:", "would forget every lead"),
    "a server that is not there": ("postgresql+psycopg://u@127.0.0.1:1/x", "Connection refused"),
    "of another make": ("mysql://u@127.0.0.1/x", "write sqlite:///FILE or postgresql+psycopg://"),
}


@pytest.mark.parametrize("where", STORES)
@pytest.mark.parametrize("command", ["sync", "parked"])
def test_a_store_that_cannot_be_used_is_one_message_and_the_crm_is_not_touched(
    where: str, command: str, office: Office
) -> None:
    url, message = STORES[where]
    office.change("leadswitch.yaml", "sqlite:///leadswitch.db", f"'{url}' ")
    before = office.files()
    told = office.run(command)
    assert told.code == 2
    assert message in told.err or (command == "parked" and "there is no store at" in told.err)
    assert len(told.err.splitlines()) <= 2
    assert office.files() == before


def test_a_store_whose_port_is_no_number_is_one_message(office: Office) -> None:
    office.change("leadswitch.yaml", "sqlite:///leadswitch.db", "postgresql+psycopg://u@127.0.0.1:port/x ")
    assert office.run("sync").code == 2


@pytest.mark.parametrize("command", ["parked", "explain 1", "retry"])
def test_looking_into_a_store_that_is_not_there_yet_says_what_makes_it(command: str, office: Office) -> None:
    told = office.run(*command.split())
    assert told.code == 2
    assert "run `leadswitch sync` first" in told.err


# --- the CRM ----------------------------------------------------------------------------------------------


def test_an_empty_crm_is_all_well(office: Office) -> None:
    office.write("leads.csv", "id,Email,createdate\n")
    for _ in range(2):
        told = office.run("sync", "--json")
        assert (told.code, told.object["seen"], told.object["failed"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "leads.csv: the file is empty"),
        ('id,Email\n1,"open\n', "leads.csv:2: this is not CSV"),
        ("id,Email\n1,a@b.de\n1,c@d.de\n", "leads.csv:3: the id '1' stands twice"),
    ],
)
def test_a_crm_file_that_cannot_be_read_is_named_with_its_line(
    text: str, message: str, office: Office
) -> None:
    office.write("leads.csv", text)
    told = office.run("sync")
    assert told.code == 2
    assert message in told.err


def test_values_that_cannot_be_read_are_kept_and_the_lead_is_assigned(office: Office) -> None:
    office.write("leads.csv", "id,Email,Country,Employees,createdate\n1,not one,Atlantis,many,2026-01-05\n")
    assert office.run("sync", "--json").object["assigned"] == 1
    told = office.run("explain", "1")
    for field in ("email", "country", "employees"):
        assert f"not understood: {field}" in told.out


def test_an_id_that_is_no_text_does_not_keep_the_other_leads_from_being_assigned(office: Office) -> None:
    office.change("leadswitch.yaml", "file: leads.csv", "file: leads.json")
    office.write("leads.json", '[{"id": "1\\ud800", "Email": "a@b.de"}, {"id": "2", "Email": "c@d.de"}]')
    assert office.run("sync", "--json").object["assigned"] >= 1
