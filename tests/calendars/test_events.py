"""When a calendar says that somebody is busy: one table of events, and what of a feed cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from router.hours import Span
from sync.calendars import repeats
from sync.calendars.asking import Unread
from sync.calendars.events import Busy, Owner, busy_times

WINDOW = Span(
    datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 4, 13, tzinfo=UTC)
)  # clocks change on 29 March
ANA = Owner("Europe/Madrid", "ana@example.com")
TIMES = "DTSTART:20260325T100000Z\nDTEND:20260325T110000Z"
HOUR = "03-25T10:00/03-25T11:00"
BERLIN = """\
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
X-SOMETHING:else
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME;LANGUAGE=de:MEZ
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART;VALUE=DATE-TIME:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def event(text: str, uid: str = "1") -> str:
    return f"BEGIN:VEVENT\nUID:{uid}\n{text}\nEND:VEVENT\n"


def calendar(*parts: str) -> str:
    return "BEGIN:VCALENDAR\nVERSION:2.0\n" + "".join(parts) + "END:VCALENDAR\n"


def told(busy: Busy) -> str:
    """Return busy times in UTC, in few words."""
    return " ".join(f"{start:%m-%dT%H:%M}/{end:%m-%dT%H:%M}" for start, end in busy.times)


def read(*parts: str, owner: Owner = ANA) -> Busy:
    return busy_times(calendar(*parts), owner, WINDOW)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (TIMES, HOUR),
        (f"{TIMES}\nTRANSP:OPAQUE\nSTATUS:CONFIRMED", HOUR),
        (f"{TIMES}\nSTATUS:TENTATIVE", HOUR),
        (f"{TIMES}\nTRANSP:TRANSPARENT", ""),
        (f"{TIMES}\nSTATUS:CANCELLED", ""),
        (f"{TIMES}\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", ""),
        (f"{TIMES}\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", ""),
        (f"{TIMES}\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", HOUR),
        (f"{TIMES}\nATTENDEE;PARTSTAT=DECLINED:mailto:Ana@Example.com", ""),
        (f'{TIMES}\nATTENDEE;CN="Ruiz; Ana: x";PARTSTAT=DECLINED:MAILTO:ana@example.com', ""),
        (f"{TIMES}\nATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.com", HOUR),
        (f"{TIMES}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.com", HOUR),
        ("DTSTART:20260325T100000Z\nDURATION:PT90M", "03-25T10:00/03-25T11:30"),
        ("DTSTART:20260325T100000Z", ""),
        ("DTSTART:20260325T100000Z\nDTEND:99991231T000000Z", "03-25T10:00/04-13T00:00"),
        ("DTSTART:20260325T100000Z\nDURATION:P99999999W", "03-25T10:00/04-13T00:00"),
        ("DTSTART:20260325T100000Z\nDTEND:20260325T090000Z", ""),
        ("SUMMARY:no beginning", ""),
        # whole days are the rep's; over the change of the clocks one has 23 hours
        ("DTSTART;VALUE=DATE:20260325", "03-24T23:00/03-25T23:00"),
        ("DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330", "03-27T23:00/03-29T22:00"),
        ("DTSTART:20260329\nDURATION:P1D", "03-28T23:00/03-29T22:00"),
        ("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101", "03-23T00:00/04-13T00:00"),
        # zones, and times without one
        ("DTSTART;TZID=America/New_York:20260325T090000\nDURATION:PT1H", "03-25T13:00/03-25T14:00"),
        (
            "DTSTART;TZID=/example.org/2026/Asia/Kolkata:20260325T090000\nDURATION:PT1H",
            "03-25T03:30/03-25T04:30",
        ),
        ("DTSTART:20260325T090000\nDURATION:PT1H", "03-25T08:00/03-25T09:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20260325T090000\nDURATION:PT1H", "03-25T08:00/03-25T09:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20260330T090000\nDURATION:PT1H", "03-30T07:00/03-30T08:00"),
        # a day of the clock, and exactly 24 hours
        ("DTSTART;TZID=Europe/Madrid:20260328T120000\nDURATION:P1D", "03-28T11:00/03-29T10:00"),
        ("DTSTART;TZID=Europe/Madrid:20260328T120000\nDURATION:PT24H", "03-28T11:00/03-29T11:00"),
        # nobody was at 02:30 on 29 March; the hour that was skipped is the next one
        ("DTSTART;TZID=Europe/Madrid:20260329T023000\nDURATION:PT1H", "03-29T01:30/03-29T02:30"),
        # folded in the middle of a word
        ("DTSTART;TZID=Amer\n ica/New_York:202603\n\t25T090000\nDURATION:PT1H", "03-25T13:00/03-25T14:00"),
    ],
)
def test_one_event(text: str, times: str) -> None:
    busy = read(BERLIN, event(text))
    assert (told(busy), busy.unread) == (times, ())


