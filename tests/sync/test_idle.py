"""What a poll costs that finds nothing new."""

from __future__ import annotations

import pytest

from config.settings import Nobody, QueueNamed
from router.model import OwnerId, RecordId
from router.rules import Comparison, Keep, Op, Rule
from tests.sync.office import Office, book

PARTNERS_STAY = Rule("Partner leads stay", Comparison("source", Op.IS, ("partner",)), Keep())


@pytest.fixture
def taking_from_a_queue(office: Office) -> Office:
    """An office for which the CRM must be asked who its queues are."""
    office.change(replaces=(Nobody(), QueueNamed("backup")))
    return office


def _kept(office: Office) -> RecordId:
    office.rulebook = book(PARTNERS_STAY)
    lead = office.lead(source="partner", owner="q-backup")
    office.sync()
    assert (office.step(lead), office.calls) == ("kept", ["pages", "owners"])
    return lead


def test_a_lead_that_waits_for_people_and_is_as_it_was_costs_nothing(taking_from_a_queue: Office) -> None:
    office = taking_from_a_queue
    lead = _kept(office)
    for _ in range(2):
        office.clock.pass_by(minutes=1)
        office.sync()
        assert office.calls == ["pages"], "met again, since nothing newer entered"
    office.clock.pass_by(hours=25)
    assert office.sync().counts.parked == 1
    office.clock.pass_by(minutes=1)
    office.sync()
    assert (office.step(lead), office.calls) == ("parked", ["pages"])


def test_a_lead_that_waits_is_theirs_who_took_it_at_the_next_poll(taking_from_a_queue: Office) -> None:
    office = taking_from_a_queue
    lead = _kept(office)
    office.crm.edit_owner(lead, OwnerId("u-boss"))
    office.clock.pass_by(minutes=1)
    assert (office.sync().counts.skipped, office.step(lead)) == (1, "skipped")


def test_newer_values_of_a_lead_that_waits_are_kept(taking_from_a_queue: Office) -> None:
    office = taking_from_a_queue
    lead = _kept(office)
    before = office.ledger()[lead]["values_id"]
    office.crm.edit(lead, {"company": "Another"})
    office.clock.pass_by(minutes=1)
    office.sync()
    assert (office.calls, office.ledger()[lead]["values_id"] != before) == (["pages", "owners"], True)


def test_another_configuration_decides_a_lead_that_waits_at_the_next_poll(
    taking_from_a_queue: Office,
) -> None:
    office = taking_from_a_queue
    lead = _kept(office)
    office.config, office.rulebook = "config-2", book()
    office.clock.pass_by(minutes=1)
    office.sync()
    assert office.owner(lead) in ("u-ana", "u-bo", "u-cy")
