"""What the contract says of calls that fail, and of processes and threads beside one another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from unittest import mock

import pytest

from connectors.contract import Assignment, Connector, Everything, Verdict
from connectors.errors import Retry, Stop
from router.model import LeadRef
from tests.contract.promises import promise
from tests.contract.reading import met, seed
from tests.contract.world import BUSY_SECONDS, DAY, Fault, World
from tests.contract.writing import give, note, verdicts

LOST = (Fault.CUT_BEFORE, Fault.CUT_AFTER)


def each_method(world: World, ref: LeadRef) -> list[Callable[[], object]]:
    """Return a call of every method of the contract, on a record."""
    connector, assignment = world.connector, give(world, ref, world.people()[0])
    calls: list[Callable[[], object]] = [
        lambda: connector.pages(world.walk, None),
        lambda: connector.pages(Everything(), None),
        lambda: connector.read([ref]),
        lambda: connector.assign([assignment]),
        lambda: connector.annotate([note(ref)]),
        lambda: connector.noted([note(ref)]),
        connector.owners,
    ]
    calls += [lambda: connector.history([ref])] if connector.features.history else []
    return (
        [*calls, lambda: connector.accounts(["firm.example"], [])] if connector.features.accounts else calls
    )


@promise(
    "Every method raises `Retry` when nothing was applied and asking again may help, `Stop` when the pass cannot "
    "go on."
)
def a_busy_crm_is_asked_again_no_sooner_than_it_says(world: World) -> None:
    ref = world.add(DAY)
    for call in each_method(world, ref):
        world.fail_next(Fault.BUSY)
        with pytest.raises(Retry) as caught:
            call()
        assert caught.value.after == BUSY_SECONDS
    assert (world.owner(ref), world.notes(ref)) == (world.unowned, [])


@promise(
    "Every method raises `Retry` when nothing was applied and asking again may help, `Stop` when the pass cannot "
    "go on."
)
def what_was_never_sent_and_questions_without_an_answer_may_be_asked_again(world: World) -> None:
    ref = world.add(DAY)
    calls = each_method(world, ref)
    questions = [call for place, call in enumerate(calls) if place not in (3, 4)]
    faults = [
        *((Fault.UNREACHABLE, call) for call in calls),
        *((lost, one) for one in questions for lost in LOST),
    ]
    for fault, call in faults:
        world.fail_next(fault)
        with pytest.raises(Retry):
            call()
    assert (world.owner(ref), world.notes(ref)) == (world.unowned, [])


@promise(
    "Every method raises `Retry` when nothing was applied and asking again may help, `Stop` when the pass cannot "
    "go on."
)
def revoked_credentials_stop_the_pass(world: World) -> None:
    ref = world.add(DAY)
    for call in each_method(world, ref):
        world.fail_next(Fault.FORBIDDEN)
        with pytest.raises(Stop):
            call()
    assert (world.owner(ref), world.notes(ref)) == (world.unowned, [])


@promise(
    "A connector never retries a write by itself, never sleeps, and keeps nothing between calls that another "
    "process would need."
)
def a_write_is_sent_once_and_nobody_sleeps(world: World) -> None:
    owner = world.people()[0]
    with mock.patch("time.sleep", side_effect=AssertionError("a connector never sleeps")):
        for fault in Fault:
            ref = world.add(DAY)
            batch = [give(world, ref, owner)]
            before = world.calls
            world.fail_next(fault)
            _end(world.connector, batch)
            assert world.calls == before + 1


@promise(
    "A connector never retries a write by itself, never sleeps, and keeps nothing between calls that another "
    "process would need."
)
def another_process_goes_on_where_one_stopped(world: World) -> None:
    ref = world.add(DAY)
    seen_by_one = give(world, ref, world.people()[0])
    assert verdicts(world.another().assign([seen_by_one])) == {ref: Verdict.DONE}
    assert world.another().read([ref])[ref].record == world.seen(ref)


@promise("Methods may be called from several threads at once.")
def threads_do_not_disturb_each_other(world: World) -> None:
    refs = seed(world, 40)
    chosen = dict(zip(refs, cycle(world.people()), strict=False))
    batches = [[give(world, ref, chosen[ref]) for ref in refs[start::8]] for start in range(8)]
    with ThreadPoolExecutor(8) as threads:
        written = [threads.submit(world.connector.assign, batch) for batch in batches]
        walks = [threads.submit(met, world.connector, world.walk) for _ in range(4)]
        outcomes = [outcome for one in written for outcome in one.result()]
        assert all(one.result() == set(refs) for one in walks)
    assert verdicts(outcomes) == dict.fromkeys(refs, Verdict.DONE)
    assert {ref: world.owner(ref) for ref in refs} == chosen


def _end(connector: Connector, batch: Sequence[Assignment]) -> None:
    try:
        connector.assign(batch)
    except (Retry, Stop):
        return
