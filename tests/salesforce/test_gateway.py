"""An org behind a gateway or proxy that lets only some paths through, or one that keeps something from us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from connectors.contract import Assignment, Secret, Verdict
from connectors.errors import Stop
from sandbox.messages import Answer, Request, packed
from sandbox.salesforce import Settings
from tests.contract.world import DAY
from tests.contract.writing import give, note, verdicts
from tests.salesforce.conftest import Open
from tests.salesforce.front import errors
from tests.salesforce.org_world import BUSY, FIELDS, OrgWorld

Gateway = Callable[[Request], Answer | None]


def shut(path: str, answer: Answer, method: str = "") -> Gateway:
    """Return what answers so to a path that ends like this, and lets all others through."""

    def at(request: Request) -> Answer | None:
        return answer if request.path.endswith(path) and method in ("", request.method) else None

    return at


REFUSALS = [Answer(403, b"Bad_OAuth_Token"), Answer(404), errors(404, "NOT_FOUND"), errors(403, "FORBIDDEN")]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_where_nobody_tells_who_we_are_the_history_is_silent_and_verify_ends(
    world: OrgWorld, refusal: Answer
) -> None:
    ref = world.add(DAY)
    world.connector.assign([give(world, ref, world.people()[0])])
    session = world.another(token=Secret(world.org.token), instance_url=world.server.url)
    world.gateway = shut("/userinfo", refusal)
    assert session.history([ref]) == {ref: ()}
    assert [change.ours for change in world.connector.history([ref])[ref]] == [True], (
        "its login told who it is"
    )
    world.gateway = shut("/nothing", refusal)
    assert [change.ours for change in session.history([ref])[ref]] == [True], "it is asked again"


def hidden(kind: str, status: int, code: str) -> Gateway:
    """Return an org that hides an object: each part of a composite is asked alone."""

    def at(request: Request) -> Answer | None:
        if request.path.endswith("/composite"):
            return Answer(404)
        return errors(status, code) if f" FROM {kind} " in " ".join(request.query.get("q", ())) else None

    return at


@pytest.mark.parametrize(
    ("status", "code"), [(400, "INVALID_TYPE"), (403, "INSUFFICIENT_ACCESS"), (400, "INSUFFICIENT_ACCESS")]
)
def test_where_nobody_may_read_which_queues_own_leads_each_may(
    world: OrgWorld, status: int, code: str
) -> None:
    cases = world.org.add_queue("Cases", owns=["Case"])
    world.gateway = hidden("QueueSobject", status, code)
    queues = {user.id for user in world.connector.owners() if user.queue}
    assert queues == {world.queue, cases}
    world.gateway = hidden("Group", status, code)
    with pytest.raises(Stop, match=code):
        world.connector.owners()


def test_without_a_date_in_its_answers_our_own_clock_counts(opened: Open) -> None:
    world = opened(settings=Settings())
    ref = world.add(DAY)
    for date in ("", "yesterday"):
        world.gateway = partial(dated, world, date)
        page = world.connector.pages(world.walk, None)
        assert [change.record.ref for change in page.changes] == [ref]
        assert page.server_time == world.now.replace(microsecond=0)


def dated(world: OrgWorld, date: str, request: Request) -> Answer:
    answer = world.org.answer(request)
    return replace(answer, headers={**answer.headers, "Date": date})


@pytest.mark.parametrize("refusal", [errors(404, "NOT_FOUND"), Answer(404, b"<html>")])
def test_a_wrong_address_is_named_with_the_keys_to_check(world: OrgWorld, refusal: Answer) -> None:
    world.gateway = shut("", refusal, "GET")
    hint = "no such address /services/data/v62.0/{}: check `login_url`, `version` and `object`"
    with pytest.raises(Stop, match=hint.format("query")):
        world.connector.pages(world.walk, None)
    with pytest.raises(Stop, match=hint.format("sobjects/Lead/describe")):
        world.connector.problems()


# --- composites -------------------------------------------------------------------------------------------


def without_queries(status: int, code: str) -> Gateway:
    """Return a gateway whose composites take writes alone."""

    def at(request: Request) -> Answer | None:
        asked = request.json()["compositeRequest"] if request.path.endswith("/composite") else []
        if not any(one["method"] == "GET" for one in asked):
            return None
        body = [{"errorCode": code, "message": ""}] if code else None
        told = [{"body": body, "httpStatusCode": status, "referenceId": one["referenceId"]} for one in asked]
        return Answer(200, packed({"compositeResponse": told}))

    return at


@pytest.mark.parametrize(
    "gateway",
    [
        shut("/composite", Answer(404, b"<html>")),
        shut("/composite", errors(404, "NOT_FOUND")),
        shut("/composite", errors(405, "METHOD_NOT_ALLOWED")),
        shut("/composite", errors(400, "INVALID_REQUEST")),
        shut("/composite", Answer(403, b"<html>Forbidden</html>")),
        without_queries(405, "METHOD_NOT_ALLOWED"),
        without_queries(404, "NOT_FOUND"),
        without_queries(400, "UNKNOWN_EXCEPTION"),
        without_queries(400, ""),
    ],
)
def test_queries_that_may_not_be_asked_together_are_asked_one_by_one_from_then_on(
    opened: Open, gateway: Gateway
) -> None:
    world = opened(settings=Settings())
    refs = [world.ref(record) for record in world.org.add_leads([{"LastName": "L"}] * 250)]
    together, world.gateway = world.connector.owners(), gateway
    connector = world.another()
    assert connector.owners() == together
    before = world.calls
    looks = connector.read(refs)
    assert {ref for ref, look in looks.items() if look.record} == set(refs)
    assert world.calls - before == 2, "the composite is not tried again"


def test_queries_that_are_refused_for_what_they_ask_are_not_asked_again(opened: Open) -> None:
    world = opened(fields=FIELDS | {"Emial"})
    refs = [world.ref(record) for record in world.org.add_leads([{"LastName": "L"}] * 250)]
    before = world.calls
    with pytest.raises(Stop, match="Emial"):
        world.connector.read(refs)
    assert world.calls - before == 1


@pytest.mark.parametrize(
    "refusal",
    [Answer(404), errors(404, "NOT_FOUND"), errors(405, "METHOD_NOT_ALLOWED"), Answer(403, b"<html>")],
)
def test_writes_that_may_not_be_sent_together_are_sent_each_with_all_headers(
    world: OrgWorld, refusal: Answer
) -> None:
    ana, bo = world.people()
    world.org.assignment_rule((lambda _: True, bo))
    refs = [world.ref(record) for record in world.org.add_leads([{"LastName": "L"}] * 201)]
    looks = world.connector.read(refs)
    batch = [Assignment(look.record, ana) for look in looks.values() if look.record]
    world.gateway = shut("/composite", refusal)
    assert set(verdicts(world.connector.assign(batch)).values()) == {Verdict.DONE}
    assert {world.owner(ref) for ref in refs} == {ana}
    before = world.calls
    assert set(verdicts(world.connector.annotate([note(ref) for ref in refs])).values()) == {Verdict.DONE}
    assert (len(world.org.tasks()), world.calls - before) == (201, 2)


def test_a_write_alone_that_fails_leaves_what_became_of_the_others(world: OrgWorld) -> None:
    refs = [world.ref(record) for record in world.org.add_leads([{"LastName": "L"}] * 600)]
    looks = world.connector.read(refs)
    batch = [Assignment(look.record, world.people()[0]) for look in looks.values() if look.record]
    answers = iter([Answer(404), None, BUSY, Answer(502)])
    world.gateway = lambda _: next(answers, None)
    told = verdicts(world.connector.assign(batch))
    assert [told[ref] for ref in (refs[0], refs[200], refs[400])] == [
        Verdict.DONE,
        Verdict.CONFLICT,
        Verdict.DOUBTFUL,
    ]
    assert [world.owner(ref) == world.people()[0] for ref in (refs[0], refs[200])] == [True, False]


@pytest.mark.parametrize("status", [403, 413])
def test_what_a_firewall_turns_away_is_refused_alone_and_ends_no_pass(world: OrgWorld, status: int) -> None:
    ana = world.people()[0]
    refs = [world.ref(record) for record in world.org.add_leads([{"LastName": "L"}] * 30)]
    batch = [Assignment(look.record, ana) for look in world.connector.read(refs).values() if look.record]
    blocked = Answer(status, b"<html>Request blocked</html>", {"content-type": "text/html"})

    def firewall(request: Request) -> Answer | None:
        return blocked if request.method != "GET" and refs[7].record.encode() in request.body else None

    world.gateway = firewall
    outcomes = world.connector.assign(batch)
    assert verdicts(outcomes) == dict.fromkeys(refs, Verdict.DONE) | {refs[7]: Verdict.REFUSED}
    assert {ref for ref in refs if world.owner(ref) != ana} == {refs[7]}
    (why,) = {one.detail for one in outcomes if one.verdict is Verdict.REFUSED}
    assert f"(HTTP {status})" in why
    assert verdicts(world.connector.assign([batch[7]])) == {refs[7]: Verdict.REFUSED}
    told = verdicts(world.connector.annotate([note(ref, number) for number, ref in enumerate(refs)]))
    assert told == dict.fromkeys(refs, Verdict.DONE) | {refs[7]: Verdict.REFUSED}
    assert len(world.org.tasks()) == 29


@pytest.mark.parametrize(
    "refusal", [Answer(404), errors(404, "NOT_FOUND"), errors(405, "METHOD_NOT_ALLOWED")]
)
def test_where_no_way_to_write_is_let_through_the_pass_ends_and_no_lead_is_refused(
    world: OrgWorld, refusal: Answer
) -> None:
    ref = world.add(DAY)
    batch = [give(world, ref, world.people()[0])]
    world.gateway = lambda _: refusal
    with pytest.raises(Stop, match=str(refusal.status)):
        world.connector.assign(batch)
