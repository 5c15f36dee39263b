"""Portals for tests, closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.contract.standing import opening
from tests.hubspot.portal_world import PortalWorld

Open = Callable[..., PortalWorld]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Return a function that opens a portal with a connector, as `PortalWorld` is made."""
    with opening(PortalWorld) as made:
        yield made


@pytest.fixture
def world(opened: Open) -> PortalWorld:
    return opened()
