"""Canaries: personal values and secrets go in, and must not come out where they do not belong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.program import Office, Said

SECRET = "canary-5ecret-4417"
PERSON = ("canary.person@firm-of-canary.de", "Canarina", "Kanarienvogel", "+49 30 5550 4417", "4930555")
"""Parts of a lead as a person would be recognised by."""

LEADS = (
    "id,First Name,Last Name,Email,Phone,Company,Country,Employees,Lead Source,createdate\n"
    "1,Canarina,Kanarienvogel,canary.person@firm-of-canary.de,+49 30 5550 4417,Canary GmbH,DE,7,Web,2026-01-05\n"
    "2,Canarina,Kanarienvogel,canary.person@firm-of-canary.de x,,,Canarina,x,Partner Referral,2026-01-05\n"
)


@pytest.fixture
def canary(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return a configuration whose leads are canaries, with a secret for a connection that nobody answers."""
    monkeypatch.setenv("HUBSPOT_TOKEN", SECRET)
    for user in ("sync.work", "sync.deliver"):
        monkeypatch.setattr(f"{user}.ATTEMPTS", 1)  # it would be asked for half a minute
    commented = "  # - name: hs\n  #   kind: hubspot\n  #   token:"
    nobody = "  - name: hs\n    kind: hubspot\n    base_url: http://127.0.0.1:1\n    token:"
    office.change("leadswitch.yaml", commented, nobody)
    office.change("mapping/sample.yaml", "  email: Email", "  email: Email\n  phone: Phone")
    office.write("leads.csv", LEADS)
    return office


def test_what_the_program_says_of_leads_names_no_person(canary: Office) -> None:
    """`explain` alone shows values: it is asked for one lead, and says what was seen."""
    commands = [
        "check",
        "sync --dry-run",
        "sync",
        "sync --json",
        "parked",
        "parked --json",
        "retry",
        "retry --list",
        "report",
        "report --json",
        "undo",
        "undo 2 --dry-run",
        "undo 2",
        "check --live",
    ]
    for told in _said(canary, commands):
        assert not _personal(told.out + told.err)
    assert not _personal(canary.run("explain", "1").err)


def test_errors_about_leads_name_places_and_no_persons(canary: Office) -> None:
    canary.run("sync", "--connection", "sample")
    for spoilt in (
        LEADS + "1,Canarina,Kanarienvogel,canary.person@firm-of-canary.de\n",
        LEADS + '3,"Canarina\n',
    ):
        canary.write("leads.csv", spoilt)
        told = canary.run("sync", "--connection", "sample")
        assert told.code == 2
        assert not _personal(told.out + told.err)


def test_errors_about_files_of_route_name_places_and_no_persons(canary: Office) -> None:
    header, person, _ = LEADS.split("\n", 2)
    for name, text in {
        "long.csv": f"{header}\n{person},extra\n",
        "quote.csv": f'{header}\n"{person}\n',
        "list.jsonl": f'["{PERSON[0]}"]\n',
        "nope.jsonl": f'{{"email": {PERSON[0]}}}\n',
    }.items():
        told = canary.run("route", str(canary.write(name, text)))
        assert told.code == 2
        assert not _personal(told.err)


def test_no_secret_comes_out_of_any_command(canary: Office) -> None:
    commands = [
        "check",
        "check --json",
        "check --live",
        "sync",
        "sync --json",
        "parked",
        "explain 1",
        "config schema",
    ]
    for told in _said(canary, commands):
        assert SECRET not in told.out + told.err
    assert not [name for name, held in canary.files().items() if SECRET.encode() in held]


def test_a_secret_written_into_the_configuration_is_refused_without_being_shown(canary: Office) -> None:
    canary.change("leadswitch.yaml", "${HUBSPOT_TOKEN}", SECRET)
    told = canary.run("check")
    assert told.code == 2
    assert "a secret must not be written into the configuration" in told.err
    assert SECRET not in told.out + told.err


@pytest.mark.parametrize("key", ["object", "max_per_pass", "take", "overlap", "daily_share", "replaces"])
def test_a_secret_in_a_wrong_place_is_not_shown(key: str, canary: Office) -> None:
    canary.change(
        "leadswitch.yaml",
        "token: ${HUBSPOT_TOKEN}",
        f"token: ${{HUBSPOT_TOKEN}}\n    {key}: ${{HUBSPOT_TOKEN}}",
    )
    told = canary.run("check")
    assert SECRET not in told.out + told.err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u:${HUBSPOT_TOKEN}@127.0.0.1:1/x",
        "postgresql+psycopg://127.0.0.1:1/x?user=u&password=${HUBSPOT_TOKEN}",
    ],
)
def test_the_password_of_a_store_is_not_shown_when_it_cannot_be_opened(url: str, canary: Office) -> None:
    canary.change("leadswitch.yaml", "sqlite:///leadswitch.db", f"'{url}' ")
    told = canary.run("sync")
    assert told.code == 2
    assert "cannot be opened" in told.err
    assert SECRET not in told.out + told.err


def test_one_table_of_the_store_has_personal_values_and_no_other(canary: Office) -> None:
    canary.run("sync", "--connection", "sample")
    held = dict(_tables(canary.directory / "leadswitch.db"))
    assert _personal(held.pop("lead_values"))
    assert not {name: found for name, text in held.items() if (found := _personal(text))}


def _said(office: Office, commands: list[str]) -> Iterator[Said]:
    for command in commands:
        told = office.run(*command.split())
        assert told.out or told.err
        yield told


def _personal(text: str) -> list[str]:
    return [part for part in PERSON if part.casefold() in text.casefold()]


def _tables(file: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            yield name, str(database.execute(f'SELECT * FROM "{name}"').fetchall())  # noqa: S608
