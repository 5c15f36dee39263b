"""The scene of these tests; what is said of it depends on no database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.explain.scene import Scene
from tests.sync.office import Office


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    made = Office(sqlite_url)
    yield made
    made.store.close()


@pytest.fixture
def scene(office: Office) -> Scene:
    return Scene.opened(office)
