"""The end of the story: commands that work on the demo's directory as they stand."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path
from shlex import quote

from rich.console import RenderableType
from rich.text import Text

from sync.demo.outcome import Outcome
from sync.demo.sheet import heading


def next_steps(outcome: Outcome, path: Path) -> Iterator[RenderableType]:
    """Yield what to try next, a command a line."""
    yield heading(f"Try next, in {path}/")
    for command, says in commands(outcome, path):
        yield Text(f"  {command}", style="green")
        yield Text(f"      {says}", style="dim")


def commands(outcome: Outcome, path: Path) -> Iterator[tuple[str, str]]:
    """Yield commands and what they do."""
    program, config = program_name(), f"-c {quote(str(path))}"
    pairs = outcome.twins()
    lead = pairs[0][1] if pairs else outcome.leads[0]
    yield (
        f"{program} explain {lead.row.ref.record} {config}",
        "why it went there: each condition with the value seen, each rep",
    )
    yield f"{program} parked {config}", "the leads that wait, with reasons and deadlines"
    yield (
        f"{program} route {quote(str(path / 'new-leads.csv'))} {config}",
        "who would get these six leads; writes nothing",
    )
    yield f"{program} check {config}", "after a change in rules.yaml or teams.yaml: is it right?"
    yield (
        f"{program} sync {config}",
        "after you added a record to crm.json or gave one to somebody there",
    )


def program_name() -> str:
    """Return how the user may call this program: its name if that is found, else where it is."""
    name = "leadswitch"
    if shutil.which(name):
        return name
    return quote(min(sys.argv[0], relpath(sys.argv[0]), key=len))
