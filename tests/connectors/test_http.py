"""Bodies of JSON, also those that only lenient readers and writers take."""

from __future__ import annotations

import pytest

from connectors.http import decoded, encoded


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, null, true, "\xc3\xa9"]}', {"a": [1, 2.5, None, True, "é"]}),
        (b'{"note": "cut in half: \\ud83d"}', {"note": "cut in half: \ud83d"}),
    ],
)
def test_a_body_is_read(body: bytes, value: object) -> None:
    assert decoded(body) == value


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"\xff\xfe"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        decoded(body)


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
