"""The Salesforce connector keeps the contract, against the sandbox over HTTP, with each carrier of notes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.promises import Check
from tests.contract.suite import CHECKS, ContractSuite
from tests.contract.world import World
from tests.salesforce.org_world import OrgWorld


class TestSalesforce(ContractSuite):
    carrier = "task"
    worlds: list[OrgWorld]

    @pytest.fixture(autouse=True)
    def closing(self) -> Iterator[None]:
        self.worlds = []
        yield
        for world in self.worlds:
            world.close()

    def world(self) -> World:
        self.worlds.append(OrgWorld(carrier=self.carrier))
        return self.worlds[-1]


class TestRecords(TestSalesforce):
    """Only what is said of notes: everything else is the same."""

    carrier = "record"

    @pytest.mark.parametrize(
        "check", [one for one in CHECKS if "note" in one.name], ids=lambda check: check.name
    )
    def test_promise(self, check: Check) -> None:
        super().test_promise(check)
