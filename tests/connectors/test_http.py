"""Answers over HTTP and bodies of JSON, also those that only lenient writers take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.errors import Stop
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
