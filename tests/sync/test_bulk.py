"""Many rows in one statement come out as they were given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from sync import schema
from sync.bulk import inserting
from sync.ledger import Cursor, Ledger, new_row
from sync.steps import Row, Step
from tests.sync.office import START, Office

HERE = ConnectionName("crm")
LEDGER = Ledger(HERE, "run-2")
SOON, LATER = START + timedelta(minutes=1), START + timedelta(hours=1)


@pytest.fixture
def tx(office: Office) -> Iterator[sa.Connection]:
    with office.store.session(HERE) as session, session.transaction("bulk") as connection:
        yield connection


def _rows(*ids: str) -> list[Row]:
    refs = [LeadRef(HERE, "leads", RecordId(i)) for i in ids]
    return [new_row(ref, 1, Step.SEEN, stamp=START) for ref in refs]


def _found(tx: sa.Connection, rows: list[Row]) -> list[Row]:
    return sorted(LEDGER.rows(tx, [row.key for row in rows]))


def test_rows_that_move_together_and_apart_are_each_as_they_were_given(tx: sa.Connection) -> None:
    rows = _rows("1", "2", "3", "4", "ü/# %", "nobody's")
    LEDGER.insert(tx, rows)
    one, two, three, four, odd, _ = rows
    moved = [
        one._replace(step=Step.NOTING, intent_at=START),
        two._replace(step=Step.VERIFY, due=SOON, seen_owner=OwnerId("a\0")),
        three._replace(step=Step.NOTING, intent_at=START),
        four._replace(step=Step.VERIFY, due=LATER, reason="it's 'late'"),
        odd._replace(step=Step.NOTING, intent_at=START, attempts=2),
    ]
    LEDGER.move(tx, moved)
    moved[1] = moved[1]._replace(seen_owner=OwnerId("a\ufffd"))
    assert _found(tx, rows) == sorted([*moved, rows[-1]])


def test_rows_that_change_at_different_moments_keep_their_own(tx: sa.Connection) -> None:
    rows = _rows("1", "2", "3")
    LEDGER.insert(tx, rows)
    changed = [
        row._replace(decision=n, due=due, stamp=None)
        for n, (row, due) in enumerate(zip(rows, (SOON, None, SOON), strict=True))
    ]
    LEDGER.save(tx, changed)
    assert _found(tx, rows) == sorted(changed)


def test_no_rows_are_no_statement(tx: sa.Connection) -> None:
    for write in (LEDGER.insert, LEDGER.save, LEDGER.move):
        write(tx, [])
    assert tx.scalar(sa.select(sa.func.count()).select_from(schema.leads)) == 0


@pytest.mark.parametrize("odd", [("b", "crm"), ("b", "crm", "x", "y")], ids=["too few", "too many"])
def test_a_row_that_is_not_as_long_as_the_others_is_not_cut(tx: sa.Connection, odd: tuple[str, ...]) -> None:
    write = inserting(schema.lead_values, "id", "record", "body")
    with pytest.raises(ValueError, match="zip"):
        write(tx, [("a", "crm", "x"), odd])
    assert tx.scalar(sa.select(sa.func.count()).select_from(schema.lead_values)) == 0


def test_a_cursor_that_is_kept_again_is_the_last_one(tx: sa.Connection) -> None:
    first = Cursor("created", START, START, "page 2", START, SOON, SOON)
    last = Cursor("created", START, SOON)
    for cursor in (first, last, Cursor("*", LATER)):
        LEDGER.save_cursor(tx, cursor)
    assert LEDGER.cursor(tx, "created") == last
    assert LEDGER.cursor(tx, "*") == Cursor("*", LATER)
