"""README, CHANGELOG, docs and pinned requirements say what is so."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sync.cli import COMMANDS
from tests.project.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "connectors").rglob("*.md"))
)
PROMISE = """\
> Every lead the CRM can show us is assigned, parked with a reason and a deadline, or waiting: never forgotten.
> Leadswitch gives a lead at most one owner. It never overwrites an owner it could see. If a person changes the owner in
> the instant between our look and our write, we detect it in the CRM's history and put the person's choice back.
"""
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".csv", ".tsv", ".json", ""}
FOLDERS = (".ci", "bench", "cassettes", "config", "connectors", "docs", "router", "sync", "tests")


@cache
def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _name(requirement: str) -> str:
    """Return the normalised name of the package that a requirement asks for."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _asked() -> Iterator[str]:
    project = _project()
    yield from map(_name, project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        yield from map(_name, extra)
    for group in project["dependency-groups"].values():
        yield from (_name(asked) for asked in group if isinstance(asked, str))


# --- dependencies -----------------------------------------------------------------------------------------


def _explained() -> list[str]:
    section = README.partition("## Dependencies")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| ")]
    cells = [row[1] for row in rows if not row[1].strip().startswith("package")]
    return [_name(package.strip()) for cell in cells for package in cell.split(",")]


def test_readme_says_of_every_dependency_what_it_is_for() -> None:
    assert sorted(_explained()) == sorted(set(_asked()))


def _pins(name: str) -> dict[str, str]:
    """Return each pinned package with the text of its entry."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {_name(entry): entry for entry in entries}


PINNED = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")


@pytest.mark.parametrize("file", PINNED)
def test_every_requirement_is_pinned_with_hashes(file: str) -> None:
    pins = _pins(file)
    assert pins
    for entry in pins.values():
        assert re.match(r"[\w.\[\],-]+==[\w.!+]+(\s|$)", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_pins_have_all_that_the_project_asks_for() -> None:
    project = _project()
    runs = {_name(asked) for asked in project["project"]["dependencies"]}
    runs |= {_name(asked) for asked in project["project"]["optional-dependencies"]["postgres"]}
    assert runs <= _pins("requirements.txt").keys()
    assert {_name(asked) for asked in project["dependency-groups"]["build"]} <= _pins(
        "requirements-build.txt"
    ).keys()
    assert set(_asked()) <= _pins("requirements-dev.txt").keys()


def test_development_has_the_very_versions_that_users_have() -> None:
    development = {name: _version(entry) for name, entry in _pins("requirements-dev.txt").items()}
    for file in ("requirements.txt", "requirements-build.txt"):
        for name, entry in _pins(file).items():
            assert development[name] == _version(entry)


def _version(entry: str) -> str:
    return entry.split()[0]


# --- README, CHANGELOG, docs ------------------------------------------------------------------------------


def test_readme_names_the_commands_there_are_and_no_others() -> None:
    table = README.partition("## Commands")[2].partition("\nAll take")[0]
    named = re.findall(
        r"^\| `leadswitch ([a-z-]+(?: (?:schema|migrate|copy|trim|salesforce))?)", table, re.MULTILINE
    )
    assert sorted(named) == sorted(COMMANDS)


def test_readme_has_the_promise_word_by_word_and_promises_no_more() -> None:
    assert PROMISE in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_promises_what_cannot_be_kept(page: Path) -> None:
    assert "exactly once" not in page.read_text(encoding="utf-8").casefold()


def test_the_example_of_readme_is_a_configuration(tmp_path: Path) -> None:
    from config.starter import write_starter
    from sync.wiring import configuration

    write_starter(tmp_path)
    example = README.partition("```yaml\n")[2].partition("```")[0]
    parts = re.split(r"^# (\w+\.yaml)\n", example, flags=re.MULTILINE)[1:]
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = configuration(tmp_path)
    assert [rule.name for rule in found.rulebook.rules][-1] == "Everyone else"


def test_the_changelog_has_an_unreleased_section_with_entries() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = text.partition("\n## Unreleased\n")[2].partition("\n## ")[0]
    assert re.search(r"^- \w", section, re.MULTILINE)


def test_every_page_of_docs_is_in_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages <= set(re.findall(r"\]\(([\w.]+)\)", index))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), target
        assert not anchor or anchor in _anchors(there), target


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- what must not be committed ---------------------------------------------------------------------------

MUST_NOT_BE = {
    "a package registry": re.compile(r"pypi\.org|pythonhosted\.org|--(extra-)?index-url|registry\.npmjs"),
    "a place on somebody's machine": re.compile(r"/(home|Users)/[a-z]\w+/|/root/|/work/(main|shared)"),
    "a key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|pat-(na|eu)\d-[0-9a-f]{8}|\b00D\w{12}![\w.]{20}"),
}


@pytest.mark.parametrize("what", MUST_NOT_BE)
def test_no_file_has(what: str) -> None:
    pattern = MUST_NOT_BE[what]
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in _texts()
        if path != Path(__file__)
        for hit in pattern.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def _texts() -> Iterator[Path]:
    """Yield our own text files; data copied from others is theirs."""
    roots = [path for path in ROOT.iterdir() if path.is_file() and not path.name.endswith((".db", ".lock"))]
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in (*roots, *inside):
        if path.is_file() and path.suffix in TEXT and not {"__pycache__", "data"} & set(path.parts):
            yield path


ADDRESS = re.compile(r"[\w.+-]+@([a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def test_the_people_in_examples_and_docs_have_addresses_of_nobody() -> None:
    """Leads in examples need companies that look real; reps are people one could write to."""
    folders = (ROOT / "config" / "examples", ROOT / "config" / "starter", ROOT / "sync" / "demo" / "files")
    teams = [path for folder in folders for path in folder.rglob("teams.yaml")]
    assert len(teams) > 10
    for path in [*teams, *PAGES]:
        for hit in ADDRESS.finditer(path.read_text(encoding="utf-8")):
            domain = hit[0].rpartition("@")[2].lower()
            reserved = domain.split(".")[-2:] in (["example", "com"], ["example", "org"], ["example", "net"])
            assert reserved or domain.endswith(".example"), f"{path.relative_to(ROOT)}: {hit[0]}"
