"""What each command loads, in a process of its own: nothing slow before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from config.starter import write_starter
from sync.commands.sync import run as sync_once
from sync.screen import Screen

PROGRAM = """
import json, sys
sys.argv[0] = "leadswitch"
from sync.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
"""

OF_TYPER = "annotated_doc shellingham typer"
OF_PYDANTIC = "annotated_types cython_runtime pydantic pydantic_core typing_extensions typing_inspection yaml"
OF_READING = f"{OF_TYPER} {OF_PYDANTIC}"
OF_STORE = f"{OF_READING} sqlalchemy tenacity greenlet orjson"
OF_NORMALISING = "publicsuffixlist idna phonenumbers tzdata"
OF_CONFIG = "router.model router.rules router.capacity router.trace config config.*"
OF_OUR_OPTIONS = f"connectors connectors.* {OF_CONFIG}"
"""Options stand in each connector's `__init__`; the connectors themselves are excluded below."""
OF_MATCHING = "router.match router.conditions router.comparisons router.columns router.trace"

LOADS = {
    "--help": (OF_TYPER, "sync sync.cli"),
    "sync --help": (OF_READING, "sync sync.cli"),
    "config schema": (OF_READING, f"router {OF_CONFIG} sync.commands.schema"),
    "init new": (OF_READING, f"router {OF_CONFIG} sync.commands.init"),
    "check": (
        OF_READING,
        f"{OF_OUR_OPTIONS} {OF_MATCHING} router sync.commands.check sync.volume sync.wiring",
    ),
    "route leads.csv --json": (f"{OF_READING} {OF_NORMALISING}", f"{OF_OUR_OPTIONS} router router.* sync.*"),
    "parked --json": (OF_STORE, f"{OF_OUR_OPTIONS} router router.* sync.*"),
    "explain 1 --json": (OF_STORE, f"{OF_OUR_OPTIONS} router router.* sync.*"),
    "retry --json": (OF_STORE, f"{OF_OUR_OPTIONS} router router.* sync.*"),
    "sync --json": (f"{OF_STORE} {OF_NORMALISING}", f"{OF_OUR_OPTIONS} router router.* sync.*"),
}
"""Command -> (other people's packages, our modules) that it may load; patterns as of file names."""

ALWAYS = "sync sync.cli sync.commandline sync.screen sync.trouble sync.commands"

NEVER = {
    "check": "sync.store sync.schema connectors.memory.* connectors.normalise.mapping router.route",
    "route leads.csv --json": "sync.store sync.schema sync.passes connectors.memory.*",
    "parked --json": "connectors.memory.* sync.passes connectors.normalise.mapping",
    "explain 1 --json": "connectors.memory.* sync.passes",
}
"""Our modules that a wider pattern allows and the command does without."""

OTHER_CRMS = "connectors.hubspot.* connectors.salesforce.* connectors.leadsquared.* connectors.http"
"""Of CRMs without a connection not even the connector is loaded."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the starter configuration after one pass."""
    made = tmp_path_factory.mktemp("starter")
    write_starter(made)
    assert sync_once(Screen(made, quiet=True), every=None, connection=None, dry_run=False) == 0
    return made


@pytest.mark.parametrize("command", LOADS)
def test_a_command_loads_only_what_it_needs(command: str, directory: Path) -> None:
    loaded = _loaded(command, directory)
    others, own = LOADS[command]
    assert not _beyond(_third_parties(loaded), others)
    assert not _beyond(_ours(loaded), f"{own} {ALWAYS}")
    assert not [name for name in loaded if _matches(name, f"{NEVER.get(command, '')} {OTHER_CRMS}")]


def test_the_allow_list_says_what_is_too_much() -> None:
    loaded = {"sqlalchemy.orm", "typer", "json", "sync.store", "sync.cli"}
    assert _beyond(_third_parties(loaded), OF_TYPER) == ["sqlalchemy"]
    assert _beyond(_ours(loaded), ALWAYS) == ["sync.store"]


def test_a_pass_over_a_file_loads_no_crm_library_and_no_migrations(directory: Path) -> None:
    loaded = _third_parties(_loaded("sync --json", directory))
    assert not loaded & {"alembic", "hubspot", "simple_salesforce", "requests", "rich", "pydantic_settings"}


def _loaded(command: str, directory: Path) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command.split()], cwd=directory, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stderr.rpartition("\n")[2]))


def _third_parties(loaded: set[str]) -> set[str]:
    tops = {name.partition(".")[0] for name in loaded}
    installed = {name for name in tops if not name.startswith("_") and name not in sys.stdlib_module_names}
    return installed - {"config", "connectors", "router", "sync", "sitecustomize"}


def _ours(loaded: set[str]) -> set[str]:
    return {name for name in loaded if name.partition(".")[0] in {"config", "connectors", "router", "sync"}}


def _beyond(loaded: set[str], allowed: str) -> list[str]:
    return sorted(name for name in loaded if not _matches(name, allowed))


def _matches(name: str, patterns: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns.split())
