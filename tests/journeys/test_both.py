"""HubSpot and Salesforce together: one roster, one set of turns, one owner for a person; taken back over both."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Event

import pytest
import sqlalchemy as sa

from router.model import Lead
from sandbox.faults import error_before
from sync import decide, schema
from sync.commands.sync import one_pass
from sync.passes import Order, Summary
from sync.seams import production
from sync.steps import Row
from sync.store import open_store
from sync.wiring import configuration
from sync.work import Pass
from tests.journeys.both import Both

CRMS = ("hs", "sf")
TOOK_BACK = "Leadswitch took back the assignment to "


def filled(both: Both, hs: int, sf: int) -> None:
    for crm, count in (("hs", hs), ("sf", sf)):
        for number in range(count):
            both.lead(crm, email=f"{crm}{number}@example.com")


def runs(both: Both) -> dict[str, str]:
    """Return the newest run of each CRM."""
    listed = both.run("undo", "--json").objects
    return {each["connection"]: each["run"] for each in reversed(listed)}


# --- together -----------------------------------------------------------------------------------------------


def test_check_live_finds_everybody_in_both_and_writes_nothing(both: Both) -> None:
    filled(both, 1, 1)
    told = both.run("check", "--live")
    assert told.code == 0, told.err
    assert told.out == "2 connections, 4 rules, 1 team, 3 reps: the configuration is good\n"
    assert all(f"note: {crm}: polling" in told.err for crm in CRMS)
    assert both.hs.writes == []
    assert both.sf.writes == 0


def test_check_live_names_the_crm_in_which_somebody_is_not_found(both: Both) -> None:
    both.office.change("teams.yaml", f", owner: {{sf: {both.sf.people['bo']}}}", "")
    told = both.run("check", "--live")
    assert told.code == 2
    assert "bo" in told.err
    assert "in sf" in told.err
    assert "in hs" not in told.err


def test_one_set_of_turns_covers_both(both: Both) -> None:
    filled(both, 10, 11)
    told = both.sync()
    assert [told["connections"][crm]["assigned"] for crm in CRMS] == [10, 11]
    owners = Counter(both.owners("hs") + both.owners("sf"))
    assert owners == dict.fromkeys(("ana", "bo", "cy"), 7)


def test_a_rep_inactive_in_one_gets_the_leads_of_the_other(both: Both) -> None:
    both.sf.org.deactivate(both.sf.people["ana"])
    filled(both, 6, 6)
    assert both.sync()["assigned"] == 12
    assert "ana" not in both.owners("sf")
    assert both.owners("hs").count("ana") >= 2


def test_one_that_is_under_maintenance_does_not_keep_the_other_from_its_pass(both: Both) -> None:
    filled(both, 2, 2)
    both.sf.org.faults.add("*", error_before(503))
    told = both.run("sync", "--json")
    assert told.code == 3
    assert [told.object["connections"]["hs"]["assigned"]] == [2]
    assert "HTML page" in str(told.object)
    both.sf.org.faults.clear()
    both.clock.pass_by(minutes=2)
    assert both.sync()["assigned"] == 2
    assert Counter(both.owners("hs") + both.owners("sf")).most_common()[0][1] == 2


def test_parked_report_and_explain_tell_of_both(both: Both) -> None:
    finnish = {crm: both.lead(crm, country="Finland") for crm in CRMS}
    german = {crm: both.lead(crm, country="Germany") for crm in CRMS}
    both.sync()
    kinds = {"hs": "hs/contacts", "sf": "sf/Lead"}
    parked = {each["lead"] for each in both.run("parked", "--json").objects}
    assert parked == {f"{kinds[crm]}/{finnish[crm]}" for crm in CRMS}
    report = both.run("report", "--json").object["connections"]
    assert {crm: report[crm]["assigned"] for crm in CRMS} == {"hs": 1, "sf": 1}
    assert {crm: report[crm]["reps"]["bo"]["all"] for crm in CRMS} == {"hs": 1, "sf": 1}
    for crm in CRMS:
        told = both.run("explain", german[crm])
        assert told.code == 0
        assert f"{kinds[crm]}/{german[crm]}" in told.out
        assert all(word in told.out for word in ("Bo Lind", "German-speaking", "seen: DE"))


# --- one person ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [("hs", "sf"), ("sf", "hs")])
def test_a_person_in_both_goes_to_one_owner_whichever_comes_first(both: Both, order: tuple[str, str]) -> None:
    first, second = order
    person = {"email": "ada@leads.example", "firstname": "Ada", "lastname": "Hull"}
    records = {crm: both.lead(crm, **person) for crm in order}
    for number in range(4):
        both.lead(second, email=f"other{number}@example.com")
    assert both.sync("--connection", first)["assigned"] == 1
    told = both.sync("--connection", second)
    assert (told["assigned"], told["duplicates"]) == (5, 1)
    owner = both.whose(first, records[first])
    assert both.whose(second, records[second]) == owner
    assert f"the same person is with {owner}" in both.run("explain", records[second]).out
    turns = Counter(both.owners("hs") + both.owners("sf"))
    assert turns[owner] <= 3, "the second record cost no turn"


def test_persons_who_are_planned_in_both_at_the_same_moment_go_to_one_owner(
    both: Both, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both.office.change("leadswitch.yaml", "connections:", f"store: {postgresql_url}\nconnections:")
    people = [f"p{number}@leads.example" for number in range(40)]
    records = {crm: [both.lead(crm, email=email) for email in people] for crm in CRMS}
    together, first = threading.Barrier(2, timeout=30), threading.local()

    def met(work: Pass, waiting: Sequence[tuple[Row, Lead]]) -> list[Row]:
        if not hasattr(first, "met"):
            first.met = together.wait()
        return decide.decide(work, waiting)

    monkeypatch.setattr("sync.waiting.decide", met)
    summaries = _at_once(both)
    assert not together.broken
    assert [summary.counts.assigned for summary in summaries] == [40, 40]
    for here, there in zip(records["hs"], records["sf"], strict=True):
        assert both.whose("hs", here) == both.whose("sf", there)
    assert sum(summary.counts.duplicates for summary in summaries) == 40
    owners = Counter(both.owners("hs"))
    assert max(owners.values()) - min(owners.values()) <= 1


def _at_once(both: Both) -> list[Summary]:
    """Run a pass over each CRM in a worker of its own: a store, a pool and a clock of its own."""
    found = configuration(both.office.directory)

    def worked(name: str) -> Summary:
        [settings] = [each for each in found.connections if each.name == name]
        with closing(open_store(found.store, create=False)) as store, ThreadPoolExecutor(2) as calls:
            seams = replace(production(calls, Event()), clock=both.clock.now, sleep=both.clock.sleep)
            return one_pass(found, settings, store, seams, Order())

    with ThreadPoolExecutor(2) as workers:
        return list(workers.map(worked, CRMS))


# --- taken back ---------------------------------------------------------------------------------------------


def test_undo_takes_a_run_back_in_either(both: Both) -> None:
    filled(both, 4, 5)
    both.sync()
    touched = both.sf.org.leads()[0]
    theirs = next(name for name in ("ana", "cy") if name != both.sf.whose(touched))
    person = both.sf.people[theirs]
    both.sf.org.edit(touched, by=person, OwnerId=person)
    for run in runs(both).values():
        tried = both.run("undo", run, "--dry-run", "--json").object
        told = both.run("undo", run, "--json")
        assert told.code == 0, told.err
        assert {name: told.object[name] for name in ("put_back", "changed")} == {
            name: tried[name] for name in ("put_back", "changed")
        }
    assert both.owners("hs") == ["nobody"] * 4
    assert both.owners("sf") == [theirs, *["inbound"] * 4]
    _assert_said(both, touched)
    assert _turns_left(both) == 1, "that of the lead which a person has by now"
    both.clock.pass_by(minutes=4)
    after = both.sync()
    assert (after["assigned"], after["unverified"]) == (0, 0)
    assert both.owners("sf") == [theirs, *["inbound"] * 4]


def _assert_said(both: Both, touched: str) -> None:
    """Each lead that went back has a note or a task that says so; the one that a person took has none."""
    for record in both.hs.portal.ids():
        assert TOOK_BACK in both.hs.portal.notes(record)[1]
    for lead in both.sf.org.leads():
        said = [str(task["Description"]) for task in both.sf.org.tasks(lead)]
        assert [TOOK_BACK in text for text in said] == ([False] if lead == touched else [False, True])


def _turns_left(both: Both) -> int:
    """Return how many turns of the log were not given back."""
    store = open_store(f"sqlite:///{both.office.directory}/leadswitch.db", create=False)
    with closing(store), store.reading() as tx:
        kinds = Counter(tx.scalars(sa.select(schema.log.c.kind)))
    return kinds["turn"] - kinds["returned"]
