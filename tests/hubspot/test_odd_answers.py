"""Answers that HubSpot should never give: nothing is taken for granted from them, and nothing breaks by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import Everything, Verdict
from connectors.errors import ConnectorError, Doubt, Retry, Stop
from connectors.http import Answer
from connectors.hubspot import wire, wire_accounts, wire_rights, wire_walks, wire_write
from connectors.hubspot.wire_errors import Refused, error_of
from sandbox.messages import Answer as Sent
from sandbox.messages import Request
from tests.contract.world import DAY
from tests.contract.writing import give, note, verdicts
from tests.hubspot.portal_world import PortalWorld
from tests.hubspot.recorded import DATE, ref
from tests.hubspot.test_client import answering
from tests.hubspot.test_wire import WALK, answer, given
from tests.odd import spoilt

REFS = [ref("1"), ref("2")]
ERROR = {"category": "OBJECT_NOT_FOUND", "message": "not there", "context": {"ids": ["2"]}}
RECORD = {"id": "1", "properties": {"createdate": "2026-03-01T12:00:00Z", "hubspot_owner_id": "5"}}
PAGE = {"total": 1, "results": [RECORD], "paging": {"next": {"after": "200"}}}
BATCH = {"results": [RECORD], "numErrors": 1, "errors": [ERROR]}
HISTORY = [{"value": "5", "timestamp": "2026-03-01T12:00:00Z", "sourceType": "INTEGRATION", "sourceId": "7"}]
LINK = {
    "from": {"id": "1"},
    "to": [{"toObjectId": 9, "associationTypes": [{"label": "Primary"}]}],
    "paging": {"next": {"after": "9"}},
}
NOTE = {"id": "9", "objectWriteTraceId": "lsw:0", "properties": {"hs_note_body": "x<br>lsw:0"}}
OWNER = {"id": "5", "email": "ana@example.com", "firstName": "Ana", "type": "PERSON", "archived": False}
COMPANY = {"id": "3", "properties": {"domain": "acme.example", "name": "Acme", "hubspot_owner_id": "5"}}

READERS: dict[str, tuple[Any, Callable[[Answer], object]]] = {
    "search": (PAGE, lambda one: wire_walks.found(one, WALK, None, ref)),
    "list": (PAGE, lambda one: wire_walks.listed(one, ("createdate",), ref)),
    "looks": (BATCH, lambda one: wire.looks(one, REFS)),
    "single": (RECORD, lambda one: wire.single(one, REFS[0])),
    "history": (
        {"results": [{"id": "1", "propertiesWithHistory": {"hubspot_owner_id": HISTORY}}]},
        lambda one: wire.histories(one, REFS, "7"),
    ),
    "owners": (
        {"results": [OWNER], "paging": {"next": {"after": "1"}}},
        lambda one: wire.owners(one, archived=False),
    ),
    "update": (BATCH, lambda one: wire_write.updated(one, given("1", "2"))),
    "notes": (
        {"results": [NOTE], "errors": [ERROR]},
        lambda one: wire_write.noted_outcomes(one, [note(each, 0) for each in REFS]),
    ),
    "keys": ({"results": [NOTE]}, wire_write.note_keys),
    "associations": ({"results": [LINK], "errors": [ERROR]}, wire_write.associated),
    "companies": ({"results": [COMPANY]}, lambda one: wire_accounts.found(one, None)),
    "rights": ({"scopes": ["oauth"]}, lambda one: wire_rights.rights(one, frozenset({"oauth"}))),
}


@pytest.mark.parametrize("name", READERS)
def test_no_answer_breaks_its_reader_whatever_stands_in_one_of_its_places(name: str) -> None:
    body, read = READERS[name]
    read(answer(200, body))
    for odd in spoilt(body):
        for status in (200, 400):
            try:
                hash(str(read(answer(status, odd))))
            except ConnectorError:
                continue


@pytest.mark.parametrize("body", [b"{}", b'{"results":null}', b'{"results":NaN}', b'{"status":"COMPLETE"}'])
def test_an_answer_without_results_is_no_empty_one(body: bytes, world: PortalWorld) -> None:
    lead, connector = world.add(DAY), world.connector
    assignment = give(world, lead, world.people()[0])
    answering(world, Sent(200, body, {"date": DATE}))
    questions: list[Callable[[], object]] = [
        lambda: connector.pages(world.walk, None),
        lambda: connector.pages(Everything(), None),
        lambda: connector.read([lead]),
        lambda: connector.noted([note(lead)]),
        lambda: connector.history([lead]),
        connector.owners,
        lambda: connector.accounts(["acme.example"], []),
    ]
    for question in questions:
        with pytest.raises(Retry, match="has no results"):
            question()
    assert verdicts(connector.assign([assignment])) == {lead: Verdict.DOUBTFUL}
    assert verdicts(connector.annotate([note(lead)])) == {lead: Verdict.DOUBTFUL}


@pytest.mark.parametrize("depth", [900, 1000, 1015, 2000])
def test_a_refusal_may_be_nested_deeper_than_can_be_written(depth: int) -> None:
    body = b'{"category": "VALIDATION_ERROR", "message": "no", "context": %b}' % (b"[" * depth + b"]" * depth)
    refusal = error_of(Answer(400, {}, body))
    if isinstance(refusal, Refused):
        assert wire_write.named(refusal, given("1")).refs == frozenset()
    else:
        assert isinstance(refusal, Stop)


def test_a_record_without_properties_does_not_look_as_if_nobody_owned_it() -> None:
    body = {"id": "1", "properties": None}
    assert wire.looks(answer(200, {"results": [body]}), REFS[:1]) == {}
    with pytest.raises(Doubt, match="without properties"):
        wire.single(answer(200, body), REFS[0])


def test_an_owner_is_text_also_where_a_number_came() -> None:
    body = {"results": [{"id": "1", "properties": {"hubspot_owner_id": 5}}]}
    record = wire.looks(answer(200, body), REFS)[REFS[0]].record
    assert record is not None
    assert record.owner == "5"
    assert [one.verdict for one in wire_write.updated(answer(200, body), given("1"))] == [Verdict.DONE]


def test_a_record_that_an_answer_leaves_out_and_that_is_there_is_in_doubt(world: PortalWorld) -> None:
    """HubSpot leaves out merged ones; that it leaves out no others is written nowhere."""
    refs = [world.add(DAY) for _ in range(3)]
    batch = [give(world, one, world.people()[0]) for one in refs]
    world.delete(refs[1])

    def forgetful(request: Request) -> Sent:
        told = world.portal.answer(request)
        if not request.target.endswith("batch/update"):
            return replace(told, headers={**told.headers, "date": DATE})
        return Sent(200, b'{"status":"COMPLETE","results":[{"id":"' + refs[0].record.encode() + b'"}]}')

    world.server._listener.answer = forgetful
    assert verdicts(world.connector.assign(batch)) == {
        refs[0]: Verdict.DONE,
        refs[1]: Verdict.GONE,
        refs[2]: Verdict.DOUBTFUL,
    }


def test_a_walk_ends_on_a_server_that_knows_no_filter_by_id() -> None:
    """It goes by the offset then; behind ids that are new to it, by the id again."""
    records = [{"id": str(number), "properties": {}} for number in range(1, 31)]
    met: set[str] = set()
    position: str | None = None
    for _ in range(30):
        start = int(str(wire_walks.search(WALK, position, (), size=10).get("after", 0)))
        behind = {"next": {"after": str(start + 10)}} if start + 10 < len(records) else {}
        body = {"results": records[start : start + 10], "paging": behind}
        page = wire_walks.found(answer(200, body), WALK, position, ref).page
        met |= {change.record.ref.record for change in page.changes}
        position = page.next
        if position is None:
            break
    assert (position, len(met)) == (None, 30)
