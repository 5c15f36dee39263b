"""A call may leave long after its intent was recorded: it waits for its turn at the CRM's limits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.contract import Connector, Note, Outcome
from tests.sync.office import Office
from tests.sync.test_writing import Meddled, honest


class Died(BaseException):
    """The process ended here."""


@pytest.mark.xfail(
    strict=True, reason="the window is counted from the intent, not from when its sender was dead"
)
def test_a_note_sent_late_by_a_pass_that_died_is_waited_for_from_its_death(office: Office) -> None:
    lead = office.lead()
    landing: list[tuple[Connector, Sequence[Note]]] = []

    def late(inner: Connector, batch: Sequence[Note]) -> Sequence[Outcome]:
        office.clock.pass_by(seconds=60)  # the call waited for its turn, then it was sent
        landing.append((inner, batch))
        raise Died

    office.wrapped = lambda inner: Meddled(inner, annotate=lambda batch: late(inner, batch))
    with pytest.raises(Died):
        office.sync()
    honest(office)
    office.clock.pass_by(seconds=5)
    office.sync()
    [(inner, batch)] = landing
    inner.annotate([*batch])  # it lands within the window of its sending
    office.clock.pass_by(seconds=61)
    office.sync()
    assert len(office.row(lead).notes) == 1
