"""`leadswitch forget`: what was a person's is nowhere any more, not even in the bytes of the files."""

from __future__ import annotations

import pytest

from tests.cli.program import Office

HEAD = "id,First Name,Last Name,Email,Phone,Company,Country,Employees,Lead Source,createdate\n"
HERS = (
    "1,Wilhelmina,Ochsenknecht,Mina.Ochse@Kaffeehaus-Ochse.de,+49 30 5550 4417,"
    "Kaffeehaus Ochse,DE,7,Web,2026-01-05\n"
)
SAME_BY_PHONE = "2,Wilhelmina,Ochsenknecht,,+49 30 5550 4417,Ochse privat,DE,,Web,2026-01-05\n"
UNREADABLE = (
    "3,Minchen,Verschreiber,mina.ochse@kaffeehaus-ochse.de or so,,Ochsenbude,x,,Partner Referral,2026-01-05\n"
)
OTHER = (
    "4,Rufus,Bleibtreu,xmina.ochse@kaffeehaus-ochse.de,+49 30 5550 9999,Bleibtreu AG,DE,9,Web,2026-01-05\n"
)
MENTIONS = "5,Karla,Nennt,karla.nennt@firma.de,,sent by mina.ochse@kaffeehaus-ochse.de,DE,9,Web,2026-01-05\n"
PERSONAL = ("ochse", "Wilhelmina", "5550 4417", "55504417", "Verschreiber")


@pytest.fixture
def met(office: Office) -> Office:
    office.change("mapping/sample.yaml", "  email: Email", "  email: Email\n  phone: Phone")
    office.write("leads.csv", HEAD + HERS + SAME_BY_PHONE + UNREADABLE + OTHER + MENTIONS)
    assert office.run("sync").code == 0
    return office


def stored(office: Office) -> bytes:
    return b"".join(held for name, held in office.files().items() if name.startswith("leadswitch.db")).lower()


def in_files(office: Office) -> list[str]:
    held = (
        stored(office).replace(b"xmina.ochse@kaffeehaus-ochse.de", b"").replace(b"kaffeehaus-ochse.de", b"")
    )
    return [part for part in PERSONAL if part.lower().encode() in held]


def test_nothing_of_a_person_is_left_in_the_bytes_of_the_store(met: Office) -> None:
    assert set(in_files(met)) == set(PERSONAL) - {"5550 4417"}
    told = met.run("forget", "MINA.ochse@Kaffeehaus-Ochse.de")
    assert told.code == 0
    assert in_files(met) == []
    assert not [part for part in PERSONAL if part.lower() in (told.out + told.err).lower()]


def test_every_record_of_the_person_is_found_and_nobody_elses(met: Office) -> None:
    told = met.run("forget", "mina.ochse@kaffeehaus-ochse.de", "--json").object
    assert told["leads"] == ["sample/leads/1", "sample/leads/2", "sample/leads/3"]
    assert (told["values"], told["persons"], told["mentions"], told["dry_run"]) == (3, 2, 1, False)
    assert b"xmina.ochse@kaffeehaus-ochse.de" in stored(met)
    assert b"karla.nennt@firma.de" in stored(met)


def test_a_dry_run_says_the_same_and_removes_nothing(met: Office) -> None:
    tried = met.run("forget", "mina.ochse@kaffeehaus-ochse.de", "--json", "--dry-run").object
    assert in_files(met) != []
    done = met.run("forget", "mina.ochse@kaffeehaus-ochse.de", "--json").object
    assert {**tried, "dry_run": False} == done


def test_explain_says_that_the_person_was_forgotten(met: Office) -> None:
    met.run("forget", "mina.ochse@kaffeehaus-ochse.de")
    told = met.run("explain", "1")
    assert told.code == 0
    assert "The person was forgotten" in told.out
    assert met.run("explain", "1", "--json").object["forgotten"] is not None
    assert met.run("explain", "4", "--json").object["forgotten"] is None


def test_a_forgotten_record_that_the_crm_still_shows_is_not_stored_again(met: Office) -> None:
    met.run("forget", "mina.ochse@kaffeehaus-ochse.de")
    for _ in range(2):
        assert met.run("sync").code == 0
    assert in_files(met) == []


def test_a_lead_that_waited_is_left_alone_from_then_on(met: Office) -> None:
    assert "sample/leads/3" in met.run("parked").out
    told = met.run("forget", "mina.ochse@kaffeehaus-ochse.de", "--json").object
    assert told["stopped"] == 1
    assert met.run("parked", "--json").objects == []
    assert met.run("explain", "3", "--json").object["step"] == "skipped"


def test_a_person_who_was_never_there_is_no_mistake(met: Office) -> None:
    told = met.run("forget", "nobody@nowhere.example")
    assert (told.code, told.out) == (0, "The store has nothing of this person.\n")


def test_what_is_no_address_is_refused(met: Office) -> None:
    told = met.run("forget", "mina")
    assert (told.code, told.err) == (2, "that is no e-mail address: no @ in it\n")


def test_a_list_of_the_configuration_that_names_the_person_is_told_and_its_stored_copies_are_cleaned(
    office: Office,
) -> None:
    office.write("people.csv", "email,owner\nmina.ochse@kaffeehaus-ochse.de,ana\n")
    office.change("rules.yaml", "lists:\n", "lists:\n  vip: {file: people.csv, match: email}\n")
    office.change(
        "rules.yaml", "\nrules:\n", "\nrules:\n  - {name: Vip, when: {list: vip}, assign: {team: smb}}\n"
    )
    assert office.run("sync").code == 0
    assert in_files(office) == ["ochse"]
    told = office.run("forget", "mina.ochse@kaffeehaus-ochse.de", "--json").object
    assert (told["configurations"], told["still_named_in"]) == (1, ["people.csv"])
    assert in_files(office) == []
    assert office.run("explain", "1").code == 0
