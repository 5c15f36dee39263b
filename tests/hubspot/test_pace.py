"""The pacer: never too many calls in any stretch of time, hardly fewer than allowed, and the day's share kept."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Stop
from connectors.hubspot.wire_limits import LIMITS
from connectors.limits import Budget, Limits, Told
from connectors.pace import MARGIN, Pacer, polls_per_day

PRO = {"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "189"}


def go(pacer: Pacer, kind: str, now: float) -> float:
    """Wait until a call may be sent, send it, have its answer at once, and return how long the wait took."""
    at = now
    while wait := pacer.wait(kind, at):
        at += wait
    pacer.sent(kind, at)
    pacer.answered(kind, at)
    return at - now


def sent(pacer: Pacer, kind: str, count: int, *, start: float = 0.0) -> list[float]:
    """Return when `count` calls go out that are asked for as fast as they may go."""
    times, now = [], start
    for _ in range(count):
        now += go(pacer, kind, now)
        times.append(now)
    return times


def most_in(times: list[float], seconds: float) -> int:
    """Return the most calls in any stretch of so many seconds, its end left out."""
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def test_five_searches_go_out_in_any_second_and_no_fewer() -> None:
    times = sent(Pacer(LIMITS), "search", 100)
    assert most_in(times, 1.0) == 5
    assert times[-1] < 20.0


def test_the_burst_of_an_account_is_never_exceeded_and_used_but_for_the_margin() -> None:
    pacer = Pacer(LIMITS)
    pacer.told(PRO, 0.0)
    times = sent(pacer, "update", 600)
    assert most_in(times, 10.0) == math.floor(190 * (1 - MARGIN)) == 186
    assert times[-1] < 31.6  # what 19 calls a second would take


def test_before_the_first_answer_an_account_is_taken_for_the_smallest() -> None:
    assert most_in(sent(Pacer(LIMITS), "read", 300), 10.0) == 98


def test_searches_and_other_calls_do_not_wait_for_each_other() -> None:
    pacer = Pacer(LIMITS)
    assert sent(pacer, "read", 98) == [0.0] * 98
    assert go(pacer, "search", 0.0) == 0.0
    assert go(pacer, "read", 0.0) > 9.0
    assert go(pacer, "search", 0.0) == 0.0


TWO = Limits((Budget(calls=6, seconds=2.0, exempt=frozenset({"search"})), Budget(calls=9, seconds=5.0)))
KINDS = st.sampled_from(["search", "read", "notes"])
LATE = st.sampled_from([0.0, 0.0, 0.001, 0.3, 4.0]) | st.floats(0, 3)


@dataclass(frozen=True)
class Thread:
    """A thread that sends one call: when it begins, how late it wakes up each time, how long the call takes.

    The CRM counts the call when `counted` of that time is over.
    """

    at: float
    kind: str
    late: list[float]
    takes: float = 0.0
    counted: float = 0.0


class Late:
    """Threads side by side, in a time that only they pass; `arrived` is when the CRM counted which call."""

    def __init__(self, pacer: Pacer, threads: list[Thread]) -> None:
        self.left: list[tuple[str, float]] = []
        self.arrived: list[tuple[str, float]] = []
        self._pacer = pacer
        self._next = [(one.at, number, one, True) for number, one in enumerate(threads)]
        heapq.heapify(self._next)

    def run(self) -> None:
        while self._next:
            now, number, thread, is_asking = heapq.heappop(self._next)
            if not is_asking:
                self._pacer.answered(thread.kind, now)
            elif wait := self._pacer.wait(thread.kind, now):
                again = replace(thread, late=thread.late[1:])
                heapq.heappush(self._next, (now + wait + sum(thread.late[:1]), number, again, True))
            else:
                self._pacer.sent(thread.kind, now)
                self.left.append((thread.kind, now))
                self.arrived.append((thread.kind, now + thread.counted * thread.takes))
                heapq.heappush(self._next, (now + thread.takes, number, thread, False))


THREADS = st.builds(
    Thread,
    st.floats(0, 8),
    KINDS,
    st.lists(LATE, max_size=6),
    LATE,
    st.sampled_from([0.0, 1.0]) | st.floats(0, 1),
)


@given(st.lists(THREADS, max_size=60))
def test_whenever_threads_wake_up_and_the_crm_counts_no_stretch_of_time_holds_too_many_calls(
    threads: list[Thread],
) -> None:
    late = Late(Pacer(TWO), threads)
    late.run()
    assert len(late.left) == len(threads)
    for seen in (late.left, late.arrived):
        paced = [at for kind, at in seen if kind != "search"]
        assert not paced or most_in(paced, 2.0) <= 6
        assert not seen or most_in([at for _, at in seen], 5.0) <= 9


def test_a_thread_that_wakes_up_late_takes_no_place_before_it_sends() -> None:
    pacer = Pacer(Limits((Budget(calls=2, seconds=1.0),)))
    begun = [(0.0, []), (0.0, []), (0.1, [0.9]), (0.2, [])]
    late = Late(pacer, [Thread(at, "read", waking) for at, waking in begun])
    late.run()
    assert [round(at, 2) for _, at in late.left] == [0.0, 0.0, 1.0, 1.9]


def test_a_call_counts_until_a_whole_stretch_after_its_answer() -> None:
    pacer = Pacer(Limits((Budget(calls=2, seconds=1.0),)))
    for _ in range(2):
        pacer.sent("read", 0.0)
    assert pacer.wait("read", 0.1) == pytest.approx(1.002)  # no sooner than if one were answered now
    pacer.answered("read", 0.3)
    assert pacer.wait("read", 0.4) == pytest.approx(0.902)
    assert pacer.wait("read", 1.31) == 0.0


def test_a_wait_is_never_so_short_that_time_stands_still() -> None:
    pacer = Pacer(Limits((Budget(calls=1, seconds=1.0),)))
    go(pacer, "read", 1e9)
    just_before = math.nextafter(1e9 + 1.002, 0)
    assert pacer.wait("read", just_before) == 0.001


def test_an_account_that_turns_out_larger_frees_no_call_that_was_forgotten() -> None:
    pacer = Pacer(LIMITS)
    for _ in range(400):  # those that go out when the program is told to stop are counted as well
        pacer.sent("read", 1.0)
        pacer.answered("read", 1.0)
    pacer.told(PRO, 1.0)
    assert pacer.wait("read", 1.0) == pytest.approx(10.02)


def test_when_others_have_used_up_the_burst_calls_wait() -> None:
    pacer = Pacer(LIMITS)
    pacer.told({"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "3"}, 50.0)
    assert (pacer.wait("read", 50.0), pacer.wait("search", 50.0)) == (1.0, 0.0)


def test_what_the_crm_asks_to_wait_holds_for_that_budget_only() -> None:
    pacer = Pacer(LIMITS)
    pacer.held("search", 7.0, 100.0)
    assert (pacer.wait("search", 100.0), pacer.wait("read", 100.0)) == (7.0, 0.0)


def test_the_share_of_the_day_is_never_exceeded_in_any_24_hours() -> None:
    pacer = Pacer(Limits((), day=1000), 0.1)
    for now in (0.0, 3600.0, 3700.0):
        for _ in range(33):
            assert go(pacer, "read", now) == 0.0
    assert go(pacer, "read", 3800.0) == 0.0
    with pytest.raises(Stop, match=r"spent \(100 in 24 hours\)"):
        go(pacer, "read", 3900.0)
    with pytest.raises(Stop):
        go(pacer, "read", 24 * 3600.0)  # the first hour is not yet over in full
    assert go(pacer, "read", 25 * 3600.0) == 0.0


def test_what_earlier_processes_spent_counts() -> None:
    pacer = Pacer(Limits((), day=100), 0.5)
    pacer.spent([(-80_000.0, 40), (-70_000.0, 9)], 10.0)
    assert go(pacer, "read", 10.0) == 0.0
    with pytest.raises(Stop):
        go(pacer, "read", 10.0)
    assert go(pacer, "read", 10_001.0) == 0.0  # 25 hours after the 40


def test_what_is_known_from_elsewhere_takes_nothing_off_what_was_counted_here() -> None:
    pacer = Pacer(Limits((), day=100), 0.5)
    sent(pacer, "read", 30)
    pacer.spent([(-5.0, 20)], 1.0)
    assert pacer.left(1.0) == 20
    pacer.spent([(-5.0, 31)], 1.0)
    assert pacer.left(1.0) == 19


def test_a_larger_account_says_so_in_its_headers() -> None:
    pacer = Pacer(LIMITS, 0.5)
    assert pacer.share() == 125_000
    pacer.told({"x-hubspot-ratelimit-daily": "1000000", "x-hubspot-ratelimit-daily-remaining": "999999"}, 0.0)
    assert pacer.share() == 500_000


def test_the_share_of_the_smallest_account_keeps_no_process_from_hearing_that_the_account_is_larger() -> None:
    pacer = Pacer(LIMITS, 0.5)
    pacer.spent([(-3600.0, 200_000)], 0.0)
    assert go(pacer, "read", 0.0) == 0.0
    pacer.told({"x-hubspot-ratelimit-daily": "1000000"}, 0.0)
    assert pacer.left(0.0) == 299_999


def test_an_account_that_says_nothing_is_taken_for_the_smallest_after_a_few_calls() -> None:
    pacer = Pacer(LIMITS, 0.5)
    pacer.spent([(-3600.0, 200_000)], 0.0)
    with pytest.raises(Stop, match=r"spent \(125,000 in 24 hours\)"):
        sent(pacer, "read", 11)
    assert pacer.used(0.0) == 200_010


# --- what others use ---------------------------------------------------------------------------------------


def counting(used: int, day: int = 10_000) -> dict[str, str]:
    return {"used": str(used), "day": str(day)}


def shared_account() -> Pacer:
    """Return the pacer of an account of 10,000 calls a day, of which half are ours; its answers count those of all."""

    def told(headers: Mapping[str, str]) -> Told:
        return Told(**{name: int(value) for name, value in headers.items()})

    return Pacer(Limits((), day=100, told=told), 0.5)


def test_what_others_have_used_of_the_day_is_not_there_for_us() -> None:
    pacer = shared_account()
    pacer.told(counting(9_000), 0.0)
    assert (pacer.share(), pacer.left(0.0)) == (5_000, 800)  # and the margin of 200
    sent(pacer, "read", 800)
    with pytest.raises(
        Stop, match=r"others have used up the CRM's daily calls \(9,000 of 10,000 in 24 hours\)"
    ):
        go(pacer, "read", 0.0)


def test_our_own_calls_are_among_those_that_the_account_counts() -> None:
    pacer = shared_account()
    pacer.told(counting(0), 0.0)
    sent(pacer, "read", 4_000)
    pacer.told(counting(7_000), 0.0)
    assert pacer.left(0.0) == 1_000


def test_a_count_that_lags_or_goes_back_gives_nothing_back() -> None:
    pacer = shared_account()
    left = []
    for second, used in enumerate((9_795, 9_794, 9_794, 9_795, 0)):
        pacer.told(counting(used), float(second))
        left.append(pacer.left(float(second)))
    assert left == [5, 5, 5, 5, 5]
    pacer.sent("read", 5.0)
    pacer.told(counting(9_795), 5.0)  # our call is not in it yet
    assert pacer.left(5.0) == 4


def test_calls_of_others_that_are_24_hours_old_are_there_again_after_an_hour_at_the_latest() -> None:
    pacer = shared_account()
    pacer.told(counting(9_790), 0.0)
    pacer.told(counting(5_000), 1800.0)
    assert pacer.left(3599.0) == 10
    assert pacer.left(3600.0) == 4_800


@given(st.lists(st.tuples(st.floats(0, 900), st.integers(0, 10_000)), min_size=1, max_size=60))
def test_no_count_is_believed_that_is_lower_than_one_of_the_last_hour(told: list[tuple[float, int]]) -> None:
    pacer, now, all_told = shared_account(), 0.0, list[tuple[float, int]]()
    for later, used in told:
        now += later
        pacer.told(counting(used), now)
        all_told.append((now, used))
        lately = max(used for at, used in all_told if at > now - 3600 + 60)
        assert pacer.left(now) <= 9_800 - lately


@pytest.mark.parametrize(
    ("spent", "every"), [(0, 60.0), (700, 60.0), (800, 86_400 / 640), (1430, 8640.0), (1440, 90_000.0)]
)
def test_polls_slow_down_before_the_share_is_spent(spent: int, every: float) -> None:
    pacer = Pacer(Limits((), day=2880), 0.5)
    pacer.spent([(0.0, spent)] * bool(spent), 0.0)
    assert pacer.spread(60.0, 1.0, 0.0) == pytest.approx(every)


def test_when_the_share_is_spent_the_next_poll_is_when_the_oldest_calls_no_longer_count() -> None:
    pacer = Pacer(Limits((), day=200), 0.5)
    pacer.spent([(-80_000.0, 40), (-60_000.0, 59)], 0.0)
    assert pacer.spread(60.0, 2.0, 0.0) == 10_000.0


def test_an_account_without_a_limit_of_the_day_is_polled_as_often_as_one_likes() -> None:
    pacer = Pacer(Limits(()))
    pacer.spent([(0.0, 10**9)], 0.0)
    assert (pacer.spread(60.0, 100.0, 0.0), pacer.wait("read", 0.0), pacer.day) == (60.0, 0.0, None)


def test_polling_once_a_minute_costs_1440_calls_a_day() -> None:
    assert polls_per_day(60.0) == 1440.0
