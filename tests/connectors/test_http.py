"""Answers over HTTP and bodies of JSON, also those that only lenient writers take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.calls import asked
from connectors.errors import ConnectorError, Doubt, Retry, Stop
from connectors.http import Answer, dated, encoded

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({"a": [1, 2.5, None, True, "é"]}, b'{"a":[1,2.5,null,true,"\xc3\xa9"]}'),
        ({"note": "cut in half: \ud83d"}, b'{"note":"cut in half: \\ud83d"}'),
        ([2**70], b"[1180591620717411303424]"),
    ],
)
def test_a_value_is_written(value: object, body: bytes) -> None:
    assert encoded(value) == body


@pytest.mark.parametrize("headers", [{}, {"date": ""}, {"date": "yesterday"}])
def test_our_own_time_stands_for_a_date_that_is_missing(headers: dict[str, str]) -> None:
    answer = Answer(200, headers, b"")
    with pytest.raises(Stop, match="no Date header"):
        answer.server_time()
    assert dated(answer, lambda: NOW).server_time() == NOW


def test_the_servers_date_is_left_as_it_is() -> None:
    answer = Answer(200, {"date": "Mon, 02 Mar 2026 09:00:00 GMT"}, b"")
    assert dated(answer, lambda: NOW) is answer


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        (" 1.5 ", 1.5),
        ("-5", 0.0),
        ("99999999", 99_999_999.0),
        ("Mon, 02 Mar 2026 09:00:07 GMT", 7.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_how_long_to_wait_is_read_in_seconds_or_as_a_date_by_the_servers_clock(
    text: str, seconds: float | None
) -> None:
    headers = {"date": "Mon, 02 Mar 2026 09:00:00 GMT", "retry-after": text}
    assert Answer(429, headers, b"").retry_after() == seconds


@pytest.mark.parametrize("failure", [Doubt("lost", after=7.0), Retry("busy", after=7.0)])
def test_a_question_is_asked_again_when_the_crm_says(failure: ConnectorError) -> None:
    def question() -> None:
        raise failure

    with pytest.raises(Retry) as told:
        asked(question)
    assert told.value.after == 7.0


def test_nobody_waits_for_hours() -> None:
    def question() -> None:
        raise Doubt("maintenance", after=7200.0)

    with pytest.raises(Stop, match="maintenance; it asks to be left alone for 7,200 s"):
        asked(question)
