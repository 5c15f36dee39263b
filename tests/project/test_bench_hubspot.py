from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from bench.__main__ import BENCHES
from bench.hubspot import FIELDS, Account, Served, contacts, properties, serving
from bench.hubspot_ours import book, ready
from bench.hubspot_parts import PARTS
from bench.hubspot_run import OURS, SDK, run

LEADS = 220


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Account(LEADS)) as found:
        yield found


@pytest.mark.parametrize("name", BENCHES)
def test_each_name_has_its_bench(name: str) -> None:
    assert callable(import_module(BENCHES[name]).run)


def test_the_account_is_the_same_on_every_run_and_nobody_is_in_it_twice() -> None:
    found = list(contacts(LEADS))
    assert list(contacts(LEADS)) == found
    assert len({values["email"] for values, _ in found}) == LEADS
    assert [age for _, age in found] == sorted((age for _, age in found), reverse=True)


def test_both_clients_read_what_the_mapping_reads(tmp_path: Path, served: Served) -> None:
    with ready(tmp_path, (served.url, served.token), shift=served.shift) as ours:
        mapped = ours.wired.settings.mapping
    assert mapped is not None
    assert {one.source for one in mapped} | {"hubspot_owner_id", "hs_object_id"} == set(properties())
    assert len(mapped) == len(FIELDS)


def test_calls_are_counted_by_the_server_and_agree_with_our_own_count(tmp_path: Path, served: Served) -> None:
    with ready(tmp_path, (served.url, served.token), shift=served.shift, paced=False) as ours:
        summary = ours.sync()
    seen = served.all_assigned()
    assert summary.counts.assigned == LEADS
    assert seen.total == summary.counts.api_calls == 2 + 2 + 3 * math.ceil(LEADS / 100)


def test_a_run_that_left_leads_behind_is_no_measurement(served: Served) -> None:
    with pytest.raises(AssertionError, match=f"of {LEADS} leads 0 have an owner"):
        served.all_assigned()


def test_the_peer_does_its_work_in_its_own_process(served: Served) -> None:
    ran = run(SDK, served)
    assert served.all_assigned().calls["contacts.batch_update"] == math.ceil(LEADS / 100)
    assert ran.cpu > 0
    assert 0 < ran.idle_mb < ran.peak_mb


def test_cpu_time_is_divided_among_the_parts_without_rest(served: Served) -> None:
    ran = run(OURS, served, paced=False, parts=True)
    assert set(ran.parts) == set(PARTS)
    assert all(spent > 0 for spent in ran.parts.values())
    assert sum(ran.parts.values()) == pytest.approx(ran.cpu)


def test_the_reps_of_the_rules_are_users_of_the_account(served: Served, tmp_path: Path) -> None:
    with ready(tmp_path, (served.url, served.token), shift=served.shift) as ours:
        users = {user.email for user in ours.wired.connector.owners()}
    assert {rep.email for rep in book().reps.values()} <= users
