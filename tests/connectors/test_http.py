"""Bodies of JSON, also those that only lenient writers take."""

from __future__ import annotations

import pytest

from connectors.http import encoded


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
