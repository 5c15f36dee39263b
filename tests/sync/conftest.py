"""An office on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.office import Office


@pytest.fixture
def office(store_url: str) -> Iterator[Office]:
    made = Office(store_url)
    yield made
    made.store.close()
