"""`retention` in leadswitch.yaml and `leadswitch store trim`, as their user meets them."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing

import pytest

from tests.cli.program import Office

THREE_YEARS = 3 * 365 * 86_400 * 1_000_000

AGED = (
    ("leads", "stamp"),
    ("leads", "intent_at"),
    ("log", "at"),
    ("runs", "started"),
    ("configurations", "first_used"),
)


@pytest.fixture
def old(office: Office) -> Office:
    """The starter configuration after a first pass that is three years ago and over."""
    office.change(
        "leadswitch.yaml", "\nconnections:\n", "retention: {history: 400d, archive: archive}\nconnections:\n"
    )
    office.write("people.csv", "email,owner\nmina@ochse.example,ana\n")
    office.change("rules.yaml", "lists:\n", "lists:\n  vip: {file: people.csv, match: email}\n")
    assert office.run("sync").code == 0
    with closing(sqlite3.connect(office.directory / "leadswitch.db")) as database:
        database.execute("UPDATE leads SET step = 'settled' WHERE step IN ('verify', 'kept', 'parked')")
        database.execute("DELETE FROM cursors WHERE walk = '@leads'")
        for table, column in AGED:
            database.execute(f"UPDATE {table} SET {column} = {column} - {THREE_YEARS}")  # noqa: S608
        database.commit()
    return office


def archived(office: Office) -> str:
    files = (held for name, held in office.files().items() if name.startswith("archive/"))
    return "".join(gzip.decompress(held).decode() for held in files)


def test_trim_moves_what_is_old_and_says_how_much(old: Office) -> None:
    told = old.run("store", "trim", "--json").object
    assert told.keys() == {"values", "leads", "decisions", "log", "runs", "configurations"}
    assert (told["leads"], told["values"]) == (5, 6), "the newest decision stays: numbers go on from it"
    assert '"table":"decisions"' in archived(old)
    assert old.run("store", "trim").out.startswith("Removed: values of 0 leads, 0 decisions")


def test_passes_do_it_by_themselves(old: Office) -> None:
    assert old.run("sync").code == 0
    assert '"table":"decisions"' in archived(old)


def test_explain_says_where_the_decisions_are(old: Office) -> None:
    old.run("store", "trim")
    [name] = [name for name in old.files() if name.startswith("archive/sample@")]
    told = old.run("explain", "1")
    assert told.code == 0
    assert f"its decisions are in the archive, in {name.removeprefix('archive/')}" in told.out
    assert old.run("explain", "1", "--json").object["archive"] == name.removeprefix("archive/")


def test_what_is_dropped_is_said_too(old: Office) -> None:
    old.change("leadswitch.yaml", ", archive: archive", "")
    old.run("store", "trim")
    assert "older than `retention`, and were dropped" in old.run("explain", "1").out
    assert archived(old) == ""


def test_values_that_are_gone_are_said(old: Office) -> None:
    old.change("leadswitch.yaml", "{history: 400d, archive: archive}", "{values: 400d}")
    old.run("store", "trim")
    told = old.run("explain", "1")
    assert told.code == 0
    assert "older than `retention`, and was removed" in told.out


def test_without_retention_trim_is_refused_with_the_way_out(office: Office) -> None:
    told = office.run("store", "trim")
    assert (told.code, "write retention: 400d" in told.err) == (2, True)


def test_a_person_is_taken_out_of_the_archive(old: Office) -> None:
    old.change("rules.yaml", "  vip: {file: people.csv, match: email}\n", "")
    leads = (old.directory / "leads.csv").read_text()
    old.write("leads.csv", leads + "7,Ada,Neu,ada@neu.example,Neu,,Germany,5,Web,,2026-03-05T09:00:00Z\n")
    assert old.run("sync", "--json").object["assigned"] == 1
    old.run("store", "trim")
    assert "mina@ochse.example" in archived(old)
    before = old.files()
    tried = old.run("forget", "mina@ochse.example", "--dry-run", "--json").object
    assert {name: held for name, held in old.files().items() if "archive" in name} == {
        name: held for name, held in before.items() if "archive" in name
    }
    told = old.run("forget", "mina@ochse.example", "--json").object
    assert tried["archives"] == told["archives"] == 1
    assert "mina@ochse.example" not in archived(old)
    assert '"table":"decisions"' in archived(old)


def test_an_archive_that_cannot_be_written_keeps_everything_in_the_store(old: Office) -> None:
    old.write("archive", "a file in its place")
    told = old.run("store", "trim")
    assert (told.code, "the archive" in told.err, "cannot be used" in told.err) == (2, True, True)
    passed = old.run("sync")
    assert (passed.code, "cannot be used" in passed.err) == (0, True)
    assert old.run("explain", "1", "--json").object["decisions"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("retention: 12h", "needed yet (write 1d or more"),
        ("retention: soon", "'soon' is no duration"),
        ("retention: {values: 1}", "is no duration"),
        ("retention: {keep: 1d}", "unknown key 'keep'"),
    ],
)
def test_a_retention_that_makes_no_sense_is_refused(office: Office, written: str, said: str) -> None:
    office.change("leadswitch.yaml", "\nconnections:\n", f"{written}\nconnections:\n")
    told = office.run("check")
    assert (told.code, said in told.err) == (2, True), told.err
