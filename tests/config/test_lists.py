"""Lists from CSV files and written out; mapping files."""

from __future__ import annotations

import pytest

from config.settings import FieldMap
from router.model import RepId
from router.rules import NamedList, ToOwner
from tests.config.world import configured, notices, problems, ruled

FILE = "{file: named.csv, match: domain, owner: rep}"


def listed(written: str) -> str:
    return f"lists:\n  named: {written}\n{ruled('{list: named}')}"


def read(csv: str, written: str = FILE) -> NamedList:
    return configured(rules=listed(written), named_csv=csv).rulebook.lists["named"]


@pytest.mark.parametrize(
    "csv",
    [
        "domain,rep\nAcme.com,ana\nglobex.com,bo\ninitech.com,\n",
        "domain;rep\nacme.com;ana\nglobex.com;bo\ninitech.com;\n",
        "domain\trep\nacme.com\tana\nglobex.com\tbo\ninitech.com\t\n",
        "\ufeffName,Domain,REP\r\nAcme,acme.com,ana\r\n\r\n,,\r\nGlobex,globex.com,bo\r\nx,initech.com,\r\n",
        'domain,rep\n"acme.com",ana@example.com\nglobex.com, BO@example.com\ninitech.com,',
    ],
)
def test_a_file_gives_values_and_their_owners(csv: str) -> None:
    owners = {"acme.com": RepId("ana"), "globex.com": RepId("bo"), "initech.com": None}
    assert read(csv) == NamedList("named", "domain", owners)


def test_codes_of_a_file_are_canonical_and_compared_without_case() -> None:
    assert dict(read("country\nUS\nno\n", "{file: named.csv, match: country}").owners) == {
        "us": None,
        "no": None,
    }


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("[acme.com, globex.com]", "domain"),
        ("[a@acme.com, b@globex.com]", "email"),
        ("[Acme, Globex Inc.]", "company"),
        ("{match: industry, values: [Software, Banking]}", "industry"),
        ("{match: country, values: DE}", "country"),
        ("{match: custom.plan, values: [gold]}", "custom.plan"),
    ],
)
def test_a_written_list_is_of_the_field_its_values_look_like_or_that_it_names(
    written: str, field: str
) -> None:
    assert configured(rules=listed(written)).rulebook.lists["named"].field == field


OPEN = "not a row of CSV: a quote opens here that does not close where its value ends (close it"


def test_a_line_break_that_is_none_in_csv_belongs_to_its_value() -> None:
    assert set(read("domain,rep\na\u2028b.com,ana\nc\x0bd.com,bo\n").owners) == {"a\u2028b.com", "c\x0bd.com"}


@pytest.mark.parametrize("value", ["https://acme.com", "www.acme.com", "info@acme.com"])
def test_what_no_domain_looks_like_is_noted_in_a_list_as_in_a_rule(value: str) -> None:
    for written in (FILE, f"[{value}, a.b]"):
        said = notices(rules=listed(written), named_csv=f"domain,rep\n{value},ana\n")
        assert f"'{value}' never equals a domain (write it bare: example.com)" in "".join(said)


def test_the_owners_of_a_list_can_be_assigned_to() -> None:
    text = listed(FILE).replace("assign: keep", "assign: {owner: named}")
    book = configured(rules=text, named_csv="domain,rep\nacme.com,ana\n").rulebook
    assert book.rules[0].assign == ToOwner(list="named")


