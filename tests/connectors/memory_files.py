"""A memory CRM over files for tests, and a writer that can be killed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import Account, Assignment, Everything, Record, Verdict
from connectors.memory import Options
from connectors.memory.connector import MemoryConnector, connect
from router.model import ConnectionName, LeadRef, OwnerId, RecordId

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CSV = "id,email,owner,createdate\n7,ada@example.com,,2026-02-01\n8,bob@example.com,bo,2026-02-02T10:00:00+01:00\n"
ANA, BO = OwnerId("ana"), OwnerId("bo")
SAMPLE = {"records": [{"id": "7", "email": "ada@example.com", "tags": ["a", "b"]}], "users": [{"id": "ana"}]}


def start(options: Options, *, now: datetime = NOW) -> MemoryConnector:
    account = Account(connection=ConnectionName("mem"), object="leads", clock=lambda: now)
    return connect(options, account)


def records(connector: MemoryConnector) -> dict[str, Record]:
    return {one.record.ref.record: one.record for one in connector.pages(Everything(), None).changes}


def ref(record: str) -> LeadRef:
    return LeadRef(ConnectionName("mem"), "leads", RecordId(record))


def give(connector: MemoryConnector, record: str, owner: OwnerId = ANA) -> Verdict:
    (outcome,) = connector.assign([Assignment(records(connector)[record], owner, {"trace": "rule 1"})])
    return outcome.verdict


def write_and_say(file: Path) -> None:
    """Give one record after the other to ana and print each that was confirmed."""
    connector = start(Options(file=file))
    for number in range(1, 500):
        seen = connector.read([ref(str(number))])[ref(str(number))].record
        assert seen is not None
        connector.assign([Assignment(seen, ANA)])
        print(number, flush=True)


if __name__ == "__main__":
    write_and_say(Path(sys.argv[1]))
