"""The pacer: never too many calls in any stretch of time, hardly fewer than allowed, and the day's share kept."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Budget, Limits
from connectors.errors import Stop
from connectors.hubspot.connector import LIMITS
from connectors.pace import MARGIN, Pacer, polls_per_day

PRO = {"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "189"}


def sent(pacer: Pacer, kind: str, count: int, *, start: float = 0.0) -> list[float]:
    """Return when `count` calls go out that are asked for as fast as they may go."""
    times, now = [], start
    for _ in range(count):
        now += pacer.reserve(kind, now)
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
    assert most_in(times, 10.0) == math.floor(190 * (1 - MARGIN)) == 180
    assert times[-1] < 31.6  # what 19 calls a second would take


def test_before_the_first_answer_an_account_is_taken_for_the_smallest() -> None:
    assert most_in(sent(Pacer(LIMITS), "read", 300), 10.0) == 95


def test_searches_and_other_calls_do_not_wait_for_each_other() -> None:
    pacer = Pacer(LIMITS)
    assert sent(pacer, "read", 95) == [0.0] * 95
    assert pacer.reserve("search", 0.0) == 0.0
    assert pacer.reserve("read", 0.0) > 9.0
    assert pacer.reserve("search", 0.0) == 0.0


@given(st.lists(st.tuples(st.sampled_from(["search", "read", "notes"]), st.floats(0, 3)), max_size=120))
def test_whatever_is_asked_when_no_budget_is_exceeded(asked: list[tuple[str, float]]) -> None:
    limits = Limits(
        (Budget(calls=6, seconds=2.0, exempt=frozenset({"search"})), Budget(calls=9, seconds=5.0))
    )
    pacer, now, out = Pacer(limits), 0.0, []
    for kind, wait in asked:
        now += wait
        out.append((kind, now + pacer.reserve(kind, now)))
    paced = sorted(at for kind, at in out if kind != "search")
    assert not paced or most_in(paced, 2.0) <= 6
    assert not out or most_in(sorted(at for _, at in out), 5.0) <= 9


def test_when_others_have_used_up_the_burst_calls_wait() -> None:
    pacer = Pacer(LIMITS)
    pacer.told({"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "3"}, 50.0)
    assert pacer.reserve("read", 50.0) == 1.0
    assert pacer.reserve("search", 50.0) == 0.0


def test_what_the_crm_asks_to_wait_holds_for_that_budget_only() -> None:
    pacer = Pacer(LIMITS)
    pacer.held("search", 7.0, 100.0)
    assert (pacer.reserve("search", 100.0), pacer.reserve("read", 100.0)) == (7.0, 0.0)


def test_the_share_of_the_day_is_never_exceeded_in_any_24_hours() -> None:
    pacer = Pacer(Limits((), day=1000), 0.1)
    for now in (0.0, 3600.0, 3700.0):
        for _ in range(33):
            assert pacer.reserve("read", now) == 0.0
    assert pacer.reserve("read", 3800.0) == 0.0
    with pytest.raises(Stop, match=r"spent \(100 in 24 hours\)"):
        pacer.reserve("read", 3900.0)
    with pytest.raises(Stop):
        pacer.reserve("read", 24 * 3600.0)  # the first hour is not yet over in full
    assert pacer.reserve("read", 25 * 3600.0) == 0.0


def test_what_earlier_processes_spent_counts() -> None:
    pacer = Pacer(Limits((), day=100), 0.5, spent=49, now=10.0)
    assert pacer.reserve("read", 10.0) == 0.0
    with pytest.raises(Stop):
        pacer.reserve("read", 10.0)


def test_a_larger_account_says_so_in_its_headers() -> None:
    pacer = Pacer(LIMITS, 0.5)
    assert pacer.share() == 125_000
    pacer.told({"x-hubspot-ratelimit-daily": "1000000", "x-hubspot-ratelimit-daily-remaining": "999999"}, 0.0)
    assert pacer.share() == 500_000


@pytest.mark.parametrize(
    ("spent", "every"), [(0, 60.0), (700, 60.0), (800, 86_400 / 640), (1430, 8640.0), (1440, 86_400.0)]
)
def test_polls_slow_down_before_the_share_is_spent(spent: int, every: float) -> None:
    pacer = Pacer(Limits((), day=2880), 0.5, spent=spent)
    assert pacer.spread(60.0, 1.0, 0.0) == pytest.approx(every)


def test_polling_once_a_minute_costs_1440_calls_a_day() -> None:
    assert polls_per_day(60.0) == 1440.0
