"""The demo's directory: fresh each time, and what belongs to somebody else stays."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from sync.demo import folder
from sync.demo.crm import SHIPPED, Crm, Served
from sync.demo.folder import CRMS, MARK, Laid
from sync.demo.hubspot import TOKEN, HubSpot
from sync.demo.salesforce import AUTHORITY, SECRET, Salesforce
from sync.locks import FileLock, Held
from sync.trouble import Refused
from sync.wiring import configuration
from tests.demo.dirt import NAUGHTY, STAINS

TODAY = date(2026, 3, 2)
DATA = Path(__file__).resolve().parents[1] / "data"
SAMPLES = {crm: json.loads((SHIPPED / crm.sample_file()).read_bytes()) for crm in CRMS}
CONTACTS, LEADS = SAMPLES[HubSpot]["contacts"], SAMPLES[Salesforce]["leads"]
WORDS = {
    "hubspot address": "http://127.0.0.1:41667",
    "salesforce address": "https://127.0.0.1:41668",
    "salesforce app": "an-app",
    "user mei.mei@crm-demo.example": "005000000000001AAA",
}


class Somewhere(Served):
    """A CRM of which only the words and files are asked."""

    def _fill(self, sample: object) -> None: ...

    def look(self) -> Crm:
        return Crm({}, [])

    @property
    def calls(self) -> Counter[str]:
        return Counter()

    def words(self) -> Mapping[str, str]:
        return WORDS

    def files(self) -> Mapping[str, bytes]:
        return {TOKEN: b"a-token\n", SECRET: b"a-secret\n", AUTHORITY: b"a certificate\n"}


def lay(path: Path, today: date) -> Laid:
    return folder.lay(path, today, [Somewhere(None)])


def test_the_configuration_loads_without_a_notice(tmp_path: Path) -> None:
    found = configuration(lay(tmp_path / "demo", TODAY).path)
    assert found.notices == ()
    assert len(found.rulebook.rules) >= 12


def test_secrets_stand_in_files_of_their_own_that_others_cannot_read(tmp_path: Path) -> None:
    lay(tmp_path, TODAY)
    texts = {file.name: file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file()}
    for name, secret in ((TOKEN, "a-token"), (SECRET, "a-secret")):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
        assert [file for file, text in texts.items() if secret in text] == [name]


def test_the_configuration_names_where_the_crms_are_and_who_is_who_there(tmp_path: Path) -> None:
    lay(tmp_path, TODAY)
    text = "".join((tmp_path / name).read_text("utf-8") for name in ("leadswitch.yaml", "teams.yaml"))
    assert f"base_url: {WORDS['hubspot address']} " in text
    assert f"login_url: {WORDS['salesforce address']} " in text
    assert "owner: {sf: 005000000000001AAA}" in text


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
    for crm in CRMS:
        lock = FileLock(tmp_path / f"leadswitch.db.{crm.connection}.lock")
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


def test_the_crms_hold_the_salesforce_samples_and_hundreds_more() -> None:
    assert sum((SHIPPED / crm.sample_file()).stat().st_size for crm in CRMS) < 600_000
    assert len(CONTACTS) + len(LEADS) == 600
    assert min(len(CONTACTS), len(LEADS)) > 200
    assert len({contact["id"] for contact in CONTACTS}) == len(CONTACTS)
    assert sum(lead.get("CleanStatus") == "Pending" for lead in LEADS) == 32
    assert sum(lead.get("Email") == "bertha@fcof.example" for lead in LEADS) == 2


def test_every_owner_is_one_of_the_crm() -> None:
    account, org = SAMPLES[HubSpot], SAMPLES[Salesforce]
    owners = {contact["hubspot_owner_id"] for contact in CONTACTS if "hubspot_owner_id" in contact}
    assert owners < {owner["id"] for owner in account["owners"]} - set(account["archived_owners"])
    assert {lead["OwnerId"] for lead in LEADS} < {*(user["name"] for user in org["users"]), *org["queues"]}


def test_some_people_are_in_both_crms_and_some_twice_in_one() -> None:
    here = Counter(contact["form_email"] for contact in CONTACTS if "form_email" in contact)
    there = Counter(lead["FormEmail__c"] for lead in LEADS if "FormEmail__c" in lead)
    assert len(here.keys() & there.keys()) > 15
    assert sum(count > 1 for count in here.values()) > 5
    assert sum(count > 1 for count in there.values()) > 5


def test_no_lead_has_an_address_that_its_crm_would_refuse() -> None:
    contacts = [contact["email"] for contact in CONTACTS if "email" in contact]
    leads = [lead["Email"] for lead in LEADS if "Email" in lead]
    assert len(contacts) == len(set(contacts)), "HubSpot keeps no address twice"
    assert len(contacts) + len(leads) > 400
    assert all(re.fullmatch(r"[^@\s]+@[\w.-]+\.example", address) for address in (*contacts, *leads))
    asked = [one for one in CONTACTS if "form_email" in one], [one for one in LEADS if "FormEmail__c" in one]
    assert len(asked[0]) > len(contacts), "addresses of second records, and unreadable ones"
    assert len(asked[1]) > len(leads), "unreadable ones"


def test_telephone_numbers_of_the_united_states_are_samples_or_555_numbers() -> None:
    usual = ("USA", "United States", "US", "U.S.A.")
    phones = [one.get("phone") for one in CONTACTS if one.get("country") in usual]
    phones += [one.get("Phone") for one in LEADS if one.get("Country") in usual and "CleanStatus" not in one]
    american = [phone for phone in phones if phone]
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
