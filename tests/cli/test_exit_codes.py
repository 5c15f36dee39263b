"""Each exit code, provoked by what causes it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Account, Assignment, Connector, Look, Note, Outcome, Page, User, Verdict, Walk
from connectors.errors import Stop
from connectors.memory import Options as MemoryOptions
from connectors.memory.connector import connect as memory_connect
from connectors.registry import Kind
from router.model import LeadRef
from tests.cli.program import Office, run

LOCK = "leadswitch.db.sample.lock"
LONG_ENOUGH = 60
"""Seconds after which a process that does not end is taken for hanging; nothing waits that long."""


# --- a third party's connector ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`mood` is how this CRM answers: revoked, refusing or well."""

    file: Path
    mood: str = "well"


class Moody(Connector):
    """A CRM over a file that refuses what its options say."""

    def __init__(self, options: Options, account: Account) -> None:
        self._crm = memory_connect(MemoryOptions(file=options.file), account)
        self._mood = options.mood
        self.features = self._crm.features

    def pages(self, walk: Walk, position: str | None) -> Page:
        if self._mood == "revoked":
            raise Stop("the credentials were revoked")
        return self._crm.pages(walk, position)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._crm.read(refs)

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        refused = [one for one in batch if self._mood == "refusing" and one.record.ref.record == "2"]
        done = self._crm.assign([one for one in batch if one not in refused])
        return [*done, *(Outcome(one.record.ref, Verdict.REFUSED, "a validation rule") for one in refused)]

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        return self._crm.annotate(batch)

    def owners(self) -> Sequence[User]:
        return self._crm.owners()


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """What an installed package declares in the group `leadswitch.connectors`."""

    kind: Kind
    value: str = "moody:KIND"

    def load(self) -> Kind:
        return self.kind


