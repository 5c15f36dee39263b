"""The demo as a user runs it: in a directory of its own, twice, and with the commands it proposes."""

from __future__ import annotations

import json
import re
import shlex
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from math import inf
from pathlib import Path
from threading import Event

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from router.model import ConnectionName, RepId, TeamName
from sandbox import serve
from sandbox.hubspot import Portal
from sandbox.messages import Request
from sandbox.salesforce import Org
from sync.cli import app
from sync.commands.demo import run
from sync.demo.crm import Crm, Served
from sync.demo.hubspot import HubSpot
from sync.demo.next_steps import commands
from sync.demo.outcome import Outcome, read_outcome
from sync.demo.salesforce import INBOUND, Salesforce
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
    org: Org
    crms: Mapping[ConnectionName, Crm]

    def table(self, first: str) -> list[str]:
        """Return the cells of the line of the story that begins so."""
        return next(line[len(first) :].split() for line in self.text.splitlines() if line.startswith(first))

    @property
    def told(self) -> str:
        """The story on one line."""
        return " ".join(self.text.split())


class Watched:
    """The sandbox, with the CRMs that it started."""

    def __init__(self) -> None:
        self.accounts: list[serve.Running] = []
        self.orgs: list[serve.RunningOrg] = []

    def start_empty(self) -> serve.Running:
        self.accounts.append(serve.start_empty())
        return self.accounts[-1]

    def start_empty_org(self) -> serve.RunningOrg:
        self.orgs.append(serve.start_empty_org())
        return self.orgs[-1]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("demo"))
        patch.setenv("COLUMNS", "80")
        patch.setattr("sys.argv", ["leadswitch"])
        watched = Watched()
        with redirect_stdout(StringIO()) as told:
            code = run(Screen(Path(), quiet=True), load=lambda: watched, directory=None, stay=False)
        (account,), (org,) = watched.accounts, watched.orgs
        served: list[Served] = [HubSpot(account), Salesforce(org)]
        crms = {crm.connection: crm.look() for crm in served}
        yield Ran(code, told.getvalue(), NAME, left(NAME, crms), account.portal, org.org, crms)


def left(path: Path, crms: Mapping[ConnectionName, Crm]) -> Outcome:
    found = configuration(path)
    store = open_store(found.store, create=False)
    outcome = read_outcome(found.rulebook, found.connections, store, crms, datetime.now(UTC))
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
    assert [ran.table(f"again {crm} ")[1] for crm in ran.crms] == ["0", "0"]


def test_the_counts_shown_are_those_of_the_ledger_and_the_crms(ran: Ran) -> None:
    changes = [ran.portal.history("contacts", key, "hubspot_owner_id") for key in ran.portal.ids()]
    written = {
        HubSpot.connection: sum(bool(owners) and owners[0].source.type == "INTEGRATION" for owners in changes),
        Salesforce.connection: len({one["LeadId"] for key in ran.org.leads() for one in ran.org.history(key)}),
    }  # fmt: skip
    for crm, found in ran.crms.items():
        steps = Counter(told.row.step for told in ran.outcome.leads if told.crm == crm)
        seen, assigned, skipped, parked, held, failed, *_ = map(int, ran.table(f"first {crm} ")[:6])
        assert seen == len(found.records) == steps.total()
        assert assigned == written[crm] == steps[Step.VERIFY] > 150
        assert skipped == steps[Step.SKIPPED] + steps[Step.KEPT]
        assert (parked, held, failed) == (steps[Step.PARKED], steps[Step.HELD], 0)
        assert all(steps[step] for step in (Step.SKIPPED, Step.PARKED, Step.HELD))
    assert len(ran.outcome.leads) == 600


def test_every_assigned_lead_has_one_note_and_no_other_lead_has_one(ran: Ran) -> None:
    for crm, found in ran.crms.items():
        noted = {key: len(record.notes) for key, record in found.records.items() if record.notes}
        assert set(noted.values()) == {1}
        written = ran.outcome.at(Step.VERIFY)
        assert set(noted) == {told.row.ref.record for told in written if told.crm == crm}


def test_the_calls_told_are_those_that_the_crms_counted(ran: Ran) -> None:
    for crm, calls in ((HubSpot.connection, ran.portal.calls), (Salesforce.connection, ran.org.counts)):
        first, again = (int(ran.table(f"{which} {crm} ")[-2]) for which in ("first", "again"))
        assert first + again == calls.total()
        assert f"{crm} counted {first} calls for {len(ran.crms[crm].records)} leads" in ran.told
        assert all(kind in ran.told for kind in calls if not kind.endswith("describe"))
    assert ran.portal.statuses[429] == 0
    assert set(ran.org.statuses) <= {200, 201, 204}


