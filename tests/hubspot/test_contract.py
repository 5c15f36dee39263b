"""The HubSpot connector keeps the contract, against the sandbox over HTTP, on both generations of paths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.suite import ContractSuite
from tests.contract.world import World
from tests.hubspot.portal_world import PortalWorld


class TestHubSpot(ContractSuite):
    api = "v3"
    worlds: list[PortalWorld]

    @pytest.fixture(autouse=True)
    def closing(self) -> Iterator[None]:
        self.worlds = []
        yield
        for world in self.worlds:
            world.close()

    def world(self) -> World:
        self.worlds.append(PortalWorld(api=self.api))
        return self.worlds[-1]


class TestDatedPaths(TestHubSpot):
    api = "2026-09"
