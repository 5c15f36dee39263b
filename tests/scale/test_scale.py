"""What `make scale` does, small enough for the suite."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa

from sync.schema import to_micros
from tests.scale.busy import busy, busy_office
from tests.scale.million import Filled, fill
from tests.scale.plans import READ_AT_MOST, Captured, Touched, explained, wrong
from tests.scale.workers import run
from tests.sync.office import START


@pytest.mark.slow
def test_two_workers_share_one_set_of_turns_and_give_a_person_one_owner(
    postgresql_url: str, tmp_path: Path
) -> None:
    report = run(200, postgresql_url, tmp_path)
    assert report.violations == []
    assert report.shared > 10
    assert Fraction(1, 3) < report.furthest <= report.bound == Fraction(3, 4)


# --- plans ------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(postgresql_url: str) -> Filled:
    return fill(postgresql_url, rows=8_000, runs=8_000, now=to_micros(START))


@pytest.fixture
def tx(filled: Filled, postgresql_url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT * FROM leads WHERE key = 'crm/leads/old7#1'", []),
        (
            "SELECT count(*) FROM leads WHERE values_id = 'x'",
            ["leads is read from end to end: 8,000 rows"],
        ),
        ("UPDATE leads SET run = 'x' WHERE key > 'a'", ["leads is read from end to end: 8,000 rows"]),
    ],
)
def test_a_plan_that_reads_a_whole_table_is_seen(
    filled: Filled, tx: sa.Connection, statement: str, said: list[str]
) -> None:
    assert wrong(explained(tx, statement, ()), filled.rows) == said


def test_an_index_that_gives_a_whole_connection_is_seen() -> None:
    found = Touched("leads", "Index Scan", "leads_work", READ_AT_MOST + 1)
    assert wrong([found], {"leads": 10_000}) == ["5,001 rows of leads are read by Index Scan leads_work"]
    assert wrong([found], {"leads": 5_000}) == []


def test_an_explained_statement_changes_nothing(tx: sa.Connection) -> None:
    explained(tx, "DELETE FROM claims", ())
    assert tx.exec_driver_sql("SELECT count(*) FROM claims").scalar_one() > 0


@pytest.mark.slow
def test_the_statements_of_all_steps_are_captured(postgresql_url: str) -> None:
    office, captured = busy_office(postgresql_url), Captured()
    with captured.listening(office.store.engine):
        busy(office, leads=30)
    office.store.close()
    text = "\n".join(captured.statements)
    for table in ("leads", "lead_values", "claims", "persons", "decisions", "log", "runs", "cursors"):
        assert f" {table}" in text
    assert {"UPDATE", "DELETE", "SELECT"} <= {line.split()[0] for line in text.splitlines() if line.strip()}
