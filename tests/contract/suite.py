"""The contract's suite: subclass `ContractSuite`, return your world, and every promise is tested."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import closing

import pytest

from tests.contract import accounts, failing, reading, writing
from tests.contract.promises import CHECKS, Check
from tests.contract.world import World

__all__ = ["CHECKS", "ContractSuite", "accounts", "failing", "reading", "writing"]


class ContractSuite(ABC):
    """All checks, each against a fresh world."""

    @abstractmethod
    def world(self) -> World:
        """Return an empty CRM with a connector."""

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_promise(self, check: Check) -> None:
        with closing(self.world()) as world:
            if check.needs and not getattr(world.connector.features, check.needs):
                pytest.skip(f"this connector has no {check.needs}")
            check.run(world)
