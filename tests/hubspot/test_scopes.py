"""The scopes of a token, as `check --live` tells them. The endpoint is known from documentation only."""

from __future__ import annotations

import pytest

from connectors.contract import Rights
from connectors.hubspot import wire_rights
from sandbox.faults import error_before
from tests.hubspot.conftest import Open
from tests.hubspot.portal_world import FIELDS, PortalWorld

LEAST = frozenset({"crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.owners.read"})


def scoped(world: PortalWorld, scopes: frozenset[str]) -> Rights:
    world.portal.access.limit_to(world.portal.token, scopes)
    return world.another().rights()


def test_a_token_with_the_least_scopes_is_right(world: PortalWorld) -> None:
    assert scoped(world, LEAST) == Rights()


def test_a_missing_scope_and_a_needless_one_are_told(world: PortalWorld) -> None:
    given = LEAST - {"crm.objects.owners.read"} | {"crm.objects.deals.write", "oauth"}
    found = scoped(world, given)
    assert found == Rights(("crm.objects.owners.read",), ("crm.objects.deals.write",))


def test_companies_are_needed_where_they_are_mapped(opened: Open) -> None:
    world = opened(fields=FIELDS | {"company.name"})
    assert scoped(world, LEAST) == Rights(missing=("crm.objects.companies.read",))


def test_the_scope_of_companies_is_never_needless_since_accounts_are_found_with_it(
    world: PortalWorld,
) -> None:
    assert scoped(world, LEAST | {"crm.objects.companies.read"}) == Rights()


def test_where_hubspot_does_not_tell_nothing_is_wrong(world: PortalWorld) -> None:
    world.portal.faults.add("oauth.info", error_before(500))
    assert scoped(world, frozenset()) == Rights()


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        ("contact", "crm.objects.contacts.write"),
        ("companies", "crm.objects.companies.write"),
        ("deals", "crm.objects.deals.write"),
        ("tickets", "tickets"),
    ],
)
def test_each_object_has_scopes_of_its_own(kind: str, scope: str) -> None:
    assert scope in wire_rights.scopes_needed(kind, companies=False)
