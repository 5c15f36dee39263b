"""Recording again gives the bytes that are there: the sandbox still answers what the cassettes hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cassettes.record import FOLDER, record
from tests.cassettes.scenarios import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_sandbox_still_answers_what_a_cassette_holds(name: str, sqlite_url: str, tmp_path: Path) -> None:
    again, there = record(SCENARIOS[name], sqlite_url, tmp_path), FOLDER / SCENARIOS[name].cassette
    assert again.read_text(encoding="utf-8") == there.read_text(encoding="utf-8"), (
        "sandbox, connector or engine speak differently now; if that is meant, run `make record` and read the diff"
    )
