"""The demo's directory: fresh each time, and what belongs to somebody else stays."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from sync.demo import folder
from sync.demo.account import SAMPLE
from sync.demo.folder import MARK, SHIPPED, TOKEN, Laid
from sync.locks import FileLock, Held
from sync.trouble import Refused
from sync.wiring import configuration
from tests.demo.dirt import NAUGHTY, STAINS

TODAY = date(2026, 3, 2)
DATA = Path(__file__).resolve().parents[1] / "data"
URL = "http://127.0.0.1:41667"


def lay(path: Path, today: date) -> Laid:
    return folder.lay(path, today, url=URL, token="a-token")


def test_the_configuration_loads_without_a_notice(tmp_path: Path) -> None:
    found = configuration(lay(tmp_path / "demo", TODAY).path)
    assert found.notices == ()
    assert len(found.rulebook.rules) >= 12


def test_the_token_stands_in_a_file_of_its_own_that_others_cannot_read(tmp_path: Path) -> None:
    lay(tmp_path, TODAY)
    assert (tmp_path / TOKEN).stat().st_mode & 0o077 == 0
    texts = {file.name: file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file()}
    assert [name for name, text in texts.items() if "a-token" in text] == [TOKEN]
    assert f"base_url: {URL} " in texts["leadswitch.yaml"]


def test_dates_are_counted_from_today(tmp_path: Path) -> None:
    lay(tmp_path, TODAY)
    text = (tmp_path / "teams.yaml").read_text("utf-8")
    assert "away: [2026-02-24..2026-03-17]" in text
    assert not re.search(r"<[+-]\d+d>", text)


def test_an_earlier_demo_is_replaced_and_an_edited_file_kept(tmp_path: Path) -> None:
    first = lay(tmp_path, TODAY)
    fresh = (tmp_path / "rules.yaml").read_bytes()
    for number in (1, 2):
        (tmp_path / "rules.yaml").write_text(f"mine {number}", "utf-8")
        (tmp_path / "leadswitch.db").write_bytes(b"old")
        again = lay(tmp_path, TODAY)
        assert again.kept == (tmp_path / f"rules.yaml.yours-{number}",)
        assert again.kept[0].read_text("utf-8") == f"mine {number}"
        assert (tmp_path / "rules.yaml").read_bytes() == fresh
        assert not (tmp_path / "leadswitch.db").exists()
    assert (first.again, again.again) == (False, True)


def test_files_of_others_beside_the_demo_stay(tmp_path: Path) -> None:
    lay(tmp_path, TODAY)
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    lay(tmp_path, TODAY)
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["thesis.txt", "rules.yaml", MARK])
def test_a_directory_of_something_else_is_refused_untouched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(Refused, match="--dir"):
        lay(tmp_path, TODAY)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text("utf-8") == "mine"


def test_a_mark_that_names_other_files_removes_none_of_them(tmp_path: Path) -> None:
    path, other = tmp_path / "demo", tmp_path / "other.txt"
    other.write_text("mine", "utf-8")
    lay(path, TODAY)
    (path / "own.txt").write_text("mine", "utf-8")
    (path / MARK).write_text(json.dumps({"../other.txt": "0", "own.txt": "0", str(other): "0"}), "utf-8")
    lay(path, TODAY)
    assert other.exists()
    assert (path / "own.txt").exists()


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(Refused, match="file"):
        lay(tmp_path / "file" / "demo", TODAY)
    with pytest.raises(Refused, match="--dir"):
        lay(tmp_path / "file", TODAY)


def test_a_directory_where_a_pass_runs_is_left_alone(tmp_path: Path) -> None:
    lay(tmp_path, TODAY)
    lock = FileLock(tmp_path / "leadswitch.db.crm.lock")
    lock.acquire()
    with pytest.raises(Held):
        lay(tmp_path, TODAY)
    lock.release()
    assert (tmp_path / "rules.yaml").exists()


# --- the sample data --------------------------------------------------------------------------------------


def test_every_address_in_the_files_is_of_the_example_domain() -> None:
    for file in SHIPPED.rglob("*"):
        text = file.read_text("utf-8") if file.is_file() else ""
        hosts = re.findall(r"@([\w-]+(?:\.[\w-]+)+)|https?://([^/\"\s]+)|www\.([^/\"\s]+)", text)
        real = {host for found in hosts for host in found if host and not host.endswith(".example")}
        assert real <= {"www.apache.org", "apache.org"}, file.name


def test_the_account_holds_the_salesforce_samples_and_hundreds_more() -> None:
    sample = json.loads(SAMPLE.read_bytes())
    contacts = sample["contacts"]
    assert SAMPLE.stat().st_size < 600_000
    assert len(contacts) == len({contact["id"] for contact in contacts}) == 600
    assert sum(contact.get("clean_status") == "Pending" for contact in contacts) == 32
    assert sum(contact.get("form_email") == "bertha@fcof.example" for contact in contacts) == 2
    owners = {contact["hubspot_owner_id"] for contact in contacts if "hubspot_owner_id" in contact}
    assert owners < {owner["id"] for owner in sample["owners"]} - set(sample["archived_owners"])


def test_no_contact_has_an_address_that_hubspot_would_refuse() -> None:
    contacts = json.loads(SAMPLE.read_bytes())["contacts"]
    addresses = [contact["email"] for contact in contacts if "email" in contact]
    assert len(addresses) == len(set(addresses)) > 400
    assert all(re.fullmatch(r"[^@\s]+@[\w.-]+\.example", address) for address in addresses)
    asked = [contact["form_email"] for contact in contacts if "form_email" in contact]
    assert len(asked) > len(addresses), "addresses of second records, and unreadable ones"


def test_telephone_numbers_of_the_united_states_are_samples_or_555_numbers() -> None:
    contacts = json.loads(SAMPLE.read_bytes())["contacts"]
    usual = ("USA", "United States", "US", "U.S.A.")
    drawn = [one for one in contacts if one.get("country") in usual and "clean_status" not in one]
    american = [one["phone"] for one in drawn if "phone" in one]
    assert len(american) > 100
    assert all("555" in phone for phone in american if phone not in (*STAINS["Phone"], *NAUGHTY["Phone"]))


def test_naughty_strings_are_those_of_the_list() -> None:
    listed = set(json.loads((DATA / "naughty_strings" / "blns.json").read_bytes()))
    assert {string for strings in NAUGHTY.values() for string in strings} <= listed


def test_the_notice_names_every_source() -> None:
    notice = (SHIPPED / "NOTICE").read_text("utf-8")
    for word in (
        "CC0-1.0",
        "Maven",
        "febrl",
        "BSD-3-Clause",
        "i18n-iso-countries",
        "Naughty",
        "libphonenumber",
    ):
        assert word in notice