def test_each_rule_is_told_with_the_leads_it_decided(ran: Ran) -> None:
    for name, decided in ran.outcome.rules():
        assert decided, "a rule that decides nothing shows nothing"
        found = Counter(told.crm for told in decided)
        counts = " +".join(str(found[crm] or "-") for crm in ran.crms)
        assert re.search(rf"^{re.escape(name)} +{counts} ", ran.text, re.MULTILINE)


def test_no_lead_of_the_org_was_moved_by_its_own_assignment_rule(ran: Ran) -> None:
    written = [told for told in ran.outcome.at(Step.VERIFY) if told.crm == Salesforce.connection]
    inbound = next(user.id for user in ran.crms[Salesforce.connection].users if user.name == INBOUND)
    assert all(told.record.owner == told.row.owner_id != inbound for told in written)
    assert f"{len(written)} of {len(written)} leads in Salesforce have the owner they were given" in ran.text
    ran.org.answer(  # a save without the header: the rule is no decoration
        Request(
            "PATCH",
            f"/services/data/v62.0/sobjects/Lead/{written[0].row.ref.record}",
            {"authorization": f"Bearer {ran.org.token}"},
            b'{"Title": "CEO"}',
        )
    )
    assert ran.org.owner_of(written[0].row.ref.record) == inbound


def test_turns_follow_the_weights(ran: Ran) -> None:
    for team in ran.outcome.teams.values():
        assert sum(tally.deviation for tally in team) == pytest.approx(0, abs=1e-6)
        assert all(abs(tally.deviation) < 1 for tally in team)
        assert not any(tally.by_crm.get(crm) for tally in team for crm in tally.why_not)
    taken = sum(tally.taken for team in ran.outcome.teams.values() for tally in team)
    assert taken == sum(
        told.decision is not None and told.decision.turn is not None for told in ran.outcome.leads
    )
    assert f"{taken} leads of hs and sf went in one set of turns" in ran.text


def test_a_rep_has_turns_for_leads_of_both_crms_unless_they_are_inactive_in_one(ran: Ran) -> None:
    west = {tally.rep: tally.by_crm for tally in ran.outcome.teams[TeamName("west")]}
    assert sum(len(by_crm) == 2 for by_crm in west.values()) > 8
    assert set(west[RepId("carl")]) == {Salesforce.connection}
    assert "inactive in hs" in ran.text


def test_a_rep_with_another_address_in_one_crm_is_found_there_by_id(ran: Ran) -> None:
    owners = {told.crm: told.record.owner for told in ran.outcome.leads
              if told.decision and told.decision.owner == "mei-mei"}  # fmt: skip
    assert {crm: ran.outcome.users[owner].email for crm, owner in owners.items() if owner} == {
        HubSpot.connection: "mei-mei.johns@crm-demo.example",
        Salesforce.connection: "mei.mei@crm-demo.example",
    }


@pytest.mark.parametrize("across", [True, False])
def test_a_person_with_two_records_has_one_owner(ran: Ran, across: bool) -> None:
    pairs = ran.outcome.twins(across=across)
    assert len(pairs) > 15
    assert all((first.crm != second.crm) is across for first, second in pairs)
    for pair in pairs:
        first, second = (ran.outcome.users[told.record.owner] for told in pair if told.record.owner)
        assert first.name == second.name
    assert f"{len(pairs)} persons" in ran.text
    assert all(name in ran.text for told in pairs[0] for name in (told.row.ref.record, str(told.lead.name)))


def test_every_kept_waiting_and_unread_value_is_told_with_its_reason(ran: Ran) -> None:
    told = " ".join(ran.text.split())
    for lead in ran.outcome.at(*WAITING):
        assert lead.row.due
        assert lead.row.reason.split(":")[0][:40] in told
    fields = {unread.field for _, unread in ran.outcome.unread()}
    assert {"country", "phone", "email", "employees"} <= fields
    assert all(re.search(rf"^{re.escape(field)} +\d+ ", ran.text, re.MULTILINE) for field in fields)


def test_the_notes_told_are_those_of_the_crms(ran: Ran) -> None:
    for crm in ran.crms:
        noted = ran.outcome.noted(crm)
        assert noted is not None
        lines = noted.record.notes[0].splitlines()
        assert lines[-1].startswith("lsw:")
        assert all(line in ran.text for line in lines)
    assert "Leadswitch assigned this lead to " in str(ran.org.tasks()[0]["Subject"])