@pytest.mark.parametrize(
    ("csv", "problem"),
    [
        (
            "website,rep\na.com,ana\n",
            "rules.yaml:2:35: the file has no column 'domain' (columns: website, rep)",
        ),
        ("domain,reps\na.com,ana\n", "rules.yaml:2:50: the file has no column 'rep' (did you mean 'reps'?)"),
        ("", "rules.yaml:2:35: the file is empty (its first line must name the columns)"),
        ("domain,rep\na.com,ana\nb.com,anna\n", "named.csv:3:1: unknown rep 'anna' (did you mean 'ana'?)"),
        ("domain,rep\na.com,ana\nA.com,bo\n", "named.csv:3:1: 'a.com' is on the list twice, with two owners"),
        ("domain,rep\na.com,ana,x\n", "named.csv:2:1: 3 columns where the header has 2"),
        ('domain,rep\na.com,ana\n"b.com,ana\nc.com,bo\n', f"named.csv:3:1: {OPEN}"),
        ('domain,rep\n"a\nb.com",bo\nc.com,"ana\n', f"named.csv:4:1: {OPEN}"),
        ('domain,rep\n"a.com,ana\n' + "b.com,bo\n" * 20_000, f"named.csv:2:1: {OPEN}"),
        ('domain,rep\n"a\nb.com",anna\n', "named.csv:2:1: unknown rep 'anna'"),
    ],
)
def test_a_wrong_file_is_refused_at_its_line(csv: str, problem: str) -> None:
    found = problems(rules=listed(FILE), named_csv=csv)
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{file: other.csv, match: domain}", "2:17: there is no file other.csv"),
        (
            "{file: ../named.csv, match: domain}",
            "2:17: ../named.csv is outside of the configuration's directory",
        ),
        ("{file: /etc/hosts, match: domain}", "2:17: /etc/hosts is outside of the configuration's directory"),
        ("{file: named.csv}", "2:10: 'match' is missing"),
        ("{file: named.csv, match: domian}", "2:35: unknown field 'domian' (did you mean 'domain'?)"),
        ("{file: named.csv, match: employees}", "2:10: a list cannot match employees"),
        ("{fil: named.csv, match: domain}", "2:11: unknown key 'fil' (did you mean 'file'?)"),
        ("{file: named.csv, match: domain, values: [a]}", "2:10: a list has a file or values, not both"),
        ("{match: country, values: [UK]}", "2:36: 'UK' is no country code (write the ISO code: GB)"),
        ("named.csv", "2:10: a list is {file, match, owner} or a list of values"),
        ("[]", "2:10: an empty list"),
        ('[a.com, " "]', "2:18: an empty value (fill it in, or remove it)"),
    ],
)
def test_a_wrong_list_is_refused_at_its_place(written: str, problem: str) -> None:
    found = problems(rules=listed(written), named_csv="domain\na.com\n")
    assert len(found) == 1
    assert found[0].startswith(f"rules.yaml:{problem}")


def test_a_list_without_owners_cannot_be_assigned_to() -> None:
    found = problems(rules=listed("[a.com]").replace("assign: keep", "assign: {owner: named}"))
    hint = "name the column of owners: {file: .., match: .., owner: COLUMN}"
    assert found == [f"rules.yaml:5:21: the list 'named' gives no owners ({hint})"]


ASSIGNED = listed(FILE).replace("assign: keep", "assign: {owner: named}")


@pytest.mark.parametrize(
    ("csv", "problem"),
    [
        (
            "domain,rep\na.com,\nb.com,\n",
            "rules.yaml:2:50: no row of named.csv has an owner (fill in this column, or assign a rep)",
        ),
        ("domain,rep\n,ana\n", "rules.yaml:2:50: no row of named.csv has an owner"),
        ("domain,rep\na.com,anna\n", "named.csv:2:1: unknown rep 'anna' (did you mean 'ana'?)"),
        ("domain,rep\na.com,ana,x\n", "named.csv:2:1: 3 columns where the header has 2"),
        ('domain,rep\na.com,ana\n"b.com,ana\nc.com,bo\n', f"named.csv:3:1: {OPEN}"),
        ('domain,rep\n"a\nb.com",bo\nc.com,"ana\n', f"named.csv:4:1: {OPEN}"),
        ('domain,rep\n"a.com,ana\n' + "b.com,bo\n" * 20_000, f"named.csv:2:1: {OPEN}"),
        ('domain,rep\n"a\nb.com",anna\n', "named.csv:2:1: unknown rep 'anna'"),
    ],
)
def test_a_list_without_a_good_row_that_is_assigned_to_is_one_problem(csv: str, problem: str) -> None:
    found = problems(rules=ASSIGNED, named_csv=csv)
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    "rules",
    [
        ASSIGNED,
        listed(FILE).replace("{team: smb}", "{team: smb}, otherwise: [{owner: named}, alert]"),
        f"otherwise: [{{owner: named}}, alert]\n{listed(FILE)}",
    ],
)
def test_a_value_without_its_owner_is_noticed_where_leads_go_to_the_owner(rules: str) -> None:
    csv = "domain,rep\nacme.com,\na.com,ana\n,bo\n , \n"
    assert notices(rules=rules, named_csv=csv) == [
        "named.csv:2:1: 'acme.com' has no owner (fill in its owner; until then `otherwise` decides)",
        "named.csv:4:1: 'bo' owns nothing here: the domain is blank (fill it in, or remove the row)",
    ]
    assert notices(rules=listed(FILE), named_csv="domain,rep\nacme.com,\na.com,ana\n") == []


