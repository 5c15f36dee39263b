"""By what a lead is found in the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.settings import Configuration
from router.model import ConnectionName as Name
from router.model import LeadRef, RecordId
from sync.ledger import Ledger, new_row
from sync.report import entries_of
from sync.steps import Step
from sync.store import Store
from sync.wiring import offline_configuration
from tests.cli.program import Office
from tests.sync.office import Office as At

LONG, OTHER, ODD = "00Qfj00000AbCdEEAV", "00Qfj00000AbCdeEAF", "a#1 %"


@pytest.fixture
def found(tmp_path: Path) -> Configuration:
    given = offline_configuration(Office.starting(tmp_path / "office").directory)
    [first] = given.connections
    org = replace(first, name="sf", kind="salesforce", object="Lead")
    return replace(given, connections=(first, org))


@pytest.fixture
def store(office: At) -> Store:
    known = [("sf", "Lead", LONG), ("sf", "Lead", OTHER), ("sample", "leads", ODD), ("gone", "leads", "7")]
    refs = [LeadRef(Name(connection), kind, RecordId(record)) for connection, kind, record in known]
    with office.store.session("sf") as session, session.transaction("entries") as tx:
        Ledger(Name("sf"), "run").insert(tx, [new_row(ref, 1, Step.SEEN) for ref in refs])
    return office.store


@pytest.mark.parametrize(
    ("lead", "record"),
    [
        (LONG, LONG),
        (LONG[:15], LONG),
        (OTHER[:15], OTHER),
        (f"sf/Lead/{LONG}", LONG),
        (f"sf/Lead/{LONG[:15]}", LONG),
        (f"sf/Lead/{OTHER[:15]}#1", OTHER),
        (ODD, ODD),
        ("7", "7"),
        ("gone/leads/7", "7"),
    ],
)
def test_a_lead_is_found_by_each_spelling_of_its_id(
    store: Store, found: Configuration, lead: str, record: str
) -> None:
    assert [row.ref.record for row in entries_of(store, lead, found)] == [record]


@pytest.mark.parametrize("lead", [LONG[:14], f"sample/leads/{LONG[:15]}", f"sf/Contact/{LONG[:15]}", "8"])
def test_what_is_none_of_them_is_not_found(store: Store, found: Configuration, lead: str) -> None:
    assert entries_of(store, lead, found) == []


def test_by_an_id_alone_the_index_finds_it(store: Store, found: Configuration) -> None:
    asked: list[str] = []
    with store.reading() as connection:
        engine = connection.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    entries_of(store, LONG[:15], found)
    assert not any("record_id =" in each for each in asked), asked
    assert asked
