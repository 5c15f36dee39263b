"""What ships with the program: examples, the starter, the JSON Schema, and the page about all of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

import config
from config.conditions import OPERATORS
from config.files.leadswitch import RetentionEntry
from config.files.mapping import FieldEntry
from config.files.rules import AssignEntry, HoldEntry, RuleEntry, SamePersonEntry, StepEntry
from config.files.teams import CatchUp, RepEntry, TeamEntry
from config.loader import load, parse
from config.names import ALWAYS_THERE
from config.notyet import NOT_IN_FORCE
from config.problems import ConfigError, Findings
from config.schema import FILES, schema
from config.settings import Configuration, Vocabulary
from config.shapes import Part
from config.starter import write_starter
from config.yamltext import Blank, Map, Node, Seq, tree
from connectors import hubspot, leadsquared, memory, salesforce
from connectors.contract import Secret
from connectors.normalise.transforms import TRANSFORMS
from tests.config.world import RULES, TEAMS, configured

HOME = Path(config.__file__).parent
PAGE = HOME.parent / "docs" / "configuration.md"
EXAMPLES = sorted((HOME / "examples").iterdir())
VOCABULARY = Vocabulary(
    kinds={
        "memory": memory.Options,
        "hubspot": hubspot.Options,
        "salesforce": salesforce.Options,
        "leadsquared": leadsquared.Options,
    },
    secret=Secret,
    transforms={name: transform.kind for name, transform in TRANSFORMS.items()},
    always_owned=frozenset({"salesforce"}),
    objects={"memory": "leads", "hubspot": "contacts", "salesforce": "Lead", "leadsquared": "Leads"},
)


def loaded(directory: Path) -> Configuration:
    return load(directory, VOCABULARY, environ={"HUBSPOT_TOKEN": "x"})


@pytest.mark.parametrize("directory", EXAMPLES, ids=lambda path: path.name)
def test_every_example_loads_and_only_says_what_is_not_in_force(directory: Path) -> None:
    # In `experience` companies of a middle size are for everyone, and that is said.
    middle = (
        "employees 51 to 999 lies between what rules name"
        if directory.name == "experience"
        else "not in force"
    )
    allowed = re.compile(rf"not in force yet|there is no connection 'sf'|{middle}")
    assert [str(notice) for notice in loaded(directory).notices if not allowed.search(str(notice))] == []


def test_the_usual_set_ups_are_all_there() -> None:
    wanted = (
        "account_owner after_hours by_state calendar campaign capacity customer_type deal_value design experience "
        "industry language_match lead_score named_accounts new_hires partner_stays product public_holidays "
        "round_robin selection size_bands time_zone vacation weighted_shares"
    )
    assert {path.name for path in EXAMPLES} == {*wanted.split()}


def test_the_starter_loads_without_a_word_and_has_its_leads(tmp_path: Path) -> None:
    written = write_starter(tmp_path / "new")
    assert all(path.is_file() for path in written)
    config = loaded(tmp_path / "new")
    assert config.notices == ()
    options = config.connections[0].options
    assert isinstance(options, memory.Options)
    assert options.file.read_text().count("\n") > 5


def test_the_starter_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("mine")
    with pytest.raises(ConfigError, match=r"rules\.yaml: is there already"):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]
    assert (tmp_path / "rules.yaml").read_text() == "mine"


def test_a_starter_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_starter(tmp_path / "file" / "below")


# --- the schema -------------------------------------------------------------------------------------------


def typed(node: Node) -> object:
    """Return a file as an editor reads it, which types unquoted scalars by YAML 1.2."""
    if isinstance(node, Map):
        return {str(key): typed(value) for key, value in node.items()}
    if isinstance(node, Seq):
        return [typed(item) for item in node]
    if isinstance(node, Blank):
        return None
    if node.plain and re.fullmatch(r"-?\d+(\.\d+)?", node):
        return float(node) if "." in node else int(node)
    return {"true": True, "false": False}.get(node, str(node)) if node.plain else str(node)


def described() -> Iterator[tuple[str, str, str]]:
    for directory in (*EXAMPLES, HOME / "starter"):
        for path in sorted(directory.rglob("*.yaml")):
            name = path.stem if path.parent == directory else "mapping"
            yield f"{directory.name}/{name}", name, path.read_text()


@pytest.mark.parametrize(("name", "text"), [pytest.param(n, t, id=i) for i, n, t in described()])
def test_every_shipped_file_is_valid_by_its_schema(name: str, text: str) -> None:
    whole = schema()
    node = tree("x.yaml", text, Findings())
    assert node is not None
    own = {"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]}
    jsonschema.Draft202012Validator(own).validate(typed(node))
    jsonschema.Draft202012Validator(whole).validate(typed(node))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rules", "rules: [{name: x, asign: keep}]"),
        ("rules", "rules: [{name: x, assign: kep}]"),
        ("rules", "rules: [{name: x, assign: keep, when: {contry: US}}]"),
        ("rules", "rules: [{name: x, assign: keep, when: {title: {matches: x}}}]"),
        ("rules", "rules: [{name: x, assign: keep, when: {any: {title: x}}}]"),
        ("rules", "rules: [{name: x, assign: {team: smb, by: luck}}]"),
        ("teams", "reps: [{name: Ana}]"),
        ("teams", "reps: [{id: ana, awya: 1}]"),
        ("leadswitch", "connections: [{name: x, kind: y, take: some}]"),
        ("mapping", "fields: {email: {as: text}}"),
    ],
)
def test_the_schema_finds_what_the_loader_would_refuse(name: str, text: str) -> None:
    node = tree("x.yaml", text, Findings())
    assert node is not None
    own = {"$ref": f"#/$defs/{name}", "$defs": schema()["$defs"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(own).validate(typed(node))


@pytest.mark.parametrize(
    ("name", "text", "item"),
    [
        ("teams", f"{TEAMS}  - {{name: one, members: ITEM}}", "ana"),
        ("teams", f"{TEAMS}  - {{name: one, members: ITEM}}", "{ana: 2}"),
        ("rules", "rules: [{name: One, assign: {team: smb}, otherwise: ITEM}]", "alert"),
        ("rules", "rules: [{name: One, assign: {team: smb}, otherwise: ITEM}]", "{hold: 2h}"),
        ("rules", f"otherwise: ITEM\n{RULES}", "{queue: backup}"),
        ("rules", f"score: ITEM\n{RULES}", "{points: 5}"),
    ],
)
def test_a_list_of_one_needs_no_brackets(name: str, text: str, item: str) -> None:
    alone, listed = text.replace("ITEM", item), text.replace("ITEM", f"[{item}]")
    assert configured(**{name: alone}).rulebook == configured(**{name: listed}).rulebook
    node = tree("x.yaml", alone, Findings())
    assert node is not None
    own = {"$ref": f"#/$defs/{name}", "$defs": schema()["$defs"]}
    jsonschema.Draft202012Validator(own).validate(typed(node))


def test_the_schema_is_one_and_can_be_written_as_json() -> None:
    whole = schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    assert json.loads(json.dumps(whole)) == whole


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_names_every_key() -> None:
    page = PAGE.read_text()
    models: tuple[type[Part], ...] = (
        *FILES.values(), RetentionEntry, RepEntry, TeamEntry, CatchUp, RuleEntry, AssignEntry, StepEntry, HoldEntry,
        SamePersonEntry, FieldEntry,
    )  # fmt: skip
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    connection = schema()["$defs"]["ConnectionEntry"]["properties"]
    assert [key for key in sorted(keys | set(connection)) if f"`{key}`" not in page] == []


def test_the_page_names_every_field_operator_and_transform() -> None:
    page = PAGE.read_text()
    assert [word for word in (*ALWAYS_THERE, *OPERATORS, *TRANSFORMS) if f"`{word}`" not in page] == []


def test_the_page_says_what_is_not_in_force() -> None:
    rows = re.findall(
        r"^\| `(.+?)` \| (.+?) \|$", PAGE.read_text().split("## Not in force yet")[1], re.MULTILINE
    )
    assert dict(rows) == NOT_IN_FORCE


def test_the_examples_of_the_page_load() -> None:
    blocks = re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert [name for name, _ in blocks] == [
        "leadswitch.yaml",
        "teams.yaml",
        "rules.yaml",
        "mapping/hubspot.yaml",
    ]
    files = {**dict(blocks), "named.csv": "domain,rep\nacme.com,ana\n"}
    assert parse(files, VOCABULARY, secrets=False).rulebook.rules


def test_conditions_of_the_page_load() -> None:
    page = PAGE.read_text().split("## The language of `when`")[1].split("\n## ")[0]
    conditions = re.findall(r"^\| `(\{.+?\})` \|", page, re.MULTILINE)
    assert len(conditions) > 15
    design = {path.name: path.read_text() for path in (HOME / "examples" / "design").glob("*.*")}
    design["mapping/hubspot.yaml"] = (HOME / "examples" / "design" / "mapping" / "hubspot.yaml").read_text()
    for written in conditions:
        head, _, tail = design["rules.yaml"].partition("rules:\n")
        rules = f"{head}rules:\n  - {{name: One, when: {written}, assign: keep}}\n{tail}"
        parse({**design, "rules.yaml": rules}, VOCABULARY, secrets=False)


# --- start-up ---------------------------------------------------------------------------------------------


def modules(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    assert not modules("import config") & {"pydantic", "yaml", "router"}
    loading = "from pathlib import Path; import tests.config.world as w; w.configured()"
    assert not modules(loading) & {"pydantic_settings", "connectors", "sync", "sqlalchemy"}


def test_a_secret_brings_its_library_only_when_it_is_there() -> None:
    resolving = "from config.secrets import Secrets; Secrets(environ={'A': 'b'}).whole('${A}')"
    assert "pydantic_settings" in modules(resolving)
