"""A quiet HubSpot account, and one that lags and reorders as the real one."""

from __future__ import annotations

import pytest

from sandbox.hubspot import Behaviour
from tests.sandbox.caller import Caller


@pytest.fixture
def crm() -> Caller:
    return Caller()


@pytest.fixture
def lagging() -> Caller:
    return Caller(Behaviour())
