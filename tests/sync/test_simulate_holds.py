"""Holds of a simulation: a lead that a person had meanwhile waits anew."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from zoneinfo import ZoneInfo

from router.model import OwnerId
from router.route import Router
from sync.passes import Order, run_pass
from sync.replay import router_then
from sync.simulate.again import Again
from sync.simulate.deciding import Proposed
from sync.simulate.history import History, span
from sync.simulate.then import Then
from sync.wiring import stored_configuration
from tests.sync.office import START, Office

FILES = {
    "leadswitch.yaml": "connections: [{name: crm, kind: memory, file: leads.json, take: all}]",
    "teams.yaml": "reps: [{id: ana, works: [2027-01-01..]}]\nteams: [{name: one, members: [ana]}]",
    "rules.yaml": "rules: [{name: all, assign: {team: one}, otherwise: [{hold: 2h}, alert]}]",
}


def sync(office: Office) -> None:
    found = stored_configuration(FILES)
    wired = replace(office.wired(), files=found.files, config=found.hash, router=Router(found.rulebook))
    run_pass(wired, office.store, office.seams(), Order())


def test_the_time_of_a_hold_begins_anew_when_a_person_lets_go_of_the_lead(office: Office) -> None:
    lead = office.lead()
    sync(office)
    office.clock.pass_by(minutes=30)
    office.crm.edit_owner(lead, OwnerId("u-boss"))
    sync(office)
    office.clock.pass_by(hours=10)
    office.crm.edit_owner(lead, None)
    office.crm.edit(lead, {"created": office.clock().isoformat()})
    sync(office)
    assert office.step(lead) == "held"
    there = span(office.store, START)
    assert there is not None
    then, history = Then(office.store, there), History(office.store, there)
    with office.store.reading() as tx, tx.begin():
        router = router_then(tx, json.dumps(FILES), sys.maxsize)
    tally = Again(history, then, Proposed(then, history, router), ZoneInfo("UTC")).run(lambda _: None)
    assert (tally.decisions, tally.otherwise, tally.differences) == (2, 0, 0)
