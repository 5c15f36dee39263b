"""Files that `route` is given: what is odd is read or named with its line, and never a traceback."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from tests.cli.program import Office, Said

READ = {
    "a byte order mark": (b"\xef\xbb\xbfemail,country\na@b.de,DE\n", "1"),
    "semicolons": (b"email;country\na@b.de;DE\n", "1"),
    "tabs": (b"email\tcountry\na@b.de\tDE\n", "1"),
    "blank lines": (b"\n\nemail,country\n\na@b.de,DE\n\n", "4"),
    "line ends of old": (b"email,country\ra@b.de,DE\r", "1"),
    "blanks around the headings": (b" Email , Country Code \na@b.de,DE\n", "1"),
    "headings of a CRM": (b"Email Address,Country/Region\na@b.de,Germany\n", "1"),
    "an id of its own": (b"ID,email,country\n00Q7,a@b.de,DE\n", "00Q7"),
}

OPEN = "not a row of CSV: a quote opens here that does not close where its value ends; close it"

REFUSED = {
    "nothing": (b"", ": the file is empty; its first line must name the columns"),
    "blank lines alone": (b"\n\n\n", ": the file is empty"),
    "columns of another table": (b"sku,price\n1,2\n", ": no column fills a field of a lead: sku, price"),
    "two columns of one name": (b"email,email\na@b.de,c@d.de\n", ":1: two columns are named email"),
    "a row too long": (b"email,country\na@b.de,DE\nc@d.de,FR,2\n", ":3: 3 values for 2 columns"),
    "a quote without end": (b'email,country\n"a@b.de,DE\n', f":2: {OPEN}"),
    "a quote without end in the heading": (b'\n"email,country\na@b.de,DE\n', f":2: {OPEN}"),
    "a quote without end further down": (b'email;name\na@b.de;"A\nB"\nc@d.de;"C\ne@f.de;E\n', f":4: {OPEN}"),
    "a quote without end behind one with": (
        b'email,name,x\na@b.de,"A\n""B""\nC","D\nc@d.de,C,\n',
        f":4: {OPEN}",
    ),
    "a quote that the next one ends": (b'email,name\n"a@b.de,A\nc@d.de,C\n"e@f.de",E\n', f":2: {OPEN}"),
    "a value too large": (
        b"email,name\na@b.de,A\nc@d.de," + b"x" * 10_000_001 + b"\n",
        ":3: not a row of CSV: field",
    ),
    "mixed encodings": (
        "email,company\na@b.de,Müller\n".encode() + "c@d.de,Müller\n".encode("latin-1"),
        ":3: not UTF-8; save the file as UTF-8",
    ),
    "UTF-16": ("email\na@b.de\n".encode("utf-16"), ":1: not UTF-8"),
}

LINES = {
    "no JSON": (b'{"email": "a@b.de"}\n{nope\n', ":2:2: not a line of JSON"),
    "a list": (b'["a@b.de"]\n', ":1: each line must be one JSON object"),
    "a number without end": (b'{"employees": ' + b"9" * 5_000 + b"}\n", ":1: no JSON that can be read"),
    "nesting without end": (b'{"email": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", ":1: no JSON"),
}


def _route(office: Office, name: str, raw: bytes, *arguments: str) -> Said:
    file = office.directory / name
    file.write_bytes(raw)
    return office.run("route", str(file), *arguments)


@pytest.mark.parametrize("what", READ)
def test_a_csv_with_this_is_read(what: str, office: Office) -> None:
    raw, lead = READ[what]
    told = _route(office, "leads.csv", raw, "--json")
    assert (told.code, told.err) == (0, "")
    assert (told.object["lead"], told.object["rule"]) == (lead, "German-speaking countries")
    assert told.object["unread"] == []


@pytest.mark.parametrize("what", REFUSED)
def test_a_csv_with_this_is_refused_and_its_line_named(what: str, office: Office) -> None:
    raw, message = REFUSED[what]
    told = _route(office, "leads.csv", raw)
    assert told.code == 2
    assert message in told.err
    assert "leads.csv" in told.err


@pytest.mark.parametrize("what", LINES)
def test_json_lines_with_this_are_refused_and_the_line_named(what: str, office: Office) -> None:
    raw, message = LINES[what]
    told = _route(office, "leads.jsonl", raw)
    assert told.code == 2
    assert f"leads.jsonl{message}" in told.err


def test_what_stands_before_a_bad_line_is_routed_and_the_error_is_the_last_object(office: Office) -> None:
    told = _route(office, "leads.jsonl", b'{"id": 7, "email": "a@b.de"}\n[]\n', "--json")
    routed, error = told.objects
    assert routed["lead"] == "7"
    assert error["exit"] == told.code == 2


def test_columns_that_fill_no_field_are_named_and_the_others_are_read(office: Office) -> None:
    told = _route(office, "leads.csv", b"email,country,sku\na@b.de,DE,7\n", "--json")
    assert told.code == 0
    assert "not read, as no field of a lead: sku" in told.err
    assert told.object["rule"] == "German-speaking countries"
    assert _route(office, "leads.csv", b"email,sku\na@b.de,7\n", "--quiet", "--json").err == ""


def test_ten_thousand_columns_are_read(office: Office) -> None:
    names = ["email", *(f"c{n}" for n in range(9_999))]
    raw = ",".join(names) + "\na@b.de" + ",x" * 9_999 + "\n"
    told = _route(office, "leads.csv", raw.encode(), "--json")
    assert told.code == 0
    assert len(told.err) < 300
    twice = _route(office, "leads.csv", raw.replace("c77,", "c78,", 1).encode())
    assert "two columns are named c78" in twice.err


def test_a_file_with_headings_alone_has_no_leads(office: Office) -> None:
    assert _route(office, "leads.csv", b"email,country\n").out == "The file has no leads.\n"
    assert _route(office, "leads.csv", b"email,country\n", "--json").out == ""


QUEUES = """
queues:
  inbound: {one: Inbound}
  nowhere: {}
