"""Orgs for tests, closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.salesforce.org_world import OrgWorld

Open = Callable[..., OrgWorld]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Return a function that opens an org with a connector, as `OrgWorld` is made."""
    worlds: list[OrgWorld] = []

    def make(**chosen: object) -> OrgWorld:
        worlds.append(OrgWorld(**chosen))  # type: ignore[arg-type]
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(opened: Open) -> OrgWorld:
    return opened()
