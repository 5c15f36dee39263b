"""Portals for tests, closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.hubspot.portal_world import PortalWorld

Open = Callable[..., PortalWorld]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Return a function that opens a portal with a connector, as `PortalWorld` is made."""
    worlds: list[PortalWorld] = []

    def make(**chosen: object) -> PortalWorld:
        worlds.append(PortalWorld(**chosen))  # type: ignore[arg-type]
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(opened: Open) -> PortalWorld:
    return opened()
