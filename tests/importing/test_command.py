"""`leadswitch import-rules salesforce`: what is written, what is said, and files that cannot be read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Said, run
from tests.importing.leads import Imported
from tests.importing.test_same_owner import NAMES, SAMPLES

ROOT = '<AssignmentRules xmlns="http://soap.sforce.com/2006/04/metadata">'


def imported(file: Path, *arguments: str, out: Path) -> Said:
    return run("import-rules", "salesforce", str(file), "--out", str(out), *arguments)


def rules(*entries: str, name: str = "r", active: str = "true") -> str:
    inside = "".join(f"<ruleEntry>{entry}</ruleEntry>" for entry in entries)
    return f"<assignmentRule><fullName>{name}</fullName><active>{active}</active>{inside}</assignmentRule>"


def criterion(field: str, operation: str, value: str) -> str:
    inside = f"<field>{field}</field><operation>{operation}</operation><value>{value}</value>"
    return f"<criteriaItems>{inside}</criteriaItems>"


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_every_sample_becomes_a_configuration_and_every_entry_is_accounted_for(
    sample: Path, tmp_path: Path
) -> None:
    said = imported(sample, "--json", out=tmp_path)
    told = said.object
    assert (said.code, told["problems"]) == (0, [])
    assert told["entries"] if told["rule"] else told["not_active"]
    for rule in (told, *told["not_active"]) if told["rule"] else told["not_active"]:
        _accounted(rule)
    text = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    for entry in told["report"]:
        mark = "- name: " if entry["written"] == "rule" else "# - name: "
        assert f"{mark}{entry['name']}" in text.replace("'", "")
    assert run("route", str(_leads(tmp_path)), "--config", str(tmp_path), "--mapping", "sf").code == 0


def _accounted(rule: dict[str, Any]) -> None:
    assert [entry["entry"] for entry in rule["report"]] == list(range(1, rule["entries"] + 1))
    assert rule["translated"] + rule["partly"] + rule["not"] == rule["entries"]
    for entry in rule["report"]:
        assert bool(entry["why"]) == (entry["status"] != "translated")
        assert entry["status"] != "not" or entry["written"] == "comment"


def _leads(directory: Path) -> Path:
    path = directory / "leads.csv"
    path.write_text("Country,CountryCode,State\nGermany,DE,Bayern\n", encoding="utf-8")
    return path


def test_rules_keep_their_order_and_the_rest_goes_to_the_default_owner() -> None:
    text = Imported.of(SAMPLES[0].read_bytes()).texts["rules.yaml"]
    names = [line.partition("name: ")[2] for line in text.splitlines() if line.startswith("  - name: ")]
    assert [name.partition(" ")[0] for name in names[:-1]] == [str(number) for number in range(1, 11)]
    assert names[-1] == "No entry matches"


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("mine", encoding="utf-8")
    said = imported(SAMPLES[0], out=tmp_path)
    assert said.code == 2
    assert "is there already" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said = imported(SAMPLES[3], "--dry-run", out=tmp_path / "new")
    assert said.code == 0
    assert "11 entries: 4 translated, 6 partly, 1 not" in said.out
    assert not (tmp_path / "new").exists()


def test_a_rule_that_is_not_active_can_be_asked_for(tmp_path: Path) -> None:
    said = imported(SAMPLES[11], "--rule", "standard", "--json", out=tmp_path)
    assert said.object["rule"] == "Standard"
    assert [entry["entry"] for entry in said.object["report"] if entry["status"] == "not"] == [3, 4]
    assert "e-mail Field/Territory_notice" in " ".join(said.object["left_out"])
    assert "--rule" not in imported(SAMPLES[11], "--rule", "none", out=tmp_path).out


def test_rules_of_other_objects_are_named_and_skipped(tmp_path: Path) -> None:
    case, lead = criterion("Case.Origin", "equals", "Web"), criterion("Lead.City", "equals", "Rome")
    (tmp_path / "a.xml").write_text(f"{ROOT}{rules(case, name='Cases')}{rules(lead)}</AssignmentRules>")
    assert imported(tmp_path / "a.xml", "--json", out=tmp_path / "new").object["skipped"] == ["Cases"]
    (tmp_path / "b.xml").write_text(f"{ROOT}{rules(case)}</AssignmentRules>")
    said = imported(tmp_path / "b.xml", out=tmp_path / "other")
    assert (said.code, "for Case, not for leads" in said.err) == (2, True)


def test_the_folder_of_the_metadata_or_its_zip_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "assignmentRules"
    folder.mkdir(parents=True)
    (folder / "Lead.assignmentRules").write_bytes(b"\xef\xbb\xbf" + SAMPLES[9].read_bytes())
    with zipfile.ZipFile(tmp_path / "src.zip", "w") as archive:
        archive.write(folder / "Lead.assignmentRules", "assignmentRules/Lead.assignmentRules")
    for number, given in enumerate((tmp_path / "src", tmp_path / "src.zip")):
        assert imported(given, "--json", out=tmp_path / str(number)).object["entries"] == 5


BOMB = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        ("no xml", "line 1: no XML"),
        (f"{ROOT}<assignmentRule>", "no XML"),
        (
            f"{BOMB}{ROOT}&c;</AssignmentRules>",
            "a DOCTYPE (a) (metadata has none; entities are not read here)",
        ),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a DOCTYPE"),
        ("<Workflow/>", "<Workflow> in place of <AssignmentRules>"),
        ('<AssignmentRules xmlns="urn:x"/>', "the namespace urn:x"),
        (f"{ROOT}</AssignmentRules>", "no <assignmentRule>"),
        (ROOT + "<x>" * 30, "nested deeper than 20 (give the file as Salesforce wrote it)"),
        (
            f"{ROOT}{rules('<criteriaItems><field>Lead.City</field></criteriaItems>')}</AssignmentRules>",
            "<operation>",
        ),
        (f"{ROOT}{rules()}{rules(name='s')}</AssignmentRules>", "several rules are active: r, s"),
        (
            f"{ROOT}{rules()}</AssignmentRules>".replace("<active>", "<active>0</active><active>"),
            "<active> more",
        ),
        (
            f"{ROOT}{rules()}</AssignmentRules>".replace("<fullName>", "<fullName/><fullName>"),
            "<fullName> more",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_text(text, encoding="utf-8")
    said = imported(tmp_path / "bad.xml", out=tmp_path / "new")
    assert (said.code, said.out) == (2, "")
    assert "bad.xml: " in said.err
    assert why in said.err
    assert "UTF-8" not in said.err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("encoding", ["utf-32", "latin-1"])
def test_a_file_that_is_not_utf8_says_so(encoding: str, tmp_path: Path) -> None:
    entry = criterion("Lead.City", "equals", "Köln")
    (tmp_path / "bad.xml").write_bytes(f"{ROOT}{rules(entry)}</AssignmentRules>".encode(encoding))
    said = imported(tmp_path / "bad.xml", out=tmp_path / "new")
    assert said.code == 2
    assert "save the file as UTF-8" in said.err


def test_of_two_rules_of_one_name_none_is_taken_by_it(tmp_path: Path) -> None:
    both = rules(name="R") + rules(name="r", active="false")
    (tmp_path / "a.xml").write_text(f"{ROOT}{both}</AssignmentRules>")
    assert imported(tmp_path / "a.xml", "--dry-run", out=tmp_path).code == 0
    said = imported(tmp_path / "a.xml", "--rule", "r", "--dry-run", out=tmp_path)
    assert (said.code, "the rules of lines 1 and 1 are all called r (rename all but one)" in said.err) == (
        2,
        True,
    )


def test_what_nobody_knows_in_a_rule_or_a_criterion_is_listed_as_left_out(tmp_path: Path) -> None:
    entry = criterion("Lead.City", "equals", "x").replace("<value>", "<scope>mine</scope><value>")
    text = rules(f"{entry}<team><member>x</member></team>").replace("<active>", "<note>old</note><active>")
    (tmp_path / "a.xml").write_text(f"{ROOT}{text}</AssignmentRules>")
    left = imported(tmp_path / "a.xml", "--json", out=tmp_path / "new").object["left_out"]
    assert left == ["note: old (the rule)", "team: ... (entry 1)", "scope: mine (entry 1)"]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (criterion("User.Department", "equals", "x"), "who saves the record"),
        (criterion("Lead.Location__c", "within", "1"), "within has no counterpart"),
        (criterion("Lead.NumberOfEmployees", "equals", "many"), "is no number"),
        (criterion("Lead.CreatedDate", "lessThan", "1/2/2026"), "no day that means the same everywhere"),
        (criterion("Lead.CreatedDate", "equals", "LAST WEEK"), "moves with the calendar"),
        (criterion("Lead.AnnualRevenue", "lessThan", "1,2"), "needs one value"),
        (f"<booleanFilter>1 AND 2</booleanFilter>{criterion('Lead.City', 'equals', 'x')}", "criterion 2"),
        (f"<booleanFilter>1 XOR 1</booleanFilter>{criterion('Lead.City', 'equals', 'x')}", "cannot be read"),
        (
            f"<booleanFilter>{'(' * 99}1</booleanFilter>{criterion('Lead.City', 'equals', 'x')}",
            "nested deeper",
        ),
        ("<assignedTo>x</assignedTo><assignedToType>Role</assignedToType>", "neither a user nor a queue"),
        (criterion("Lead.", "equals", "x"), "Lead. names no field"),
        ("<booleanFilter>1</booleanFilter><formula>TRUE</formula>", "it has a filter and a formula"),
        (criterion("Lead.CreatedDate", "equals", "LAST_N_DAYS:0"), "moves with the calendar"),
    ],
)
def test_an_entry_that_cannot_be_said_stands_as_a_comment(entry: str, why: str) -> None:
    found = Imported.of(f"{ROOT}{rules(entry)}</AssignmentRules>".encode())
    assert found.translated.rule is not None
    [only] = found.translated.rule.entries
    assert why in only.why[0]
    assert "  # Entry 1 was not translated" in found.texts["rules.yaml"]
    assert found.outcomes([{"City": "x"}]) == [("default", None)]


def user(name: str) -> str:
    return f"<assignedTo>{name}</assignedTo><assignedToType>User</assignedToType>"


def test_a_user_in_two_spellings_of_one_address_is_one_rep_and_a_note_says_so() -> None:
    entries = (
        user("A@x.com") + criterion("Lead.City", "equals", "Rome"),
        user("a@X.com") + criterion("Lead.City", "equals", "Bonn"),
        user("a@x.com"),
    )
    found = Imported.of(f"{ROOT}{rules(*entries)}</AssignmentRules>".encode())
    assert found.outcomes([{"City": "Rome"}, {"City": "Bonn"}, {}]) == [("owner", "a@x.com")] * 3
    assert found.translated.rule is not None
    notes = [each.notes for each in found.translated.rule.entries]
    assert ["A@x.com became the rep a@x.com" in "".join(each) for each in notes] == [True, False, False]
    assert [len(each) for each in notes] == [1, 1, 0]


@pytest.mark.parametrize(
    ("entry", "again"),
    [
        (user("a@x.com") + "<assignedTo>b@x.com</assignedTo>", "assignedTo: b@x.com"),
        ("<assignedToType>User</assignedToType>" + user("a@x.com"), "assignedToType: User"),
        ("<formula>ISBLANK(City)</formula><formula>Hot__c</formula>", "formula: Hot__c"),
        ("<formula/><formula>Hot__c</formula>", "formula: Hot__c"),
        (
            "<booleanFilter>1</booleanFilter><booleanFilter>NOT 1</booleanFilter>"
            + criterion("Lead.City", "equals", "x"),
            "booleanFilter: NOT 1",
        ),
        (
            criterion("Lead.City", "equals", "x").replace("<value>", "<value>y</value><value>"),
            "value: x",
        ),
    ],
)
def test_an_entry_that_says_something_twice_stands_as_a_comment_with_both(entry: str, again: str) -> None:
    found = Imported.of(f"{ROOT}{rules(entry)}</AssignmentRules>".encode())
    assert found.translated.rule is not None
    [only] = found.translated.rule.entries
    name = again.partition(":")[0]
    assert only.why == (f"it has <{name}> more than once, and nothing says which one counts",)
    assert f"  #   again {again}\n" in found.texts["rules.yaml"]
    assert found.outcomes([{"City": "x"}]) == [("default", None)]
