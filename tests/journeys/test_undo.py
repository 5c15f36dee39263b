"""A bad pass over HubSpot, taken back: the program over HTTP, and people in between."""

from __future__ import annotations

from sandbox.faults import CUT_AFTER
from sandbox.hubspot.desk import person
from tests.journeys.account import ANA, BO, Account


def newest(account: Account) -> str:
    return str(account.run("undo", "--json").objects[0]["run"])


def test_a_bad_pass_is_taken_back_but_for_what_people_touched(account: Account) -> None:
    records = [account.lead() for _ in range(6)]
    account.run("sync")
    run = newest(account)
    theirs = next(iter({ANA, BO} - {account.portal.owner_of(records[1])}))
    account.portal.edit("contacts", records[1], {"hubspot_owner_id": theirs}, by=person(2599))
    written = list(account.writes)
    tried = account.run("undo", run, "--dry-run", "--json").object
    assert account.writes == written, "a dry run writes nothing"
    told = account.run("undo", run, "--json")
    assert told.code == 0
    assert {name: told.object[name] for name in ("put_back", "changed")} == {
        name: tried[name] for name in ("put_back", "changed")
    }
    assert account.owners() == [None, theirs, None, None, None, None]
    assert "Leadswitch took back the assignment to " in account.portal.notes(records[0])[1]
    assert len(account.portal.notes(records[1])) == 1
    account.clock.pass_by(seconds=200)
    after = account.counts()
    assert (after["assigned"], after["unverified"]) == (0, 0)
    assert account.run("undo", run, "--json").object["put_back"] == 0


def test_a_lost_answer_of_an_undo_is_looked_at_by_a_later_pass(account: Account) -> None:
    records = [account.lead() for _ in range(3)]
    account.run("sync")
    run = newest(account)
    account.portal.faults.add("contacts.batch_update", CUT_AFTER, times=1)
    told = account.run("undo", run, "--json")
    assert (told.code, told.object["doubtful"]) == (1, 3)
    account.clock.pass_by(seconds=200)
    account.run("sync")
    assert account.owners() == [None] * 3
    assert [len(account.portal.notes(record)) for record in records] == [2] * 3
