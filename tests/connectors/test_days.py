"""Dates without a time: which day they are, and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.days import end_of_day

INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("raw", "zone", "next_day"),
    [
        ("2026-03-01", "UTC", datetime(2026, 3, 2, 0, tzinfo=UTC)),
        ("2026-03-01", "America/Los_Angeles", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03-08", "America/Los_Angeles", datetime(2026, 3, 9, 7, tzinfo=UTC)),  # the clocks go forward
        ("2026-03-01", "Pacific/Auckland", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ("2026-12-31", "Europe/Berlin", datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_day_lasts_until_the_next_begins_in_its_zone(raw: str, zone: str, next_day: datetime) -> None:
    assert end_of_day(raw, ZoneInfo(zone)) == next_day - INSTANT


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        20260301,
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:00.000+0000",
        "1772323200",
        "9999-12-31",
        "tomorrow??",
    ],
)
def test_what_is_no_day_has_no_end(raw: object) -> None:
    assert end_of_day(raw, UTC) is None