def test_it_fits_eighty_columns(ran: Ran) -> None:
    assert max(map(cell_len, ran.text.splitlines())) <= 80


def test_it_says_that_the_crms_are_served_on_this_machine_with_samples(ran: Ran) -> None:
    assert "Two CRMs are served on this machine by `leadswitch sandbox`, with sample data" in ran.told


def test_a_terminal_without_the_letters_of_the_leads_shows_something_else(tmp_path: Path) -> None:
    assert "leads stand in two CRMs" in quietly(tmp_path / "demo")  # which is to be written as ASCII


# --- what comes next --------------------------------------------------------------------------------------


def test_each_command_it_proposes_works_as_it_is_written(ran: Ran) -> None:
    proposed = [command for command, _ in commands(ran.outcome, ran.path)]
    for command in proposed:
        assert command in ran.text
        _, *words = shlex.split(command)
        result = CliRunner().invoke(app, words, prog_name="leadswitch")
        assert result.exit_code == 0, f"{command}: {result.output}"
    assert len(proposed) == 8


def test_the_docs_show_the_commands_it_proposes(ran: Ran) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "demo.md").read_text("utf-8")
    assert all(f"    {command}" in page for command, _ in commands(ran.outcome, ran.path))


def test_what_the_crms_held_can_be_looked_at_when_they_are_gone(ran: Ran) -> None:
    for crm in (HubSpot, Salesforce):
        kept = {row["id"]: row for row in json.loads((ran.path / crm.sample_file()).read_text("utf-8"))}
        assert kept.keys() == set(ran.crms[crm.connection].records)
        told = next(one for one in ran.outcome.at(Step.VERIFY) if one.crm == crm.connection)
        row = kept[told.row.ref.record]
        assert row["owner"] == ran.outcome.owner(told.record.owner)
        assert row["notes"] == list(told.record.notes)


def test_with_stay_the_crms_go_on_until_they_are_stopped_and_what_is_proposed_meanwhile_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, watched, said = tmp_path / "demo", Watched(), StringIO()
    meanwhile = Meanwhile(said, watched)
    monkeypatch.setattr("sync.commands.demo.stopping", lambda: nullcontext(meanwhile))
    monkeypatch.setattr("sys.argv", ["leadswitch"])
    with redirect_stdout(StringIO()), redirect_stderr(said):
        assert run(Screen(Path()), load=lambda: watched, directory=path, stay=True) == 0
    synced, checked, undone = meanwhile.results
    assert synced.output.count("1 assigned") == 2
    assert "carl: inactive in hs" in checked.output
    assert (undone.exit_code, "put back" in undone.output) == (0, True)
    for served in (*watched.accounts, *watched.orgs):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", served.server.port))


class Meanwhile(Event):
    """Stands for somebody who runs what is proposed, in another terminal, before they press Ctrl-C in the first.

    A lead comes into each CRM before.
    """

    def __init__(self, said: StringIO, watched: Watched) -> None:
        super().__init__()
        self._said, self._watched = said, watched
        self.results: list[Result] = []

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            return super().wait(timeout)  # the sync paces its calls
        portal = self._watched.accounts[0].portal
        portal.add("contacts", {"lastname": "New"})
        portal.account.tables["contacts"].index.settle(inf)  # search finds it after some seconds
        self._watched.orgs[0].org.add_lead(LastName="New")
        for command in re.findall(r"^  (\S*leadswitch .+)$", self._said.getvalue(), re.MULTILINE):
            self.results.append(CliRunner().invoke(app, shlex.split(command)[1:], prog_name="leadswitch"))
        return True


def test_a_crm_that_cannot_be_served_is_said_without_a_traceback_and_the_other_one_ends(
    tmp_path: Path,
) -> None:
    class Closed(Watched):
        def start_empty_org(self) -> serve.RunningOrg:
            raise OSError(98, "Address already in use")

    closed = Closed()
    with pytest.raises(Refused, match=r"127\.0\.0\.1: Address already in use"):
        run(Screen(Path()), load=lambda: closed, directory=tmp_path / "demo", stay=False)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", closed.accounts[0].server.port))


def test_json_is_one_object_with_the_counts_of_all_passes(tmp_path: Path) -> None:
    shown = json.loads(quietly(tmp_path / "demo", as_json=True))
    assert shown["directory"] == str(tmp_path / "demo")
    passes = [(one["connection"], one["assigned"] > 0) for one in shown["passes"]]
    assert passes == [("hs", True), ("sf", True), ("hs", False), ("sf", False)]