@pytest.fixture
def moody(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return a configuration with a second connection, to a CRM of a kind that somebody else wrote."""
    kind = Kind(name="moody", options=f"{__name__}:Options", connect=f"{__name__}:Moody", object="leads")
    monkeypatch.setattr(registry, "_others", lambda: {"moody": EntryPoint(kind)})
    office.write("other.csv", "id,Email,createdate\n1,a@firm.de,2026-01-05\n2,b@firm.fr,2026-01-05\n")
    office.change(
        "leadswitch.yaml",
        "\n  # Secrets never",
        "\n  - {name: crm, kind: moody, file: other.csv, mood: well, take: all}\n\n  # Secrets never",
    )
    return office


# --- 0 to 4 -----------------------------------------------------------------------------------------------


def test_all_well_and_parked_leads_alone_are_0(office: Office) -> None:
    told = office.run("sync", "--json")
    assert (told.code, told.object["parked"], told.object["kept"]) == (0, 0, 1)


def test_a_lead_that_the_crm_refuses_is_1_and_the_others_are_assigned(moody: Office) -> None:
    moody.change("leadswitch.yaml", "mood: well", "mood: refusing")
    told = moody.run("sync", "--connection", "crm", "--json")
    assert told.code == 1
    assert (told.object["assigned"], told.object["failed"]) == (1, 1)
    assert "crm/leads/2" in told.err
    assert "a validation rule" in told.err
    assert "will be retried" in told.err


def test_a_refused_lead_is_listed_and_goes_through_once_the_crm_takes_it(moody: Office) -> None:
    moody.change("leadswitch.yaml", "mood: well", "mood: refusing")
    moody.run("sync", "--connection", "crm")
    [waiting] = moody.run("parked", "--json").objects
    assert (waiting["lead"], waiting["state"]) == ("crm/leads/2", "failed")
    moody.change("leadswitch.yaml", "mood: refusing", "mood: well")
    again = moody.run("retry", "--json")
    assert (again.code, again.object["assigned"], again.object["failed"]) == (0, 1, 0)
    assert moody.run("retry").out == "No lead has failed.\n"


def test_more_leads_than_max_per_pass_are_1_and_none_of_the_excess_is_claimed(office: Office) -> None:
    office.change("leadswitch.yaml", "take: all", "take: all\n    max_per_pass: 2")
    told = office.run("sync", "--json")
    assert (told.code, told.object["assigned"], told.object["excess"]) == (1, 2, 4)
    assert "max_per_pass" in told.err


def test_a_wrong_configuration_is_2(office: Office) -> None:
    office.write("rules.yaml", "rules: []\n")
    told = office.run("sync")
    assert told.code == 2
    assert told.err.startswith("rules.yaml:")


@pytest.mark.parametrize(
    "arguments", [["sync", "--connection", "no"], ["sync", "--every", "soon"], ["explain", "1"]]
)
def test_what_cannot_be_done_as_asked_is_2(office: Office, arguments: list[str]) -> None:
    told = office.run(*arguments)
    assert told.code == 2
    assert len(told.err.splitlines()) == 1


def test_a_wrong_option_is_2() -> None:
    assert run("sync", "--evry", "5m").code == 2


def test_a_crm_that_refuses_us_is_3_and_the_other_connection_has_its_pass(moody: Office) -> None:
    moody.change("leadswitch.yaml", "mood: well", "mood: revoked")
    told = moody.run("sync", "--json")
    assert told.code == 3
    assert told.object["connections"]["crm"]["unreachable"] == "the credentials were revoked"
    assert told.object["connections"]["sample"]["assigned"] == 5
    assert "crm: the CRM ended the pass: the credentials were revoked" in told.err


def test_a_crm_that_refuses_us_is_3_for_check_live(moody: Office) -> None:
    moody.change("leadswitch.yaml", "mood: well", "mood: revoked")
    assert moody.run("check").code == 0
    told = moody.run("check", "--live")
    assert told.code == 3
    assert "the credentials were revoked" in told.err


def test_a_connection_that_another_process_holds_is_4_and_nothing_is_done(synced: Office) -> None:
    with _held_by_another_process(synced.directory / LOCK):
        told = synced.run("sync", "--json")
    assert told.code == 4
    assert told.object["held_by_another"] == ["sample"]
    assert told.object["seen"] == 0
    assert "sample: another pass holds it" in told.err
    assert synced.run("sync").code == 0


def test_a_connection_that_is_held_does_not_keep_the_others_from_their_pass(moody: Office) -> None:
    moody.run("sync", "--connection", "sample")
    with _held_by_another_process(moody.directory / LOCK):
        told = moody.run("sync", "--json")
    assert told.code == 4
    assert told.object["connections"]["crm"]["assigned"] == 2


def test_a_rehearsal_of_a_connection_that_is_held_is_4(synced: Office) -> None:
    with _held_by_another_process(synced.directory / LOCK):
        assert synced.run("sync", "--dry-run").code == 4


def test_a_connection_that_cannot_be_opened_does_not_keep_the_others_from_their_pass(moody: Office) -> None:
    (moody.directory / "other.csv").unlink()
    told = moody.run("sync", "--json")
    assert told.code == 2
    assert "other.csv" in told.object["refused"]["crm"]
    assert told.object["connections"]["sample"]["assigned"] == 5


def test_a_kind_that_is_not_synced_yet_says_so_and_the_others_have_their_pass(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "a-secret")
    other = (
        "{name: lsq, kind: leadsquared, base_url: 'https://x', access_key: '${KEY}', secret_key: '${KEY}'}"
    )
    office.change("leadswitch.yaml", "connections:", f"connections:\n  - {other}")
    assert office.run("check").code == 0
    told = office.run("sync", "--json")
    assert told.code == 2
    assert "cannot sync them yet" in told.object["refused"]["lsq"]
    assert told.object["connections"]["sample"]["assigned"] == 5


# --- signals and processes --------------------------------------------------------------------------------


def test_sigterm_between_passes_ends_a_loop_with_0_and_stopped(office: Office) -> None:
    loop = office.start("sync", "--every", "1h", "--json")
    try:
        assert loop.stdout
        ready, _, _ = select.select([loop.stdout], [], [], LONG_ENOUGH)
        assert ready
        first = json.loads(loop.stdout.readline())
        assert (first["assigned"], first["stopped"]) == (5, False)
        loop.send_signal(signal.SIGTERM)
        out, _ = loop.communicate(timeout=LONG_ENOUGH)
    finally:
        loop.kill()
        loop.wait()
    assert loop.returncode == 0
    assert json.loads(out.splitlines()[-1])["stopped"] is True


def test_sigterm_during_a_pass_finishes_the_step_and_is_0_and_stopped(
    moody: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes while the CRM is asked for its owners, in the middle of the pass."""

    def owners(crm: Moody) -> Sequence[User]:
        os.kill(os.getpid(), signal.SIGTERM)
        return []

    monkeypatch.setattr(Moody, "owners", owners)
    told = moody.run("sync", "--connection", "crm", "--json")
    assert told.code == 0
    assert told.object["stopped"] is True
    monkeypatch.undo()


def test_sigterm_before_anything_has_begun_is_0_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("the program went on")

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("sync.commands.sync.configuration", stopped)
    told = office.run("sync", "--every", "1h")
    assert (told.code, told.out, told.err) == (0, "", "")
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_program_works_as_a_process_of_its_own(office: Office) -> None:
    ran = office.start("sync", "--json")
    out, err = ran.communicate(timeout=LONG_ENOUGH)
    assert ran.returncode == 0, err
    assert json.loads(out)["assigned"] == 5


def test_a_reader_who_goes_away_is_no_traceback(synced: Office) -> None:
    file = synced.write("many.csv", "id,email\n" + "".join(f"{n},a{n}@firm.de\n" for n in range(5_000)))
    ran = synced.start("route", str(file), "--json")
    assert ran.stdout
    assert ran.stderr
    ran.stdout.readline()
    ran.stdout.close()
    err = ran.stderr.read()
    ran.stderr.close()
    assert ran.wait(LONG_ENOUGH) != 0
    assert "Traceback" not in err


@contextmanager
def _held_by_another_process(path: Path) -> Iterator[None]:
    code = (
        "import sys; from pathlib import Path; from sync.locks import FileLock;"
        "FileLock(Path(sys.argv[1])).acquire(); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        yield
    finally:
        other.communicate(timeout=LONG_ENOUGH)
