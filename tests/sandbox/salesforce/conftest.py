"""A quiet Salesforce org."""

from __future__ import annotations

import pytest

from tests.sandbox.salesforce.caller import Caller


@pytest.fixture
def sf() -> Caller:
    return Caller()
