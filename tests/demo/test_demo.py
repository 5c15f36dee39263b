"""The demo as a user runs it: in a directory of its own, twice, and with the commands it proposes."""

from __future__ import annotations

import json
import re
import shlex
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from math import inf
from pathlib import Path
from threading import Event

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from sandbox import serve
from sandbox.hubspot import Portal
from sync.cli import app
from sync.commands.demo import run
from sync.demo.account import Crm, look
from sync.demo.next_steps import commands
from sync.demo.outcome import Outcome, read_outcome
from sync.screen import Screen
from sync.steps import WAITING, Step
from sync.store import open_store
from sync.trouble import Refused
from sync.wiring import configuration

NAME = Path("leadswitch-demo")


@dataclass(frozen=True)
class Ran:
    """A demo that was run, and what it left."""

    code: int
    text: str
    path: Path
    outcome: Outcome
    portal: Portal
    crm: Crm

    def table(self, first: str) -> list[str]:
        """Return the cells of the line of the story that begins so."""
        return next(line.split() for line in self.text.splitlines() if line.startswith(first))


class Watched:
    """The sandbox, with the account that it started last."""

    def __init__(self) -> None:
        self.accounts: list[serve.Running] = []

    def start_empty(self) -> serve.Running:
        self.accounts.append(serve.start_empty())
        return self.accounts[-1]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("demo"))
        patch.setenv("COLUMNS", "80")
        patch.setattr("sys.argv", ["leadswitch"])
        watched = Watched()
        with redirect_stdout(StringIO()) as told:
            code = run(Screen(Path(), quiet=True), load=lambda: watched, directory=None, stay=False)
        (account,) = watched.accounts
        crm = look(account.portal)
        yield Ran(code, told.getvalue(), NAME, left(NAME, crm), account.portal, crm)


def left(path: Path, crm: Crm) -> Outcome:
    found = configuration(path)
    (settings,) = found.connections
    store = open_store(found.store, create=False)
    outcome = read_outcome(found.rulebook, settings, store, crm, datetime.now(UTC))
    store.close()
    return outcome


def quietly(path: Path, *, as_json: bool = False) -> str:
    out = BytesIO()
    with redirect_stdout(TextIOWrapper(out, encoding="ascii", write_through=True)):
        screen = Screen(Path(), json=as_json, quiet=True)
        assert run(screen, load=lambda: serve, directory=path, stay=False) == 0
        return out.getvalue().decode()


# --- what is told -----------------------------------------------------------------------------------------


def test_the_second_sync_assigns_nothing(ran: Ran) -> None:
    assert ran.code == 0
    assert ran.table("again ")[2] == "0"


def test_the_counts_shown_are_those_of_the_ledger_and_the_account(ran: Ran) -> None:
    steps = Counter(told.row.step for told in ran.outcome.leads)
    changes = [ran.portal.history("contacts", key, "hubspot_owner_id") for key in ran.portal.ids()]
    written = sum(bool(owners) and owners[0].source.type == "INTEGRATION" for owners in changes)
    _, seen, assigned, skipped, parked, held, failed, *_ = ran.table("first ")
    assert int(seen) == len(ran.portal.ids()) == 600
    assert int(assigned) == written == steps[Step.VERIFY] > 400
    assert [int(skipped), int(parked), int(held)] == [
        steps[Step.SKIPPED] + steps[Step.KEPT],
        steps[Step.PARKED],
        steps[Step.HELD],
    ]
    assert int(failed) == 0
    assert all(steps[step] for step in (Step.SKIPPED, Step.PARKED, Step.HELD))


def test_every_assigned_lead_has_one_note_and_no_other_lead_has_one(ran: Ran) -> None:
    noted = {key: len(contact.notes) for key, contact in ran.crm.contacts.items() if contact.notes}
    assert set(noted.values()) == {1}
    assert set(noted) == {told.row.ref.record for told in ran.outcome.at(Step.VERIFY)}


def test_the_calls_told_are_those_the_account_counted(ran: Ran) -> None:
    again = int(ran.table("again ")[-2])
    assert int(ran.table("first ")[-2]) + again == ran.portal.calls.total()
    assert ran.portal.statuses[429] == 0
    told = " ".join(ran.text.split())
    assert f"counted {ran.portal.calls.total() - again} calls for 600 leads" in told
    assert all(kind in told for kind in ran.portal.calls)


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
    assert all(first.contact.owner == second.contact.owner for first, second in pairs)
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
    lines = noted.contact.notes[0].splitlines()
    assert lines[-1].startswith("lsw:")
    assert all(line in ran.text for line in lines)


def test_it_fits_eighty_columns(ran: Ran) -> None:
    assert max(map(cell_len, ran.text.splitlines())) <= 80


def test_it_says_that_the_account_is_served_on_this_machine_with_samples(ran: Ran) -> None:
    told = " ".join(ran.text.split())
    assert "a HubSpot account served on this machine by `leadswitch sandbox`, with sample data" in told


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


def test_what_the_account_held_can_be_looked_at_when_it_is_gone(ran: Ran) -> None:
    kept = {row["id"]: row for row in json.loads((ran.path / "crm.json").read_text("utf-8"))}
    assert kept.keys() == set(ran.portal.ids())
    told = ran.outcome.at(Step.VERIFY)[0]
    row = kept[told.row.ref.record]
    assert row["owner"] == ran.outcome.owner(told.contact.owner)
    assert row["notes"] == list(told.contact.notes)


def test_with_stay_the_account_goes_on_until_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, watched = tmp_path / "demo", Watched()
    meanwhile = Meanwhile(path, watched)
    monkeypatch.setattr("sync.commands.demo.stopping", lambda: nullcontext(meanwhile))
    with redirect_stdout(StringIO()):
        assert run(Screen(Path(), quiet=True), load=lambda: watched, directory=path, stay=True) == 0
    assert meanwhile.assigned == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", watched.accounts[0].server.port))


class Meanwhile(Event):
    """Stands for somebody who syncs a new lead from another terminal before they press Ctrl-C in the first."""

    def __init__(self, path: Path, watched: Watched) -> None:
        super().__init__()
        self._path, self._watched = path, watched
        self.assigned: int | None = None

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            return super().wait(timeout)  # the sync paces its calls
        portal = self._watched.accounts[0].portal
        portal.add("contacts", {"lastname": "New"})
        portal.account.tables["contacts"].index.settle(inf)  # search finds it after some seconds
        result = CliRunner().invoke(app, ["sync", "--json", "-c", str(self._path)], prog_name="leadswitch")
        self.assigned = json.loads(result.stdout)["assigned"]
        return True


def test_an_account_that_cannot_be_served_is_said_without_a_traceback(tmp_path: Path) -> None:
    class Closed:
        def start_empty(self) -> serve.Running:
            raise OSError(98, "Address already in use")

    with pytest.raises(Refused, match=r"127\.0\.0\.1: Address already in use"):
        run(Screen(Path()), load=Closed, directory=tmp_path / "demo", stay=False)


def test_json_is_one_object_with_the_counts_of_both_passes(tmp_path: Path) -> None:
    shown = json.loads(quietly(tmp_path / "demo", as_json=True))
    first, second = shown["passes"]
    assert shown["directory"] == str(tmp_path / "demo")
    assert first["assigned"] > 0
    assert second["assigned"] == 0
