from datetime import UTC, date, datetime, time, timedelta

import pytest

from router.hours import today
from router.model import Days, Hours, Rep
from tests.router.build import rep

WORKDAY = tuple(Hours(day, time(9), time(17, 30)) for day in range(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_zone(zone: str, hours: tuple[Hours, ...] = WORKDAY) -> Rep:
    return rep("ana", zone=zone, hours=hours)


@pytest.mark.parametrize(
    ("zone", "now", "is_open"),
    [
        # New York, clocks forward on 2026-03-08: 09:00 is 14:00 UTC the day before, 13:00 UTC from then on
        ("America/New_York", "2026-03-07T13:59", False),
        ("America/New_York", "2026-03-07T14:00", True),
        ("America/New_York", "2026-03-08T12:59", False),
        ("America/New_York", "2026-03-08T13:00", True),
        ("America/New_York", "2026-03-08T21:29", True),
        ("America/New_York", "2026-03-08T21:30", False),
        # and back on 2026-11-01
        ("America/New_York", "2026-10-31T13:00", True),
        ("America/New_York", "2026-11-01T13:59", False),
        ("America/New_York", "2026-11-01T14:00", True),
        # London, forward on 2026-03-29, back on 2026-10-25
        ("Europe/London", "2026-03-28T08:59", False),
        ("Europe/London", "2026-03-29T08:00", True),
        ("Europe/London", "2026-10-25T08:59", False),
        ("Europe/London", "2026-10-25T17:29", True),
        # the other hemisphere: Sydney back on 2026-04-05, forward on 2026-10-04
        ("Australia/Sydney", "2026-04-03T22:00", True),
        ("Australia/Sydney", "2026-04-04T22:59", False),
        ("Australia/Sydney", "2026-04-04T23:00", True),
        ("Australia/Sydney", "2026-10-02T22:59", False),
        ("Australia/Sydney", "2026-10-03T22:00", True),
        # Santiago changes at midnight: forward on 2026-09-06, back on 2026-04-05
        ("America/Santiago", "2026-09-05T12:59", False),
        ("America/Santiago", "2026-09-06T12:00", True),
        ("America/Santiago", "2026-04-05T12:59", False),
        ("America/Santiago", "2026-04-05T13:00", True),
        # half an hour off, and no daylight saving
        ("Asia/Kolkata", "2026-07-01T03:29", False),
        ("Asia/Kolkata", "2026-07-01T03:30", True),
        # Lord Howe moves by half an hour
        ("Australia/Lord_Howe", "2026-04-03T22:00", True),
        ("Australia/Lord_Howe", "2026-04-05T22:29", False),
        ("Australia/Lord_Howe", "2026-04-05T22:30", True),
    ],
)
def test_hours_are_those_of_the_wall_clock_on_both_sides_of_a_change(
    zone: str, now: str, *, is_open: bool
) -> None:
    assert today(in_zone(zone), at(now)).open is is_open


def test_a_night_that_loses_an_hour_and_one_that_gains_one_are_as_long_as_they_are() -> None:
    night = (Hours(6, time(0), time(6)),)
    assert open_minutes(in_zone("Europe/Berlin", night), at("2026-03-28T20:00")) == 5 * 60
    assert open_minutes(in_zone("Europe/Berlin", night), at("2026-10-24T20:00")) == 7 * 60


def open_minutes(one: Rep, start: datetime) -> int:
    return sum(today(one, start + timedelta(minutes=minute)).open for minute in range(16 * 60))


def test_hours_to_midnight_end_with_the_day() -> None:
    late = in_zone("Europe/Paris", (Hours(2, time(22), time.min),))
    assert today(late, at("2026-11-18T22:59")).open
    assert not today(late, at("2026-11-18T23:00")).open


def test_no_hours_are_always_open_and_a_day_without_hours_is_closed() -> None:
    assert today(rep("bo"), at("2026-11-21T03:00")).open
    weekdays = in_zone("UTC", WORKDAY[:5])
    assert not today(weekdays, at("2026-11-21T12:00")).open


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("Pacific/Auckland", "2026-11-17T11:00", date(2026, 11, 18)),
        ("America/Los_Angeles", "2026-11-18T07:59", date(2026, 11, 17)),
        ("America/Santiago", "2026-09-06T03:59", date(2026, 9, 5)),
        ("America/Santiago", "2026-09-06T04:00", date(2026, 9, 6)),
        ("America/Santiago", "2026-04-05T03:59", date(2026, 4, 4)),
        ("Pacific/Apia", "2011-12-30T10:00", date(2011, 12, 31)),
    ],
)
def test_the_day_is_the_local_one(zone: str, now: str, day: date) -> None:
    assert today(in_zone(zone), at(now)).day == day


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "America/Havana"]
)
@pytest.mark.parametrize(
    "start", ["2026-03-07T00:00", "2026-04-04T00:00", "2026-10-24T00:00", "2026-10-31T20:00"]
)
def test_an_answer_stays_true_for_exactly_as_long_as_it_says(zone: str, start: str) -> None:
    hours = (*WORKDAY, *(Hours(day, time(0), time(2, 30)) for day in range(7)))
    one = in_zone(zone, hours)
    seen = today(one, at(start))
    for minute in range(0, 3 * 1440, 15):
        now = at(start) + timedelta(minutes=minute)
        fresh = today(one, now)
        assert now in fresh.valid
        if now in seen.valid:
            assert (fresh.day, fresh.open, fresh.valid) == (seen.day, seen.open, seen.valid)
        else:
            assert fresh.valid.start == seen.valid.end
        seen = fresh


def test_days_count_whole_in_the_zone_of_the_rep() -> None:
    holiday = rep("ana", zone="America/Los_Angeles", away=(Days(date(2026, 12, 24), date(2026, 12, 24)),))
    assert today(holiday, at("2026-12-24T07:59")).day == date(2026, 12, 23)
    assert today(holiday, at("2026-12-25T07:59")).day == date(2026, 12, 24)
