"""Calls on their way to an account: counted when they leave, kept waiting outside of any lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Budget, Limits
from connectors.errors import Doubt, Retry, Stop
from connectors.http import Answer
from connectors.pace import Pacer
from sync.transport import LATEST, Gate, Transport
from tests.hubspot.test_pace import most_in

FEW = Limits((Budget(calls=3, seconds=1.0, kinds=frozenset({"search"})),))


class Time:
    """A clock that sleeping moves on, by more than was asked for."""

    def __init__(self, late: list[float] | None = None) -> None:
        self.now, self._late = 0.0, late or []

    def ticks(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds + (self._late.pop() if self._late else 0.0)


def through(
    time: Time, limits: Limits = FEW, *, stopping: Callable[[], bool] = lambda: False, share: float = 0.5
) -> Transport:
    transport = Transport(time.sleep, stopping)
    transport.gate = Gate(Pacer(limits, share), ticks=time.ticks)
    return transport


@given(
    st.lists(st.floats(0, 2), max_size=30),
    st.lists(st.tuples(st.floats(0, 0.7), st.floats(0, 0.7)), min_size=1, max_size=30),
)
def test_whenever_a_call_arrives_before_its_answer_none_is_too_many(
    late: list[float], calls: list[tuple[float, float]]
) -> None:
    time, left = Time(late), list[float]()
    transport = through(time)

    def call(takes: float) -> None:
        time.now += takes
        left.append(time.now)

    for pause, takes in calls:
        time.now += pause
        transport("search", partial(call, takes))
    assert most_in(left, 1.0) <= 3
    assert transport.made() == len(left)


def test_who_waits_holds_up_no_call_of_another_kind() -> None:
    asleep, wake = threading.Event(), threading.Event()

    def sleep(_: float) -> None:
        asleep.set()
        assert wake.wait(10)

    transport = Transport(sleep)
    transport.gate = Gate(Pacer(FEW), ticks=lambda: 0.0)
    made: list[str] = []
    for _ in range(3):
        transport("search", lambda: made.append("search"))
    waiting = threading.Thread(target=transport, args=("search", lambda: made.append("late search")))
    waiting.start()
    assert asleep.wait(10)
    transport("read", lambda: made.append("read"))
    wake.set()
    waiting.join(10)
    assert made == ["search"] * 3 + ["read", "late search"]


def test_a_sleep_that_takes_no_time_in_a_simulation_has_lasted_all_the_same() -> None:
    slept: list[float] = []
    transport = Transport(slept.append)
    transport.gate = Gate(Pacer(FEW), ticks=lambda: 5.0)
    for _ in range(7):
        transport("search", lambda: None)
    assert slept == [pytest.approx(1.002), pytest.approx(1.002)]


def test_when_the_program_is_told_to_stop_what_is_under_way_goes_out_and_counts() -> None:
    time, told = Time(), list[bool]()
    transport = through(time, stopping=lambda: bool(told))
    for _ in range(3):
        transport("search", lambda: None)
    told.append(True)
    transport("search", lambda: None)
    assert (time.now, transport.made()) == (0.0, 4)
    told.clear()
    transport("search", lambda: None)
    assert time.now == pytest.approx(1.002)


def test_a_call_that_fails_was_made_and_one_that_may_not_go_out_was_not() -> None:
    transport = through(Time(), Limits((), day=2))

    def lost() -> None:
        raise Doubt("lost")

    with pytest.raises(Doubt):
        transport("read", lost)
    with pytest.raises(Stop, match="share of the CRM's daily calls is spent"):
        transport("read", lost)
    assert transport.made() == 1


def test_after_too_many_calls_that_kind_waits_as_long_as_the_crm_says() -> None:
    time = Time()
    transport = through(time)
    transport("search", lambda: Answer(429, {"retry-after": "4"}, b""))
    transport("read", lambda: None)
    assert time.now == 0.0
    transport("search", lambda: Answer(429, {}, b""))
    assert time.now == 4.0
    transport("search", lambda: None)
    assert time.now == 5.0


def test_a_crm_that_asks_for_hours_is_not_waited_for() -> None:
    transport = through(Time())
    transport("search", lambda: Answer(429, {"retry-after": "7200"}, b""))
    with pytest.raises(Stop, match="asks to be left alone for 7,200 s more"):
        transport("search", lambda: None)
    transport("read", lambda: None)


def test_without_a_gate_nothing_waits() -> None:
    transport = Transport(lambda _: pytest.fail("waited"))
    assert [transport("search", lambda: "an answer") for _ in range(99)] == ["an answer"] * 99


def test_a_call_whose_turn_does_not_come_in_time_is_not_sent() -> None:
    time, sent = Time(), list[str]()
    transport = through(time)
    assert transport.gate is not None
    transport.gate.ask(lambda pacer, now: pacer.held("search", LATEST + 1, now))
    with pytest.raises(Retry) as told:
        transport("search", lambda: sent.append("search"))
    assert (sent, told.value.after) == ([], LATEST + 1)
    time.now += LATEST + 1
    transport("search", lambda: sent.append("search"))
    assert sent == ["search"]


def test_a_call_of_a_process_that_was_frozen_while_it_waited_is_not_sent() -> None:
    time, sent = Time(late=[3600.0]), list[str]()
    transport = through(time)
    for _ in range(3):
        transport("search", lambda: None)
    with pytest.raises(Retry):
        transport("search", lambda: sent.append("search"))
    assert sent == []
