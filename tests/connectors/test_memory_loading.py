"""Loading a memory CRM: the forms that are read, and what is said of those that are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.contract import Everything, User, Verdict
from connectors.memory import Options
from connectors.memory.wire import Unloadable
from router.model import OwnerId
from tests.connectors.memory_files import ANA, CSV, give, records, start


@pytest.mark.parametrize(
    "text", [CSV, CSV.replace(",", ";"), CSV.replace(",", "\t"), "\ufeff" + CSV, CSV + "\n\n"]
)
def test_a_csv_loads_with_any_usual_delimiter_and_mark(csv_file: Path, text: str) -> None:
    csv_file.write_text(text, encoding="utf-8")
    found = records(start(Options(file=csv_file)))
    assert {name: one.owner for name, one in found.items()} == {"7": None, "8": "bo"}
    assert found["7"].fields == {"email": "ada@example.com", "createdate": "2026-02-01"}


def test_without_an_id_column_the_row_number_is_the_id(csv_file: Path) -> None:
    csv_file.write_text("email\na@example.com\nb@example.com\n")
    assert list(records(start(Options(file=csv_file)))) == ["1", "2"]


@pytest.mark.parametrize(
    "value",
    [
        [{"id": 7, "owner": "bo"}],
        {"records": [{"Id": "7", "OwnerId": "bo"}]},
        {"records": [{"attributes": {"type": "Lead", "referenceId": "7"}, "OwnerId": "bo"}]},
    ],
)
def test_each_form_of_json_loads(json_file: Path, value: object) -> None:
    json_file.write_text("\ufeff" + json.dumps(value), encoding="utf-8")
    found = records(start(Options(file=json_file)))
    assert [(name, one.owner, dict(one.fields)) for name, one in found.items()] == [("7", "bo", {})]


def test_nested_values_are_given_as_json_text(json_file: Path) -> None:
    assert records(start(Options(file=json_file)))["7"].fields["tags"] == '["a", "b"]'


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.csv", b"", "a.csv: the file is empty"),
        ("a.csv", b"\xef\xbb\xbf \n", "a.csv: the file is empty"),
        ("a.csv", b"id,mail\n1,M\xfcller\n", "a.csv:2: this is not UTF-8"),
        ("a.csv", "id,mail\n1,a".encode("utf-16"), "a.csv:1: this is not UTF-8"),
        ("a.csv", b"id,mail,mail\n", "a.csv:1: the column 'mail' stands twice"),
        ("a.csv", b"id,,mail\n", "a.csv:1: column 2 has no name"),
        ("a.csv", b'id,mail\n1,"a\nb"\n2,x,y\n', "a.csv:4: 3 values for 2 columns"),
        ("a.csv", b"id,mail\n1\n", "a.csv:2: 1 values for 2 columns"),
        ("a.csv", b'id,mail\n1,x\n2,"a\n', "a.csv:3: this is not CSV"),
        ("a.csv", b"id,mail\n1,x\n\n1,y\n", "a.csv:4: the id '1' stands twice"),
        ("a.csv", b"id,mail\n,x\n", "a.csv:2: the id is blank"),
        ("a.json", b"", "a.json: the file is empty"),
        ("a.json", b'[\n{"id": 1},\n]', "a.json:3: this is not JSON"),
        ("a.json", b"[" * 100_000, "a.json: this is not JSON"),
        ("a.json", b'[{"id": NaN}]', "a.json: this is not JSON"),
        ("a.json", b"7", "a.json: records must be a list of objects"),
        ("a.json", b'{"leads": []}', "a.json: records must be a list of objects"),
        ("a.json", b'[{"id": 1}, 2]', "a.json: entry 2 of records is no object"),
        ("a.json", b'[{"id": 1}, {"id": "1"}]', "a.json: record 2: the id '1' stands twice"),
        ("a.json", b'{"records": [], "users": 1}', "a.json: users must be a list"),
        ("a.json", b'{"records": [], "users": [{"mail": 1}]}', "a.json: a user has no 'mail'"),
        ("a.json", b'{"records": [], "kept": []}', "a.json: 'kept' must be an object"),
        ("a.json", b'{"records": [], "kept": {"7": 1}}', "a.json: 'kept' of record '7'"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, name: str, raw: bytes, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(raw)
    with pytest.raises(Unloadable) as caught:
        start(Options(file=file))
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_file_and_a_folder_say_so(tmp_path: Path) -> None:
    for file, message in ((tmp_path / "no.csv", "there is no such file"), (tmp_path, "cannot be read")):
        with pytest.raises(Unloadable, match=message):
            start(Options(file=file))


def test_a_file_without_records_is_an_empty_crm(csv_file: Path) -> None:
    csv_file.write_text("id,email\n")
    page = start(Options(file=csv_file)).pages(Everything(), None)
    assert (page.changes, page.next, page.newest) == ([], None, None)


# --- users ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "users.csv",
            "id,name,email,active,queue\nana,Ana,ana@example.com,,\nq,Inbound,,yes,yes\nold,,,no,no\n",
        ),
        (
            "users.json",
            """{"users": [{"id": "ana", "name": "Ana", "email": "ana@example.com"},
                          {"id": "old", "active": false}], "queues": [{"id": "q", "name": "Inbound"}]}""",
        ),
    ],
)
def test_with_a_list_of_users_only_active_ones_can_own(csv_file: Path, name: str, text: str) -> None:
    users = csv_file.with_name(name)
    users.write_text(text)
    connector = start(Options(file=csv_file, users=users))
    assert not connector.features.any_owner
    assert set(connector.owners()) == {
        User(ANA, "Ana", "ana@example.com"),
        User(OwnerId("q"), "Inbound", queue=True),
        User(OwnerId("old"), "old", active=False),
    }
    assert give(connector, "7", OwnerId("old")) is Verdict.REFUSED
    assert give(connector, "7", OwnerId("nobody")) is Verdict.REFUSED
    assert give(connector, "7", ANA) is Verdict.DONE


def test_without_a_list_of_users_every_owner_is_accepted(csv_file: Path) -> None:
    connector = start(Options(file=csv_file))
    assert connector.features.any_owner
    assert give(connector, "7", OwnerId("ana@example.com")) is Verdict.DONE
    assert [(user.id, user.email) for user in connector.owners()] == [
        ("ana@example.com", "ana@example.com"),
        ("bo", None),
    ]


def test_a_flag_that_is_neither_yes_nor_no_is_refused(csv_file: Path) -> None:
    users = csv_file.with_name("users.csv")
    users.write_text("id,active\nana,yes\nbo,maybe\n")
    with pytest.raises(Unloadable, match=r"users.csv:3: active is 'maybe'"):
        start(Options(file=csv_file, users=users))
