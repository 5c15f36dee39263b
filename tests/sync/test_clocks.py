"""Our clock beside the CRM's, while a note is in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import Outcome
from connectors.errors import Doubt
from router.model import RecordId
from tests.sync.office import Office
from tests.sync.test_writing import honest, meddle


def in_doubt(office: Office) -> RecordId:
    """Assign a lead whose note is lost on its way; nobody knows."""
    lead = office.lead()
    meddle(office, annotate=lost)
    office.sync()
    honest(office)
    assert office.step(lead) == "note_doubtful"
    return lead


def lost(_: object) -> list[Outcome]:
    raise Doubt("no answer")


def go_ahead(office: Office, monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    """Put our clock ahead, and not the CRM's."""
    seams, ahead = office.seams, timedelta(**time)
    monkeypatch.setattr(office, "seams", lambda: replace(seams(), clock=lambda: office.clock() + ahead))


@pytest.mark.parametrize("ahead", [{"seconds": 60}, {"days": 400}])
def test_what_is_in_doubt_waits_again_where_our_clock_went_ahead(
    office: Office, monkeypatch: pytest.MonkeyPatch, ahead: dict[str, float]
) -> None:
    lead = in_doubt(office)
    go_ahead(office, monkeypatch, **ahead)
    office.sync()
    assert (office.step(lead), len(office.row(lead).notes)) == ("note_doubtful", 0)
    office.clock.pass_by(seconds=56)
    office.sync()
    assert (office.step(lead), len(office.row(lead).notes)) == ("verify", 1)


def test_time_that_passes_for_both_is_no_jump(office: Office) -> None:
    lead = in_doubt(office)
    office.clock.pass_by(seconds=56)
    office.sync()
    assert office.step(lead) == "verify"


def test_a_crm_whose_clock_stands_still_lets_nobody_wait_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = office.clock.now
    monkeypatch.setattr(office.crm, "now", lambda: then)
    lead = in_doubt(office)
    for _ in range(6):
        office.clock.pass_by(seconds=60)
        office.sync()
    assert office.step(lead) != "note_doubtful"
