"""What is installed: our names belong to us alone, and the wheel has all that the program reads."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.project.source import PACKAGES, ROOT

NAMES = (*PACKAGES, "console", "sandbox")
"""Top-level names that are ours, or reserved for later."""


def foreign_owners(owners: Mapping[str, Iterable[str]]) -> list[str]:
    """Return which other distributions bring a package that has one of our names."""
    return [
        f"the package {name} is also in the distribution {owner}: whichever comes first on the path wins, so "
        f"uninstall {owner}, or install Leadswitch in an environment of its own"
        for name in NAMES
        for owner in sorted(set(owners.get(name, ())) - {"leadswitch"})
    ]


def test_no_other_distribution_has_a_package_of_our_name() -> None:
    assert not foreign_owners(packages_distributions())


def test_another_owner_of_our_names_is_told_with_the_way_out() -> None:
    [told] = foreign_owners({"config": ["leadswitch", "config-py"], "typer": ["typer"]})
    assert "config is also in the distribution config-py" in told
    assert "environment of its own" in told


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Build the wheel, without a network, and return the names of its files."""
    folder = tmp_path_factory.mktemp("wheel")
    [built] = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with ZipFile(built) as archive:
        return frozenset(archive.namelist())


def test_the_wheel_has_every_file_of_the_packages(wheel: frozenset[str]) -> None:
    ours = {path for package in PACKAGES for path in (ROOT / package).rglob("*") if _is_shipped(path)}
    assert not {str(path.relative_to(ROOT)) for path in ours} - wheel


def _is_shipped(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


@pytest.mark.parametrize(
    "name",
    [
        *(f"{package}/py.typed" for package in PACKAGES),
        "config/starter/leadswitch.yaml",
        "config/starter/mapping/sample.yaml",
        "config/examples/round_robin/rules.yaml",
        "connectors/normalise/tables/country_names.tsv",
        "connectors/normalise/tables/SOURCES.md",
        "sync/demo/files/hubspot.json",
        "sync/demo/files/salesforce.json",
        "sync/demo/files/NOTICE",
        "sync/migrations/env.py",
    ],
)
def test_the_wheel_has_what_the_program_reads(name: str, wheel: frozenset[str]) -> None:
    assert name in wheel


def test_the_wheel_has_the_packages_and_nothing_else(wheel: frozenset[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    [about] = [top for top in tops if top.endswith(".dist-info")]
    assert {f"{about}/licenses/LICENSE", f"{about}/licenses/NOTICE", f"{about}/entry_points.txt"} <= wheel


def test_the_program_is_an_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"leadswitch": "sync.cli:main"}