reps: [{id: ana}]
"""
BY_QUEUE = """
rules:
  - {name: students, when: {title: student}, assign: {queue: inbound}}
  - {name: press, when: {title: press}, assign: {queue: nowhere}}
  - {name: everyone, assign: {owner: ana}}
"""


def test_a_lead_of_no_crm_goes_into_a_queue_that_has_a_place_in_any(office: Office) -> None:
    two = "".join(
        f"  - {{name: {name}, kind: memory, file: {name}.json, take: all}}\n" for name in ("one", "two")
    )
    office.write("leadswitch.yaml", f"connections:\n{two}")
    office.write("teams.yaml", QUEUES)
    office.write("rules.yaml", BY_QUEUE)
    raw = b"title,connection\nstudent,\npress,\nstudent,two\n"
    told = _route(office, "leads.csv", raw, "--json").objects
    assert [each["queue"] for each in told] == ["inbound", None, None]
    assert told[2]["parked"]["reason"].startswith("queue inbound has no place in two")
    shown = _route(office, "leads.csv", raw).out
    assert "queue nowhere has no place in file: the lead stays as it is" in shown


def test_a_mapping_reads_the_fields_of_the_crm(office: Office) -> None:
    raw = b"Email,Country,Lead Source\na@b.de,DE,Partner Referral\n"
    assert _route(office, "leads.csv", raw, "--mapping", "sample", "--json").object["by"] == "keep"
    assert "known: sample" in _route(office, "leads.csv", raw, "--mapping", "smaple").err


def test_values_that_cannot_be_read_are_listed_with_the_reason(office: Office) -> None:
    told = _route(office, "leads.csv", b"email,country,employees\nnot one,Atlantis,many\n", "--json")
    assert {unread["field"] for unread in told.object["unread"]} == {"email", "country", "employees"}
    assert all(unread["why"] for unread in told.object["unread"])


@pytest.mark.parametrize(
    "value",
    [None, True, 7, 1.5, float("inf"), "\ud800", "\x00", "\x1b[31m", {"a": 1}, [1, [2]], "x" * 100_000],
)
def test_any_value_in_any_field_is_routed(value: Any, office: Office) -> None:
    import json

    line = json.dumps(dict.fromkeys(("id", "email", "country", "employees", "owner", "custom.x"), value))
    for arguments in (["--json"], []):
        told = _route(office, "leads.jsonl", line.encode() + b"\n", *arguments)
        assert told.code == 0
        assert "\x1b" not in told.out


def test_standard_input_is_read_as_csv(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(b"email,country\na@b.de,DE\n"), encoding="latin-1")
    monkeypatch.setattr(sys, "stdin", given)
    assert office.run("route", "-", "--json").object["team"] == "smb"


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "0001-01-01T00:00+14:00", ""])
def test_a_time_that_is_none_is_refused(time: str, office: Office) -> None:
    told = office.run("route", str(office.directory / "leads.csv"), "--at", time)
    assert told.code == 2
    assert "--at" in told.err


def test_leads_are_routed_as_of_a_time(office: Office) -> None:
    office.change("teams.yaml", "zone: Europe/Berlin", "zone: Europe/Berlin, away: [2026-12-24..2026-12-31]")
    raw = b"email,country\na@b.de,DE\n"
    assert _route(office, "leads.csv", raw, "--at", "2026-12-01", "--json").object["owner"] == "bo"
    assert _route(office, "leads.csv", raw, "--at", "2026-12-24T12:00Z", "--json").object["owner"] is None


def test_a_file_that_is_not_there_is_named(office: Office) -> None:
    assert "no.csv: cannot be read: No such file" in office.run("route", "no.csv").err
    assert "cannot be read: Is a directory" in office.run("route", str(office.directory)).err


def test_a_lead_of_an_account_that_the_file_had_before_goes_to_its_owner(office: Office) -> None:
    rules = office.directory / "rules.yaml"
    rules.write_text("rules: [{name: all, assign: {team: smb, follow_account: true}}]\n", encoding="utf-8")
    raw = (
        b"email,company\na@acme.com,Acme Foods\nb@bravo.com,Bravo\nc@acme.com,\nd@gmail.com,ACME Foods Inc.\n"
    )
    told = [json.loads(line) for line in _route(office, "leads.csv", raw, "--json").out.splitlines()]
    assert [each["by"] for each in told] == ["round_robin", "round_robin", "account", "account"]
    assert told[0]["owner"] == told[2]["owner"] == told[3]["owner"] != told[1]["owner"]
    assert told[3]["reasons"] == [
        f"the account is with {told[0]['owner']}: the same company name as an earlier lead, confidence 0.97"
    ]