WEEKLY = (
    "DTSTART;TZID=Europe/Madrid:20260105T090000\nDTEND;TZID=Europe/Madrid:20260105T093000\nRRULE:FREQ=WEEKLY"
)
MONDAYS = "03-23T08:00/03-23T08:30 03-30T07:00/03-30T07:30 04-06T07:00/04-06T07:30"  # nine o'clock, always
LAST_TWO = MONDAYS.partition(" ")[2]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (WEEKLY, MONDAYS),
        (f"{WEEKLY};UNTIL=20260330T070000Z", MONDAYS.rpartition(" ")[0]),
        (f"{WEEKLY};UNTIL=20260330T065959Z", MONDAYS.split()[0]),
        (f"{WEEKLY};UNTIL=20260330", MONDAYS.rpartition(" ")[0]),
        (f"{WEEKLY};UNTIL=20260330T090000", MONDAYS.rpartition(" ")[0]),
        (f"{WEEKLY};UNTIL=99991231T235959Z", MONDAYS),
        (f"{WEEKLY};COUNT=12", MONDAYS.split()[0]),
        (f"{WEEKLY};COUNT=3", ""),
        (f"{WEEKLY};INTERVAL=2", "03-30T07:00/03-30T07:30"),
        (f"{WEEKLY}\nEXDATE;TZID=Europe/Madrid:20260323T090000,20260101T000000", LAST_TWO),
        (f"{WEEKLY}\nEXDATE:20260323T080000Z", LAST_TWO),
        (f"{WEEKLY}\nEXDATE;VALUE=DATE:20260323", LAST_TWO),
        (
            f"{WEEKLY};COUNT=1\nRDATE:20260325T100000Z,20260326T100000Z",
            "03-25T10:00/03-25T10:30 03-26T10:00/03-26T10:30",
        ),
        (f"{WEEKLY};COUNT=1\nRDATE;VALUE=PERIOD:20260325T100000Z/PT2H", "03-25T10:00/03-25T12:00"),
        (
            "DTSTART;VALUE=DATE:20260327\nRRULE:FREQ=YEARLY;BYMONTH=3,4;BYDAY=-1FR,2WE",
            "03-26T23:00/03-27T23:00 04-07T22:00/04-08T22:00",
        ),
        (
            "DTSTART:20200101T120000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "03-31T12:00/03-31T13:00",
        ),
        (
            "DTSTART:20260322T220000Z\nDURATION:PT4H\nRRULE:FREQ=DAILY;COUNT=2",
            "03-23T00:00/03-23T02:00 03-23T22:00/03-24T02:00",
        ),
        ("DTSTART:20200101T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30,31", ""),
    ],
)
def test_an_event_that_comes_again(text: str, times: str) -> None:
    busy = read(event(text))
    assert (told(busy), busy.unread) == (times, ())


@pytest.mark.parametrize(
    ("changed", "times"),
    [
        (
            "DTSTART:20260324T120000Z\nDURATION:PT1H",
            f"03-24T12:00/03-24T13:00 {LAST_TWO}",
        ),  # moved to Tuesday
        ("DTSTART:20260324T120000Z\nDURATION:PT1H\nSTATUS:CANCELLED", LAST_TWO),
        ("DTSTART:20260323T080000Z\nDURATION:PT30M\nTRANSP:TRANSPARENT", LAST_TWO),
    ],
)
@pytest.mark.parametrize(
    "which",
    ["RECURRENCE-ID;TZID=Europe/Madrid:20260323T090000", "RECURRENCE-ID:20260323T080000Z"],
)
def test_one_time_of_a_series_may_be_changed(changed: str, times: str, which: str) -> None:
    series, other = event(WEEKLY), event(f"{changed}\n{which}")
    assert told(read(series, other)) == told(read(other, series)) == times
    assert told(read(series, event(f"{changed}\n{which}", uid="2"))) != times


@pytest.mark.parametrize(
    ("zone", "times"),
    [
        ("Australia/Sydney", "03-31T13:00/04-01T13:00 04-04T13:00/04-05T14:00"),  # 25 hours on 5 April
        ("America/New_York", "04-01T04:00/04-02T04:00 04-05T04:00/04-06T04:00"),
        ("Pacific/Apia", "03-31T11:00/04-01T11:00 04-04T11:00/04-05T11:00"),
    ],
)
def test_a_whole_day_is_one_on_the_clock_of_the_rep(zone: str, times: str) -> None:
    busy = read(event("DTSTART;VALUE=DATE:20260401\nRDATE;VALUE=DATE:20260405"), owner=Owner(zone))
    assert told(busy) == times