def test_a_name_of_a_rep_and_a_list_is_refused() -> None:
    text = listed("[a.com]").replace("named", "ana").replace("assign: keep", "assign: {owner: ana}")
    assert "'ana' is a rep and a list" in problems(rules=text)[0]


@pytest.mark.parametrize(
    ("csv", "notice"),
    [
        ("domain,rep\na.com,ana\nA.com,ana\n", "named.csv:3:1: 'a.com' is on the list twice"),
        ("domain,rep\n", "rules.yaml:2:17: the list named is empty (no lead will be on it)"),
        ("domain,rep\na.com ,ana\n", "named.csv:2:1: the value has stray spaces or invisible characters"),
    ],
)
def test_a_list_that_looks_like_a_mistake_is_noticed(csv: str, notice: str) -> None:
    found = notices(rules=listed(FILE), named_csv=csv)
    assert len(found) == 1
    assert found[0].startswith(notice)


# --- mapping files ----------------------------------------------------------------------------------------


def test_a_mapping_keeps_its_order_and_its_words() -> None:
    text = (
        "fields:\n  email: Email\n  employees: {from: Size, as: integer_band}\n"
        "  industry: {from: Branch, values: {COMPUTER_SOFTWARE: software, 01: NO}}\n"
    )
    assert configured(map=text).connections[0].mapping == (
        FieldMap("email", "Email"),
        FieldMap("employees", "Size", "integer_band"),
        FieldMap("industry", "Branch", None, {"COMPUTER_SOFTWARE": "software", "01": "NO"}),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fields: {emial: Email}", ["1:10: unknown lead field 'emial' (did you mean 'email'?)"]),
        ("fields: {plan: Plan}", ["1:10: unknown lead field 'plan' (a field of your own is 'custom.plan')"]),
        ("fields: {email: A, email: B}", ["1:20: 'email' stands here twice (first on line 1)"]),
        ("fields: {owner: OwnerId}", ["1:10: 'owner' cannot be mapped"]),
        ("fields: {employees: {from: A, as: integr}}", ["1:35: unknown transform 'integr'"]),
        (
            "fields: {employees: {from: A, as: text}}",
            ["1:35: 'employees' holds number, and 'text' yields text"],
        ),
        ("fields: {employees: {as: number}}", ["1:21: 'from' is missing"]),
        ("fields: {employees: {from: A, values: x}}", ["1:39: 'values' must be a mapping"]),
        ("fields: {employees: {from: A, using: x}}", ["1:31: unknown key 'using'"]),
        ("fields: {employees: [A]}", ["1:21: 'employees' must be a mapping"]),
        (
            "field: {email: Email}",
            ["1:1: 'fields' is missing", "1:1: unknown key 'field' (did you mean 'fields'?)"],
        ),
        ("email: Email", ["1:1: 'fields' is missing", "1:1: unknown key 'email' (known: fields)"]),
    ],
)
def test_a_wrong_mapping_is_refused_at_its_place(text: str, problem: list[str]) -> None:
    found = problems(map=text)
    assert len(found) == len(problem)
    for line, expected in zip(found, problem, strict=True):
        assert line.startswith(f"map.yaml:{expected}")


def test_a_mapping_that_is_not_there_is_named_where_it_is_used() -> None:
    assert problems(map=None) == ["leadswitch.yaml:2:57: there is no file map.yaml"]


def test_one_custom_field_has_one_kind_in_all_connections() -> None:
    two = "connections:\n" + "".join(
        f"  - {{name: {name}, kind: memory, file: x, mapping: {name}.yaml}}\n" for name in ("a", "b")
    )
    teams = "reps: [{id: ana, email: ana@example.com}]\nteams: [{name: smb, members: [ana]}]"
    found = problems(
        leadswitch=two,
        teams=teams,
        a="fields: {custom.seats: {from: S, as: number}}",
        b="fields: {custom.seats: S}",
    )
    assert found[0].startswith("b.yaml:1:10: 'custom.seats' is text here, and number in another mapping")
