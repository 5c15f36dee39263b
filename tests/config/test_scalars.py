"""Values of every kind that a configuration may hold: the longest still leads to a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.problems import Refusal
from config.scalars import duration

DATES = st.datetimes(datetime(1900, 1, 1), datetime(8000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.integers(0, 10**9 - 1), st.sampled_from("smhdw"), DATES)
def test_every_duration_that_is_taken_leads_from_a_date_to_dates(count: int, unit: str, at: datetime) -> None:
    try:
        length = timedelta(seconds=duration(f"{count}{unit}"))
    except Refusal:
        return
    assert at - length < at + length + timedelta(seconds=1)


@pytest.mark.parametrize("text", ["36526d", "9999999d", "999999999w"])
def test_no_duration_is_longer_than_a_century(text: str) -> None:
    with pytest.raises(Refusal, match="longer than 100 years"):
        duration(text)
