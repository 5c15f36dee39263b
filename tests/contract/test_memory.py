"""The memory connector keeps the contract, with and without its optional abilities."""

from __future__ import annotations

from connectors.contract import Features
from tests.contract.memory_world import MemoryWorld
from tests.contract.suite import ContractSuite
from tests.contract.world import World


class TestMemory(ContractSuite):
    def world(self) -> World:
        return MemoryWorld()


class TestMemoryWithoutAbilities(ContractSuite):
    def world(self) -> World:
        return MemoryWorld(features=Features(read_batch=7))
