"""A configuration to run the program on."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from tests.cli.program import Office


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the developer's own shell says about terminals and configurations."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LEADSWITCH_CONFIG", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return the starter configuration: six leads in a file, three reps."""
    return Office.starting(tmp_path / "office")


@pytest.fixture(scope="session")
def after_one_pass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter configuration after its first pass, to be copied."""
    office = Office.starting(tmp_path_factory.mktemp("synced") / "office")
    assert office.run("sync").code == 0
    return office.directory


@pytest.fixture
def synced(tmp_path: Path, after_one_pass: Path) -> Office:
    """Return the starter configuration after its first pass: five leads assigned, one parked."""
    return Office(Path(copytree(after_one_pass, tmp_path / "office", dirs_exist_ok=True)))
