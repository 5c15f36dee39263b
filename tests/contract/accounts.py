"""What the contract says of companies that are found by domain or name."""

from __future__ import annotations

from tests.contract.promises import promise
from tests.contract.world import World

EVERY = "Return every company with one of the domains or one of the names, each once; only where `features.accounts`."
CASE = "Case does not count, any other difference does."
FRESH = (
    "What is told of a company is as it stands now; one that was made or renamed a moment ago may be missed."
)
ANY_NUMBER = "Any number of domains and names may be given; none are no call."


@promise(
    EVERY,
    "A company that the CRM knows, whether or not a lead is tied to it; `owner` None where nobody owns it.",
    needs="accounts",
)
def companies_are_found_by_domain_or_name_each_once(world: World) -> None:
    ana, bo = world.people()[:2]
    both = world.add_company("Acme", "acme.example", owner=ana)
    by_name = world.add_company("Bolt", owner=bo)
    by_domain = world.add_company(None, "firm.example")
    world.add_company("Other", "other.example", owner=ana)
    told = world.connector.accounts(["acme.example", "firm.example", "nobody.example"], ["Acme", "Bolt"])
    assert sorted(one.id for one in told) == sorted([both, by_name, by_domain])
    assert {one.id: one.owner for one in told} == {both: ana, by_name: bo, by_domain: world.unowned}


@promise(
    "`domain` and `name` are as the CRM has them, None without a value; `changed` is when anything on it was last "
    "changed (aware UTC), None where the CRM does not say.",
    needs="accounts",
)
def a_company_is_told_as_the_crm_has_it(world: World) -> None:
    world.add_company("Acme Ltd.", None)
    before = world.now
    later = world.add_company("Bolt", "bolt.example")
    (named,) = world.connector.accounts([], ["acme ltd."])
    (other,) = world.connector.accounts(["bolt.example"], [])
    assert (named.name, named.domain, named.owner) == ("Acme Ltd.", None, world.unowned)
    assert (other.id, other.name, other.domain) == (later, "Bolt", "bolt.example")
    for changed in (named.changed, other.changed):
        assert changed is None or changed.utcoffset() is not None
    assert other.changed is None or other.changed >= before


@promise(CASE, needs="accounts")
def a_company_is_found_whatever_the_case_and_by_nothing_less_than_its_name(world: World) -> None:
    company = world.add_company("ACME Holding", "Acme.Example")
    for domains, names in (
        (["aCME.exaMPLE"], []),
        ([], ["acme HOLDING"]),
    ):
        assert [one.id for one in world.connector.accounts(domains, names)] == [company]
    assert world.connector.accounts(["acme", "www.acme.example"], ["Acme", "ACME Holding Ltd"]) == []


@promise(EVERY, ANY_NUMBER, needs="accounts")
def more_companies_than_fit_on_a_page_and_more_names_than_in_a_call_are_all_found(world: World) -> None:
    alike = [world.add_company(f"Branch {number}", "chain.example") for number in range(25)]
    names = [f"A company with the number {number:03}" for number in range(150)]
    first, last = (world.add_company(names[place]) for place in (0, -1))
    told = world.connector.accounts(["chain.example"], names)
    assert sorted(one.id for one in told) == sorted([*alike, first, last])


@promise(FRESH, needs="accounts")
def a_renamed_company_is_told_by_its_name_of_now(world: World) -> None:
    company = world.add_company("Before", "same.example")
    assert world.connector.accounts(["same.example"], []) == world.connector.accounts([], ["Before"])
    world.rename_company(company, "After")
    assert [one.name for one in world.connector.accounts(["same.example"], [])] == ["After"]
    assert world.connector.accounts([], ["Before"]) == []


@promise(ANY_NUMBER, needs="accounts")
def nobody_is_asked_for_no_company(world: World) -> None:
    before = world.calls
    assert list(world.connector.accounts([], [])) == []
    assert world.calls == before
