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

from router.model import RepId
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
    for lead, says in _leads(outcome):
        yield f"{program} explain {lead} {config}", says
    for rep in _one_sided(outcome):
        yield (
            f"{program} explain --rep {rep} {config}",
            "why a rep has leads of one CRM alone, and who comes before them there",
        )
    yield f"{program} parked {config}", "the leads that wait, with reasons and deadlines"
    yield f"{program} report {config}", "what each CRM's leads came to, and who got how many of both"
    leads = quote(str(path / "new-leads.csv"))
    yield f"{program} route {leads} {config}", "who would get the leads of this file; writes nothing"
    yield (
        f"{program} check {config}",
        "after a change, such as `gt: 1000` for Enterprise in rules.yaml",
    )
    yield (
        f"{program} demo --dir {quote(str(path))}",
        "again, from the start: the CRMs ended with this run; --stay keeps them",
    )


def _leads(outcome: Outcome) -> Iterator[tuple[str, str]]:
    told = outcome.noted(outcome.crms[0]) or outcome.leads[0]
    yield told.row.ref.record, "why it went there: each condition with the value seen, each rep"
    pairs = outcome.twins(across=True)
    if pairs:
        first, second = (one.row.ref for one in pairs[0])
        yield (
            second.record,
            f"of {second.connection}, to the owner that {first.connection} {first.record} has",
        )


def _one_sided(outcome: Outcome) -> Iterator[RepId]:
    """Yield a rep who takes turns, and could not for one of the CRMs."""
    tallies = (tally for team in outcome.teams.values() for tally in team)
    yield from [tally.rep for tally in tallies if tally.taken and tally.why_not][:1]


def commands_while_served(path: Path, run: str) -> Iterator[tuple[str, str]]:
    """Yield commands that need the CRMs, and what they do; `run` is a pass that could be taken back."""
    program, config = program_name(), f"-c {quote(str(path))}"
    yield f"{program} sync {config}", "again: after a minute it reads the history of the owners it wrote"
    yield (
        f"{program} check --live {config}",
        "asks both CRMs whether the configuration fits; one rep is inactive",
    )
    yield f"{program} undo {run} {config}", "takes the first pass over Salesforce back"


def program_name() -> str:
    """Return how the user may call this program: its name if that is found, else where it is."""
    name = "leadswitch"
    if shutil.which(name):
        return name
    return quote(min(sys.argv[0], relpath(sys.argv[0]), key=len))
