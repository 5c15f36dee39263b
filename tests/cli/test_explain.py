"""`leadswitch explain` as its user meets it: a lead, a rep, what a rep may see, and what cannot be asked."""

from __future__ import annotations

import pytest

from tests.cli.program import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return the starter configuration, before its first pass."""
    return Office.starting(tmp_path_factory.mktemp("before") / "office")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return the starter configuration after its first pass; each test leaves it as it was."""
    made = Office.starting(tmp_path_factory.mktemp("after") / "office")
    assert made.run("sync").code == 0
    return made


def test_a_rep_is_told_how_they_stand(synced: Office) -> None:
    told = synced.run("explain", "--rep", "Ana Ruiz")
    assert told.code == 0
    assert told.out.startswith("Ana Ruiz (ana), ")
    for said in (
        "  team smb: may take leads; 1 turn before theirs if all stays as it is: Cy Patel (cy)\n",
        "  share: 40.0% of the turns, by today's weights\n",
        "       1  in turn, of team smb\n",
        "       2  went to them\n",
        "       1  not them: without the required language; the last ",
    ):
        assert said in told.out
    assert synced.run("explain", "--rep", "ANA@example.com", "--json").object["leads"]["all"] == 2


def test_how_a_rep_stands_agrees_with_the_report(synced: Office) -> None:
    reps = synced.run("report", "--json").object["connections"]["sample"]["reps"]
    for rep, got in reps.items():
        leads = synced.run("explain", "--rep", rep, "--json").object["leads"]
        assert (leads["all"], leads["in_turn"]) == (got["all"], got["turn"])


def test_for_a_rep_the_others_are_left_out(synced: Office) -> None:
    stands = synced.run("explain", "--for-rep", "bo")
    assert "team smb: may take leads; 2 turns before theirs if all stays as it is\n" in stands.out
    theirs, others = (synced.run("explain", lead, "--for-rep", "bo") for lead in ("1", "3"))
    assert "country is DE, AT or CH; seen: DE" in theirs.out
    assert "it went to somebody else" in others.out
    for told in (stands, theirs, others):
        assert told.code == 0
        assert "Ruiz" not in told.out
        assert "Patel" not in told.out
    assert (
        synced.run("explain", "3", "--for-rep", "bo", "--json").object["decisions"][0]["owner"]
        == "another rep"
    )


def test_who_is_away_is_told_until_when(synced: Office) -> None:
    synced.run("away", "ana", "--until", "2099-12-24")
    [smb, _] = synced.run("explain", "--rep", "ana", "--json").object["teams"]
    assert smb["now"][0]["until"] == "2099-12-25T05:00:00+00:00"
    assert "no leads now: marked away until 2099-12-25 05:00 UTC" in synced.run("explain", "--rep", "ana").out
    synced.run("away", "ana", "--back")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "say what to explain: leadswitch explain LEAD, or --rep NAME, or --for-rep NAME"),
        (["1", "--rep", "ana"], "what a rep may see of a lead is LEAD --for-rep NAME"),
        (["--rep", "ana", "--for-rep", "ana"], "--rep and --for-rep exclude each other"),
        (["1", "--since", "7d"], "--since goes with --rep and --for-rep"),
        (["--rep", "ana", "--since", "soon"], "--since: 'soon' is neither a duration nor a day"),
        (["--rep", "anna"], "nobody knows the rep anna, by id, e-mail or name; did you mean ana?"),
        (["--rep", ""], "say what to explain"),
        (["1", "--for-rep", "nobody@x.com"], "nobody knows the rep nobody@x.com"),
        (["no/such/lead"], "the ledger does not know no/such/lead"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_way_out(
    synced: Office, arguments: list[str], problem: str
) -> None:
    told = synced.run("explain", *arguments)
    assert (told.code, told.out) == (2, "")
    assert problem in told.err
    assert synced.run("explain", *arguments, "--json").object["exit"] == 2


def test_without_a_store_the_way_out_is_said(office: Office) -> None:
    told = office.run("explain", "--rep", "ana")
    assert (told.code, "run `leadswitch sync` first" in told.err) == (2, True)