def test_times_that_touch_or_overlap_are_one_and_free_busy_counts() -> None:
    spans = [
        event(f"DTSTART:20260325T{at}00Z\nDURATION:PT1H", uid=at) for at in ("1200", "1000", "1030", "1130")
    ]
    free_busy = (
        "BEGIN:VFREEBUSY\nFREEBUSY:20260325T140000Z/PT1H,20260325T160000Z/20260325T170000Z\n"
        "FREEBUSY;FBTYPE=FREE:20260325T180000Z/PT1H\nEND:VFREEBUSY\n"
    )
    expected = "03-25T10:00/03-25T13:00 03-25T14:00/03-25T15:00 03-25T16:00/03-25T17:00"
    assert told(read(*spans, free_busy)) == expected


def test_an_alarm_within_an_event_is_none_of_it() -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:PT9H\nTRANSP:TRANSPARENT\nEND:VALARM"
    assert told(read(event(f"{TIMES}\n{alarm}"))) == HOUR


# --- what cannot be read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no calendar: it does not begin with BEGIN:VCALENDAR"),
        ("<!DOCTYPE html>\n<html>log in</html>", "line 1: no calendar: it does not begin"),
        ("BEGIN:VEVENT\nEND:VEVENT\n", "no calendar: it does not begin"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n", "line 2: VEVENT has no end: the file is cut off"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "line 3: END:VCALENDAR without its BEGIN"),
        ("\0\0\0", "line 1: no calendar"),
    ],
)
def test_what_is_no_calendar_says_so(text: str, why: str) -> None:
    with pytest.raises(Unread, match=why):
        busy_times(text, ANA, WINDOW)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("DTSTART:tomorrow", "line 5: DTSTART holds no date: tomorrow"),
        ("DTSTART:20260230T100000Z", "line 5: DTSTART holds no date: 20260230T100000Z"),
        ("DTSTART:00010101T100000Z\nDURATION:PT1H", "line 5: DTSTART holds no date: 00010101T100000Z"),
        ("DTSTART:20260325T100000Z\nDURATION:an hour", "line 6: DURATION holds no length of time: an hour"),
        ("DTSTART:20260325T100000Z\nRRULE:every day", "line 6: RRULE cannot be read: every day"),
        ("DTSTART:20260325T100000Z\nRRULE:FREQ=SOMETIMES", "line 6: RRULE cannot be read: FREQ=SOMETIMES"),
        ("DTSTART:20260325T100000Z\nRRULE:FREQ=DAILY;INTERVAL=0", "line 6: RRULE cannot be read"),
        (
            "DTSTART:20260325T100000Z\nRRULE:FREQ=HOURLY;BYWEEKNO=53;BYMONTH=6",
            "line 6: it repeats hourly, which",
        ),
        ("DTSTART:20260325T100000Z\nRRULE:FREQ=DAILY;BYSETPOS=366", "line 6: RRULE cannot be read"),
        (
            "DTSTART:19000101T100000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4",
            "line 6: RRULE has more than 100,000 times",
        ),
    ],
)
def test_an_event_that_cannot_be_read_is_named_and_hides_no_other(text: str, why: str) -> None:
    busy = read(event(text), event(TIMES, uid="2"))
    assert told(busy) == HOUR
    assert len(busy.unread) == 1
    assert busy.unread[0].startswith(why)


@pytest.mark.parametrize(
    ("rule", "line"),
    [("FREQ=DAILY", 21), ("FREQ=DAILY;COUNT=100", 21), ("FREQ=YEARLY;BYYEARDAY=366;BYMONTH=6", 11)],
)
def test_a_calendar_in_which_too_much_repeats_is_read_to_there(
    rule: str, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "IN_ALL", 210)
    again = [event(f"DTSTART:20260101T100000Z\nRRULE:{rule}", uid=str(number)) for number in range(4)]
    busy = read(event(TIMES, uid="a"), *again, event("DTSTART:20260402T100000Z\nDURATION:PT3H", uid="z"))
    assert told(busy) == HOUR
    [last] = busy.unread
    assert last.startswith(f"line {line}: from here on nothing counts")


def test_a_zone_that_nobody_knows_is_named_and_counts_as_the_reps() -> None:
    busy = read(event("DTSTART;TZID=Mars/Crater:20260325T090000\nDURATION:PT1H"))
    assert told(busy) == "03-25T08:00/03-25T09:00"
    assert busy.unread == ()
    said = "line 5: nobody knows the time zone Mars/Crater, so its times are taken as those of Europe/Madrid"
    assert busy.assumed == (said,)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(end: str) -> None:
    text = "\ufeff" + calendar(event(TIMES)).replace("\n", end)
    assert told(busy_times(text, ANA, WINDOW)) == HOUR
