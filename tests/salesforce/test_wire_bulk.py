"""Pages of bulk jobs that are not as they should be: none may end a walk before its end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.contract import Entered
from connectors.errors import Doubt
from connectors.http import Answer
from connectors.salesforce import wire_bulk
from connectors.salesforce.wire_bulk import Job
from connectors.salesforce.wire_errors import Refused
from tests.salesforce.recorded import DATE, table

WALK = Entered("CreatedDate", datetime(2026, 3, 1, tzinfo=UTC))
JOB = Job("2026-03-01T00:00:00Z", "750ak000009AVi5AAG")
CSV = b'"Id","CreatedDate","RecordType.DeveloperName"\n"00Qak00000696HFEAY","2026-03-01T12:00:00.000Z","Partner"\n'


def answer(body: bytes, status: int = 200, **headers: str) -> Answer:
    return Answer(
        status, {"date": DATE, **{name.replace("_", "-"): value for name, value in headers.items()}}, body
    )


def test_a_page_is_its_rows_and_goes_on_at_its_locator() -> None:
    page = wire_bulk.page(
        answer(CSV, sforce_locator="MTAw", sforce_numberofrecords="1"),
        table("RecordType.DeveloperName"),
        WALK,
        JOB,
    )
    assert page.next == f"{JOB} MTAw"
    assert page.newest == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert page.changes[0].record.fields["RecordType.DeveloperName"] == "Partner"


def test_the_last_page_says_so() -> None:
    assert wire_bulk.page(answer(CSV, sforce_locator="null"), table(), WALK, JOB).next is None
    assert wire_bulk.page(answer(b"", sforce_numberofrecords="0"), table(), WALK, JOB).changes == []


@pytest.mark.parametrize(
    "given",
    [
        answer(CSV, sforce_numberofrecords="2"),
        answer(CSV[:60], sforce_numberofrecords="1"),
        answer(b"<html>we are down for maintenance</html>"),
        answer(b"", sforce_locator="null"),
    ],
)
def test_a_page_that_is_not_whole_is_asked_for_again(given: Answer) -> None:
    with pytest.raises(Doubt):
        wire_bulk.page(given, table(), WALK, JOB)


def test_a_page_of_a_job_that_is_gone_is_refused() -> None:
    gone = answer(b'[{"errorCode":"NOT_FOUND","message":"gone"}]', 404)
    with pytest.raises(Refused):
        wire_bulk.page(gone, table(), WALK, JOB)


@pytest.mark.parametrize(
    ("created", "wait"), [("2026-04-21T13:39:46", 5.0), ("2026-04-21T13:39:07", 20.0), ("", 5.0)]
)
def test_the_longer_a_job_takes_the_longer_is_waited(created: str, wait: float) -> None:
    body = f'{{"state":"InProgress","createdDate":"{created}.000+0000"}}'.encode()
    assert wire_bulk.wait(answer(body)) == wait
