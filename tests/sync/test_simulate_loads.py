"""Loads of a simulation: those that a pass would have counted at that time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from router.model import Rep, RepId
from router.rules import ALWAYS, Rule, ToOwner
from sync import schema
from sync.simulate.given import Given, claims_before
from tests.sync.office import Office, book

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANA = RepId("ana")
REP = Rep(id=ANA, name="Ana", zone="Europe/Berlin", capacity={"hour": 5, "day": 9, "7200s": 9, "open": 9})


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (0.5, {"hour": 2, "day": 3, "7200s": 3, "open": 3}),
        (1, {"hour": 0, "day": 3, "7200s": 2, "open": 3}),
        (5, {"hour": 0, "day": 3, "7200s": 0, "open": 2}),
        (10.9, {"hour": 0, "day": 3, "7200s": 0, "open": 2}),
        (11, {"hour": 0, "day": 0, "7200s": 0, "open": 2}),  # midnight in Berlin
    ],
)
def test_each_window_counts_by_itself(now: float, expected: dict[str, int]) -> None:
    given = Given([REP])
    for hours, closed in ((-1.5, 4), (0, None), (0.25, None)):
        given.give((ANA, at(hours), at(closed) if closed else None))
    assert given.loads(at(now)) == {ANA: expected}


@pytest.mark.parametrize("closed", [None, 0.5, 3.0])
def test_a_lead_that_is_taken_back_never_was(closed: float | None) -> None:
    given = Given([REP])
    claim = (ANA, at(0), at(closed) if closed else None)
    given.give((ANA, at(-1), None))
    given.give(claim)
    given.loads(at(1))
    given.take_back(claim, at(1))
    assert given.loads(at(4))[ANA]["open"] == 1
    assert given.loads(at(4))[ANA]["day"] == 1


def test_a_claim_of_before_counts_until_it_was_released() -> None:
    given = Given([REP], [((ANA, at(-1), None), at(2))])
    assert [given.loads(at(hours))[ANA]["open"] for hours in (1, 2, 3)] == [1, 0, 0]


def test_reps_whom_nobody_asks_for_are_not_counted() -> None:
    given = Given([REP])
    given.give((RepId("bo"), at(0), None))
    given.take_back((RepId("bo"), at(0), None), at(1))
    assert given.loads(at(1)).keys() == {ANA}


def test_a_claim_of_before_that_was_decided_anew_was_released_by_then(office: Office) -> None:
    office.rulebook = book(Rule("hers", ALWAYS, ToOwner(ANA)))
    office.lead()
    office.sync()
    [first] = office.table(schema.decisions)
    again = first["at"] + timedelta(hours=2)
    with office.store.beside() as session, session.routing("anew") as tx:
        tx.execute(schema.claims.delete())
        tx.execute(schema.decisions.insert().values({**first, "id": first["id"] + 1, "at": again}))
    with office.store.reading() as tx, tx.begin():
        found = list(claims_before(tx, [ANA], first["at"] + timedelta(hours=1)))
    assert found == [((ANA, first["at"], None), again)]
