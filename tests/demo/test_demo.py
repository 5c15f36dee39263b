"""The demo as a user runs it: in a directory of its own, twice, and with the commands it proposes."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from connectors.memory import Options
from connectors.memory.crm import MemoryCrm
from connectors.memory.files import Files
from sync.cli import app
from sync.commands.demo import run
from sync.demo.next_steps import commands
from sync.demo.outcome import Outcome, read_outcome
from sync.screen import Screen
from sync.steps import WAITING, Step
from sync.store import open_store
from sync.wiring import configuration

NAME = Path("leadswitch-demo")


@dataclass(frozen=True)
class Ran:
    """A demo that was run, and what it left."""

    code: int
    text: str
    path: Path
    outcome: Outcome
    crm: MemoryCrm

    def table(self, first: str) -> list[str]:
        """Return the cells of the line of the story that begins so."""
        return next(line.split() for line in self.text.splitlines() if line.startswith(first))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("demo"))
        patch.setenv("COLUMNS", "80")
        patch.setattr("sys.argv", ["leadswitch"])
        with redirect_stdout(StringIO()) as told:
            code = run(Screen(Path(), quiet=True), directory=None)
        crm, outcome = left(NAME)
        yield Ran(code, told.getvalue(), NAME, outcome, crm)


def left(path: Path) -> tuple[MemoryCrm, Outcome]:
    found = configuration(path)
    (settings,) = found.connections
    assert isinstance(settings.options, Options)
    now = datetime.now(UTC)
    crm = Files(settings.options).open(lambda: now)
    store = open_store(found.store, create=False)
    outcome = read_outcome(found.rulebook, settings, store, crm, now)
    store.close()
    return crm, outcome


def quietly(path: Path, *, as_json: bool = False) -> str:
    out = BytesIO()
    with redirect_stdout(TextIOWrapper(out, encoding="ascii", write_through=True)):
        assert run(Screen(Path(), json=as_json, quiet=True), directory=path) == 0
        return out.getvalue().decode()


# --- what is told -----------------------------------------------------------------------------------------


def test_the_second_sync_assigns_nothing(ran: Ran) -> None:
    assert ran.code == 0
    assert ran.table("again ")[2] == "0"


def test_the_counts_shown_are_those_of_the_ledger_and_the_crm(ran: Ran) -> None:
    steps = Counter(told.row.step for told in ran.outcome.leads)
    written = sum(any(one.ours for one in record.history) for record in ran.crm.rows())
    _, seen, assigned, skipped, parked, held, failed, *_ = ran.table("first ")
    assert int(seen) == len(ran.crm.rows()) == 600
    assert int(assigned) == written == steps[Step.VERIFY] > 400
    assert [int(skipped), int(parked), int(held)] == [
        steps[Step.SKIPPED] + steps[Step.KEPT],
        steps[Step.PARKED],
        steps[Step.HELD],
    ]
    assert int(failed) == 0
    assert all(steps[step] for step in (Step.SKIPPED, Step.PARKED, Step.HELD))


def test_each_rule_is_told_with_the_leads_it_decided(ran: Ran) -> None:
    rules = dict(ran.outcome.rules())
    assert all(ways.total() for ways in rules.values()), "a rule that decides nothing shows nothing"
    for name, ways in rules.items():
        assert re.search(rf"^{re.escape(name)} +{ways.total()} ", ran.text, re.MULTILINE)


def test_turns_follow_the_weights(ran: Ran) -> None:
    for team in ran.outcome.teams.values():
        assert sum(tally.deviation for tally in team) == pytest.approx(0, abs=1e-6)
        assert all(abs(tally.deviation) < 1 for tally in team)
        assert all(tally.taken == 0 for tally in team if tally.why_not)
    taken = sum(tally.taken for team in ran.outcome.teams.values() for tally in team)
    assert taken == sum(
        told.decision is not None and told.decision.turn is not None for told in ran.outcome.leads
    )
    assert f"{taken} leads went in turn" in ran.text


def test_a_person_with_two_records_has_one_owner(ran: Ran) -> None:
    pairs = ran.outcome.twins()
    assert len(pairs) > 20
    assert all(first.record.owner == second.record.owner for first, second in pairs)
    assert all(name in ran.text for told in pairs[0] for name in (told.row.ref.record, str(told.lead.name)))


def test_every_kept_waiting_and_unread_value_is_told_with_its_reason(ran: Ran) -> None:
    told = " ".join(ran.text.split())
    for lead in ran.outcome.at(*WAITING):
        assert lead.row.due
        assert lead.row.reason.split(":")[0][:40] in told
    fields = {unread.field for _, unread in ran.outcome.unread()}
    assert {"country", "phone", "email", "employees"} <= fields
    assert all(re.search(rf"^{re.escape(field)} +\d+ ", ran.text, re.MULTILINE) for field in fields)


def test_the_note_told_is_one_of_the_crm(ran: Ran) -> None:
    noted = ran.outcome.noted()
    assert noted is not None
    lines = noted.record.notes[0].body.splitlines()
    assert lines[-1].startswith("lsw:")
    assert all(line in ran.text for line in lines)


def test_it_fits_eighty_columns(ran: Ran) -> None:
    assert max(map(cell_len, ran.text.splitlines())) <= 80


def test_it_says_that_the_crm_is_a_file_of_samples(ran: Ran) -> None:
    assert "the memory connector with sample data" in ran.text


def test_a_terminal_without_the_letters_of_the_leads_shows_something_else(tmp_path: Path) -> None:
    assert "leads stand in the CRM" in quietly(tmp_path / "demo")  # which is to be written as ASCII


# --- what comes next --------------------------------------------------------------------------------------


def test_each_command_it_proposes_works_as_it_is_written(ran: Ran) -> None:
    proposed = [command for command, _ in commands(ran.outcome, ran.path)]
    for command in proposed:
        assert command in ran.text
        _, *words = shlex.split(command)
        result = CliRunner().invoke(app, words, prog_name="leadswitch")
        assert result.exit_code == 0, f"{command}: {result.output}"
    assert len(proposed) == 5


def test_the_docs_show_the_commands_it_proposes(ran: Ran) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "demo.md").read_text("utf-8")
    assert all(f"    {command}" in page for command, _ in commands(ran.outcome, ran.path))


def test_a_record_added_to_the_file_is_assigned_by_the_next_sync(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    quietly(path)
    content = json.loads((path / "crm.json").read_text("utf-8"))
    content["records"].append({"id": "new"})
    (path / "crm.json").write_text(json.dumps(content), "utf-8")
    result = CliRunner().invoke(app, ["sync", "--json", "-c", str(path)], prog_name="leadswitch")
    assert json.loads(result.stdout)["assigned"] == 1


def test_json_is_one_object_with_the_counts_of_both_passes(tmp_path: Path) -> None:
    shown = json.loads(quietly(tmp_path / "demo", as_json=True))
    first, second = shown["passes"]
    assert shown["directory"] == str(tmp_path / "demo")
    assert first["assigned"] > 0
    assert second["assigned"] == 0
