"""`leadswitch store migrate` and `store copy`."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sync.store import HEAD
from tests.cli.program import Office


def test_migrate_makes_a_store_and_says_so(office: Office) -> None:
    assert office.run("store", "migrate").out == f"The store was brought from nothing to schema {HEAD}.\n"
    assert office.run("store", "migrate").out == f"The store has schema {HEAD} already.\n"
    assert office.run("store", "migrate", "--json").object == {"from": HEAD, "to": HEAD, "changed": False}


def test_migrate_refuses_a_newer_store(synced: Office) -> None:
    with closing(sqlite3.connect(synced.directory / "leadswitch.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    told = synced.run("store", "migrate")
    assert (told.code, "newer Leadswitch" in told.err) == (2, True)


def test_a_copied_store_goes_on_in_the_place_of_the_first(synced: Office) -> None:
    told = synced.run("store", "copy", "sqlite:///leadswitch.db", "sqlite:///moved.db", "--json").object
    assert told["tables"]["leads"]["rows"] == 6
    assert set(told["tables"]["leads"]) == {"rows", "checksum"}
    synced.change("leadswitch.yaml", "sqlite:///leadswitch.db", "sqlite:///moved.db")
    again = synced.run("sync", "--json").object
    assert (again["assigned"], again["parked"]) == (0, 1)
    assert synced.run("explain", "1").code == 0


def test_copying_says_what_to_do_next(synced: Office) -> None:
    told = synced.run("store", "copy", "sqlite:///leadswitch.db", "sqlite:///moved.db")
    assert told.code == 0
    assert "Now name the new store in leadswitch.yaml" in told.out


def test_copying_into_a_store_in_use_is_refused(synced: Office) -> None:
    synced.run("store", "copy", "sqlite:///leadswitch.db", "sqlite:///moved.db")
    told = synced.run("store", "copy", "sqlite:///leadswitch.db", "sqlite:///moved.db")
    assert (told.code, "is not empty" in told.err) == (2, True)


def test_a_password_on_the_command_line_is_refused_and_not_shown(synced: Office) -> None:
    told = synced.run("store", "copy", "sqlite:///leadswitch.db", "postgresql+psycopg://u:canary@127.0.0.1/x")
    assert told.code == 2
    assert "a password must not be written" in told.err
    assert "canary" not in told.err + told.out


def test_a_store_that_is_not_there_is_said(synced: Office) -> None:
    told = synced.run("store", "copy", "sqlite:///nothing.db", "sqlite:///moved.db")
    assert (told.code, "there is no store at" in told.err) == (2, True)
    assert not (synced.directory / "moved.db").exists()
