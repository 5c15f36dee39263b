"""The memory CRM at size, and what it can do beyond the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import (
    Account,
    Assignment,
    Entered,
    Everything,
    Features,
    Note,
    RawValue,
    Record,
    Verdict,
)
from connectors.errors import Stop
from connectors.memory.connector import MemoryConnector
from connectors.memory.crm import MemoryCrm
from connectors.memory.rows import read_date
from router.model import ConnectionName, LeadRef, OwnerId, RecordId

DAY = datetime(2026, 3, 1, tzinfo=UTC)
ACCOUNT = Account(connection=ConnectionName("mem"), object="leads", clock=lambda: DAY)


def crm_of(count: int) -> MemoryCrm:
    crm = MemoryCrm(lambda: DAY)
    for _ in range(count):
        crm.add({"created": DAY.isoformat()})
    return crm


def walked(connector: MemoryConnector) -> list[list[Record]]:
    found: list[list[Record]] = []
    position: str | None = None
    while not found or position:
        page = connector.pages(Entered("created", DAY), position)
        found.append([one.record for one in page.changes])
        position = page.next
    return found


def test_twenty_thousand_records_of_one_moment_are_walked_in_a_hundred_pages() -> None:
    pages = walked(MemoryConnector(crm_of(20_000), ACCOUNT))
    assert len(pages) == 100
    assert len({one.ref for page in pages for one in page}) == 20_000


def test_a_page_of_many_records_sorts_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    crm = crm_of(2_000)
    connector = MemoryConnector(crm, ACCOUNT)
    position = connector.pages(Entered("created", DAY), None).next
    monkeypatch.setattr("connectors.memory.crm.sorted", _refuse, raising=False)
    crm.add({"created": DAY.isoformat()}, record=RecordId("9999"))
    crm.edit(RecordId("1"), {"created": (DAY + timedelta(days=1)).isoformat()})
    crm.delete(RecordId("2"))
    page = connector.pages(Entered("created", DAY), position)
    assert len(page.changes) == 200


def test_a_record_whose_date_moves_forward_is_met_again() -> None:
    crm = crm_of(3)
    connector = MemoryConnector(crm, ACCOUNT, page_size=2)
    first = connector.pages(Entered("created", DAY), None)
    crm.edit(RecordId("1"), {"created": (DAY + timedelta(hours=1)).isoformat()})
    rest = connector.pages(Entered("created", DAY), first.next)
    assert [one.record.ref.record for one in rest.changes] == ["3", "1"]


def test_a_position_that_is_none_stops_the_pass() -> None:
    for position in ("", "17", "[1, 2]", '["2026-01-01"]'):
        with pytest.raises(Stop, match="no position"):
            MemoryConnector(crm_of(1), ACCOUNT).pages(Everything(), position)


def test_a_record_named_twice_in_one_call_is_written_once() -> None:
    crm = crm_of(1)
    connector = MemoryConnector(crm, ACCOUNT)
    seen = connector.pages(Everything(), None).changes[0].record
    outcomes = connector.assign([Assignment(seen, OwnerId("ana")), Assignment(seen, OwnerId("bo"))])
    assert [one.verdict for one in outcomes] == [Verdict.DONE, Verdict.REFUSED]
    assert [row.owner for row in crm.rows()] == ["ana"]


def test_a_lead_of_another_account_or_object_is_not_there() -> None:
    connector = MemoryConnector(crm_of(1), ACCOUNT)
    for ref in (
        LeadRef(ConnectionName("other"), "leads", RecordId("1")),
        LeadRef(ConnectionName("mem"), "deals", RecordId("1")),
    ):
        assert connector.read([ref])[ref].record is None
        (outcome,) = connector.assign([Assignment(Record(ref, {}, None, "1"), OwnerId("ana"))])
        assert outcome.verdict is Verdict.GONE


def test_without_its_abilities_it_is_like_a_crm_that_has_none() -> None:
    crm = crm_of(1)
    connector = MemoryConnector(crm, ACCOUNT, features=Features())
    seen = connector.pages(Everything(), None).changes[0].record
    note = Note(seen.ref, "lsw:1", "why\nlsw:1")
    crm.edit_owner(RecordId("1"), OwnerId("a person"))
    connector.assign([Assignment(seen, OwnerId("ana"))])
    connector.annotate([note])
    connector.annotate([note])
    (row,) = crm.rows()
    assert (row.owner, len(row.notes)) == ("ana", 2)
    with pytest.raises(NotImplementedError):
        connector.history([seen.ref])


def test_an_id_is_never_used_again() -> None:
    crm = crm_of(2)
    crm.delete(RecordId("2"))
    assert crm.add({}) == "3"
    with pytest.raises(ValueError, match="already"):
        crm.add({}, record=RecordId("2"))


@pytest.mark.parametrize(
    ("raw", "date"),
    [
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T10:00:00Z", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("2026-02-01T10:00:00.250+0200", datetime(2026, 2, 1, 8, 0, 0, 250_000, tzinfo=UTC)),
        (" 2026-02-01 10:00:00 ", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("1762212973632", datetime(2025, 11, 3, 23, 36, 13, 632_000, tzinfo=UTC)),
        (1762212973632, datetime(2025, 11, 3, 23, 36, 13, 632_000, tzinfo=UTC)),
        *(
            (raw, None)
            for raw in ("", "soon", "01/02/2026", "20260201", 2026, "2026-02-30", "0001-01-01T00:00+14:00")
        ),
        *((raw, None) for raw in ("٢٠٢٦", "9" * 13 + "9", True, 1.5)),
    ],
)
def test_dates_are_read_as_crms_write_them_and_nothing_is_guessed(
    raw: RawValue, date: datetime | None
) -> None:
    assert read_date(raw) == date


def _refuse(*_arguments: object) -> None:
    raise AssertionError("sorted on a page that was not the first")
