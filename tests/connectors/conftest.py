from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connectors.memory_files import CSV, SAMPLE


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    file = tmp_path / "leads.csv"
    file.write_text(CSV)
    return file


@pytest.fixture
def json_file(tmp_path: Path) -> Path:
    file = tmp_path / "leads.json"
    file.write_text(json.dumps(SAMPLE))
    return file
