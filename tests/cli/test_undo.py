"""`leadswitch undo` as its user meets it."""

from __future__ import annotations

from sync.store import open_store
from tests.cli.program import Office


def newest(office: Office) -> str:
    return str(office.run("undo", "--json").objects[0]["run"])


def test_without_a_run_the_latest_are_listed(synced: Office) -> None:
    [told] = synced.run("undo", "--json").objects
    assert (told["connection"], told["assigned"], told["undone"], told["undo_of"]) == ("sample", 5, 0, None)
    assert told["run"] in synced.run("undo").out
    assert synced.run("undo", "--connection", "other", "--json").objects == []


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(synced: Office) -> None:
    run, before = newest(synced), synced.files()
    told = synced.run("undo", run, "--dry-run", "--json").object
    assert (told["put_back"], told["dry_run"], len(told["leads"])) == (5, True, 5)
    assert told["leads"][0].keys() == {"lead", "given_to", "back_to", "outcome", "because"}
    assert {name: held for name, held in synced.files().items() if "leads.csv" in name} == {
        name: held for name, held in before.items() if "leads.csv" in name
    }
    shown = synced.run("undo", run, "--dry-run")
    assert "nobody" in shown.out
    assert " Bo Lind (bo@example.com) " in shown.out
    assert shown.out.endswith("Nothing was written.\n")
    assert synced.run("undo", run, "--json").object["put_back"] == 5


def test_a_run_is_undone_and_the_list_says_so(synced: Office) -> None:
    run = newest(synced)
    told = synced.run("undo", run[:20])
    assert (told.code, told.out) == (0, f"{run}: 5 put back\n")
    back, first = synced.run("undo", "--json").objects
    assert (back["undo_of"], first["undone"]) == (run, 5)
    again = synced.run("sync", "--json").object
    assert (again["assigned"], again["failed"]) == (0, 0)
    assert synced.run("undo", run).out == f"{run}: nothing of it is left to be undone\n"


def test_an_unknown_run_is_refused_with_the_way_out(synced: Office) -> None:
    told = synced.run("undo", "1999")
    assert (told.code, told.err) == (2, "the store knows no run 1999; `leadswitch undo` lists them\n")


def test_a_beginning_that_several_runs_have_is_refused(synced: Office) -> None:
    synced.run("sync")
    told = synced.run("undo", "2")
    assert (told.code, "several runs begin with 2: " in told.err) == (2, True)


def test_while_a_pass_is_under_way_nothing_is_undone(synced: Office) -> None:
    run = newest(synced)
    store = open_store(f"sqlite:///{synced.directory}/leadswitch.db", create=False)
    with store.session("sample"):
        assert synced.run("undo", run).code == 4
    store.close()


def test_a_run_over_a_connection_that_is_gone_is_refused(synced: Office) -> None:
    run = newest(synced)
    synced.change("leadswitch.yaml", "- name: sample", "- name: other")
    told = synced.run("undo", run)
    assert (told.code, "there is no connection sample" in told.err) == (2, True)
