from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from bench import hubspot, salesforce
from bench.__main__ import BENCHES
from bench.clients import OURS, SDK, run
from bench.forms import forms
from bench.ours import book, ready
from bench.parts import PARTS
from bench.rows import Row
from bench.served import Account, Crm, Served, serving

LEADS = 220


ACCOUNTS = (hubspot.Account, salesforce.Account)


@pytest.fixture(params=ACCOUNTS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serving(request.param(LEADS)) as found:
        yield found


@pytest.fixture(params=ACCOUNTS, scope="module")
def untouched(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serving(request.param(LEADS)) as found:
        yield found


@pytest.mark.parametrize("name", BENCHES)
def test_each_name_has_its_bench(name: str) -> None:
    assert callable(import_module(BENCHES[name]).run)


@pytest.mark.parametrize("name", ["calls", "end_to_end"])
def test_a_bench_with_parts_is_all_of_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = import_module(BENCHES[name])
    for part in bench.PARTS:
        monkeypatch.setattr(bench, f"of_{part}", lambda part=part, **_: [Row(part, 1, "x")])
    assert [row.case for row in bench.run()] == list(bench.PARTS)


def test_the_leads_are_the_same_on_every_run_and_nobody_is_in_them_twice() -> None:
    found = list(forms(LEADS))
    assert list(forms(LEADS)) == found
    assert len({values["email"] for values, _ in found}) == LEADS
    assert [age for _, age in found] == sorted((age for _, age in found), reverse=True)


@pytest.mark.parametrize(
    ("crm", "read"),
    [
        (hubspot.CRM, {*hubspot.properties()} - {"hubspot_owner_id", "hs_object_id"}),
        (salesforce.CRM, {*salesforce.columns()} - {"OwnerId", "Id"}),
    ],
)
def test_both_clients_read_what_the_mapping_reads(crm: Crm, read: set[str], tmp_path: Path) -> None:
    access = {"base_url": "http://127.0.0.1:9", "token": "t"}
    if crm is salesforce.CRM:
        access = {"login_url": "http://127.0.0.1:9", "client_id": "c", "client_secret": "s"}
    with ready(tmp_path, crm, access, shift=0) as ours:
        mapped = ours.wired.settings.mapping
    assert mapped is not None
    assert {one.source for one in mapped} == read
    assert len(mapped) == len(crm.fields)


def test_hubspots_calls_are_those_that_the_server_counts(tmp_path: Path) -> None:
    assert _calls(hubspot.Account(LEADS), tmp_path) == (2 + 2 + 3 * math.ceil(LEADS / 100), 0)


def test_salesforces_calls_are_those_that_the_server_counts_and_its_logins(tmp_path: Path) -> None:
    assert _calls(salesforce.Account(LEADS), tmp_path) == (1 + 1 + 3 + 1, 0)


def _calls(account: Account, folder: Path) -> tuple[int, int]:
    """Return the calls of one pass as the server counts them, and how many more or fewer we count."""
    with serving(account) as served:
        with ready(folder, account.crm, served.access, shift=served.shift, paced=False) as ours:
            summary = ours.sync()
        total = served.all_assigned().total
        assert summary.counts.assigned == LEADS
        return total, total - summary.counts.api_calls


def test_a_run_that_left_leads_behind_is_no_measurement(untouched: Served) -> None:
    with pytest.raises(AssertionError, match=f"of {LEADS} leads 0 have an owner"):
        untouched.all_assigned()


def test_the_reps_of_the_rules_are_users_of_the_account(untouched: Served, tmp_path: Path) -> None:
    with ready(tmp_path, untouched.account.crm, untouched.access, shift=untouched.shift) as ours:
        users = {user.email for user in ours.wired.connector.owners()}
    assert {rep.email for rep in book().reps.values()} <= users


def test_the_peer_does_its_work_in_its_own_process(served: Served) -> None:
    ran = run(SDK, served)
    assert served.all_assigned().calls.keys() & {"contacts.batch_update", "collections.update"}
    assert ran.cpu > 0
    assert 0 < ran.idle_mb < ran.peak_mb


def test_cpu_time_is_divided_among_the_parts_without_rest(served: Served) -> None:
    ran = run(OURS, served, paced=False, parts=True)
    assert set(ran.parts) == set(PARTS)
    assert all(spent > 0 for spent in ran.parts.values())
    assert sum(ran.parts.values()) == pytest.approx(ran.cpu)
