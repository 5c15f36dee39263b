"""The HubSpot connector keeps the contract, against the sandbox over HTTP, on both generations of paths."""

from __future__ import annotations

from tests.contract.suite import ContractSuite
from tests.contract.world import World
from tests.hubspot.portal_world import PortalWorld


class TestHubSpot(ContractSuite):
    def world(self) -> World:
        return PortalWorld()


class TestDatedPaths(ContractSuite):
    def world(self) -> World:
        return PortalWorld(api="2026-09")
