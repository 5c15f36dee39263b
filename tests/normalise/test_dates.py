"""Dates and times."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.normalise.dates import Order, day, instant
from connectors.normalise.reading import Unreadable

NEW_YORK = ZoneInfo("America/New_York")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        *[(text, at(2024, 1, 15, 10)) for text in ("2024-01-15T10:00:00.000+0000", "2024-01-15T10:00:00Z")],
        *[
            (text, at(2024, 1, 15, 10))
            for text in ("Mon, 15 Jan 2024 10:00:00 GMT", "2024-01-15 10:00:00 UTC")
        ],
        *[
            (text, at(2024, 1, 15, 15))
            for text in ("2024-01-15 10:00", "1/15/2024 10:00 AM", "15.1.2024 10:00", "2024/01/15 10:00")
        ],
        *[
            (text, at(2024, 1, 15, 5))
            for text in ("2024-01-15", "20240115", "15 Jan 2024", "January 15th, 2024", "15-Jan-2024")
        ],
        *[(text, at(2024, 12, 25, 5)) for text in ("25/12/2024", "12/25/2024", "25.12.2024")],
        *[
            ("1705312800000", at(2024, 1, 15, 10)),
            ("1705312800", at(2024, 1, 15, 10)),
            ("4.4.2024 3:45 pm", at(2024, 4, 4, 19, 45)),
        ],
        ("2024-01-15T10:00:00.123Z", datetime(2024, 1, 15, 10, 0, 0, 123000, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_connection(text: str, moment: datetime) -> None:
    assert instant(text, NEW_YORK) == moment
    assert instant(text, NEW_YORK).tzinfo is UTC


@pytest.mark.parametrize(
    ("order", "month"), [(Order.DAY, 4), (Order.MONTH, 3), (Order.SHOWN, None)], ids=["day", "month", "shown"]
)
def test_day_and_month_are_told_apart_by_the_mapping_alone(order: Order, month: int | None) -> None:
    if month is None:
        with pytest.raises(Unreadable, match="date_day_first or date_month_first"):
            instant("03/04/2024", UTC, order)
    else:
        assert instant("03/04/2024", UTC, order).month == month


@pytest.mark.parametrize(
    "text",
    [
        "1704067200000",
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        "2024-01-01T23:00:00-05:00",
        "2024-01-01 23:00",
        "1 Jan 2024",
    ],
)
def test_a_day_begins_in_the_zone_of_the_connection_whatever_clock_stands_beside_it(text: str) -> None:
    assert day(text, NEW_YORK) == at(2024, 1, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2024-02-30",
            "0000-00-00",
            "2024-01-01T25:00",
            "31/31/2024",
            "13:00 PM",
            "1/15/2024 13:00 PM",
            "15 Foo 2024",
        ),
        *(
            "01/02/24",
            "45292",
            "tomorrow",
            "9999-12-31T23:59:59Z",
            "0001-01-01",
            "1e12",
            "x" * 100,
            "2024-01-01T10:00+99:00",
        ),
    ],
)
def test_what_is_no_day_of_the_calendar_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        instant(text, NEW_YORK)
    with pytest.raises(Unreadable):
        day(text, NEW_YORK)
