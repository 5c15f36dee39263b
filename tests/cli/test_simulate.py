"""`leadswitch simulate`: history made again, as tables, as one object and as one page."""

from __future__ import annotations

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Office, run

SMB = "members: [ana, bo, {cy: 0.5}]"
HEAD = "id,email,country,created,owner\n"
FILE = HEAD + "".join(f"{n},p{n}@leads.example,FR,2026-03-0{1 + n % 5}T10:00:00Z,bo\n" for n in range(20))


def proposal(office: Office, *change: str, name: str = "teams.yaml") -> Path:
    """Copy the configuration, without its store, and change a piece of it."""
    directory = office.directory.parent / "proposed"
    shutil.copytree(office.directory, directory, ignore=shutil.ignore_patterns("*.db*", "*.lock"))
    if change:
        Office(directory).change(name, *change)
    return directory


def told(office: Office, *arguments: str) -> dict[str, Any]:
    shown = office.run("simulate", *arguments, "--json")
    assert shown.code == 0, shown.err
    return shown.object


# --- the ledger -------------------------------------------------------------------------------------------


def test_as_it_was_there_are_no_differences(synced: Office) -> None:
    found = told(synced, "--since", "30d")
    assert (found["proposed"], found["leads"], found["differences"]) == (False, 6, 0)
    assert found["decisions_otherwise"] == 0
    assert {each["rep"]: each["before"] for each in found["reps"]} == {
        each["rep"]: each["after"] for each in found["reps"]
    }
    assert "0 differences: every lead went to the same owner." in synced.run("simulate").out


def test_a_proposed_directory_says_who_would_have_got_what(synced: Office) -> None:
    new = proposal(synced, SMB, "members: [cy]")
    found = told(synced, "--proposed", str(new))
    assert found["proposed"]
    assert found["differences"] > 0
    moved = [flow for flow in found["owners"] if not flow["same"]]
    assert {flow["to"]["name"] for flow in moved} == {"cy"}
    assert moved[0]["examples"][0]["lead"].startswith("sample/leads/")
    assert f"after: the configuration in {new}" in synced.run("simulate", "--proposed", str(new)).out


