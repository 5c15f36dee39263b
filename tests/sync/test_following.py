"""`follow_account` in a pass: companies of the CRM, earlier leads, what is stored of it and made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from connectors.contract import Company
from router.model import OwnerId, RecordId, RepId
from router.route import Router
from sync import schema
from sync.following import Companies
from sync.passes import Order, run_pass
from sync.preview import Unsent
from sync.replay import decisions_of, replayed
from sync.report import entries_of
from sync.wiring import stored_configuration
from tests.router.build import lead
from tests.sync.office import Office

FILES = {
    "leadswitch.yaml": "connections: [{name: crm, kind: memory, file: x.json, take: all}]",
    "teams.yaml": """
reps:
  - {id: ana, name: Ana, email: ana@reps.example}
  - {id: bo, name: Bo, email: bo@reps.example}
  - {id: cy, name: Cy, email: cy@reps.example}
teams: [{name: smb, members: [ana, bo, cy]}]
""",
    "rules.yaml": """
same_person: {within: 365d}
rules:
  - {name: France in turn, when: {country: FR}, assign: {team: smb}}
  - {name: all, assign: {team: smb, follow_account: true}}
""",
}


COMPANIES = [
    Company(RecordId("7"), "Acme Foods", "acme.com", OwnerId("u-cy")),
    Company(RecordId("8"), "Bravo", "bravo.com", OwnerId("u-boss")),  # who is no rep
    Company(RecordId("9"), "Charlie", "charlie.com", None),
    Company(RecordId("10"), "Mailers", "gmail.com", OwnerId("u-cy")),
]


@pytest.fixture
def knowing(office: Office) -> Office:
    """An office whose CRM has companies."""
    office.crm.companies = {one.id: one for one in COMPANIES}
    office.features = replace(office.features, accounts=True)
    return office


def sync(office: Office, files: Mapping[str, str] = FILES) -> None:
    found = stored_configuration(dict(files))
    wired = replace(office.wired(), files=found.files, config=found.hash, router=Router(found.rulebook))
    run_pass(wired, office.store, office.seams(), Order())


def decided(office: Office, record: RecordId) -> tuple[str | None, str]:
    """Return who got a lead and how, after making its decisions again."""
    row = office.ledger()[record]
    entry = entries_of(office.store, f"crm/leads/{record}")[-1]
    numbers = decisions_of(office.store, entry.key)
    found = [replayed(office.store, number, entry.ref) for number in numbers]
    assert all(each.same and each.trace for each in found)
    assert found[-1].trace is not None
    assert found[-1].trace.decision.reasons == found[-1].stored.reasons
    return row["rep"], found[-1].stored.by


def test_a_lead_goes_to_the_owner_of_the_crms_company(knowing: Office) -> None:
    by_domain = knowing.lead(email="eve@acme.com")
    by_name = knowing.lead(email="eve@gmail.com", company="ACME Foods, Inc.")
    typed = knowing.lead(email="tim@gmail.com", company="Acme Fodos")
    sync(knowing)
    assert {decided(knowing, each) for each in (by_domain, by_name, typed)} == {("cy", "account")}
    reasons = knowing.table(schema.decisions)[0]["reasons"]
    assert "the account is with cy: the same domain as company 7, confidence 0.99" in reasons


def test_a_rehearsal_asks_for_companies_too(knowing: Office) -> None:
    lead = knowing.lead(email="eve@acme.com")
    knowing.wrapped = Unsent
    sync(knowing)
    assert decided(knowing, lead) == ("cy", "account")
    assert knowing.owner(lead) is None


def test_the_crm_is_asked_once_a_pass_for_each_domain_and_name() -> None:
    asked: list[tuple[Sequence[str], Sequence[str]]] = []

    def ask(domains: Sequence[str], names: Sequence[str]) -> Sequence[Company]:
        asked.append((domains, names))
        return COMPANIES

    companies = Companies(ask, {OwnerId("u-cy"): RepId("cy")})
    leads = [
        lead(domain="acme.com", company="Acme Foods Inc."),
        lead(domain="ACME.com", company="acme foods"),
        lead(domain="gmail.com", company="n/a"),
        lead(),
    ]
    companies.look_for(leads)
    companies.look_for(leads)
    assert asked == [(["acme.com"], ["acme foods", "acme foods inc."])]
    found = [companies.account_of(each) for each in leads]
    assert [each and (each.owner, each.confidence) for each in found] == [("cy", 1.0)] * 2 + [None] * 2


def test_no_call_is_made_where_no_rule_follows_an_account(knowing: Office) -> None:
    lead = knowing.lead(email="eve@acme.com", country="FR")
    sync(knowing)
    assert decided(knowing, lead)[1] == "round_robin"
    assert "accounts" not in knowing.calls


def test_a_company_of_somebody_who_is_no_rep_is_routed_with_that_reason(knowing: Office) -> None:
    lead, nobodys = knowing.lead(email="eve@bravo.com"), knowing.lead(email="eve@charlie.com")
    sync(knowing)
    assert decided(knowing, lead)[1] == decided(knowing, nobodys)[1] == "round_robin"
    first, second = (row["reasons"] for row in knowing.table(schema.decisions))
    assert "the account has an owner who is no rep here: the same domain as company 8" in first
    assert "account" not in second


def test_without_companies_in_the_crm_a_lead_goes_where_earlier_ones_of_its_account_went(
    office: Office,
) -> None:
    first = office.lead(email="eve@acme.com", company="Acme Foods", country="FR")
    second = office.lead(email="tim@acme.com")
    sync(office)
    office.clock.pass_by(days=1)
    later = office.lead(email="joe@acme.com")
    by_name = office.lead(email="joe@gmail.com", company="ACME Foods Ltd")
    other = office.lead(email="joe@acme.org", company="Acme Foods")
    free = [office.lead(email=f"{name}@gmail.com") for name in ("a", "b", "c")]
    sync(office)
    owner, by = decided(office, first)
    assert by == "round_robin"
    assert {decided(office, each) for each in (second, later, by_name)} == {(owner, "account")}
    assert {decided(office, each)[1] for each in (other, *free)} == {"round_robin"}


def test_an_account_keeps_its_owner_when_a_lead_of_it_goes_to_somebody_else(office: Office) -> None:
    first = office.lead(email="eve@acme.com")
    sync(office)
    others = [office.lead(email=f"p{n}@acme.com", country="FR") for n in range(3)]
    sync(office)
    assert {decided(office, each)[1] for each in others} == {"round_robin"}
    last = office.lead(email="joe@acme.com")
    sync(office)
    assert decided(office, last) == (decided(office, first)[0], "account")


def test_an_account_whose_owner_left_gets_a_new_one(office: Office) -> None:
    first = office.lead(email="eve@acme.com")
    sync(office)
    gone, _ = decided(office, first)
    left = {**FILES, "teams.yaml": FILES["teams.yaml"].replace(f"{gone}@reps.example", "gone@reps.example")}
    leads = [office.lead(email=f"p{n}@acme.com") for n in range(3)]
    sync(office, left)
    owners = [decided(office, each) for each in leads]
    assert owners[0][1] == "round_robin"
    assert owners[1:] == [(owners[0][0], "account")] * 2


def test_nothing_that_is_kept_of_an_account_can_be_read(office: Office) -> None:
    office.lead(email="eve@acme.com", company="Acme Foods")
    office.lead(email="tim@acme.com", company="Acme Foods")
    sync(office)
    for table in (schema.persons, schema.decisions, schema.claims, schema.log):
        assert "acme" not in str(office.table(table)).lower()


def test_a_lead_given_back_leaves_no_account(office: Office) -> None:
    lead = office.lead(email="eve@acme.com")
    sync(office)
    kept = office.table(schema.persons)
    assert len(kept) == 2
    assert {row["lead"] for row in kept} == {office.ledger()[lead]["key"]}


def test_a_lead_waits_for_the_owner_of_its_account_and_is_then_routed(office: Office) -> None:
    first = office.lead(email="eve@acme.com")
    sync(office)
    owner, _ = decided(office, first)
    entry = f"email: {owner}@reps.example"
    away = {
        **FILES,
        "teams.yaml": FILES["teams.yaml"].replace(entry, f"{entry}, away: [2026-03-01..2026-04-01]"),
    }
    later = office.lead(email="joe@acme.com")
    for _ in range(3):
        sync(office, away)
        assert (office.step(later), decided(office, later)) == ("held", (None, "hold"))
        office.clock.pass_by(hours=1)
    assert office.ledger()[later]["reason"] == f"waits for {owner}: away until 2026-04-01"
    office.clock.pass_by(hours=2)
    sync(office, away)
    taker, by = decided(office, later)
    assert (by, taker != owner) == ("round_robin", True)


def test_a_lead_that_waited_goes_to_its_owner_who_is_back(office: Office) -> None:
    first = office.lead(email="eve@acme.com")
    sync(office)
    owner, _ = decided(office, first)
    entry = f"email: {owner}@reps.example"
    away = {**FILES, "teams.yaml": FILES["teams.yaml"].replace(entry, f"{entry}, away: [2026-03-02]")}
    office.clock.now = office.clock.now.replace(hour=22)
    later = office.lead(email="joe@acme.com")
    sync(office, away)
    assert office.step(later) == "held"
    office.clock.pass_by(hours=3)
    sync(office, away)
    assert decided(office, later) == (owner, "account")
