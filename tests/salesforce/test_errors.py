"""What each refusal asks of the caller, in every shape that refusals have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from connectors.contract import Verdict
from connectors.errors import ConnectorError, Doubt, Retry, Stop, TurnedAway
from connectors.http import Answer
from connectors.salesforce.wire_errors import Barred, Refused, content, error_of, is_over_limit, row_verdict

HTML = {"content-type": "text/html; charset=utf-8"}
NO_COLUMN = "\nSELECT Foo FROM Lead\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo'"
MAINTENANCE = b"<!DOCTYPE html><html><body>We are down for maintenance</body></html>"


def said(status: int, code: str, message: str = "", **more: Any) -> Answer:
    return Answer(status, {}, json.dumps([{"message": message, "errorCode": code, **more}]).encode())


@pytest.mark.parametrize(
    ("answer", "asks", "says"),
    [
        (said(401, "INVALID_SESSION_ID", "Session expired or invalid"), Stop, "INVALID_SESSION_ID"),
        (said(401, "INVALID_AUTH_HEADER", "INVALID_AUTH_HEADER"), Stop, "INVALID_AUTH_HEADER"),
        (Answer(401, {}, b"[]"), Stop, "HTTP 401"),
        (Answer(401, {}, b"<?xml version='1.0'?><faultcode>sf:LOGIN_X</faultcode>"), Stop, "LOGIN_X"),
        (said(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Retry, "too many calls"),
        (said(403, "API_DISABLED_FOR_ORG"), Stop, "API Enabled"),
        (said(400, "API_DISABLED_FOR_ORG"), Stop, "API Enabled"),
        (said(403, "INSUFFICIENT_ACCESS", "nicht erlaubt"), Barred, "nicht erlaubt"),
        (Answer(403, {}, b"Bad_OAuth_Token"), Stop, "HTTP 403"),
        (
            said(400, "INVALID_FIELD", NO_COLUMN),
            Refused,
            r"Salesforce: No such column 'Foo' \(INVALID_FIELD\)",
        ),
        (said(400, "INVALID_QUERY_LOCATOR"), Refused, "INVALID_QUERY_LOCATOR"),
        (said(400, "QUERY_TIMEOUT"), Refused, "QUERY_TIMEOUT"),
        (said(404, "NOT_FOUND"), Refused, "NOT_FOUND"),
        (said(400, "UNABLE_TO_LOCK_ROW"), Retry, "UNABLE_TO_LOCK_ROW"),
        (said(400, "TXN_SECURITY_METERING_ERROR"), Retry, "TXN_SECURITY"),
        (said(400, "UNKNOWN_EXCEPTION"), Doubt, "UNKNOWN_EXCEPTION"),
        (said(400, "LIMIT_EXCEEDED"), Stop, "a limit of the org"),
        (said(400, "STORAGE_LIMIT_EXCEEDED"), Stop, "storage is full"),
        (said(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Bitte Land angeben"), Refused, "Bitte Land angeben"),
        (Answer(400, {}, b""), Stop, "its answer was empty"),
        (Answer(404, HTML, b"<html>no such page</html>"), Stop, "there is no such address"),
        (Answer(406, {}, b""), Doubt, "HTTP 406"),
        (Answer(408, {}, b""), Doubt, "HTTP 408"),
        (Answer(403, HTML, b"<html>Forbidden</html>"), TurnedAway, "a proxy in between"),
        (Answer(413, {}, b""), TurnedAway, "HTTP 413"),
        (Answer(414, {}, b""), TurnedAway, "too long"),
        (Answer(431, {}, b""), TurnedAway, "too long"),
        (Answer(420, HTML, MAINTENANCE), Doubt, "HTML page"),
        (Answer(429, {"retry-after": "9"}, b""), Retry, "HTTP 429"),
        (said(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred"), Doubt, "unexpected"),
        (Answer(500, {}, b""), Doubt, "its answer was empty"),
        (Answer(502, HTML, b"<html>Bad Gateway</html>"), Doubt, "HTML page"),
        (said(503, "SERVER_UNAVAILABLE", "Server too busy"), Doubt, "Server too busy"),
        (Answer(503, HTML, MAINTENANCE), Doubt, "is it under maintenance"),
        (Answer(302, {"location": "/x"}, b""), Stop, "the org has moved"),
        (Answer(300, {}, b'["/services/data/v62.0/sobjects/Lead/1"]'), Stop, "HTTP 300"),
        (Answer(304, {}, b""), Stop, "HTTP 304"),
    ],
)
def test_a_refusal_is_known_by_its_code_or_status(
    answer: Answer, asks: type[ConnectorError], says: str
) -> None:
    with pytest.raises(asks, match=says) as told:
        content(answer)
    assert type(told.value) is asks


def test_a_refusal_keeps_its_code_for_those_who_know_a_way_out() -> None:
    error = error_of(said(400, "INVALID_QUERY_LOCATOR", "invalid query locator"))
    assert isinstance(error, Refused)
    assert (error.code, error.words) == (
        "INVALID_QUERY_LOCATOR",
        "Salesforce: invalid query locator (INVALID_QUERY_LOCATOR) (HTTP 400)",
    )


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (Answer(429, {"retry-after": "9"}, b""), 9.0),
        (Answer(429, {}, b""), 5.0),
        (said(403, "REQUEST_LIMIT_EXCEEDED"), 5.0),
        (said(400, "UNABLE_TO_LOCK_ROW"), 5.0),
    ],
)
def test_what_may_be_asked_again_says_when(answer: Answer, after: float) -> None:
    error = error_of(answer)
    assert isinstance(error, Retry)
    assert error.after == after


@pytest.mark.parametrize(
    ("header", "asks"),
    [("api-usage=99999/100000", Retry), ("api-usage=100000/100000", Stop), ("api-usage=100010/100000", Stop)],
)
def test_too_many_calls_are_those_of_24_hours_where_the_header_says_so(
    header: str, asks: type[Exception]
) -> None:
    answer = said(403, "REQUEST_LIMIT_EXCEEDED")
    assert isinstance(error_of(Answer(403, {"sforce-limit-info": header}, answer.body)), asks)


@pytest.mark.parametrize(
    ("answer", "is_it"),
    [
        (said(403, "REQUEST_LIMIT_EXCEEDED"), True),
        (said(400, "REQUEST_LIMIT_EXCEEDED"), True),
        (
            Answer(500, {}, b"<?xml version='1.0'?><exceptionCode>REQUEST_LIMIT_EXCEEDED</exceptionCode>"),
            True,
        ),
        (said(403, "INSUFFICIENT_ACCESS", "REQUEST_LIMIT_EXCEEDED"), False),
        (Answer(200, {}, b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]'), False),
        (Answer(403, {}, b""), False),
    ],
)
def test_a_limit_is_known_by_its_code(answer: Answer, is_it: bool) -> None:
    assert is_over_limit(answer) is is_it


# --- successes --------------------------------------------------------------------------------------------


def test_a_success_is_its_json_and_nothing_where_it_has_no_body() -> None:
    assert content(Answer(200, {}, b'[{"success": true}]')) == [{"success": True}]
    assert content(Answer(201, {}, b'{"id": "00Q"}')) == {"id": "00Q"}
    assert content(Answer(204, {}, b"")) is None


@pytest.mark.parametrize("body", [b"", MAINTENANCE, b"{", b"\xff", b"[" * 100_000])
def test_a_success_that_cannot_be_read_is_doubtful(body: bytes) -> None:
    with pytest.raises(Doubt, match="HTTP 200, but"):
        content(Answer(200, HTML, body))


# --- rows -------------------------------------------------------------------------------------------------


def row(code: str, message: str = "", *fields: str) -> Mapping[str, Any]:
    return {"statusCode": code, "message": message, "fields": list(fields)}


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        ([row("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access")], Verdict.CONFLICT),
        ([row("TXN_SECURITY_METERING_ERROR")], Verdict.CONFLICT),
        ([row("ALL_OR_NONE_OPERATION_ROLLED_BACK")], Verdict.CONFLICT),
        (
            [row("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "a trigger: UNABLE_TO_LOCK_ROW, unable")],
            Verdict.CONFLICT,
        ),
        ([row("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "a trigger: NullPointerException")], Verdict.REFUSED),
        ([row("FIELD_CUSTOM_VALIDATION_EXCEPTION", "country is needed")], Verdict.REFUSED),
        ([row("INACTIVE_OWNER_OR_USER")], Verdict.REFUSED),
        ([row("TRANSFER_REQUIRES_READ")], Verdict.REFUSED),
        ([row("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")], Verdict.REFUSED),
        ([row("DUPLICATES_DETECTED")], Verdict.REFUSED),
        ([row("STORAGE_LIMIT_EXCEEDED")], Verdict.REFUSED),
        ([row("A_CODE_OF_NEXT_YEAR")], Verdict.REFUSED),
        ([row("UNKNOWN_EXCEPTION")], Verdict.DOUBTFUL),
        ([row("ENTITY_IS_DELETED")], Verdict.GONE),
        ([row("NOT_FOUND")], Verdict.GONE),
        ([row("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")], Verdict.GONE),
        ([row("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")], Verdict.CONFLICT),
        ([row("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "OwnerId")], Verdict.REFUSED),
        ([row("INVALID_CROSS_REFERENCE_KEY", "", "WhoId")], Verdict.GONE),
        ([row("UNABLE_TO_LOCK_ROW"), row("REQUIRED_FIELD_MISSING", "", "Country")], Verdict.REFUSED),
        ([], Verdict.REFUSED),
        (["what is this"], Verdict.REFUSED),
    ],
)
def test_a_row_s_code_says_how_it_ended(errors: list[Any], verdict: Verdict) -> None:
    assert row_verdict(errors)[0] is verdict


RULE, LENGTH, INTEGRITY = "FIELD_CUSTOM_VALIDATION_EXCEPTION", "STRING_TOO_LONG", "FIELD_INTEGRITY_EXCEPTION"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (row(RULE, "Land\n fehlt", "Country"), f"Land fehlt ({RULE}): Country"),
        (
            row(LENGTH, "Last Name: data value too large: Ruiz (max length=80)", "LastName"),
            f"{LENGTH}: LastName",
        ),
        (row("INVALID_EMAIL_ADDRESS", "invalid email address: a@b", "Email"), "INVALID_EMAIL_ADDRESS: Email"),
        (row(INTEGRITY, "bad: ana@example.com!"), f"bad: (an e-mail address) ({INTEGRITY})"),
        (row("NOT_FOUND"), "NOT_FOUND"),
        (row("INACTIVE_OWNER_OR_USER", "INACTIVE_OWNER_OR_USER"), "INACTIVE_OWNER_OR_USER"),
        (
            row("TRANSFER_REQUIRES_READ", "nope", "OwnerId"),
            "nope (TRANSFER_REQUIRES_READ): OwnerId; give the new owner the right to read it",
        ),
    ],
)
def test_the_reason_is_salesforce_s_own_without_values_of_the_lead(
    error: Mapping[str, Any], says: str
) -> None:
    assert row_verdict([error])[1] == says
