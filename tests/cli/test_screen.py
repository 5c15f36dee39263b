"""How output looks: on a narrow terminal, without colours, in a poor encoding, and with odd text in a CRM."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys

import pytest
from rich.cells import cell_len

from sync.screen import counted, visible
from tests.cli.program import Office

LONG_ENOUGH = 60
LONG_IDS = ("00Qfj00000AbCdEAAX", "00Qfj00000AbCdFAAX")


def _on_a_terminal(office: Office, *arguments: str, **environment: str) -> str:
    """Run the program on a terminal of 80 columns and return all it showed."""
    here, there = pty.openpty()
    known = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environment}
    ran = subprocess.Popen(
        [sys.executable, "-m", "sync.cli", "--config", str(office.directory), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=there,
        stderr=there,
        env={**os.environ, **known},
        close_fds=True,
    )
    os.close(there)
    shown = b""
    try:
        while select.select([here], [], [], LONG_ENOUGH)[0]:
            try:
                read = os.read(here, 65_536)
            except OSError:  # Linux says so when the program has gone
                break
            if not read:
                break
            shown += read
    finally:
        ran.kill()
        ran.wait()
        os.close(here)
    return shown.decode().replace("\r\n", "\n")


def test_tables_fit_into_eighty_columns(synced: Office) -> None:
    synced.write(
        "long.csv",
        f"id,email,country\n{'x' * 60},a@b.de,DE\n2,c@d.de,DE\n",
    )
    for command in (["parked"], ["route", str(synced.directory / "long.csv")], ["sync", "--dry-run"]):
        shown = _on_a_terminal(synced, *command, NO_COLOR="1")
        rows = [line for line in shown.splitlines() if "─" in line or "│" in line]
        assert all(cell_len(line) <= 80 for line in re.sub("\x1b[^m]*m", "", shown).splitlines()), shown
        assert rows, shown


def test_lines_break_between_words(synced: Office) -> None:
    shown = _on_a_terminal(synced, "sync", NO_COLOR="1")
    assert "see `leadswitch parked`" in " ".join(shown.split())
    assert all(cell_len(line) <= 80 for line in shown.splitlines())


def test_no_color_is_honoured(synced: Office) -> None:
    assert "\x1b[" in _on_a_terminal(synced, "explain", "1")
    for command in ("sync", "explain 1"):
        assert "\x1b[3" not in _on_a_terminal(synced, *command.split(), NO_COLOR="1")


def test_nothing_but_text_goes_into_files_and_pipes(synced: Office) -> None:
    for command in ("sync", "parked", "explain 1", "check"):
        told = synced.run(*command.split())
        assert "\x1b" not in told.out + told.err


def test_json_is_one_object_a_line_with_nothing_between(synced: Office) -> None:
    synced.write("two.csv", "email\na@b.de\nc@d.de\n")
    lines = synced.run("route", str(synced.directory / "two.csv"), "--json").out.splitlines()
    assert [json.loads(line)["lead"] for line in lines] == ["1", "2"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_no_character_is_too_much_for_an_encoding(encoding: str, office: Office) -> None:
    office.write("two.csv", "id,email,country\nŁódź-1,a@b.de,DE\nmünchen,c@d.de,Ελλάδα\n")
    for arguments in ([], ["--json"]):
        route = ["--config", str(office.directory), "route", str(office.directory / "two.csv"), *arguments]
        ran = subprocess.run(
            [sys.executable, "-m", "sync.cli", *route],
            capture_output=True,
            encoding=encoding,
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        )
        assert ran.returncode == 0, ran.stderr
        assert "german-speaking" in ran.stdout.lower()
    assert [json.loads(line)["lead"] for line in ran.stdout.splitlines()] == ["Łódź-1", "münchen"]


def test_what_stands_in_a_crm_cannot_steer_a_terminal(office: Office) -> None:
    office.write(
        "leads.csv", "id,Email,createdate\n\x1b[31mred,a@b.de,2026-01-05\n[bold]x,c@d.de,2026-01-05\n"
    )
    assert office.run("sync").code == 0
    for command in (["parked"], ["explain", "[bold]x"], ["explain", "\x1b[31mred"], ["retry"]):
        told = office.run(*command)
        assert told.code == 0
        assert "\x1b" not in told.out + told.err
    assert "sample/leads/[bold]x" in office.run("explain", "[bold]x").out


def test_invisible_characters_are_shown() -> None:
    assert visible("a\x1b[1m\ud800\u200bb") == "a\\x1b[1m\\ud800\\u200bb"
    assert visible("Łódź 東京") == "Łódź 東京"


def test_one_is_told_as_one() -> None:
    assert [counted(number, "lead") for number in (0, 1, 2_000)] == ["0 leads", "1 lead", "2,000 leads"]


@pytest.fixture
def of_long_ids(office: Office) -> Office:
    """A CRM with leads of Salesforce's ids, two of which differ at the end alone; all of them wait."""
    office.change("leadswitch.yaml", "- name: sample", "- name: salesforce-emea")
    office.change("leadswitch.yaml", "    file: leads.csv", "    file: leads.csv\n    object: Lead")
    leads = "".join(f"{record},a@firm{n}.de,2026-01-05\n" for n, record in enumerate(LONG_IDS))
    office.write("leads.csv", f"id,Email,createdate\n{leads}")
    office.write("rules.yaml", "rules:\n  - {name: Nobody of ours, assign: {queue: backup}}\n")
    return office


def _rows_known(shown: str) -> set[str]:
    return {line.split()[0] for line in shown.splitlines() if line.strip().startswith("salesforce-emea/")}


def test_the_lead_of_a_row_is_never_cut(of_long_ids: Office) -> None:
    whole = {f"salesforce-emea/Lead/{record}" for record in LONG_IDS}
    assert of_long_ids.run("sync", "--json").object["parked"] == 2
    piped = of_long_ids.run("parked").out
    assert _rows_known(piped) == whole
    assert _rows_known(_on_a_terminal(of_long_ids, "parked", NO_COLOR="1")) == whole
    assert "…" not in piped
