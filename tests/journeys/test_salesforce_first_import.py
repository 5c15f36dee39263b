"""An org that has many leads when Leadswitch comes: none of them is touched unasked, and few calls are spent."""

from __future__ import annotations

import pytest

from connectors.salesforce import wire
from sandbox.faults import Fault, Stage
from tests.journeys.org import QUERY, UPDATE, OrgAccount

MANY = 120
PAGE = 20
BULK = "jobs.query"


@pytest.fixture
def full(sales: OrgAccount, monkeypatch: pytest.MonkeyPatch) -> OrgAccount:
    """An org with leads over some pages, enough to be read as a bulk job."""
    monkeypatch.setattr(wire, "MANY", MANY - 1)
    sales.org.set(page=PAGE)
    now = sales.clock.seconds()
    for number in range(MANY):
        sales.lead(created=now - MANY + number)
    sales.clock.pass_by(minutes=1)
    return sales


def test_with_take_new_nothing_that_was_there_is_read_or_assigned(full: OrgAccount) -> None:
    full.change("    take: all\n", "")
    told = full.run("sync", "--json")
    assert (told.code, told.object["seen"], told.object["assigned"]) == (0, 0, 0)
    assert full.org.counts[BULK] + full.org.counts["query.more"] == 0
    assert sum(full.org.counts.values()) <= 3, "a login, and what the newest stamp is"
    full.clock.pass_by(minutes=1)
    new = full.lead()
    full.clock.pass_by(minutes=1)
    assert full.counts()["assigned"] == 1
    assert full.whose(new) in full.people
    assert full.owners().count("inbound") == MANY


def test_with_take_all_it_is_a_bulk_job_that_a_first_page_begins(full: OrgAccount) -> None:
    told = full.run("sync", "--json")
    assert (told.code, told.object["assigned"]) == (0, MANY)
    assert full.org.counts[BULK] >= 3
    assert full.org.counts["query.more"] == 0
    assert full.org.usage.used <= 30, full.org.counts
    assert "inbound" not in full.owners()


def test_a_dry_run_says_how_many_there_would_be(full: OrgAccount) -> None:
    told = full.run("sync", "--dry-run")
    assert f"{MANY} assigned" in told.out
    assert full.writes == 0


def test_a_pass_takes_no_more_than_it_may_and_the_next_ones_go_on(full: OrgAccount) -> None:
    full.change("    take: all\n", "    take: all\n    max_per_pass: 48\n")
    left = []
    for _ in range(3):
        told = full.run("sync", "--json")
        left.append((told.code, told.object["assigned"], told.object["excess"]))
        full.clock.pass_by(minutes=2)
    assert left == [(1, 48, 72), (1, 48, 24), (0, 24, 0)]
    assert full.org.counts[UPDATE] == 3
    assert full.run("sync").code == 0
    assert all(len(full.changes(lead)) == 1 for lead in full.org.leads())


def test_a_bulk_job_that_the_org_does_not_make_is_read_page_by_page(full: OrgAccount) -> None:
    refused = b'[{"errorCode": "FEATURENOTENABLED", "message": "Bulk API is not enabled"}]'
    full.org.faults.add(BULK, Fault("no bulk", Stage.BEFORE, status=400, body=refused))
    told = full.run("sync", "--json")
    assert (told.code, told.object["assigned"]) == (0, MANY)
    assert full.org.counts[QUERY] + full.org.counts["query.more"] >= MANY // PAGE