def test_a_second_configuration_is_the_proposed_one(synced: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    new = str(proposal(synced, SMB, "members: [cy]"))
    expected = told(synced, "--proposed", new)["owners"]
    assert told(synced, "--config", new)["owners"] == expected
    monkeypatch.setenv("LEADSWITCH_CONFIG", str(synced.directory))
    assert run("simulate", "--config", new, "--json").object["owners"] == expected
    monkeypatch.delenv("LEADSWITCH_CONFIG")
    monkeypatch.chdir(synced.directory)
    assert run("simulate", "--config", new, "--json").object["owners"] == expected
    monkeypatch.chdir(synced.directory.parent)
    alone = run("simulate", "--config", str(synced.directory), "--json").object
    assert (alone["proposed"], alone["differences"]) == (False, 0)


def test_an_edit_that_no_pass_has_run_with_is_a_proposal(synced: Office) -> None:
    synced.change("teams.yaml", SMB, "members: [cy]")
    found = told(synced)
    assert (found["proposed"], found["differences"] > 0) == (True, True)


def test_an_edit_that_says_the_same_is_none(synced: Office) -> None:
    synced.change("teams.yaml", SMB, "members: [ana, bo, {cy: 0.50}]")
    assert not told(synced)["proposed"]


def test_nothing_is_written_but_the_page(synced: Office) -> None:
    new, page = proposal(synced), synced.directory.parent / "page.html"
    synced.run("simulate", "--proposed", str(new))
    before = {
        name: text for name, text in synced.files().items() if "-wal" not in name and "-shm" not in name
    }
    synced.run("simulate", "--proposed", str(new), "--html", str(page))
    assert page.is_file()
    after = synced.files()
    assert {name: after[name] for name in before} == before


def test_a_proposal_with_mistakes_is_refused_with_their_places(synced: Office) -> None:
    new = proposal(synced, SMB, "members: [ana, bob]")
    shown = synced.run("simulate", "--proposed", str(new))
    assert (shown.code, "teams.yaml" in shown.err, "bob" in shown.err) == (2, True, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "soon"], "write 7d or 2026-01-31"),
        (["--since", "2099-01-01"], "the ledger has no decisions since 2099-01-01"),
        (["--proposed", "nowhere"], "there is no such directory"),
        (["--html", "no/such/page.html"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_says_why(arguments: list[str], message: str, synced: Office) -> None:
    shown = synced.run("simulate", *arguments)
    assert (shown.code, message in shown.err) == (2, True)


# --- a file -----------------------------------------------------------------------------------------------


def test_the_owners_of_a_file_are_compared_with_the_configuration(office: Office) -> None:
    file = office.write("old.csv", FILE)
    found = told(office, "--file", str(file))
    assert (found["leads"], found["since"]) == (20, "2026-03-01T10:00:00+00:00")
    reps = {each["rep"]: (each["before"]["leads"], each["after"]["leads"]) for each in found["reps"]}
    assert reps == {"ana": (0, 8), "bo": (20, 8), "cy": (0, 4)}
    assert any("nobody was marked away or busy" in sentence for sentence in found["assumed"])


def test_two_configurations_decide_the_leads_of_a_file(office: Office) -> None:
    file = office.write("old.csv", FILE)
    new = proposal(office, SMB, "members: [cy]")
    found = told(office, "--file", str(file), "--proposed", str(new))
    assert found["differences"] == 16
    assert told(office, "--file", str(file), "--proposed", str(office.directory))["differences"] == 0
    assert told(office, "--file", str(file), "--since", "2026-03-04")["leads"] == 8


def test_leads_of_a_file_are_decided_in_the_order_in_which_they_were_created(office: Office) -> None:
    lines = FILE.splitlines(keepends=True)
    file = office.write("old.csv", FILE)
    turned = office.write(
        "turned.csv", lines[0] + "".join(sorted(lines[1:], key=lambda line: line.split(",")[3]))
    )
    assert told(office, "--file", str(file))["days"] == told(office, "--file", str(turned))["days"]


def test_leads_that_wait_go_out_when_somebody_is_there(office: Office) -> None:
    office.change("teams.yaml", SMB, "members: [cy]")
    office.change("teams.yaml", "id: cy,", "id: cy, works: [2026-03-02..],")
    found = told(office, "--file", str(office.write("old.csv", FILE)))
    assert found["waiting"]["after"]["went_out_later"] > 0


def test_a_file_without_dates_is_refused_and_some_are_assumed(office: Office) -> None:
    shown = office.run("simulate", "--file", str(office.write("no.csv", "email,country\na@b.de,DE\n")))
    assert (shown.code, "add a column `created`" in shown.err) == (2, True)
    some = office.write("some.csv", HEAD + "1,a@b.de,FR,,\n2,c@d.de,DE,2026-03-01,\n3,e@f.de,DE,,\n")
    found = told(office, "--file", str(some))
    assert found["leads"] == 3
    assert any(sentence.startswith("2 leads without a time") for sentence in found["assumed"])


def test_a_line_that_cannot_be_read_is_named(office: Office) -> None:
    shown = office.run("simulate", "--file", str(office.write("bad.csv", FILE + "1,2,3,4,5,6\n")))
    assert (shown.code, "bad.csv:22: 6 values for 5 columns" in shown.err) == (2, True)


# --- the page ---------------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def page(synced: Office) -> str:
    synced.change("teams.yaml", "name: Ana Ruiz", "name: \"<script>alert('x')</script> & co\"")
    synced.change("teams.yaml", SMB, "members: [cy]")
    file = synced.directory.parent / "page.html"
    assert synced.run("simulate", "--html", str(file)).code == 0
    return file.read_text(encoding="utf-8")


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page: str) -> None:
    found = Elements(page).found
    assert not {tag for tag, _ in found} & {"script", "link", "img", "iframe", "object", "form", "base", "a"}
    names = {name for _, attributes in found for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in {"style", "src", "href"}}
    assert "url(" not in page
    assert "@import" not in page


def test_the_policy_of_the_page_allows_its_style_and_nothing_else(page: str) -> None:
    import base64
    import hashlib

    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [each["content"] for tag, each in Elements(page).found if each.get("http-equiv")]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'"]


def test_values_cannot_become_markup(page: str) -> None:
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; co" in page


def test_every_picture_says_what_it_shows(page: str) -> None:
    """Those that stand beside the same in words are left out for who cannot see them."""
    drawn = [each for tag, each in Elements(page).found if tag == "svg" and "viewbox" not in each]
    pictures = [each for each in drawn if not each.get("aria-hidden")]
    assert len(pictures) >= 2
    assert all(each["role"] == "img" and each["aria-label"] for each in pictures)


def test_no_personal_value_is_in_what_is_told(synced: Office) -> None:
    file = synced.directory.parent / "page.html"
    synced.change("teams.yaml", SMB, "members: [cy]")
    shown = synced.run("simulate", "--html", str(file)).out + synced.run("simulate", "--json").out
    text = shown + file.read_text(encoding="utf-8")
    assert not [part for part in ("keller", "nordwind", "Mia", "@leads") if part in text]


def test_the_environment_does_not_win_over_what_is_said_before_the_command(
    synced: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSWITCH_CONFIG", os.devnull)
    assert synced.run("report").code == 0
