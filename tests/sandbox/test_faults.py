"""Faults by rule and by seed: what is applied, when, and what the caller sees of it."""

from __future__ import annotations

import pytest

from sandbox.faults import (
    CUT_AFTER,
    CUT_BEFORE,
    CUT_WITHIN,
    LOCKED,
    PROXY,
    ZOMBIE,
    Fault,
    busy,
    delay,
    error_after,
    error_before,
    migrating,
    named,
)
from sandbox.hubspot import Portal
from sandbox.messages import Cut
from tests.sandbox.caller import Caller

UPDATES = "contacts.batch_update"


@pytest.mark.parametrize(
    ("fault", "status", "cut", "applied"),
    [
        (CUT_BEFORE, 500, Cut.SILENT, False),
        (CUT_AFTER, 200, Cut.SILENT, True),
        (CUT_WITHIN, 200, Cut.MIDDLE, True),
        (ZOMBIE, 500, Cut.SILENT, False),
        (error_before(503), 503, None, False),
        (error_after(500), 500, None, True),
        (PROXY, 200, None, False),
        (LOCKED, 423, None, False),
        (busy(5), 429, None, False),
        (migrating(60), 477, None, False),
        (delay(3.0), 200, None, True),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else None,
)
def test_a_fault_strikes_before_or_after_the_write(
    crm: Caller, fault: Fault, status: int, cut: Cut | None, *, applied: bool
) -> None:
    (key,) = crm.contacts(1)
    crm.portal.faults.add(UPDATES, fault, times=1)
    answer = crm.update((key, {"firstname": "A"}))
    assert (answer.status, answer.cut) == (status, cut)
    assert ("firstname" in crm.portal.values("contacts", key)) is applied
    assert answer.wait == fault.wait
    (seen,) = crm.portal.seen
    assert (seen.kind, seen.fault, seen.applied) == (UPDATES, fault.name, applied)
    assert crm.update((key, {"firstname": "A"})).status == 200, "only once"


def test_a_zombie_write_lands_eleven_to_forty_seconds_later_over_what_a_person_wrote(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    ours, theirs = (crm.portal.owners.add(f"{name}@example.com").id for name in ("ours", "theirs"))
    crm.portal.faults.add(UPDATES, ZOMBIE)
    crm.update((key, {"hubspot_owner_id": ours}))
    crm.now += 5
    crm.portal.edit("contacts", key, {"hubspot_owner_id": theirs})
    crm.now += 5.9
    assert crm.portal.owner_of(key) == theirs
    crm.now += 3600
    assert crm.portal.owner_of(key) == ours
    entry = crm.portal.history("contacts", key, "hubspot_owner_id")[0]
    assert 11_000 <= entry.at - (crm.now - 3610.9) * 1000 <= 40_000


def test_a_proxys_page_is_html_with_status_200(crm: Caller) -> None:
    crm.portal.faults.add("contacts.list", PROXY)
    answer = crm.ask("GET", "/crm/v3/objects/contacts")
    assert (answer.status, answer.headers["content-type"][:9]) == (200, "text/html")
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_some_refusals_say_when_to_come_again(crm: Caller) -> None:
    for fault in (busy(5), migrating(5)):
        crm.portal.faults.clear()
        crm.portal.faults.add("*", fault)
        assert crm.ask("GET", "/crm/v3/owners").headers["retry-after"] == "5"


def test_rules_count_calls_and_look_at_them(crm: Caller) -> None:
    (key,) = crm.contacts(1)
    only = crm.portal.faults.add(
        "*.batch_update", error_before(), skip=1, times=2, only=lambda r: key.encode() in r.body
    )
    statuses = [crm.update((key, {})).status for _ in range(5)]
    assert statuses == [200, 502, 502, 200, 200]
    assert only.times == 0
    assert crm.update(("999", {})).status == 207


def test_the_same_seed_strikes_the_same_calls() -> None:
    def struck(seed: int) -> list[int]:
        crm = Caller(seed=seed)
        crm.portal.faults.add("*", error_before(), chance=0.2)
        return [crm.ask("GET", "/crm/v3/owners").status for _ in range(100)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 5 < struck(1).count(502) < 40


def test_faults_end_when_they_are_cleared(crm: Caller) -> None:
    crm.portal.faults.add("*", CUT_BEFORE)
    crm.portal.faults.clear()
    assert crm.ask("GET", "/crm/v3/owners").cut is None


@pytest.mark.parametrize(
    "name", ["cut_after", "zombie", "proxy", "delay", "error_before", "error_after", "busy", "migrating"]
)
def test_faults_have_names(name: str) -> None:
    assert named(name, 503).name.startswith(name)


def test_a_fault_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(ValueError, match="known: cut_before, cut_after"):
        named("explode")


def test_calls_are_counted_by_kind_and_by_status(crm: Caller) -> None:
    crm.ask("GET", "/crm/v3/owners")
    crm.ask("GET", "/crm/v3/objects/contacts/9")
    crm.search()
    crm.ask("GET", "/nowhere")
    assert dict(crm.portal.calls) == {"owners.list": 1, "contacts.get": 1, "contacts.search": 1, "unknown": 1}
    assert dict(crm.portal.statuses) == {200: 2, 404: 2}


def test_latency_is_said_per_kind_of_call() -> None:
    portal = Portal(latency=lambda kind: 0.5 if kind.endswith(".search") else 0.08)
    crm = Caller()
    crm.portal = portal
    assert crm.ask("POST", "/crm/v3/objects/contacts/search", {}).wait == 0.5
    assert crm.ask("GET", "/crm/v3/owners").wait == 0.08


def test_two_accounts_of_one_seed_answer_alike() -> None:
    def told(seed: int) -> list[bytes]:
        crm = Caller(seed=seed)
        crm.contacts(20)
        found = crm.ask("GET", "/crm/v3/objects/contacts").body, crm.update(("51", {"firstname": "A"})).body
        return list(found)

    assert told(1) == told(1)
