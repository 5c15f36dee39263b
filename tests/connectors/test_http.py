"""Answers over HTTP and bodies of JSON, also those that only lenient writers take."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.calls import asked
from connectors.errors import ConnectorError, Doubt, Retry, Stop
from connectors.http import Answer, dated, decoded, encoded

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


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
_EDGES = st.sampled_from([2**63, -(2**63), 2**64]).flatmap(lambda edge: st.integers(edge - 2, edge + 2))
_LITERALS = st.text(alphabet="0123456789.eE+-", max_size=24)
_WRITINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32-le"])


def written(value: object, escaped: bool, writing: str) -> bytes:
    return json.dumps(value, ensure_ascii=escaped).encode(writing, "surrogatepass")


@settings(max_examples=300, deadline=None)
@given(
    st.builds(written, _ANY | _EDGES, st.booleans(), _WRITINGS)
    | _LITERALS.map(lambda number: f'{{"a": [{number}], "b": "{number}"}}'.encode())
    | st.binary(max_size=6)
)
def test_a_body_says_what_it_says_to_the_standard_library(body: bytes) -> None:
    assert _read(decoded, body) == _read(json.loads, body)


def _read(reader: Callable[[bytes], object], body: bytes) -> str | None:
    """Return a text that tells 1 from 1.0, and -0.0 from 0.0; None for what is no JSON."""
    try:
        return repr(reader(body))
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"id": 18446744073709551616}', {"id": 2**64}),
        (b"[-9223372036854775809]", [-(2**63) - 1]),
        (b"[NaN]", "[nan]"),
        (b"1e400", "inf"),
        (b'"\\ud83d"', "\ud83d"),
        (b"\xef\xbb\xbf{}", {}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_only_lenient_writers_write_is_read(body: bytes, value: object) -> None:
    found = decoded(body)
    assert value in (found, repr(found))


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"\xff", b"<html>", b"9" * 5000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert _read(decoded, body) is None


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
