"""The scenarios of all CRMs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.cassettes.hubspot.scenarios import SCENARIOS as OF_HUBSPOT
from tests.cassettes.salesforce.scenarios import SCENARIOS as OF_SALESFORCE
from tests.cassettes.stage import Scenario

SCENARIOS: Mapping[str, Scenario[Any]] = {
    **{f"hubspot/{name}": each for name, each in OF_HUBSPOT.items()},
    **{f"salesforce/{name}": each for name, each in OF_SALESFORCE.items()},
}
