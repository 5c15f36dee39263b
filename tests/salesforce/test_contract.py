"""The Salesforce connector keeps the contract, against the sandbox over HTTP, with each carrier of notes."""

from __future__ import annotations

import pytest

from tests.contract.promises import Check
from tests.contract.suite import CHECKS, ContractSuite
from tests.contract.world import World
from tests.salesforce.org_world import OrgWorld


class TestSalesforce(ContractSuite):
    def world(self) -> World:
        return OrgWorld()


class TestRecords(ContractSuite):
    """Only what is said of notes: everything else is the same."""

    def world(self) -> World:
        return OrgWorld(carrier="record")

    @pytest.mark.parametrize(
        "check", [one for one in CHECKS if "note" in one.name], ids=lambda check: check.name
    )
    def test_promise(self, check: Check) -> None:
        super().test_promise(check)
